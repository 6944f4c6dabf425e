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
  NamedGroup group{};                    ///< of a full handshake; zero: there is none in common
  std::string alpn;                      ///< empty: none
  bool indicates_renegotiation = false;  ///< the client has RFC 5746, by the extension or by the SCSV
  bool extended_master_secret = false;   ///< the client has RFC 7627
};

/// Judges the hello and chooses what every handshake needs, but the group (RFC 5246 7.4.1). Errors: CompressionNotNull,
/// ExtendedMasterSecretMissing, RenegotiationInfoNotEmpty, InvalidValue (point formats), NoCommonAlpn.
[[nodiscard]] Result<Choice> choose(const ServerConfig& config, const server::HelloInHand& hello);

/// The first group of ours that the client has (RFC 8422 5.1); zero: none, which leaves the RSA key transport.
[[nodiscard]] NamedGroup find_group(const ServerConfig& config, const server::HelloInHand& hello);

/// What depends on the credential, too.
struct SuiteChoice {
  const SuiteTls12* suite;
  SignatureScheme scheme{};  ///< of the ServerKeyExchange; zero where there is none
};

/// The suite, in the server's order, that this key can serve; but ChaCha20 where the client puts it first, as one
/// without AES instructions does. Suites with ECDHE need a group and a scheme, too. Errors: NoCommonCipherSuite; or,
/// where only that is missing, NoCommonGroup, NoCommonSignatureScheme and NoMatchingIssuer.
[[nodiscard]] Result<SuiteChoice> choose_suite(const ServerConfig& config, const server::HelloInHand& hello,
                                               const Choice& choice, const Credential& credential);

/// A scheme that the client takes, the policy has, and the key fits. Errors: NoCommonSignatureScheme, NoMatchingIssuer.
[[nodiscard]] Result<SignatureScheme> choose_scheme(const ServerConfig& config, const server::HelloInHand& hello,
                                                    const Credential& credential);

}  // namespace keyway::tls::server12
