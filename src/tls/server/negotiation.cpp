#include "tls/server/negotiation.hpp"

#include <algorithm>
#include <functional>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "tls/handshake/credential_fit.hpp"
#include "tls/server/resumption.hpp"
#include "tls/wire/list_text.hpp"

namespace keyway::tls::server {
namespace {

Result<void> check_compression(const ClientHello& hello) {
  // RFC 8446 4.1.2: for TLS 1.3, exactly the null method.
  const auto& methods = hello.legacy_compression_methods;
  if (methods.size() == 1 && methods.contains(CompressionMethod::null)) return {};
  return std::unexpected(fail(ErrorCode::CompressionNotNull)
                             .at("ClientHello, legacy_compression_methods")
                             .expected("null alone")
                             .received(text_of(methods)));
}

Result<const SuiteTls13*> choose_suite(const ServerConfig& config, const ClientHello& hello) {
  const auto& ours = config.common().policy.cipher_suites;
  const auto takes = [&](CipherSuite id) {
    return std::ranges::find(ours, id) != ours.end() && hello.cipher_suites.contains(id);
  };
  for (const CipherSuite first : hello.cipher_suites) {
    if (find_suite_tls13(first) == nullptr) continue;
    const bool prefers_chacha = first == CipherSuite::TLS_CHACHA20_POLY1305_SHA256 && takes(first);
    if (prefers_chacha) return find_suite_tls13(first);
    break;
  }
  for (const CipherSuite id : ours) {
    const SuiteTls13* suite = find_suite_tls13(id);
    if (suite != nullptr && takes(id)) return suite;
  }
  return std::unexpected(
      fail(ErrorCode::NoCommonCipherSuite).at("ClientHello, cipher_suites").received(text_of(hello.cipher_suites)));
}

/// RFC 8446 9.2. `has_group`: the client offers a key exchange, or must.
Result<void> check_required_extensions(const ExtensionBlock& block, const ClientHelloExtensions& extensions,
                                       bool has_group) {
  const auto missing = [](std::string_view which) {
    return std::unexpected(
        fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension " + std::string(which)));
  };
  const bool offers_psk = block.has(ExtensionType::pre_shared_key);
  if (!extensions.signature_algorithms && !offers_psk) return missing("signature_algorithms");
  if (has_group && !extensions.supported_groups) return missing("supported_groups");
  if (has_group && !extensions.key_share) return missing("key_share");
  // RFC 8446 4.2.9: whoever offers a PSK says how it may be used, taken or not.
  if (offers_psk && !block.has(ExtensionType::psk_key_exchange_modes)) return missing("psk_key_exchange_modes");
  return {};
}

Result<void> check_shares(const ClientHelloExtensions& extensions) {
  Result<void> verdict;
  extensions.key_share->for_each([&](const KeyShareEntry& entry) {
    if (!verdict || extensions.supported_groups->named_group_list.contains(entry.group)) return;
    verdict = std::unexpected(fail(ErrorCode::KeyShareMismatch)
                                  .at("ClientHello, key_share")
                                  .expected("a group that supported_groups lists")
                                  .received(to_string(entry.group)));
  });
  return verdict;
}

Result<void> choose_group(const ServerConfig& config, const HelloInHand& hello, Choice& choice) {
  const auto& theirs = hello.extensions.supported_groups->named_group_list;
  // The order decides, not which shares came: a client that guessed wrong is asked again, and nobody can make us take a
  // lesser group by leaving out a share.
  for (const NamedGroup group : config.common().policy.groups) {
    if (!theirs.contains(group) || config.common().provider->group(group) == nullptr) continue;
    choice.group = group;
    choice.needs_retry = !find_share(hello, group);
    return {};
  }
  return std::unexpected(fail(ErrorCode::NoCommonGroup).at("ClientHello, supported_groups").received(text_of(theirs)));
}

}  // namespace

Result<ProtocolVersion> choose_version(const ServerConfig& config, const HelloInHand& hello) {
  const auto& offered = hello.extensions.supported_versions;
  const auto is_offered = [&](ProtocolVersion version) {
    // RFC 8446 4.2.1: without the extension the client has nothing above TLS 1.2.
    if (offered) return offered->versions.contains(version);
    return version == ProtocolVersion::TLS1_2 && hello.hello.legacy_version >= version;
  };
  std::vector<ProtocolVersion> ours = config.common().policy.versions;
  std::ranges::sort(ours, std::ranges::greater());
  // RFC 8446 D.5: SSL 3.0 in legacy_version is protocol_version, whatever the rest says.
  const bool is_ancient = hello.hello.legacy_version <= ProtocolVersion::SSL3_0;
  const auto chosen = is_ancient ? ours.end() : std::ranges::find_if(ours, is_offered);
  const bool fell_back = hello.hello.cipher_suites.contains(CipherSuite::TLS_FALLBACK_SCSV);
  if (fell_back && chosen != ours.begin() && !is_ancient) {
    return std::unexpected(fail(ErrorCode::InappropriateFallback)
                               .at("ClientHello, cipher_suites")
                               .expected("an offer of " + to_string(ours.front()))
                               .received("TLS_FALLBACK_SCSV"));
  }
  if (chosen != ours.end()) return *chosen;
  std::string expected;
  for (const ProtocolVersion version : ours) expected += (expected.empty() ? "" : " or ") + to_string(version);
  return std::unexpected(
      fail(ErrorCode::NoCommonVersion)
          .at("ClientHello")
          .expected(expected)
          .received(offered ? text_of(offered->versions) : to_string(hello.hello.legacy_version) + " at most")
          .advice("The client is too old for this server's policy; update it."));
}

namespace {

Result<std::string> ask_for_alpn(const AlpnChooser& chooser, const HelloInHand& hello) {
  constexpr std::string_view where = "ClientHello, application_layer_protocol_negotiation";
  const ClientHelloView view = hello.view();
  const std::vector<std::string> offered = view.alpn();
  AlpnAnswer answer = chooser.choose(offered, view);
  if (std::holds_alternative<alpn::Decline>(answer)) return std::string();
  auto* use = std::get_if<alpn::Use>(&answer);
  if (use == nullptr) {
    return std::unexpected(fail(ErrorCode::NoCommonAlpn).at(where).received("what the application refuses"));
  }
  if (std::ranges::find(offered, use->protocol) != offered.end()) return std::move(use->protocol);
  return std::unexpected(fail(ErrorCode::AlpnNotOffered)
                             .at("AlpnChooser")
                             .expected("one of the protocols that the client offers")
                             .received(printable(use->protocol))
                             .alert(AlertDescription::internal_error));
}

}  // namespace

Result<std::string> choose_alpn(const ServerConfig& config, const HelloInHand& hello) {
  const ClientHelloExtensions& extensions = hello.extensions;
  if (config.alpn_chooser() != nullptr && extensions.alpn) return ask_for_alpn(*config.alpn_chooser(), hello);
  const auto& ours = config.common().alpn;
  if (ours.empty() || !extensions.alpn) return std::string();
  for (const std::string& protocol : ours) {
    bool offered = false;
    extensions.alpn->for_each([&](ByteView name) { offered = offered || as_text(name) == protocol; });
    if (offered) return protocol;
  }
  std::string theirs;
  extensions.alpn->for_each(
      [&](ByteView name) { theirs += (theirs.empty() ? "" : ", ") + printable(as_text(name), 40); });
  return std::unexpected(fail(ErrorCode::NoCommonAlpn)
                             .at("ClientHello, application_layer_protocol_negotiation")
                             .received(printable(theirs)));
}

std::optional<KeyShareEntry> find_share(const HelloInHand& hello, NamedGroup group) {
  std::optional<KeyShareEntry> found;
  hello.extensions.key_share->for_each([&](const KeyShareEntry& entry) {
    if (entry.group == group) found = entry;
  });
  return found;
}

Result<Choice> choose(const ServerConfig& config, const HelloInHand& hello) {
  if (auto null = check_compression(hello.hello); !null) return std::unexpected(std::move(null.error()));
  Choice choice;
  auto suite = choose_suite(config, hello.hello);
  if (!suite) return std::unexpected(std::move(suite.error()));
  choice.suite = *suite;
  const bool comes_for_session =
      hello.extensions.pre_shared_key && psk_mode(config, hello) == PskKeyExchangeMode::psk_ke;
  choice.has_group = !comes_for_session || (hello.extensions.supported_groups && hello.extensions.key_share);
  if (auto all = check_required_extensions(hello.hello.extensions, hello.extensions, choice.has_group); !all) {
    return std::unexpected(std::move(all.error()));
  }
  if (choice.has_group) {
    if (auto shares = check_shares(hello.extensions); !shares) return std::unexpected(std::move(shares.error()));
    if (auto group = choose_group(config, hello, choice); !group) return std::unexpected(std::move(group.error()));
  }
  auto alpn = choose_alpn(config, hello);
  if (!alpn) return std::unexpected(std::move(alpn.error()));
  choice.alpn = std::move(*alpn);
  return choice;
}

Result<void> check_terms(const HelloInHand& hello, const Credential& credential) {
  const CertificateType type = credential.certificate_type();
  const auto& types = hello.extensions.server_certificate_type;
  if (types ? !types->types.contains(type) : type != CertificateType::X509) {  // RFC 7250 4.2
    return std::unexpected(fail(ErrorCode::NoMatchingCertificateType)
                               .at("ClientHello, server_certificate_type")
                               .expected(to_string(type))
                               .received(types ? "others" : "nothing, which means X509"));
  }
  if (!credential.terms().only_to_named_issuers) return {};
  const auto& named = hello.extensions.certificate_authorities;
  if (named && is_issuer_named(credential, named->authorities)) return {};
  return std::unexpected(fail(ErrorCode::NoMatchingIssuer)
                             .at("ClientHello, certificate_authorities")
                             .expected(credential.chain().back().view().issuer.to_string()));
}

Result<SignatureScheme> choose_scheme(const ServerConfig& config, const HelloInHand& hello,
                                      const Credential& credential) {
  if (auto allowed = check_terms(hello, credential); !allowed) return std::unexpected(std::move(allowed.error()));
  if (!hello.extensions.signature_algorithms) {  // from a client that came for the session alone
    return std::unexpected(
        fail(ErrorCode::MissingExtension).at("ClientHello").expected("extension signature_algorithms"));
  }
  const auto& theirs = hello.extensions.signature_algorithms->supported_signature_algorithms;
  const auto scheme =
      credential.delegation() == nullptr
          ? choose_scheme_tls13(credential, config.common().policy, theirs)
          : choose_delegated_scheme(credential, config.common().policy, hello.extensions, config.common().clock->now());
  if (scheme) return *scheme;
  return std::unexpected(fail(ErrorCode::NoCommonSignatureScheme)
                             .at("ClientHello, signature_algorithms")
                             .expected("one for a key of type " + crypto::to_string(credential.key_type()))
                             .received(text_of(theirs)));
}

Result<std::shared_ptr<const Credential>> resolve_credential(const ServerConfig& config, const HelloInHand& hello,
                                                             ProtocolVersion version) {
  auto credential = config.credentials()->resolve(hello.view(config.common(), version));
  if (credential) return credential;
  if (!hello.server_name) return std::unexpected(fail(ErrorCode::NoCredential).at("ClientHello"));
  return std::unexpected(
      fail(ErrorCode::NoCertificateForName).at("ClientHello, server_name").received(printable(*hello.server_name)));
}

}  // namespace keyway::tls::server
