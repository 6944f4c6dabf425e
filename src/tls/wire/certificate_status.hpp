#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 6066 8: the kinds of certificate status that there are; ocsp alone is in use.
enum class CertificateStatusType : std::uint8_t { ocsp = 1 };

/// RFC 6066 8: an OCSP response about one certificate. TLS 1.2 has it as a message of its own, after Certificate;
/// TLS 1.3 as the extension status_request of each CertificateEntry (RFC 8446 4.4.2.1).
struct CertificateStatus {
  static constexpr HandshakeType type = HandshakeType::certificate_status;

  ByteView response;  ///< DER, 1 to 2^24-1 bytes

  /// Errors: the reader's; InvalidValue where it is no OCSP response.
  [[nodiscard]] static Result<CertificateStatus> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
