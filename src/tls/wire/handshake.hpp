#pragma once

#include <cstddef>
#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// Type and three-byte length before each handshake message (RFC 8446 4).
inline constexpr std::size_t handshake_header_size = 4;

/// A whole handshake message.
struct HandshakeMessage {
  HandshakeType type{};
  ByteView body;
  ByteView raw;  ///< header and body, as hashed into the transcript
};

/// The header at the front of `data`, which has at least handshake_header_size bytes.
struct HandshakeHeader {
  HandshakeType type{};
  std::size_t length = 0;
};
[[nodiscard]] HandshakeHeader parse_handshake_header(ByteView data) noexcept;

/// Writes a message, header included. `M` is one of wire/'s messages: it has `type` and `write(Writer&)`.
template <typename M>
void write_handshake(Writer& out, const M& message) {
  out.value(M::type);
  out.vector24([&] { message.write(out); });
}

}  // namespace keyway::tls
