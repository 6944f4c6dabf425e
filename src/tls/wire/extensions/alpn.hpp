#pragma once

#include <iterator>
#include <optional>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 7301 3.1: `ProtocolName protocol_name_list<2..2^16-1>` as it stands, each name of 1 to 255 bytes.
struct AlpnExtension {
  static constexpr ExtensionType type = ExtensionType::application_layer_protocol_negotiation;

  ByteView protocol_name_list;  ///< contents of the list: names with a one-byte length, well-formed

  [[nodiscard]] static Result<AlpnExtension> parse(ByteView body);
  void write(Writer& out) const;

  /// Calls `visit(ByteView name)` for each name, in order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (ByteView rest = protocol_name_list; !rest.empty();) {
      const std::size_t size = rest.front();
      visit(rest.subspan(1, size));
      rest = rest.subspan(1 + size);
    }
  }

  /// The one name of an answer; nothing when there isn't exactly one.
  [[nodiscard]] std::optional<ByteView> only() const noexcept;
};

}  // namespace keyway::tls
