#include "tls/server12/negotiation.hpp"

#include <algorithm>
#include <utility>

#include "tls/handshake/credential_fit.hpp"
#include "tls/server/negotiation.hpp"
#include "tls/wire/list_text.hpp"

namespace keyway::tls::server12 {
namespace {

Result<void> check_offer(const CommonConfig& config, const ClientHello& hello,
                         const ClientHelloExtensions& extensions) {
  // RFC 5246 7.4.1.2: null is always among them, and CRIME shows why it alone is chosen.
  if (!hello.legacy_compression_methods.contains(CompressionMethod::null)) {
    return std::unexpected(fail(ErrorCode::CompressionNotNull)
                               .at("ClientHello, compression_methods")
                               .expected("null among them")
                               .received(text_of(hello.legacy_compression_methods)));
  }
  // RFC 7627 5.3: the handshake is given up where the extension is missing.
  if (config.requires_extended_master_secret && !extensions.extended_master_secret) {
    return std::unexpected(fail(ErrorCode::ExtendedMasterSecretMissing).at("ClientHello"));
  }
  // RFC 5746 3.6: this is a first handshake.
  if (extensions.renegotiation_info && !extensions.renegotiation_info->renegotiated_connection.empty()) {
    return std::unexpected(fail(ErrorCode::RenegotiationInfoNotEmpty).at("ClientHello, renegotiation_info"));
  }
  // RFC 8422 5.1.2.
  const auto& formats = extensions.ec_point_formats;
  if (formats && !formats->ec_point_format_list.contains(EcPointFormat::uncompressed)) {
    return std::unexpected(
        fail(ErrorCode::InvalidValue).at("ClientHello, ec_point_formats").expected("uncompressed among them"));
  }
  return {};
}

}  // namespace

Result<NamedGroup> choose_group(const ServerConfig& config, const server::HelloInHand& hello) {
  const ClientHelloExtensions& extensions = hello.extensions;
  // RFC 5246 7.4.1.4.1: without the extension SHA-1 would be meant.
  if (!extensions.signature_algorithms) {
    return std::unexpected(fail(ErrorCode::NoCommonSignatureScheme)
                               .at("ClientHello")
                               .expected("extension signature_algorithms")
                               .received("none, which means SHA-1"));
  }
  const auto& theirs = extensions.supported_groups;
  const auto fits = [&](NamedGroup group) {
    return is_ecdhe_group(group) && theirs && theirs->named_group_list.contains(group) &&
           config.common().provider->group(group) != nullptr;
  };
  const auto& ours = config.common().policy.groups;
  if (const auto group = std::ranges::find_if(ours, fits); group != ours.end()) return *group;
  return std::unexpected(fail(ErrorCode::NoCommonGroup)
                             .at("ClientHello, supported_groups")
                             .received(theirs ? text_of(theirs->named_group_list) : "none"));
}

Result<Choice> choose(const ServerConfig& config, const server::HelloInHand& hello) {
  if (auto checked = check_offer(config.common(), hello.hello, hello.extensions); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto alpn = server::choose_alpn(config, hello.extensions);
  if (!alpn) return std::unexpected(std::move(alpn.error()));
  const bool has_scsv = hello.hello.cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
  return Choice{{},
                std::move(*alpn),
                has_scsv || hello.extensions.renegotiation_info,
                hello.extensions.extended_master_secret.has_value()};
}

Result<const SuiteTls12*> choose_suite(const ServerConfig& config, const server::HelloInHand& hello,
                                       const Credential& credential) {
  const auto curve = curve_of(credential.key_type());
  const auto& groups = hello.extensions.supported_groups;
  if (curve && groups && !groups->named_group_list.contains(*curve)) {
    return std::unexpected(fail(ErrorCode::NoCommonGroup)
                               .at("ClientHello, supported_groups")
                               .expected("the curve of the certificate's key, " + to_string(*curve))
                               .received(text_of(groups->named_group_list)));
  }
  const auto& ours = config.common().policy.cipher_suites;
  const auto& theirs = hello.hello.cipher_suites;
  const SuiteAuthentication authentication = authentication_of(credential.key_type());
  const auto usable = [&](CipherSuite id) -> const SuiteTls12* {
    const SuiteTls12* suite = find_suite_tls12(id);
    const bool is_common = suite != nullptr && suite->authentication == authentication && theirs.contains(id) &&
                           std::ranges::find(ours, id) != ours.end();
    return is_common ? suite : nullptr;
  };
  for (const CipherSuite first : theirs) {
    const SuiteTls12* suite = find_suite_tls12(first);
    if (suite == nullptr || suite->authentication != authentication) continue;
    if (suite->aead == crypto::AeadAlgorithm::chacha20_poly1305 && usable(first) != nullptr) return suite;
    break;
  }
  for (const CipherSuite id : ours) {
    if (const SuiteTls12* suite = usable(id)) return suite;
  }
  return std::unexpected(fail(ErrorCode::NoCommonCipherSuite)
                             .at("ClientHello, cipher_suites")
                             .expected("one for a key of type " + crypto::to_string(credential.key_type()))
                             .received(text_of(theirs)));
}

Result<SignatureScheme> choose_scheme(const ServerConfig& config, const server::HelloInHand& hello,
                                      const Credential& credential) {
  if (auto allowed = server::check_terms(hello, credential); !allowed) {
    return std::unexpected(std::move(allowed.error()));
  }
  const auto& theirs = hello.extensions.signature_algorithms->supported_signature_algorithms;
  if (const auto scheme = choose_scheme_tls12(credential, config.common().policy, theirs)) return *scheme;
  return std::unexpected(fail(ErrorCode::NoCommonSignatureScheme)
                             .at("ClientHello, signature_algorithms")
                             .expected("one for a key of type " + crypto::to_string(credential.key_type()))
                             .received(text_of(theirs)));
}

}  // namespace keyway::tls::server12
