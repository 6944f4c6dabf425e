#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.11: a key that the client would go on with.
struct PskIdentity {
  ByteView identity;  ///< 1 to 65535 bytes: a ticket, or the name of an external PSK
  std::uint32_t obfuscated_ticket_age = 0;

  void write(Writer& out) const;
};

/// RFC 8446 4.2.11 in a ClientHello. There are as many binders as identities, and at least one.
struct PreSharedKeyClientHello {
  static constexpr ExtensionType type = ExtensionType::pre_shared_key;

  ByteView identities;  ///< contents of the list, well-formed entries
  ByteView binders;     ///< contents of the list, well-formed entries of 32 to 255 bytes

  /// Errors also: InvalidValue, when the two lists differ in length.
  [[nodiscard]] static Result<PreSharedKeyClientHello> parse(ByteView body);
  void write(Writer& out) const;

  /// Calls `visit(const PskIdentity&)` for each identity, in order.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    for (ByteView rest = identities; !rest.empty();) {
      const std::size_t size = static_cast<std::size_t>(rest[0]) << 8U | rest[1];
      std::uint32_t age = 0;
      for (const std::uint8_t byte : rest.subspan(2 + size, 4)) age = age << 8U | byte;
      visit(PskIdentity{rest.subspan(2, size), age});
      rest = rest.subspan(2 + size + 4);
    }
  }
  /// The binder that belongs to the identity at `index`.
  [[nodiscard]] std::optional<ByteView> binder(std::size_t index) const noexcept;

  /// How many bytes at the end of the ClientHello no binder covers (RFC 8446 4.2.11.2): the list of binders with its
  /// length.
  [[nodiscard]] std::size_t uncovered_size() const noexcept { return 2 + binders.size(); }
};

/// RFC 8446 4.2.11 in a ServerHello.
struct PreSharedKeyServerHello {
  static constexpr ExtensionType type = ExtensionType::pre_shared_key;

  std::uint16_t selected_identity = 0;  ///< counts the client's identities from 0

  [[nodiscard]] static Result<PreSharedKeyServerHello> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
