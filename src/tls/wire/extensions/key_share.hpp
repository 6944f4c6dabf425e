#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.8.
struct KeyShareEntry {
  NamedGroup group{};
  ByteView key_exchange;  ///< 1 to 65535 bytes

  void write(Writer& out) const;
};

/// RFC 8446 4.2.8 in a ClientHello; may be empty, to ask for a HelloRetryRequest.
struct KeyShareClientHello {
  static constexpr ExtensionType type = ExtensionType::key_share;

  ByteView client_shares;  ///< contents of the list, well-formed entries

  /// Errors also: KeyShareMismatch, when a group stands twice. Linear in the bytes.
  [[nodiscard]] static Result<KeyShareClientHello> parse(ByteView body);
  void write(Writer& out) const;

  /// Calls `visit(const KeyShareEntry&)` for each entry, in order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (ByteView rest = client_shares; !rest.empty();) {
      const auto group = static_cast<NamedGroup>(rest[0] << 8U | rest[1]);
      const std::size_t size = static_cast<std::size_t>(rest[2]) << 8U | rest[3];
      visit(KeyShareEntry{group, rest.subspan(4, size)});
      rest = rest.subspan(4 + size);
    }
  }
};

/// RFC 8446 4.2.8 in a ServerHello.
struct KeyShareServerHello {
  static constexpr ExtensionType type = ExtensionType::key_share;

  KeyShareEntry server_share;

  [[nodiscard]] static Result<KeyShareServerHello> parse(ByteView body);
  void write(Writer& out) const;
};

/// RFC 8446 4.2.8 in a HelloRetryRequest.
struct KeyShareHelloRetryRequest {
  static constexpr ExtensionType type = ExtensionType::key_share;

  NamedGroup selected_group{};

  [[nodiscard]] static Result<KeyShareHelloRetryRequest> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
