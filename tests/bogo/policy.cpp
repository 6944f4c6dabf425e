#include "policy.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

namespace keyway::bogo {
namespace {

using enum SignatureScheme;

bool takes(const Settings& settings, ProtocolVersion version, bool switched_off) {
  const int code = static_cast<int>(version);
  return !switched_off && settings.min_version.value_or(code) <= code && code <= settings.max_version.value_or(code);
}

std::vector<ProtocolVersion> versions_of(const Settings& settings) {
  std::vector<ProtocolVersion> versions;
  if (takes(settings, ProtocolVersion::TLS1_3, settings.no_tls13)) versions.push_back(ProtocolVersion::TLS1_3);
  if (takes(settings, ProtocolVersion::TLS1_2, settings.no_tls12)) versions.push_back(ProtocolVersion::TLS1_2);
  return versions;
}

/// README of the suite, "Defaults the tests assume".
constexpr std::array default_groups{NamedGroup::X25519MLKEM768, NamedGroup::x25519, NamedGroup::secp256r1,
                                    NamedGroup::secp384r1};
/// What is verified by default. A key signs with whatever it can.
constexpr std::array default_verified{ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256,
                                      ecdsa_secp384r1_sha384, rsa_pss_rsae_sha384, rsa_pkcs1_sha384,
                                      rsa_pss_rsae_sha512,    rsa_pkcs1_sha512};
constexpr std::array default_signed{mldsa44,
                                    mldsa65,
                                    mldsa87,
                                    ed25519,
                                    ecdsa_secp256r1_sha256,
                                    rsa_pss_rsae_sha256,
                                    rsa_pkcs1_sha256,
                                    ecdsa_secp384r1_sha384,
                                    rsa_pss_rsae_sha384,
                                    rsa_pkcs1_sha384,
                                    ecdsa_secp521r1_sha512,
                                    rsa_pss_rsae_sha512,
                                    rsa_pkcs1_sha512};

/// The suites of TLS 1.2 that an OpenSSL cipher string names. The suite's strings are few: names of IANA, and two more.
Outcome<void> keep_ciphers(std::string_view text, std::vector<CipherSuite>& suites) {
  const auto has = [](CipherSuite suite, std::string_view part) {
    return to_string(suite).find(part) != std::string::npos;
  };
  const auto is_tls13 = [&](CipherSuite suite) { return !has(suite, "_WITH_"); };
  if (text == "ALL:3DES") return {};  // all that the library has
  if (text == "AES128" || text == "DEFAULT:!AES") {
    const bool keeps = text == "AES128";
    std::erase_if(
        suites, [&](CipherSuite suite) { return !is_tls13(suite) && has(suite, keeps ? "AES_128" : "AES") != keeps; });
    return {};
  }
  std::vector<CipherSuite> kept;
  std::ranges::copy_if(suites, std::back_inserter(kept), is_tls13);
  const std::size_t of_tls13 = kept.size();
  while (!text.empty()) {
    // [A|B] are equals, among which the client's order decides. The library knows this of ChaCha20 alone.
    const std::size_t size = std::min(text.find_first_of("[|]:"), text.size());
    const std::string_view name = text.substr(0, size);
    text.remove_prefix(std::min(size + 1, text.size()));
    if (name.empty() || name.find("_CBC_") != std::string_view::npos) continue;
    const auto suite = std::ranges::find(suites, name, [](CipherSuite id) { return to_string(id); });
    if (suite == suites.end()) return unimplemented("cipher " + std::string(name));
    kept.push_back(*suite);
  }
  if (kept.size() == of_tls13) return unimplemented("suites with CBC alone");
  suites = std::move(kept);
  return {};
}

Outcome<std::vector<NamedGroup>> groups_of(const Settings& settings, const crypto::Provider& provider) {
  std::vector<NamedGroup> groups;
  for (const int code : settings.curves) {
    const auto group = static_cast<NamedGroup>(code);
    if (provider.group(group) == nullptr) return unimplemented("group " + to_string(group));
    groups.push_back(group);
  }
  if (!groups.empty()) return groups;
  std::ranges::copy_if(default_groups, std::back_inserter(groups),
                       [&](NamedGroup group) { return provider.group(group) != nullptr; });
  return groups;
}

bool is_post_quantum(NamedGroup group) {
  constexpr std::array kinds{NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768, NamedGroup::MLKEM768,
                             NamedGroup::MLKEM1024};
  return std::ranges::find(kinds, group) != kinds.end();
}

/// Unless the flags say which: the first group of each kind, the classical and the post-quantum ones.
std::vector<NamedGroup> shares_of(const Settings& settings, std::span<const NamedGroup> groups) {
  std::vector<NamedGroup> shares;
  // What the server is said to have, from somewhere else, comes before what was asked for.
  for (const NamedGroup group : groups) {
    if (std::ranges::find(settings.server_supported_groups_hint, static_cast<int>(group)) !=
        settings.server_supported_groups_hint.end()) {
      return {group};
    }
  }
  if (settings.no_key_shares) return shares;
  for (const int code : settings.key_shares) shares.push_back(static_cast<NamedGroup>(code));
  if (!shares.empty()) return shares;
  shares.push_back(groups.front());
  const auto other = std::ranges::find(groups, !is_post_quantum(groups.front()), is_post_quantum);
  if (other != groups.end()) shares.push_back(*other);
  return shares;
}

/// RFC 9155: nothing is signed with these. The last stands for TLS 1.1's signatures with MD5 and SHA-1 together.
bool is_weak(int code) {
  constexpr int rsa_pkcs1_md5_sha1 = 0xff01;
  return code == std::to_underlying(rsa_pkcs1_sha1) || code == std::to_underlying(ecdsa_sha1) ||
         code == rsa_pkcs1_md5_sha1;
}

/// TLS 1.3 signs no handshake with these (RFC 8446 4.2.3): they only count where TLS 1.2 is on.
bool is_for_tls12_alone(SignatureScheme scheme) {
  return scheme == rsa_pkcs1_sha256 || scheme == rsa_pkcs1_sha384 || scheme == rsa_pkcs1_sha512;
}

Outcome<std::vector<SignatureScheme>> verified_schemes(const Settings& settings, bool has_tls12,
                                                       const crypto::Provider& provider) {
  std::vector<SignatureScheme> schemes;
  for (const int code : settings.verify_prefs) {
    if (is_weak(code)) continue;
    const auto scheme = static_cast<SignatureScheme>(code);
    const auto algorithm = crypto::algorithm_of(scheme);
    if (!algorithm || !provider.has_signature(*algorithm)) return unimplemented("signatures of " + to_string(scheme));
    schemes.push_back(scheme);
  }
  if (!settings.verify_prefs.empty() && schemes.empty()) return unimplemented("signatures with SHA-1 alone");
  if (schemes.empty()) std::ranges::copy(default_verified, std::back_inserter(schemes));
  if (!has_tls12) std::erase_if(schemes, is_for_tls12_alone);
  if (schemes.empty()) return unimplemented("signatures of TLS 1.2 alone, without TLS 1.2");
  return schemes;
}

/// Those that libcrypto has not are left out: a credential of theirs would not have been made.
std::vector<SignatureScheme> signed_schemes(const crypto::Provider& provider) {
  std::vector<SignatureScheme> schemes;
  std::ranges::copy_if(default_signed, std::back_inserter(schemes),
                       [&](SignatureScheme scheme) { return provider.has_signature(*crypto::algorithm_of(scheme)); });
  return schemes;
}

}  // namespace

Outcome<Policy> make_policy(const Settings& settings, const crypto::Provider& provider) {
  auto groups = groups_of(settings, provider);
  if (!groups) return std::unexpected(std::move(groups.error()));
  auto versions = versions_of(settings);
  // Without a curve there is nothing to do TLS 1.2 with.
  const bool has_curve = !std::ranges::all_of(*groups, is_post_quantum);
  if (!has_curve && versions.size() > 1) std::erase(versions, ProtocolVersion::TLS1_2);
  if (settings.quic) std::erase(versions, ProtocolVersion::TLS1_2);
  if (settings.quic && settings.quic_use_legacy_codepoint == 1) return unimplemented("QUIC's drafts");
  if (versions.empty()) return unimplemented("versions below TLS 1.2");
  Policy policy = Policy::classic_rsa_2026().narrowed_to(versions);
  policy.name = "bogo";
  policy.groups = std::move(*groups);
  if (!settings.cipher.empty()) {
    if (auto kept = keep_ciphers(settings.cipher, policy.cipher_suites); !kept) return std::unexpected(kept.error());
  }
  policy.key_shares.clear();
  if (policy.has(ProtocolVersion::TLS1_3)) policy.key_shares = shares_of(settings, policy.groups);
  auto verified = verified_schemes(settings, policy.has(ProtocolVersion::TLS1_2), provider);
  if (!verified) return std::unexpected(std::move(verified.error()));
  policy.signature_schemes = std::move(*verified);
  policy.signing_schemes = signed_schemes(provider);
  policy.signature_schemes_in_certificates = policy.signature_schemes;
  return policy;
}

}  // namespace keyway::bogo
