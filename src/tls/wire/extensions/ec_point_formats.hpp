#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 8422 5.1.2: `uncompressed` is the only one that is left.
enum class EcPointFormat : std::uint8_t { uncompressed = 0 };

/// RFC 8422 5.1.2, in both hellos of TLS 1.2.
struct EcPointFormatsExtension {
  static constexpr ExtensionType type = ExtensionType::ec_point_formats;

  WireList<EcPointFormat> ec_point_format_list;

  [[nodiscard]] static Result<EcPointFormatsExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
