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

NamedGroup find_group(const ServerConfig& config, const server::HelloInHand& hello) {
  const ClientHelloExtensions& extensions = hello.extensions;
  const auto& theirs = extensions.supported_groups;
  const auto fits = [&](NamedGroup group) {
    return is_ecdhe_group(group) && theirs && theirs->named_group_list.contains(group) &&
           config.common().provider->group(group) != nullptr;
  };
  const auto& ours = config.common().policy.groups;
  const auto group = std::ranges::find_if(ours, fits);
  return group != ours.end() ? *group : NamedGroup{};
}

namespace {

std::unexpected<Error> no_common_group(const ClientHelloExtensions& extensions) {
  const auto& theirs = extensions.supported_groups;
  return std::unexpected(fail(ErrorCode::NoCommonGroup)
                             .at("ClientHello, supported_groups")
                             .received(theirs ? text_of(theirs->named_group_list) : "none"));
}

/// RFC 8422 5.1.1: the client's groups are the curves that it can verify signatures on, too. A client that lists none
/// leaves it open.
bool takes_curve_of(const Credential& credential, const ClientHelloExtensions& extensions) {
  const auto curve = curve_of(credential.key_type());
  return !curve || !extensions.supported_groups || extensions.supported_groups->named_group_list.contains(*curve);
}

/// The suites that both sides have and that the credential's key serves, whatever else they need.
class CommonSuites {
 public:
  CommonSuites(const ServerConfig& config, const server::HelloInHand& hello, const Credential& credential) noexcept
      : ours_(&config.common().policy.cipher_suites), theirs_(&hello.hello.cipher_suites), credential_(&credential) {}

  /// The suite, if it is one of them; else null.
  [[nodiscard]] const SuiteTls12* find(CipherSuite id) const {
    const SuiteTls12* suite = find_suite_tls12(id);
    if (suite == nullptr || !serves(credential_->key_type(), *suite)) return nullptr;
    // The RSA key transport wants a key that is at hand.
    if (suite->key_exchange == KeyExchangeTls12::rsa_transport && credential_->key() == nullptr) return nullptr;
    const bool is_common = theirs_->contains(id) && std::ranges::find(*ours_, id) != ours_->end();
    return is_common ? suite : nullptr;
  }

  /// The best of them that `is_usable`; null: none.
  template <typename Predicate>
  [[nodiscard]] const SuiteTls12* best(Predicate is_usable) const {
    for (const CipherSuite first : *theirs_) {
      const SuiteTls12* suite = find_suite_tls12(first);
      if (suite == nullptr || !serves(credential_->key_type(), *suite)) continue;
      const bool prefers_chacha = suite->aead == crypto::AeadAlgorithm::chacha20_poly1305;
      if (prefers_chacha && find(first) != nullptr && is_usable(*suite)) return suite;
      break;
    }
    for (const CipherSuite id : *ours_) {
      const SuiteTls12* suite = find(id);
      if (suite != nullptr && is_usable(*suite)) return suite;
    }
    return nullptr;
  }

 private:
  const std::vector<CipherSuite>* ours_;
  const WireList<CipherSuite>* theirs_;
  const Credential* credential_;
};

}  // namespace

Result<Choice> choose(const ServerConfig& config, const server::HelloInHand& hello) {
  if (auto checked = check_offer(config.common(), hello.hello, hello.extensions); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto alpn = server::choose_alpn(config, hello);
  if (!alpn) return std::unexpected(std::move(alpn.error()));
  const bool has_scsv = hello.hello.cipher_suites.contains(CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV);
  return Choice{{},
                std::move(*alpn),
                has_scsv || hello.extensions.renegotiation_info,
                hello.extensions.extended_master_secret.has_value()};
}

Result<SuiteChoice> choose_suite(const ServerConfig& config, const server::HelloInHand& hello, const Choice& choice,
                                 const Credential& credential) {
  const CommonSuites common(config, hello, credential);
  const auto is_transport = [](const SuiteTls12& suite) {
    return suite.key_exchange == KeyExchangeTls12::rsa_transport;
  };
  const bool has_group = choice.group != NamedGroup{} && takes_curve_of(credential, hello.extensions);
  auto scheme = server12::choose_scheme(config, hello, credential);
  const bool can_agree = has_group && scheme;
  const auto is_usable = [&](const SuiteTls12& suite) { return can_agree || is_transport(suite); };
  if (const SuiteTls12* suite = common.best(is_usable)) {
    if (!is_transport(*suite)) return SuiteChoice{suite, *scheme};
    // The terms on which a credential is shown hold here, too.
    if (auto allowed = server::check_terms(hello, credential); !allowed) {
      return std::unexpected(std::move(allowed.error()));
    }
    return SuiteChoice{suite, SignatureScheme{}};
  }
  const bool lacks_suite = common.best([](const SuiteTls12&) { return true; }) == nullptr;
  if (!lacks_suite && !has_group) return no_common_group(hello.extensions);
  if (!lacks_suite) return std::unexpected(std::move(scheme.error()));
  return std::unexpected(fail(ErrorCode::NoCommonCipherSuite)
                             .at("ClientHello, cipher_suites")
                             .expected("one for a key of type " + crypto::to_string(credential.key_type()))
                             .received(text_of(hello.hello.cipher_suites)));
}

Result<SignatureScheme> choose_scheme(const ServerConfig& config, const server::HelloInHand& hello,
                                      const Credential& credential) {
  // RFC 5246 7.4.1.4.1: without the extension SHA-1 would be meant.
  if (!hello.extensions.signature_algorithms) {
    return std::unexpected(fail(ErrorCode::NoCommonSignatureScheme)
                               .at("ClientHello")
                               .expected("extension signature_algorithms")
                               .received("none, which means SHA-1"));
  }
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
