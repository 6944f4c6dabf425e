#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/certificate_compression.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8879 4: stands where a Certificate would.
struct CompressedCertificate {
  static constexpr HandshakeType type = HandshakeType::compressed_certificate;

  CertificateCompressionAlgorithm algorithm{};
  std::uint32_t uncompressed_length = 0;    ///< bytes of the Certificate's body, below 2^24: the sender's word
  ByteView compressed_certificate_message;  ///< 1 to 2^24-1 bytes

  [[nodiscard]] static Result<CompressedCertificate> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
