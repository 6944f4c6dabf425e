#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "interop/process.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::interop {

/// The command under test.
[[nodiscard]] std::string keyway_command();

/// Files that a peer needs: an authority's root, and for each kind of key a chain and a key for `localhost`,
/// `shop.localhost` and 127.0.0.1, valid now.
class World {
 public:
  World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;
  ~World();

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::string path(const std::string& name) const { return (folder_ / name).string(); }
  [[nodiscard]] std::string root() const { return path("root.pem"); }
  [[nodiscard]] std::string chain(crypto::KeyType type = crypto::KeyType::p256);
  [[nodiscard]] std::string key(crypto::KeyType type = crypto::KeyType::p256);
  /// The same for a client, whom the same authority knows as Ann.
  [[nodiscard]] std::string client_chain(crypto::KeyType type = crypto::KeyType::p256);
  [[nodiscard]] std::string client_key(crypto::KeyType type = crypto::KeyType::p256);
  struct Identity {
    std::string chain;
    std::string key;
  };
  /// Of the same authority, for these names alone.
  [[nodiscard]] Identity issue_for(const std::vector<std::string>& names);
  /// A folder with `index.html` ("Welcome to the shop") and `big.bin` (1 MiB).
  [[nodiscard]] std::string site() const { return path("site"); }
  void write(const std::string& name, const std::string& text) const;
  [[nodiscard]] const testing::TestAuthority& authority() const noexcept { return authority_; }

 private:
  /// Gives the beginning of the two files' names.
  std::string issue(crypto::KeyType type);
  std::string issue_client(crypto::KeyType type);
  std::string issue(const std::string& name, testing::CertificateOptions options);

  std::filesystem::path folder_;
  testing::TestAuthority authority_;
};

/// `keyway serve` on a free port.
class KeywayServer {
 public:
  explicit KeywayServer(World& world, crypto::KeyType type = crypto::KeyType::p256,
                        const std::vector<std::string>& more = {});
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }
  [[nodiscard]] std::string url(const std::string& path = "/") const {
    return "https://localhost:" + std::to_string(port_) + path;
  }
  [[nodiscard]] Process& process() noexcept { return *process_; }

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

/// `keyway get` of https://localhost:PORT/ with the world's root.
[[nodiscard]] Outcome keyway_get(World& world, std::uint16_t port, const std::vector<std::string>& more = {},
                                 const std::string& path = "/");

/// One world for the whole test program.
[[nodiscard]] World& world();

}  // namespace keyway::interop
