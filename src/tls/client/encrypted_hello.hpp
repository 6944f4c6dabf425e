#pragma once

#include <memory>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/client/hello_builder.hpp"
#include "tls/client/offer.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::client {

// Encrypted ClientHello on the client (RFC 9849 6).

/// What the configuration hides or feigns; null: neither. Errors: InvalidKeyShare (of the configuration that is used),
/// RandomFailed, CryptoFailed.
[[nodiscard]] Result<std::unique_ptr<EchOffer>> begin_ech(const ClientConfig& config);

/// The extensions of a ClientHello of ours, header included. Errors: InternalError.
[[nodiscard]] Result<ExtensionSet> extensions_of(ByteView client_hello);

/// Makes the inner ClientHello of `parts`, and the outer one around it: ech.outer_hello. Gives the inner one, as the
/// server will reconstruct it. Errors: RandomFailed, CryptoFailed.
[[nodiscard]] Result<Bytes> hide_hello(Flow& flow, EchOffer& ech, const HelloParts& parts, const Transcript* before);

/// Which ClientHello a TLS 1.3 ServerHello or HelloRetryRequest answers (RFC 9849 6.1.4): the hidden one, which
/// `offer` and `client_hello` are then, or the one around it, which they become. `before`: null for an answer to the
/// first ClientHello. Errors: EchAnswerChanged, the extension's.
[[nodiscard]] Result<void> settle_ech(Flow& flow, Offer& offer, Bytes& client_hello, const ServerHello& hello,
                                      ByteView message, const crypto::HashFunction& hash, const Transcript* before);

/// The same for TLS 1.2, which can't answer the hidden one. Errors: UnsolicitedExtension.
[[nodiscard]] Result<void> settle_ech_in_tls12(Flow& flow, Offer& offer, Bytes& client_hello, const ServerHello& hello);

/// Keeps the configurations that the server sends with a rejection, until it has proved who it is. Errors: the
/// extension's.
[[nodiscard]] Result<void> take_retry_configs(Flow& flow, const ExtensionBlock& encrypted_extensions);

}  // namespace keyway::tls::client
