#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.10 in a NewSessionTicket: how much early data the server would take with it.
struct EarlyDataNewSessionTicket {
  static constexpr ExtensionType type = ExtensionType::early_data;

  std::uint32_t max_early_data_size = 0;  ///< in bytes

  [[nodiscard]] static Result<EarlyDataNewSessionTicket> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
