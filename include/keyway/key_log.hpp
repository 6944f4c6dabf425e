#pragma once
/// \file
/// SSLKEYLOGFILE: the secrets of connections, for debugging with a packet analyser. Weakens: whoever reads the file can
/// read the connections.

#include <filesystem>
#include <memory>

#include <keyway/error.hpp>
#include <keyway/observer.hpp>

namespace keyway {

/// Appends lines in the format of RFC 9850 to a file (mode 0600). Thread-safe.
class KeyLogFile final : public Observer {
 public:
  /// Errors: FileUnwritable.
  [[nodiscard]] static Result<std::shared_ptr<KeyLogFile>> open(const std::filesystem::path& path);
  ~KeyLogFile() override;

  void on(const EventOrigin&, const Event&) noexcept override {}
  [[nodiscard]] bool reveals_secrets() const noexcept override { return true; }
  void on_secret(const EventOrigin& origin, SecretLabel label, std::uint32_t generation, ByteView client_random,
                 ByteView secret) noexcept override;

 private:
  struct File;
  explicit KeyLogFile(std::unique_ptr<File> file) noexcept;
  std::unique_ptr<File> file_;
};

}  // namespace keyway
