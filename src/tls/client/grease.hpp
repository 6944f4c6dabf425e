#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include <keyway/bytes.hpp>

namespace keyway::tls::client {

/// Values that nobody knows, among those that a ClientHello lists, and an order of extensions that nobody can count on
/// (RFC 8701): a server that is built to take them stays able to take new ones. The same in both ClientHellos of a
/// connection.
class Grease {
 public:
  /// Where such a value stands.
  enum class Place : std::uint8_t { suite, group, scheme, version, first_extension, last_extension };
  static constexpr std::size_t seed_size = 48;

  [[nodiscard]] ByteSpan seed() noexcept { return seed_; }  ///< to be filled with random bytes

  /// One of the sixteen of RFC 8701 2. Those of the two extensions differ.
  [[nodiscard]] std::uint16_t value(Place place) const noexcept;
  /// The same extensions in another order; pre_shared_key stays the last (RFC 8446 4.2.11). `extensions` are
  /// well-formed.
  [[nodiscard]] Bytes rearrange(ByteView extensions) const;

 private:
  std::array<std::uint8_t, seed_size> seed_{};
};

}  // namespace keyway::tls::client
