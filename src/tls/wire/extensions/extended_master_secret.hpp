#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 7627 5.1: no content, in both hellos.
struct ExtendedMasterSecretExtension {
  static constexpr ExtensionType type = ExtensionType::extended_master_secret;

  /// Errors: TrailingData.
  [[nodiscard]] static Result<ExtendedMasterSecretExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
