#pragma once

#include <string>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>

#include "tls/server/hello_in_hand.hpp"
#include "tls/suites.hpp"

namespace keyway::tls::server12 {

/// What the server takes out of what the client offers, before it knows its credential.
struct Choice {
  NamedGroup group{};                    ///< of a full handshake
  std::string alpn;                      ///< empty: none
  bool indicates_renegotiation = false;  ///< the client has RFC 5746, by the extension or by the SCSV
  bool extended_master_secret = false;   ///< the client has RFC 7627
};

/// Judges the hello and chooses what every handshake needs, but the group (RFC 5246 7.4.1). Errors: CompressionNotNull,
/// ExtendedMasterSecretMissing, RenegotiationInfoNotEmpty, InvalidValue (point formats), NoCommonAlpn.
[[nodiscard]] Result<Choice> choose(const ServerConfig& config, const server::HelloInHand& hello);

/// Chooses what a full handshake needs beside, and does not depend on the credential (RFC 8422 5.1): the first group of
/// ours that the client has. Errors: NoCommonSignatureScheme, NoCommonGroup.
[[nodiscard]] Result<NamedGroup> choose_group(const ServerConfig& config, const server::HelloInHand& hello);

/// The suite, in the server's order, that this key can sign for; but ChaCha20 where the client puts it first, as one
/// without AES instructions does. A key on a curve that the client does not have serves none (RFC 8422 5.1). Errors:
/// NoCommonCipherSuite, NoCommonGroup.
[[nodiscard]] Result<const SuiteTls12*> choose_suite(const ServerConfig& config, const server::HelloInHand& hello,
                                                     const Credential& credential);

/// A scheme that the client takes, the policy has, and the key fits. Errors: NoCommonSignatureScheme, NoMatchingIssuer.
[[nodiscard]] Result<SignatureScheme> choose_scheme(const ServerConfig& config, const server::HelloInHand& hello,
                                                    const Credential& credential);

}  // namespace keyway::tls::server12
