#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 6962 3.3.1: a client asks for signed certificate timestamps. No content.
struct SctRequestExtension {
  static constexpr ExtensionType type = ExtensionType::signed_certificate_timestamp;

  /// Errors: TrailingData.
  [[nodiscard]] static Result<SctRequestExtension> parse(ByteView body);
  void write(Writer& out) const;
};

/// RFC 6962 3.3: the answer, in TLS 1.2's ServerHello or in a CertificateEntry (RFC 8446 4.4.2.1).
struct SctListExtension {
  static constexpr ExtensionType type = ExtensionType::signed_certificate_timestamp;

  /// SignedCertificateTimestampList as it stands, its length included: one timestamp at least, none of them empty.
  ByteView list;

  [[nodiscard]] static Result<SctListExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
