#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.9: with what beside the PSK keys are made.
enum class PskKeyExchangeMode : std::uint8_t {
  psk_ke = 0,      ///< with nothing: no forward secrecy
  psk_dhe_ke = 1,  ///< with a key exchange
};

/// RFC 8446 4.2.9, in a ClientHello alone.
struct PskKeyExchangeModesExtension {
  static constexpr ExtensionType type = ExtensionType::psk_key_exchange_modes;

  WireList<PskKeyExchangeMode> ke_modes;  ///< not empty; unknown ones are passed over

  [[nodiscard]] static Result<PskKeyExchangeModesExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
