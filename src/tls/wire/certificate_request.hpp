#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls {

/// RFC 8446 4.3.2.
struct CertificateRequest {
  static constexpr HandshakeType type = HandshakeType::certificate_request;

  ByteView certificate_request_context;
  ExtensionBlock extensions;

  [[nodiscard]] static Result<CertificateRequest> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
