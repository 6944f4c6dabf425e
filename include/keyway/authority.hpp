#pragma once
/// \file
/// A certificate authority of two tiers in one folder: the root signs the intermediate alone, the intermediate signs
/// the certificates of servers. The register tells what was issued and what is revoked; each change to it is one
/// transaction, so a kill at any moment leaves either the old or the new state.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

namespace keyway::authority {

/// The keys that an authority makes.
enum class KeyKind : std::uint8_t { p256, p384, ed25519, rsa2048, rsa3072 };
[[nodiscard]] std::string_view to_string(KeyKind kind) noexcept;
/// The kind spelt so ("p256"); nothing for other texts.
[[nodiscard]] std::optional<KeyKind> key_kind_from(std::string_view text) noexcept;

/// CRLReason (RFC 5280 5.3.1), without those that take a certificate back off the list.
enum class RevocationReason : std::uint8_t {
  unspecified = 0,
  key_compromise = 1,
  ca_compromise = 2,
  affiliation_changed = 3,
  superseded = 4,
  cessation_of_operation = 5,
  privilege_withdrawn = 9,
};
/// "keyCompromise", as the RFC spells it.
[[nodiscard]] std::string_view to_string(RevocationReason reason) noexcept;
/// The reason spelt so, whatever the case, hyphens passed over: "key-compromise". Nothing for other texts.
[[nodiscard]] std::optional<RevocationReason> revocation_reason_from(std::string_view text);

/// Days in which a browser still accepts a server's certificate.
inline constexpr std::chrono::days browser_lifetime{397};

/// Where an authority takes time and primitives from; what is null becomes the machine's clock and Keyway's provider.
struct Environment {
  std::shared_ptr<const crypto::Provider> provider;
  std::shared_ptr<const Clock> clock;
};

struct CreateOptions {
  std::string organization = "Keyway";  ///< O of the root and the intermediate; 1 to 64 characters of UTF-8
  KeyKind key = KeyKind::p256;          ///< of the root and the intermediate
  std::chrono::days root_lifetime{3650};
  std::chrono::days intermediate_lifetime{1825};
  std::chrono::days max_lifetime = browser_lifetime;  ///< the longest that a server's certificate may last
  std::string crl_url = {};  ///< http URL of the CRL, written into each certificate; may be empty
};

struct IssueRequest {
  /// DNS names, the left-most label possibly `*`, and IP addresses; 1 to 100. The first becomes the common name.
  std::vector<std::string> names = {};
  std::optional<std::string> organization = {};  ///< O of the subject; else the authority's own
  /// From now; at least a minute. Else as long as the authority allows.
  std::optional<std::chrono::seconds> lifetime = {};
  KeyKind key = KeyKind::p256;
  bool may_delegate = false;  ///< its key may sign delegated credentials (RFC 9345 4.2)
};

/// A line of the register.
struct CertificateRecord {
  Bytes serial;         ///< big-endian, without leading zeros
  std::string subject;  ///< RFC 4514 text
  std::string owner;    ///< the organisation that it was issued to
  std::vector<std::string> names;
  KeyKind key = KeyKind::p256;
  Time issued_at;
  Time not_before;
  Time not_after;
  std::optional<Time> revoked_at;
  RevocationReason reason = RevocationReason::unspecified;  ///< meaningful once revoked
  Bytes der;

  [[nodiscard]] std::string serial_hex() const;  ///< lower case
};

/// A name as issue() would write it: lower case, a trailing dot dropped. Errors: InvalidServerName for one that it
/// refuses.
[[nodiscard]] Result<std::string> normalise_name(std::string_view name);

/// What issue() gives: the only copy of the private key, which the register does not keep.
struct IssuedCertificate {
  CertificateRecord record;
  std::vector<Bytes> chain;  ///< DER: the certificate, then the intermediate
  std::unique_ptr<crypto::PrivateKey> key;
  bool shortened = false;  ///< it ends earlier than asked, so as not to outlive its issuer

  [[nodiscard]] std::string chain_pem() const;
  /// PKCS#8 in PEM, for the caller to wipe.
  [[nodiscard]] Result<std::string> key_pem() const;
};

struct IssuedCrl {
  std::uint64_t number = 0;
  Time this_update;
  Time next_update;
  std::size_t entries = 0;
  Bytes der;
};

/// An open authority. Used by one thread at a time; several processes may have the same folder open.
class Authority {
 public:
  /// Makes an authority in `folder`, which is made (mode 0700) or is empty. Errors: AuthorityExists, InvalidArgument,
  /// FileUnwritable, DiskFull, DatabaseFailed.
  [[nodiscard]] static Result<Authority> create(const std::filesystem::path& folder, const CreateOptions& options = {},
                                                Environment environment = {});
  /// Opens the authority in `folder`. Errors: AuthorityMissing, FileUnreadable, DatabaseFailed, and those of keys.
  [[nodiscard]] static Result<Authority> open(const std::filesystem::path& folder, Environment environment = {});

  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;
  ~Authority();

  /// Makes a key and a certificate for it, and registers that. When this returns, the register has it on disk.
  /// Errors: InvalidServerName, InvalidArgument, CertificateExpired (of the intermediate), DiskFull, DatabaseFailed.
  [[nodiscard]] Result<IssuedCertificate> issue(const IssueRequest& request);

  /// Errors: UnknownSerial, AlreadyRevoked, DiskFull, DatabaseFailed.
  [[nodiscard]] Result<CertificateRecord> revoke(ByteView serial, RevocationReason reason);
  /// Errors: as above; UnknownSerial for a certificate that only shares its serial with one of this authority's.
  [[nodiscard]] Result<CertificateRecord> revoke(const x509::Certificate& certificate, RevocationReason reason);

  /// Everything issued, oldest first. Errors: DatabaseFailed.
  [[nodiscard]] Result<std::vector<CertificateRecord>> list() const;

  /// Signs a list of all that is revoked and not long expired, under the next number, good for a week. Errors:
  /// DiskFull, DatabaseFailed.
  [[nodiscard]] Result<IssuedCrl> make_crl();

  [[nodiscard]] const x509::Certificate& root() const noexcept;
  [[nodiscard]] const x509::Certificate& intermediate() const noexcept;
  [[nodiscard]] const std::string& organization() const noexcept;
  [[nodiscard]] std::chrono::days max_lifetime() const noexcept;
  [[nodiscard]] const std::filesystem::path& folder() const noexcept;
  [[nodiscard]] std::filesystem::path root_file() const;          ///< PEM, for whoever is to trust this authority
  [[nodiscard]] std::filesystem::path intermediate_file() const;  ///< PEM

 private:
  struct State;
  explicit Authority(std::unique_ptr<State> state) noexcept;
  std::unique_ptr<State> state_;
};

}  // namespace keyway::authority
