#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/reader.hpp"
#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.4.
struct CertificateAuthoritiesExtension {
  static constexpr ExtensionType type = ExtensionType::certificate_authorities;

  ByteView authorities;  ///< the list's contents, 3 to 65535 bytes: names of 1 byte or more, each with its length

  [[nodiscard]] static Result<CertificateAuthoritiesExtension> parse(ByteView body);
  void write(Writer& out) const;

  /// Calls `use` with the DER of each distinguished name, in the order of the wire.
  template <typename Use>
  void for_each(Use use) const {
    for (Reader names(authorities, {}); !names.empty();) use(names.vector16("authorities", 1));
  }
};

}  // namespace keyway::tls
