#pragma once
/// \file
/// Certificate compression (RFC 8879): the Certificate message of TLS 1.3, made smaller.

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <keyway/bytes.hpp>

namespace keyway {

/// IANA's TLS Certificate Compression Algorithm IDs, those that Keyway names.
enum class CertificateCompressionAlgorithm : std::uint16_t { zlib = 1, brotli = 2, zstd = 3 };
/// The registered name, or for an unknown value its number (`0x1234`).
[[nodiscard]] std::string to_string(CertificateCompressionAlgorithm value);

/// One algorithm. Implementations are immutable and thread-safe.
class CertificateCompressor {
 public:
  virtual ~CertificateCompressor() = default;

  [[nodiscard]] virtual CertificateCompressionAlgorithm algorithm() const noexcept = 0;
  /// The body of a Certificate message, compressed. Nothing where that is not worth it: it is then sent as it is.
  /// Called once for a credential, whose result is kept.
  [[nodiscard]] virtual std::optional<Bytes> compress(ByteView certificate) const = 0;
  /// Fills `out`, whose size is what the peer declared, from the peer's bytes; writes nowhere else and keeps to memory
  /// of the order of `out`. False unless `compressed` is one whole stream that gives exactly as many bytes.
  [[nodiscard]] virtual bool decompress(ByteView compressed, ByteSpan out) const = 0;
};

/// Algorithms in order of preference.
using CertificateCompressors = std::vector<std::shared_ptr<const CertificateCompressor>>;

/// Those that this build has, of brotli, zstd and zlib, the tightest first. They compress where that makes the message
/// smaller.
[[nodiscard]] const CertificateCompressors& certificate_compressors();

}  // namespace keyway
