#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <keyway/authority.hpp>
#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/policy.hpp>

#include "net/server.hpp"

namespace keyway::tool {

inline constexpr std::string_view demo_name = "shop.localhost";
inline constexpr std::string_view demo_organization = "Example Shop";

/// A shop that is open: its certificate, and the server that shows it.
struct DemoShop {
  authority::CertificateRecord record;
  std::unique_ptr<net::FileServer> server;
};

/// What the demo plays on: two authorities, the page, and servers on this machine alone.
class DemoStage {
 public:
  /// Makes the authority and the page in `folder`, which exists and is empty. Errors: those of the authority and of
  /// files.
  [[nodiscard]] static Result<DemoStage> set(const std::filesystem::path& folder);

  [[nodiscard]] const std::shared_ptr<const crypto::Provider>& provider() const noexcept { return provider_; }
  [[nodiscard]] authority::Authority& authority() noexcept { return *authority_; }
  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }
  [[nodiscard]] std::filesystem::path page_folder() const { return folder_ / "page"; }
  [[nodiscard]] std::filesystem::path certificate_file() const { return folder_ / "shop.localhost.pem"; }
  [[nodiscard]] std::filesystem::path key_file() const { return folder_ / "shop.localhost-key.pem"; }
  [[nodiscard]] std::filesystem::path crl_file() const { return folder_ / "intermediate.crl"; }

  /// Issues a certificate to the shop; the files are written too.
  [[nodiscard]] Result<authority::IssuedCertificate> issue(authority::KeyKind key = authority::KeyKind::p256);
  /// One that was good for some minutes and has expired since.
  [[nodiscard]] Result<authority::IssuedCertificate> issue_expired();
  /// One by an authority that nobody knows.
  [[nodiscard]] Result<authority::IssuedCertificate> issue_by_stranger();

  /// Opens an HTTPS server with this certificate on a free port of 127.0.0.1. It answers to every name, so that the
  /// checks are the client's alone.
  [[nodiscard]] Result<DemoShop> open_shop(authority::IssuedCertificate issued) const;
  [[nodiscard]] Result<DemoShop> open_shop(authority::CertificateRecord record,
                                           std::shared_ptr<const Credential> credential, const Policy& policy) const;

  /// Signs the lists of what is revoked so far: the intermediate's, which is written too, and the root's.
  [[nodiscard]] Result<std::vector<x509::Crl>> sign_crls();

  /// A client that trusts the authority's root alone and knows these lists of revoked certificates.
  [[nodiscard]] Result<std::shared_ptr<const ClientConfig>> client(std::vector<x509::Crl> crls,
                                                                   const Policy& policy = default_policy(),
                                                                   std::shared_ptr<Observer> observer = nullptr) const;

 private:
  [[nodiscard]] static const Policy& default_policy() { return named_policies().front().policy; }
  DemoStage(std::filesystem::path folder, std::shared_ptr<const crypto::Provider> provider) noexcept
      : folder_(std::move(folder)), provider_(std::move(provider)) {}

  [[nodiscard]] Result<std::unique_ptr<crypto::PrivateKey>> root_key() const;
  [[nodiscard]] Result<x509::Crl> sign_root_crl() const;

  std::filesystem::path folder_;
  std::shared_ptr<const crypto::Provider> provider_;
  std::optional<authority::Authority> authority_;
};

/// A folder that goes with its owner.
class TemporaryFolder {
 public:
  /// In $TMPDIR, else /tmp; mode 0700. Errors: FileUnwritable, DiskFull.
  [[nodiscard]] static Result<TemporaryFolder> make();
  TemporaryFolder(TemporaryFolder&& other) noexcept : path_(std::exchange(other.path_, {})) {}
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) noexcept : path_(std::move(path)) {}
  std::filesystem::path path_;
};

}  // namespace keyway::tool
