#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>

#include "x509/certificate_builder.hpp"

namespace keyway::testing {

/// One provider for the whole test program, made at the first call. Aborts where there is none.
[[nodiscard]] const std::shared_ptr<const crypto::Provider>& provider();

/// A moment inside the default validity of everything made here.
inline constexpr Time test_now = std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12);

/// What to issue. The defaults give a certificate that today's browsers accept; each field bends one rule.
struct CertificateOptions {
  std::vector<std::string> names = {};          ///< SAN: addresses where they parse as one, DNS names else, unchecked
  std::optional<std::string> common_name = {};  ///< else the first name
  std::optional<std::string> organization = "Example Shop";
  bool empty_subject = false;
  Time not_before = test_now - std::chrono::hours(1);
  Time not_after = test_now + std::chrono::hours(24 * 90);
  crypto::KeyType key_type = crypto::KeyType::p256;
  std::size_t rsa_bits = 2048;
  /// Use this key in place of a new one.
  std::shared_ptr<const crypto::PrivateKey> key = {};
  Bytes serial = {};  ///< big-endian; else random

  bool is_ca = false;
  std::optional<std::uint32_t> path_length = {};
  bool no_basic_constraints = false;
  std::optional<std::uint16_t> key_usage = {};  ///< bits; else what fits is_ca and the key; 0 leaves it out
  /// Dotted OIDs; else serverAuth for a leaf and none for a CA.
  std::optional<std::vector<std::string>> extended_key_usage = {};
  std::vector<x509::OwnedGeneralName> permitted_names = {};
  std::vector<x509::OwnedGeneralName> excluded_names = {};
  std::vector<x509::OwnedGeneralName> other_names = {};  ///< further SAN entries, as they are
  std::vector<std::string> crl_urls = {};
  std::vector<std::string> ocsp_urls = {};
  std::vector<std::string> issuer_urls = {};
  bool no_key_identifiers = false;
  std::vector<x509::RawExtension> extra_extensions = {};

  std::uint8_t version = 3;
  std::optional<crypto::SignatureAlgorithm> algorithm = {};  ///< else what the issuer's key does by default
  bool break_signature = false;                              ///< flips one bit of it
  std::optional<Bytes> issuer_name = {};                     ///< DER to write in place of the issuer's subject
};

/// A certificate with its key and the certificates above it; what it takes to serve with it or to issue under it.
struct IssuedCertificate {
  Bytes der;
  std::vector<Bytes> chain;  ///< this one first, then its issuers, without the root
  Bytes root;                ///< the root's DER (its own, for a root)
  Bytes serial;
  Bytes subject;  ///< DER of the Name
  Bytes key_identifier;
  std::shared_ptr<const crypto::PrivateKey> key;

  [[nodiscard]] std::string pem() const;
  [[nodiscard]] std::string chain_pem() const;
  [[nodiscard]] std::string key_pem() const;  ///< PKCS#8
  [[nodiscard]] Bytes key_pkcs8() const;
  [[nodiscard]] x509::Certificate certificate() const;
  [[nodiscard]] std::vector<x509::Certificate> chain_certificates() const;
};

/// Signed by itself: a root (is_ca) or a lone leaf.
[[nodiscard]] IssuedCertificate make_self_signed(const CertificateOptions& options);
/// Signed by `issuer`, whatever `issuer` may be.
[[nodiscard]] IssuedCertificate make_certificate(const IssuedCertificate& issuer, const CertificateOptions& options);

/// `certificate` with other bytes for its TBSCertificate, signed again by `issuer`, whose key is ECDSA's, so that the
/// signature holds whatever they are.
[[nodiscard]] Bytes sign_again(const IssuedCertificate& issuer, ByteView certificate, ByteView tbs);

struct CrlOptions {
  Time this_update = test_now - std::chrono::hours(1);
  std::optional<Time> next_update = test_now + std::chrono::hours(24);
  std::optional<std::uint64_t> number = 1;
  std::optional<std::uint8_t> reason = {};
  bool break_signature = false;
  std::vector<x509::RawExtension> extra_extensions = {};
};

/// DER of a CRL signed by `issuer`.
[[nodiscard]] Bytes make_crl(const IssuedCertificate& issuer, const std::vector<Bytes>& revoked_serials,
                             const CrlOptions& options = {});

/// A root and an intermediate, in memory, valid for years around test_now:
/// `TestAuthority authority; auto shop = authority.issue({.names = {"shop.localhost"}});`
class TestAuthority {
 public:
  struct Options {
    std::string name = "Example Authority";
    crypto::KeyType key_type = crypto::KeyType::p256;
    std::size_t rsa_bits = 2048;
    std::optional<std::uint32_t> root_path_length = {};
    std::vector<x509::OwnedGeneralName> permitted_names = {};  ///< constraints of the intermediate
    std::vector<x509::OwnedGeneralName> excluded_names = {};
  };
  TestAuthority();
  explicit TestAuthority(const Options& options);

  [[nodiscard]] const IssuedCertificate& root() const noexcept { return root_; }
  [[nodiscard]] const IssuedCertificate& intermediate() const noexcept { return intermediate_; }

  /// Issued by the intermediate.
  [[nodiscard]] IssuedCertificate issue(const CertificateOptions& options) const;
  /// Signed by the intermediate.
  [[nodiscard]] Bytes crl(const std::vector<Bytes>& revoked_serials, const CrlOptions& options = {}) const;

 private:
  IssuedCertificate root_;
  IssuedCertificate intermediate_;
};

}  // namespace keyway::testing
