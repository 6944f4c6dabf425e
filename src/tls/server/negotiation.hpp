#pragma once

#include <memory>
#include <optional>
#include <string>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>

#include "tls/server/hello_in_hand.hpp"
#include "tls/suites.hpp"
#include "tls/wire/extensions/key_share.hpp"

namespace keyway::tls::server {

/// What the server takes out of what the client offers, the credential aside.
struct Choice {
  const SuiteTls13* suite = nullptr;
  NamedGroup group{};
  bool needs_retry = false;  ///< the client sent no share of `group`
  bool has_group = true;     ///< false: the client came for its session alone, without a key exchange (psk_ke)
  std::string alpn;          ///< empty: none
};

/// The highest version that both sides have, by supported_versions or else by legacy_version. Errors: NoCommonVersion,
/// InappropriateFallback (RFC 7507).
[[nodiscard]] Result<ProtocolVersion> choose_version(const ServerConfig& config, const HelloInHand& hello);

/// The first application protocol of ours that the client offers, or the one that the configuration's chooser takes;
/// empty when either side has none. Errors: NoCommonAlpn, AlpnNotOffered (by the chooser).
[[nodiscard]] Result<std::string> choose_alpn(const ServerConfig& config, const HelloInHand& hello);

/// Chooses for TLS 1.3 (RFC 8446 4.1.1, 4.2): suite in the server's order (but ChaCha20 where the client puts it first,
/// as one without AES instructions does), the first of the server's groups of which there is a share, else the first in
/// common by way of a HelloRetryRequest, the application protocol in the server's order.
/// A client that offers its session without a key exchange need not have a group, where the configuration allows that.
/// Errors: NoCommonCipherSuite, NoCommonGroup, NoCommonAlpn, CompressionNotNull, MissingExtension,
/// KeyShareMismatch.
[[nodiscard]] Result<Choice> choose(const ServerConfig& config, const HelloInHand& hello);

/// The client's share of `group`, if there is one.
[[nodiscard]] std::optional<KeyShareEntry> find_share(const HelloInHand& hello, NamedGroup group);

/// Judges that the credential may be shown to this client. Errors: NoMatchingCertificateType, for a type that it does
/// not take; NoMatchingIssuer, where its terms ask for an issuer that the client names.
[[nodiscard]] Result<void> check_terms(const HelloInHand& hello, const Credential& credential);

/// The credential's proof: a scheme that the client takes, the policy has, and the key fits.
/// Errors: NoCommonSignatureScheme, NoMatchingIssuer.
[[nodiscard]] Result<SignatureScheme> choose_scheme(const ServerConfig& config, const HelloInHand& hello,
                                                    const Credential& credential);

/// Asks the configuration's resolver; `version` is the one chosen. Errors: NoCertificateForName, NoCredential.
[[nodiscard]] Result<std::shared_ptr<const Credential>> resolve_credential(const ServerConfig& config,
                                                                           const HelloInHand& hello,
                                                                           ProtocolVersion version);

}  // namespace keyway::tls::server
