#include "tls/config_common.hpp"

#include <set>
#include <string>
#include <utility>

#include "tls/session/psk_set.hpp"
#include "tls/suites.hpp"

namespace keyway::tls {
namespace {

constexpr std::size_t min_fragment = 64;
constexpr std::size_t max_fragment = 16384;
constexpr std::size_t min_handshake_message = 1024;  // below, hardly any certificate fits
constexpr std::size_t max_handshake_message = 0xffffff;
constexpr std::size_t max_compressors = 16;

std::unexpected<Error> contradiction(std::string_view where, std::string_view expected, std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidConfiguration).at(where).expected(expected).received(received));
}

Result<void> check_compressors(const CertificateCompressors& compressors) {
  std::set<CertificateCompressionAlgorithm> seen;
  for (const auto& compressor : compressors) {
    if (!compressor) return contradiction("certificate_compression", "compressors", "a null one");
    if (seen.insert(compressor->algorithm()).second) continue;
    return contradiction("certificate_compression", "each algorithm once",
                         to_string(compressor->algorithm()) + " twice");
  }
  if (seen.size() <= max_compressors) return {};
  return contradiction("certificate_compression", "at most 16 algorithms", std::to_string(seen.size()));
}

/// True when the provider has what a suite of either version is made of.
template <typename Suite>
bool has(const crypto::Provider& provider, const Suite& suite) noexcept {
  return provider.has_aead(suite.aead) && provider.hash(suite.hash) != nullptr;
}

/// RFC 8446 9.1 leaves the choice to us; what the policy names, the provider must have.
Result<void> check_provider(const CommonConfig& config) {
  for (const CipherSuite id : config.policy.cipher_suites) {
    const SuiteTls13* tls13 = find_suite_tls13(id);
    const SuiteTls12* tls12 = find_suite_tls12(id);
    const bool is_had =
        (tls13 != nullptr && has(*config.provider, *tls13)) || (tls12 != nullptr && has(*config.provider, *tls12));
    if (!is_had) return contradiction("cipher_suites", "what the provider has", to_string(id));
  }
  for (const auto* schemes : {&config.policy.signature_schemes, &config.policy.signature_schemes_in_certificates}) {
    for (const SignatureScheme scheme : *schemes) {
      const auto algorithm = crypto::algorithm_of(scheme);
      if (algorithm && config.provider->has_signature(*algorithm)) continue;
      return contradiction("signature_schemes", "what the provider has", to_string(scheme));
    }
  }
  for (const NamedGroup group : config.policy.groups) {
    if (config.provider->group(group) == nullptr) {
      return contradiction("groups", "what the provider has", to_string(group));
    }
  }
  return {};
}

}  // namespace

Result<void> check_alpn(const std::vector<std::string>& protocols) {
  std::size_t total = 0;
  for (const std::string& protocol : protocols) {
    if (protocol.empty() || protocol.size() > 255) {
      return contradiction("alpn", "names of 1 to 255 bytes", std::to_string(protocol.size()) + " bytes");
    }
    total += 1 + protocol.size();
  }
  if (total > 16384) return contradiction("alpn", "at most 16384 bytes in all", std::to_string(total));
  if (std::set<std::string>(protocols.begin(), protocols.end()).size() != protocols.size()) {
    return contradiction("alpn", "each protocol once", "one twice");
  }
  return {};
}

Result<void> complete(CommonConfig& config) {
  if (!config.provider) {
    auto provider = crypto::make_provider();
    if (!provider) return std::unexpected(std::move(provider.error()));
    config.provider = std::move(*provider);
  }
  if (!config.clock) config.clock = std::make_shared<SystemClock>();
  if (auto policy = config.policy.check(); !policy) return policy;
  if (auto provider = check_provider(config); !provider) return provider;
  if (auto alpn = check_alpn(config.alpn); !alpn) return alpn;
  if (auto compressors = check_compressors(config.certificate_compressors); !compressors) return compressors;
  if (config.max_fragment < min_fragment || config.max_fragment > max_fragment) {
    return contradiction("max_fragment", "64 to 16384 bytes", std::to_string(config.max_fragment));
  }
  const bool has_limit = config.record_size_limit != 0;
  if (has_limit && (config.record_size_limit < min_fragment || config.record_size_limit > max_fragment + 1)) {
    return contradiction("record_size_limit", "64 to 16385 bytes", std::to_string(config.record_size_limit));
  }
  if (config.max_handshake_message < min_handshake_message || config.max_handshake_message > max_handshake_message) {
    return contradiction("max_handshake_message", "1024 to 16777215 bytes",
                         std::to_string(config.max_handshake_message));
  }
  if (config.padding_block > max_fragment) {
    return contradiction("padding_block", "at most 16384 bytes", std::to_string(config.padding_block));
  }
  return {};
}

void add_weakenings(const CommonConfig& config, std::vector<std::string>& to) {
  if (config.policy.allows_rsa_transport()) {
    to.emplace_back("the RSA key transport is allowed: no forward secrecy, whoever gets the key reads the past");
  }
  if (config.allows_psk_ke) {
    to.emplace_back("sessions may go on without a key exchange (psk_ke): no forward secrecy");
  }
  if (config.allows_secret_extraction) {
    to.emplace_back("the keys of a connection may leave it: whoever gets them reads and writes in its place");
  }
  if (!config.requires_extended_master_secret) {
    to.emplace_back("TLS 1.2 without extended_master_secret is taken: keys can be made to collide");
  }
  if (!config.requires_secure_renegotiation) {
    to.emplace_back("TLS 1.2 servers without renegotiation_info are taken: they may mix in what another sent before");
  }
  if (config.psks && config.psks->has_direct()) {
    to.emplace_back(
        "a pre-shared key is used without importer: it is bound to no names, and to no use but this by hope");
  }
  for (const auto& observer : config.observers) {
    if (observer->reveals_secrets()) to.emplace_back("the connection's secrets are written to a key log");
  }
}

}  // namespace keyway::tls
