#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 9149 3 in a ClientHello: how many tickets the client would like.
struct TicketRequestClientHello {
  static constexpr ExtensionType type = ExtensionType::ticket_request;

  std::uint8_t new_session_count = 0;  ///< after a full handshake
  std::uint8_t resumption_count = 0;   ///< after a resumption

  [[nodiscard]] static Result<TicketRequestClientHello> parse(ByteView body);
  void write(Writer& out) const;
};

/// RFC 9149 3 in EncryptedExtensions: how many the server means to send.
struct TicketRequestAnswer {
  static constexpr ExtensionType type = ExtensionType::ticket_request;

  std::uint8_t expected_count = 0;

  [[nodiscard]] static Result<TicketRequestAnswer> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
