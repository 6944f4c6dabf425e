#pragma once

#include <optional>

#include <keyway/config.hpp>

#include "tls/wire/certificate.hpp"
#include "tls/wire/compressed_certificate.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls {

/// The Certificate's body that a CompressedCertificate stands for (RFC 8879 4), by one of these compressors. What it
/// declares is held against `max_size` before anything is allocated, and no more is ever produced. Errors:
/// UnknownCertificateCompression, UncompressedCertificateTooLarge, CertificateDecompressionFailed.
[[nodiscard]] Result<Bytes> decompress(const CompressedCertificate& message, const CertificateCompressors& compressors,
                                       std::size_t max_size);

/// The peer's Certificate in TLS 1.3, however it came. The message views the handshake message that it was taken from,
/// or the bytes beside it. Move-only; moving leaves the bytes where they are.
struct PeerCertificate {
  Bytes decompressed;  ///< of a CompressedCertificate
  std::optional<CertificateCompressionAlgorithm> compressed_by;
  CertificateMessage message;

  PeerCertificate() = default;
  PeerCertificate(const PeerCertificate&) = delete;
  PeerCertificate& operator=(const PeerCertificate&) = delete;
  PeerCertificate(PeerCertificate&&) noexcept = default;
  PeerCertificate& operator=(PeerCertificate&&) noexcept = default;
  ~PeerCertificate() = default;

  /// Reads a Certificate, or a CompressedCertificate of an algorithm of the configuration's and with its
  /// max_handshake_message for a limit. Errors: the codecs'; those of decompress(); UnexpectedMessage (no compression
  /// was asked for).
  [[nodiscard]] static Result<PeerCertificate> take(const CommonConfig& config, const HandshakeMessage& handshake);
};

}  // namespace keyway::tls
