#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 5077 3.2. In a ClientHello, a ticket or nothing, which asks for one; in a ServerHello nothing, which promises
/// one. The body is the ticket itself, without a length of its own.
struct SessionTicketExtension {
  static constexpr ExtensionType type = ExtensionType::session_ticket;

  ByteView ticket;  ///< 0 to 65535 bytes

  /// Whatever the body is, it is a ticket.
  [[nodiscard]] static Result<SessionTicketExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
