#include "tls/client_authentication.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

#include "core/writer.hpp"
#include "tls/suites.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_request_tls12.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extensions/certificate_authorities.hpp"
#include "tls/wire/extensions/compress_certificate.hpp"
#include "tls/wire/extensions/signature_algorithms.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls {
namespace {

std::unexpected<Error> contradiction(std::string_view expected, std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                             .at("ServerConfig, client certificates")
                             .expected(expected)
                             .received(received));
}

/// The list's contents: each name with its length.
Result<Bytes> encode_authorities(const ClientAuthenticationPlan& plan) {
  Bytes list;
  Writer out(list);
  if (plan.authorities) {
    for (const Bytes& name : *plan.authorities) {
      if (name.empty() || name.size() > 0xffff) return contradiction("names of 1 to 65535 bytes", "another");
      out.vector16(name);
    }
  } else {
    for (std::size_t i = 0; plan.anchors && i < plan.anchors->size(); ++i) {
      out.vector16(plan.anchors->at(i).view().subject.der);
    }
  }
  if (list.size() <= 0xffff) return list;
  return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                             .at("ServerConfig, client authorities")
                             .expected("at most 65535 bytes of names")
                             .received(std::to_string(list.size()))
                             .advice("Name fewer with client_authorities(), or none."));
}

template <typename E>
Bytes encode_list(std::span<const E> values) {
  Bytes list;
  Writer out(list);
  for (const E value : values) out.value(value);
  return list;
}

Bytes encode_request_tls13(const CommonConfig& config, ByteView authorities) {
  const Policy& policy = config.policy;
  const Bytes schemes = encode_list(std::span<const SignatureScheme>(policy.signature_schemes));
  const Bytes in_certificates = encode_list(std::span<const SignatureScheme>(policy.signature_schemes_in_certificates));
  Bytes extensions;
  Writer contents(extensions);
  write_extension(contents, SignatureAlgorithmsExtension{WireList<SignatureScheme>(schemes)});
  if (schemes != in_certificates) {
    write_extension(contents, SignatureAlgorithmsCertExtension{WireList<SignatureScheme>(in_certificates)});
  }
  if (!authorities.empty()) write_extension(contents, CertificateAuthoritiesExtension{authorities});
  std::vector<CertificateCompressionAlgorithm> algorithms;
  for (const auto& compressor : config.certificate_compressors) algorithms.push_back(compressor->algorithm());
  const Bytes compression = encode_list(std::span<const CertificateCompressionAlgorithm>(algorithms));
  if (!algorithms.empty()) {
    write_extension(contents, CompressCertificateExtension{WireList<CertificateCompressionAlgorithm>(compression)});
  }
  Bytes message;
  Writer out(message);
  write_handshake(out, CertificateRequest{{}, ExtensionBlock::of_own(extensions)});
  return message;
}

/// RFC 5246 7.4.4, RFC 8422 5.5: the kinds of keys that the policy's schemes are of.
Bytes encode_request_tls12(const Policy& policy, ByteView authorities) {
  using crypto::KeyType;
  const auto takes = [&](std::span<const KeyType> keys) {
    return std::ranges::any_of(policy.signature_schemes, [&](SignatureScheme scheme) {
      return std::ranges::any_of(keys, [&](KeyType key) { return crypto::fits_tls12(scheme, key); });
    });
  };
  std::vector<ClientCertificateType> types;
  if (takes(std::array{KeyType::rsa, KeyType::rsa_pss})) types.push_back(ClientCertificateType::rsa_sign);
  if (takes(std::array{KeyType::p256, KeyType::p384, KeyType::p521, KeyType::ed25519})) {
    types.push_back(ClientCertificateType::ecdsa_sign);
  }
  const Bytes type_list = encode_list(std::span<const ClientCertificateType>(types));
  const Bytes schemes = encode_list(std::span<const SignatureScheme>(policy.signature_schemes));
  Bytes message;
  Writer out(message);
  write_handshake(out, CertificateRequestTls12{WireList<ClientCertificateType>(type_list),
                                               WireList<SignatureScheme>(schemes), authorities});
  return message;
}

}  // namespace

Result<void> ClientAuthenticationPlan::add_to(ConfigurationDigest& digest, const CommonConfig& common,
                                              bool judges_alike) const {
  digest.add_number(asks ? 1 : 0);
  if (!asks) return {};
  digest.add_number(is_required ? 1 : 0);
  digest.add_judge(options, anchors.get(), intermediates, crls);
  digest.add_list(std::span<const CertificateType>(types));
  digest.add_number(pinned_keys.size());
  for (const Bytes& key : pinned_keys) digest.add(key);
  digest.add_number(pauses ? 1 : 0);
  if (!pauses || judges_alike) return {};
  // What the application accepts, nobody here can tell: its sessions are this configuration's alone.
  std::array<std::uint8_t, 32> unique{};
  if (auto filled = common.randomness().fill(unique); !filled) return filled;
  digest.add(unique);
  return {};
}

namespace {

/// What is taken where nobody said. Errors: InvalidConfiguration: raw keys without pins or an application to judge,
/// chains without anchors or one.
Result<std::vector<CertificateType>> types_of(const ClientAuthenticationPlan& plan) {
  using enum CertificateType;
  std::vector<CertificateType> types = plan.types;
  if (types.empty()) {
    if (!plan.pinned_keys.empty()) types.push_back(RawPublicKey);
    if (plan.pinned_keys.empty() || plan.anchors) types.push_back(X509);
  }
  const auto has = [&](CertificateType type) { return std::ranges::find(types, type) != types.end(); };
  if (has(X509) && !plan.anchors && !plan.pauses) {
    return contradiction("anchors, or pause_for_verification()", "neither");
  }
  const bool is_sound = has(RawPublicKey) ? !plan.pinned_keys.empty() || plan.pauses : plan.pinned_keys.empty();
  if (!is_sound) return contradiction("RawPublicKey and keys that are pinned for it, or neither", "one of them");
  return types;
}

}  // namespace

Result<std::unique_ptr<const ClientAuthentication>> make_client_authentication(ClientAuthenticationPlan plan,
                                                                               const CommonConfig& common) {
  if (!plan.asks) {
    const bool is_idle = !plan.pauses && plan.intermediates.empty() && plan.crls.empty() && !plan.authorities &&
                         plan.pinned_keys.empty() && plan.types.empty();
    if (is_idle) return nullptr;
    return contradiction("require_client_certificate() or ask_for_client_certificate()", "neither");
  }
  auto types = types_of(plan);
  if (!types) return std::unexpected(std::move(types.error()));
  auto authorities = encode_authorities(plan);
  if (!authorities) return std::unexpected(std::move(authorities.error()));
  auto made = std::make_unique<ClientAuthentication>();
  made->is_required = plan.is_required;
  made->certificate_types = std::move(*types);
  made->pinned_keys = std::move(plan.pinned_keys);
  made->pauses_for_verification = plan.pauses;
  made->request_tls13 = encode_request_tls13(common, *authorities);
  made->request_tls12 = encode_request_tls12(common.policy, *authorities);
  if (plan.anchors) {
    made->verifier = std::make_unique<const x509::Verifier>(
        common.provider, std::move(plan.anchors), std::move(plan.crls), std::move(plan.intermediates), plan.options);
  }
  return made;
}

}  // namespace keyway::tls
