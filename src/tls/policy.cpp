#include <keyway/policy.hpp>

#include <algorithm>
#include <set>

#include <keyway/crypto.hpp>

#include "tls/suites.hpp"

namespace keyway {
namespace {

using enum SignatureScheme;

template <typename E>
bool has_duplicates(const std::vector<E>& values) {
  return std::set<E>(values.begin(), values.end()).size() != values.size();
}

std::unexpected<Error> contradiction(std::string_view where, std::string_view expected, std::string_view received) {
  return std::unexpected(
      fail(ErrorCode::InvalidConfiguration).at("Policy, " + std::string(where)).expected(expected).received(received));
}

template <typename E>
Result<void> check_list(std::string_view where, const std::vector<E>& values) {
  if (values.empty()) return contradiction(where, "at least one entry", "none");
  if (has_duplicates(values)) return contradiction(where, "each entry once", "one twice");
  return {};
}

/// The version that a suite belongs to; SSL 3.0 for one that Keyway lacks.
ProtocolVersion version_of(CipherSuite suite) noexcept {
  if (tls::find_suite_tls13(suite) != nullptr) return ProtocolVersion::TLS1_3;
  return tls::find_suite_tls12(suite) != nullptr ? ProtocolVersion::TLS1_2 : ProtocolVersion::SSL3_0;
}

bool is_pkcs1(SignatureScheme scheme) noexcept {
  return scheme == rsa_pkcs1_sha256 || scheme == rsa_pkcs1_sha384 || scheme == rsa_pkcs1_sha512;
}

Result<void> check_versions(const Policy& policy) {
  for (const ProtocolVersion version : policy.versions) {
    if (version != ProtocolVersion::TLS1_3 && version != ProtocolVersion::TLS1_2) {
      return contradiction("versions", "TLS 1.2 or TLS 1.3", to_string(version));
    }
    const bool is_served =
        std::ranges::any_of(policy.cipher_suites, [&](CipherSuite suite) { return version_of(suite) == version; });
    if (!is_served) return contradiction("cipher_suites", "a suite of " + to_string(version), "none");
  }
  for (const CipherSuite suite : policy.cipher_suites) {
    if (!policy.has(version_of(suite))) {
      return contradiction("cipher_suites", "a suite of one of `versions`", to_string(suite));
    }
  }
  const bool has_curve = std::ranges::any_of(policy.groups, tls::is_ecdhe_group);
  if (policy.has(ProtocolVersion::TLS1_2) && !has_curve) {
    return contradiction("groups", "a curve for TLS 1.2", "none");
  }
  return {};
}

Result<void> check_schemes(std::string_view where, const std::vector<SignatureScheme>& schemes) {
  if (auto list = check_list(where, schemes); !list) return list;
  for (const SignatureScheme scheme : schemes) {
    if (!crypto::algorithm_of(scheme)) return contradiction(where, "a scheme that Keyway has", to_string(scheme));
  }
  return {};
}

}  // namespace

Policy Policy::modern_2026() {
  return {
      .name = "modern-2026",
      .versions = {ProtocolVersion::TLS1_3},
      .cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                        CipherSuite::TLS_CHACHA20_POLY1305_SHA256},
      .groups = {NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768, NamedGroup::x25519, NamedGroup::secp256r1,
                 NamedGroup::secp384r1, NamedGroup::secp521r1},
      .key_shares = {NamedGroup::X25519MLKEM768, NamedGroup::x25519},
      .signature_schemes = {ecdsa_secp256r1_sha256, ed25519, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512,
                            rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512, rsa_pss_pss_sha256,
                            rsa_pss_pss_sha384, rsa_pss_pss_sha512},
      .signature_schemes_in_certificates = {ecdsa_secp256r1_sha256, ed25519, ecdsa_secp384r1_sha384,
                                            ecdsa_secp521r1_sha512, rsa_pss_rsae_sha256, rsa_pss_rsae_sha384,
                                            rsa_pss_rsae_sha512, rsa_pss_pss_sha256, rsa_pss_pss_sha384,
                                            rsa_pss_pss_sha512, rsa_pkcs1_sha256, rsa_pkcs1_sha384, rsa_pkcs1_sha512},
  };
}

Policy Policy::compatible_2026() {
  Policy policy = modern_2026();
  policy.name = "compatible-2026";
  policy.versions.push_back(ProtocolVersion::TLS1_2);
  for (const tls::SuiteTls12& suite : tls::suites_tls12()) {
    if (suite.key_exchange == tls::KeyExchangeTls12::ecdhe) policy.cipher_suites.push_back(suite.id);
  }
  policy.signature_schemes = policy.signature_schemes_in_certificates;
  return policy;
}

Policy Policy::classic_rsa_2026() {
  Policy policy = compatible_2026();
  policy.name = "classic-rsa-2026";
  for (const tls::SuiteTls12& suite : tls::suites_tls12()) {
    if (suite.key_exchange == tls::KeyExchangeTls12::rsa_transport) policy.cipher_suites.push_back(suite.id);
  }
  return policy;
}

bool Policy::allows_rsa_transport() const noexcept {
  return std::ranges::any_of(cipher_suites, [](CipherSuite id) {
    const tls::SuiteTls12* suite = tls::find_suite_tls12(id);
    return suite != nullptr && suite->key_exchange == tls::KeyExchangeTls12::rsa_transport;
  });
}

bool Policy::has(ProtocolVersion version) const noexcept {
  return std::ranges::find(versions, version) != versions.end();
}

Policy Policy::narrowed_to(const std::vector<ProtocolVersion>& kept) const {
  Policy narrow = *this;
  std::erase_if(narrow.versions, [&](ProtocolVersion v) { return std::ranges::find(kept, v) == kept.end(); });
  if (narrow.versions == versions) return narrow;
  for (const ProtocolVersion version : narrow.versions) narrow.name += ", " + to_string(version);
  std::erase_if(narrow.cipher_suites, [&](CipherSuite suite) { return !narrow.has(version_of(suite)); });
  if (!narrow.has(ProtocolVersion::TLS1_3)) {
    narrow.key_shares.clear();
    std::erase_if(narrow.groups, [](NamedGroup group) { return !tls::is_ecdhe_group(group); });
  }
  if (!narrow.has(ProtocolVersion::TLS1_2)) {
    std::erase_if(narrow.signature_schemes, is_pkcs1);
    std::erase_if(narrow.signing_schemes, is_pkcs1);
  }
  return narrow;
}

Result<Policy> Policy::with_cipher_suites(std::span<const CipherSuite> kept) const {
  Policy narrow = *this;
  narrow.cipher_suites.assign(kept.begin(), kept.end());
  std::string names;
  for (const CipherSuite suite : kept) {
    if (std::ranges::find(cipher_suites, suite) == cipher_suites.end()) {
      return contradiction("cipher_suites", "a suite of " + name, to_string(suite));
    }
    names += " " + to_string(suite);
  }
  for (const CipherSuite suite : cipher_suites) {
    const auto is_of_the_same = [&](CipherSuite other) { return version_of(other) == version_of(suite); };
    if (std::ranges::none_of(kept, is_of_the_same)) narrow.cipher_suites.push_back(suite);
  }
  if (narrow.cipher_suites != cipher_suites) narrow.name += ", cipher suites" + names;
  return narrow;
}

Policy Policy::with_groups(std::span<const NamedGroup> chosen) const {
  Policy changed = *this;
  changed.groups.assign(chosen.begin(), chosen.end());
  if (changed.groups == groups) return changed;
  const bool has_curve = std::ranges::any_of(chosen, tls::is_ecdhe_group);
  if (!has_curve && has(ProtocolVersion::TLS1_3)) changed = changed.narrowed_to({ProtocolVersion::TLS1_3});
  changed.name += ", groups";
  for (const NamedGroup group : chosen) changed.name += " " + to_string(group);
  std::erase_if(changed.key_shares, [&](NamedGroup share) { return std::ranges::find(chosen, share) == chosen.end(); });
  if (changed.key_shares.empty() && has(ProtocolVersion::TLS1_3) && !chosen.empty()) {
    changed.key_shares.push_back(chosen.front());
  }
  return changed;
}

Result<void> Policy::check() const {
  if (auto list = check_list("versions", versions); !list) return list;
  if (auto list = check_list("cipher_suites", cipher_suites); !list) return list;
  if (auto list = check_list("groups", groups); !list) return list;
  if (auto list = check_schemes("signature_schemes", signature_schemes); !list) return list;
  if (auto list = check_schemes("signature_schemes_in_certificates", signature_schemes_in_certificates); !list) {
    return list;
  }
  if (!signing_schemes.empty()) {
    if (auto list = check_schemes("signing_schemes", signing_schemes); !list) return list;
  }
  if (has_duplicates(key_shares)) return contradiction("key_shares", "each group once", "one twice");
  if (auto served = check_versions(*this); !served) return served;
  for (const NamedGroup share : key_shares) {
    if (std::ranges::find(groups, share) == groups.end()) {
      return contradiction("key_shares", "one of `groups`", to_string(share));
    }
  }
  for (const SignatureScheme scheme : signature_schemes) {
    // RFC 8446 4.2.3: in TLS 1.3, PKCS#1 is for certificates alone. RFC 9155: SHA-1 is for nothing.
    const bool is_for_certificates =
        scheme == rsa_pkcs1_sha1 || scheme == ecdsa_sha1 || (is_pkcs1(scheme) && !has(ProtocolVersion::TLS1_2));
    if (is_for_certificates) {
      return contradiction("signature_schemes", "a scheme that handshakes are signed with", to_string(scheme));
    }
  }
  return {};
}

}  // namespace keyway
