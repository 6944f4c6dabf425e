#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

namespace keyway::tls {

/// draft-ietf-tls-tlsflags: flags by their bits, the least significant of the first byte being flag 0. None is known
/// here; whoever sends some writes them well.
struct TlsFlagsExtension {
  static constexpr ExtensionType type{62};

  ByteView flags;

  /// Errors: the reader's; InvalidValue for a last byte that is zero.
  [[nodiscard]] static Result<TlsFlagsExtension> parse(ByteView body);
};

}  // namespace keyway::tls
