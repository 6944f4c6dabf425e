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
      .groups = {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1},
      .key_shares = {NamedGroup::x25519},
      .signature_schemes = {ecdsa_secp256r1_sha256, ed25519, ecdsa_secp384r1_sha384, ecdsa_secp521r1_sha512,
                            rsa_pss_rsae_sha256, rsa_pss_rsae_sha384, rsa_pss_rsae_sha512, rsa_pss_pss_sha256,
                            rsa_pss_pss_sha384, rsa_pss_pss_sha512},
      .signature_schemes_in_certificates = {ecdsa_secp256r1_sha256, ed25519, ecdsa_secp384r1_sha384,
                                            ecdsa_secp521r1_sha512, rsa_pss_rsae_sha256, rsa_pss_rsae_sha384,
                                            rsa_pss_rsae_sha512, rsa_pss_pss_sha256, rsa_pss_pss_sha384,
                                            rsa_pss_pss_sha512, rsa_pkcs1_sha256, rsa_pkcs1_sha384, rsa_pkcs1_sha512},
  };
}

Result<void> Policy::check() const {
  if (auto list = check_list("versions", versions); !list) return list;
  if (auto list = check_list("cipher_suites", cipher_suites); !list) return list;
  if (auto list = check_list("groups", groups); !list) return list;
  if (auto list = check_schemes("signature_schemes", signature_schemes); !list) return list;
  if (auto list = check_schemes("signature_schemes_in_certificates", signature_schemes_in_certificates); !list) {
    return list;
  }
  if (has_duplicates(key_shares)) return contradiction("key_shares", "each group once", "one twice");
  for (const ProtocolVersion version : versions) {
    if (version != ProtocolVersion::TLS1_3) return contradiction("versions", "TLS 1.3", to_string(version));
  }
  for (const CipherSuite suite : cipher_suites) {
    if (tls::find_suite_tls13(suite) == nullptr) {
      return contradiction("cipher_suites", "a suite of TLS 1.3", to_string(suite));
    }
  }
  for (const NamedGroup share : key_shares) {
    if (std::ranges::find(groups, share) == groups.end()) {
      return contradiction("key_shares", "one of `groups`", to_string(share));
    }
  }
  for (const SignatureScheme scheme : signature_schemes) {
    // RFC 8446 4.2.3: PKCS#1 and SHA-1 are for certificates alone.
    if (scheme == rsa_pkcs1_sha256 || scheme == rsa_pkcs1_sha384 || scheme == rsa_pkcs1_sha512 ||
        scheme == rsa_pkcs1_sha1 || scheme == ecdsa_sha1) {
      return contradiction("signature_schemes", "a scheme that TLS 1.3 signs handshakes with", to_string(scheme));
    }
  }
  return {};
}

}  // namespace keyway
