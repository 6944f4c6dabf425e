#pragma once

#include <array>
#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

#include "tls/schedule/transcript.hpp"
#include "tls/wire/client_hello.hpp"

namespace keyway::tls {

inline constexpr std::size_t ech_confirmation_size = 8;
using EchConfirmation = std::array<std::uint8_t, ech_confirmation_size>;

/// Where the confirmation stands in a ServerHello (RFC 9849 7.2), or in a HelloRetryRequest (7.2.1).
enum class EchConfirmationPlace : std::uint8_t { server_hello, hello_retry_request };

/// What shows that a server has read the inner ClientHello, whose random this is. `transcript`: the messages up to and
/// with the one that carries it, in which zeros stand in its place.
[[nodiscard]] EchConfirmation make_ech_confirmation(const crypto::HashFunction& hash, const HelloRandom& inner_random,
                                                    EchConfirmationPlace place,
                                                    const TranscriptHash& transcript) noexcept;

/// The confirmation's place in a ServerHello, its handshake header included: the last bytes of its random.
inline constexpr std::size_t ech_confirmation_in_server_hello = 4 + 2 + 32 - ech_confirmation_size;

}  // namespace keyway::tls
