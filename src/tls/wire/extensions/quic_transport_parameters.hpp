#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 9001 8.2: QUIC's own, in its own form.
struct QuicTransportParametersExtension {
  static constexpr ExtensionType type = ExtensionType::quic_transport_parameters;

  ByteView parameters;

  /// Takes whatever there is: the QUIC stack reads it.
  [[nodiscard]] static Result<QuicTransportParametersExtension> parse(ByteView body) {
    return QuicTransportParametersExtension{body};
  }
  void write(Writer& out) const { out.bytes(parameters); }
};

}  // namespace keyway::tls
