#include "x509/certificate_checks.hpp"

#include <utility>

#include "core/text.hpp"
#include "x509/algorithm.hpp"
#include "x509/extensions.hpp"
#include "x509/oid.hpp"
#include "x509/time_text.hpp"

namespace keyway::x509 {
namespace {

constexpr std::size_t max_names_told = 10;

std::string_view purpose_name(Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::server:
      return "serverAuth";
    case Purpose::client:
      return "clientAuth";
    case Purpose::email:
      return "emailProtection";
    case Purpose::any:
      break;
  }
  return "anyExtendedKeyUsage";
}

bool allows(ByteView usages, Purpose purpose) noexcept {
  switch (purpose) {
    case Purpose::server:
      return lists_identifier(usages, oid::server_auth);
    case Purpose::client:
      return lists_identifier(usages, oid::client_auth);
    case Purpose::email:
      return lists_identifier(usages, oid::email_protection);
    case Purpose::any:
      break;
  }
  return true;
}

bool allows_any(ByteView usages) noexcept {
  return lists_identifier(usages, oid::any_extended_key_usage);
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) {
    if (!text.empty()) text += ", ";
    text += part;
  }
  return text;
}

std::string names_of(const CertificateView& certificate) {
  std::vector<std::string> names = certificate.dns_names();
  for (const IpAddress& address : certificate.ip_addresses()) names.push_back(address.to_string());
  for (std::string& address : certificate.email_addresses()) names.push_back(std::move(address));
  if (names.empty()) {
    return certificate.subject_alternative_name ? "no host name and no address in its subjectAltName"
                                                : "no subjectAltName, so no name at all";
  }
  const std::size_t total = names.size();
  if (total > max_names_told) names.resize(max_names_told);
  std::string text = joined(names);
  if (total > max_names_told) text += " and " + std::to_string(total - max_names_told) + " more";
  return text;
}

Objection object(CheckKind kind, Finding finding) {
  return {kind, std::move(finding)};
}

}  // namespace

bool Question::is_covered_by(const CertificateView& leaf) const {
  if (name != nullptr) return covers(leaf, *name, suffixes);
  return address == nullptr || covers(leaf, *address);
}

Finding finding_about(const CertificateView& certificate, std::size_t depth, ErrorCode code, std::string rule,
                      std::string expected, std::string received, std::string advice) {
  return {code,
          depth,
          certificate.subject.empty() ? "serial number " + certificate.serial_hex() : certificate.subject.to_string(),
          std::move(rule),
          std::move(expected),
          std::move(received),
          std::move(advice)};
}

std::optional<Objection> check_validity(const CertificateView& certificate, std::size_t depth, Time now) {
  const char* const rule = "RFC 5280 6.1.3 (a) (2)";
  if (now > certificate.not_after) {
    return object(
        CheckKind::validity,
        finding_about(
            certificate, depth, ErrorCode::CertificateExpired, rule, "valid at " + to_text(now),
            "expired on " + to_text(certificate.not_after) + ", " + length_text(now - certificate.not_after) + " ago",
            depth == 0 ? "renew the certificate; if it is new, check this machine's clock"
                       : "replace the authority's certificate, here or at the peer, by its successor"));
  }
  if (now < certificate.not_before) {
    return object(CheckKind::validity,
                  finding_about(certificate, depth, ErrorCode::CertificateNotYetValid, rule, "valid at " + to_text(now),
                                "valid from " + to_text(certificate.not_before) + " on, in " +
                                    length_text(certificate.not_before - now),
                                "check this machine's clock, or wait"));
  }
  return std::nullopt;
}

std::optional<Objection> check_critical_extensions(const CertificateView& certificate, std::size_t depth) {
  if (!certificate.has_unknown_critical_extension) return std::nullopt;
  const ByteView oid = certificate.unknown_critical_extension;
  const std::string_view known = extension_name(oid);
  std::string received = "critical extension " + oid_to_string(oid);
  if (!known.empty()) received += " (" + std::string(known) + ")";
  return object(CheckKind::constraints,
                finding_about(certificate, depth, ErrorCode::UnknownCriticalExtension, "RFC 5280 6.1.4 (o), 6.1.5 (f)",
                              "only critical extensions that are understood, and none critical that may not be",
                              std::move(received), "have the certificate issued without it, or with it not critical"));
}

std::optional<Objection> check_serial_number(const CertificateView& certificate, std::size_t depth) {
  if (certificate.serial_number.empty() || certificate.serial_number[0] < 0x80) return std::nullopt;
  return object(CheckKind::constraints,
                finding_about(certificate, depth, ErrorCode::InvalidCertificate, "RFC 5280 4.1.2.2",
                              "a positive serial number", "a negative one"));
}

std::optional<Objection> check_algorithm(const CertificateView& certificate, std::size_t depth, bool takes_dsa) {
  const auto algorithm = certificate.algorithm();
  const bool is_dsa = algorithm == crypto::SignatureAlgorithm::dsa_sha1;
  const bool is_weak = algorithm ? is_weak_algorithm(*algorithm) : is_weak_algorithm(certificate.signature_algorithm);
  if (is_weak || (is_dsa && !takes_dsa)) {
    return object(CheckKind::signature,
                  finding_about(certificate, depth, ErrorCode::WeakSignature, "RFC 9155, RFC 6151",
                                "a signature over SHA-256 or better", certificate.algorithm_name(),
                                "have the certificate issued anew"));
  }
  if (algorithm) return std::nullopt;
  return object(
      CheckKind::signature,
      finding_about(certificate, depth, ErrorCode::UnsupportedAlgorithm, "RFC 5280 6.1.3 (a) (1)",
                    "ECDSA, Ed25519, RSA or ML-DSA with the parameters of their RFCs", certificate.algorithm_name()));
}

std::optional<Objection> check_key(const CertificateView& certificate, std::size_t depth, std::size_t min_rsa_bits,
                                   bool takes_dsa) {
  const auto facts = read_key_facts(certificate.subject_public_key_info);
  if (!facts || (facts->type == crypto::KeyType::dsa && !takes_dsa)) {
    return object(CheckKind::signature,
                  finding_about(certificate, depth, ErrorCode::UnsupportedKey, "RFC 5280 4.1.2.7",
                                "a key of RSA, of a named curve (P-256, P-384, P-521), Ed25519 or ML-DSA",
                                "a key of another kind, or with explicit parameters"));
  }
  const bool is_rsa = facts->type == crypto::KeyType::rsa || facts->type == crypto::KeyType::rsa_pss;
  if (!is_rsa || facts->bits >= min_rsa_bits) return std::nullopt;
  return object(CheckKind::signature, finding_about(certificate, depth, ErrorCode::WeakKey, "minimum RSA key size",
                                                    "RSA of at least " + std::to_string(min_rsa_bits) + " bits",
                                                    "RSA of " + std::to_string(facts->bits) + " bits",
                                                    "have the certificate issued for a new, larger key"));
}

std::optional<Objection> check_leaf_usage(const CertificateView& leaf, Purpose purpose, Profile profile) {
  if (purpose == Purpose::any) return std::nullopt;
  // With RFC 5280 alone, what the key does is judged where it does it.
  const bool is_of_tls = purpose != Purpose::email && profile == Profile::web_pki;
  if (is_of_tls && leaf.key_usage && !leaf.key_usage->digital_signature()) {
    return object(CheckKind::purpose,
                  finding_about(leaf, 0, ErrorCode::WrongKeyUsage, "RFC 8446 4.4.2.2", "keyUsage with digitalSignature",
                                "keyUsage without it", "have the certificate issued for TLS"));
  }
  // On a leaf, anyExtendedKeyUsage is no consent to serve: browsers ask for serverAuth by name.
  const bool takes_any = profile == Profile::rfc5280;
  if (leaf.extended_key_usage && !allows(*leaf.extended_key_usage, purpose) &&
      !(takes_any && allows_any(*leaf.extended_key_usage))) {
    return object(CheckKind::purpose,
                  finding_about(leaf, 0, ErrorCode::WrongExtendedKeyUsage, "RFC 5280 4.2.1.12",
                                "extKeyUsage with " + std::string(purpose_name(purpose)),
                                joined(leaf.extended_key_usages()), "have the certificate issued for this purpose"));
  }
  return std::nullopt;
}

std::optional<Objection> check_leaf_purpose(const CertificateView& leaf, Purpose purpose, Profile profile) {
  const char* const advice = "show a certificate of its own, which the authority issued";
  const bool is_authority = leaf.basic_constraints && leaf.basic_constraints->is_authority;
  if (is_authority && profile == Profile::web_pki) {
    return object(CheckKind::purpose, finding_about(leaf, 0, ErrorCode::WrongKeyUsage, "docs/decisions/0010",
                                                    "the certificate of a server or client",
                                                    "an authority's certificate (basicConstraints CA:TRUE)", advice));
  }
  if (!is_authority && leaf.key_usage && leaf.key_usage->key_cert_sign()) {
    return object(CheckKind::purpose, finding_about(leaf, 0, ErrorCode::WrongKeyUsage, "RFC 5280 4.2.1.3",
                                                    "keyCertSign with basicConstraints CA:TRUE alone",
                                                    "keyCertSign on a certificate that is no authority's", advice));
  }
  return check_leaf_usage(leaf, purpose, profile);
}

std::optional<Objection> check_name(const CertificateView& leaf, const Question& question, bool name_holds) {
  if (name_holds || !question.has_name()) return std::nullopt;
  const std::string wanted = question.name != nullptr ? question.name->to_string() : question.address->to_string();
  return object(
      CheckKind::name,
      finding_about(leaf, 0, ErrorCode::NameMismatch, "RFC 9525 6", "a certificate for " + wanted,
                    "a certificate for " + names_of(leaf),
                    "check the name that was asked for; if it is right, the server needs a certificate with " + wanted +
                        " in its subjectAltName"));
}

std::optional<Objection> check_authority(const CertificateView& issuer, std::size_t depth, bool is_anchor,
                                         std::size_t authorities_below, Purpose purpose) {
  // An anchor of version 1 has no extensions to say that it is an authority; its place in the store says so.
  const bool vouched_for = is_anchor && issuer.version == 1;
  if (!vouched_for && !(issuer.basic_constraints && issuer.basic_constraints->is_authority)) {
    const bool is_old = issuer.version < 3;
    return object(
        CheckKind::issuer,
        finding_about(issuer, depth, ErrorCode::NotAnAuthority, "RFC 5280 6.1.4 (k)", "basicConstraints CA:TRUE",
                      is_old ? "version " + std::to_string(issuer.version) + ", which has no extensions"
                      : issuer.basic_constraints ? "basicConstraints CA:FALSE"
                                                 : "no basicConstraints",
                      "only an authority's certificate may issue others"));
  }
  if (issuer.key_usage && !issuer.key_usage->key_cert_sign()) {
    return object(CheckKind::issuer, finding_about(issuer, depth, ErrorCode::WrongKeyUsage, "RFC 5280 6.1.4 (n)",
                                                   "keyUsage with keyCertSign", "keyUsage without it"));
  }
  const auto limit = issuer.basic_constraints ? issuer.basic_constraints->path_length : std::nullopt;
  if (limit && authorities_below > *limit) {
    return object(CheckKind::constraints,
                  finding_about(issuer, depth, ErrorCode::PathTooLong, "RFC 5280 6.1.4 (l), (m)",
                                "at most " + std::to_string(*limit) + " authorities below it (pathLenConstraint)",
                                std::to_string(authorities_below) + " authorities below it"));
  }
  const bool has_usages = issuer.extended_key_usage.has_value();
  if (has_usages && !allows(*issuer.extended_key_usage, purpose) && !allows_any(*issuer.extended_key_usage)) {
    return object(CheckKind::purpose,
                  finding_about(issuer, depth, ErrorCode::WrongExtendedKeyUsage, "RFC 5280 4.2.1.12, down the path",
                                "extKeyUsage with " + std::string(purpose_name(purpose)) + " or anyExtendedKeyUsage",
                                joined(issuer.extended_key_usages())));
  }
  // RFC 5280 4.1.2.6: an authority has a name, or nothing could chain to it.
  if (issuer.subject.empty()) {
    return object(CheckKind::issuer, finding_about(issuer, depth, ErrorCode::InvalidCertificate, "RFC 5280 4.1.2.6",
                                                   "an authority with a subject", "an empty subject"));
  }
  return std::nullopt;
}

}  // namespace keyway::x509
