#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// TLS 1.2's form of the message (RFC 5077 3.3).
struct NewSessionTicketTls12 {
  static constexpr HandshakeType type = HandshakeType::new_session_ticket;

  std::uint32_t ticket_lifetime_hint = 0;  ///< in seconds; 0: the server does not say
  ByteView ticket;                         ///< 0 to 65535 bytes; empty: none after all

  [[nodiscard]] static Result<NewSessionTicketTls12> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
