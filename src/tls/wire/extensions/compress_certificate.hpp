#pragma once

#include <keyway/bytes.hpp>
#include <keyway/certificate_compression.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 8879 3: `CertificateCompressionAlgorithm algorithms<2..2^8-2>`, each once.
struct CompressCertificateExtension {
  static constexpr ExtensionType type = ExtensionType::compress_certificate;

  WireList<CertificateCompressionAlgorithm> algorithms;

  /// Errors: the reader's; InvalidValue where an algorithm stands twice.
  [[nodiscard]] static Result<CompressCertificateExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
