#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls {

/// RFC 8446 4.6.1.
struct NewSessionTicket {
  static constexpr HandshakeType type = HandshakeType::new_session_ticket;

  std::uint32_t ticket_lifetime = 0;  ///< in seconds
  std::uint32_t ticket_age_add = 0;
  ByteView ticket_nonce;  ///< 0 to 255 bytes
  ByteView ticket;        ///< 1 to 65535 bytes
  ExtensionBlock extensions;

  [[nodiscard]] static Result<NewSessionTicket> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
