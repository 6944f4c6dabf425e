#pragma once

#include <keyway/bytes.hpp>

#include "core/writer.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/server/hello_in_hand.hpp"

namespace keyway::tls::server {

// What a server answers to Encrypted ClientHello. To a ClientHello without it, each does nothing.

/// Leaves room in the random for what confirm_inner_hello() puts there.
void prepare_confirmation(HelloRandom& random, const HelloInHand& hello) noexcept;

/// Shows in a ServerHello (its header included) that the inner ClientHello was read (RFC 9849 7.2). `transcript`: the
/// messages before it.
void confirm_inner_hello(ByteSpan server_hello, const HelloInHand& hello, const Transcript& transcript) noexcept;

/// The same in a HelloRetryRequest (RFC 9849 7.2.1), whose extensions end with the place for it.
void confirm_inner_hello_in_retry(ByteSpan retry, const HelloInHand& hello, const Transcript& transcript) noexcept;

/// To a client whose hidden ClientHello could not be opened, in EncryptedExtensions: what to come back with.
void write_retry_configs(Writer& out, const HelloInHand& hello);

}  // namespace keyway::tls::server
