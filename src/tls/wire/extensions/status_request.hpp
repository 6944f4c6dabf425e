#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/certificate_status.hpp"

namespace keyway::tls {

/// RFC 6066 8: a client asks for an OCSP response with the certificate.
struct StatusRequestExtension {
  static constexpr ExtensionType type = ExtensionType::status_request;

  CertificateStatusType status_type = CertificateStatusType::ocsp;
  ByteView responder_id_list;   ///< as it stands, not looked into: OCSP responders are the server's choice
  ByteView request_extensions;  ///< the same
  ByteView other_request;       ///< all that follows a status_type that is not ocsp

  [[nodiscard]] bool asks_for_ocsp() const noexcept { return status_type == CertificateStatusType::ocsp; }

  [[nodiscard]] static Result<StatusRequestExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
