#pragma once

#include <memory>

#include <keyway/certificate_compression.hpp>

namespace keyway::compression {

// One function for each algorithm; null where the build lacks its library.

[[nodiscard]] std::shared_ptr<const CertificateCompressor> make_brotli();
[[nodiscard]] std::shared_ptr<const CertificateCompressor> make_zlib();
[[nodiscard]] std::shared_ptr<const CertificateCompressor> make_zstd();

/// A result that is worth sending: with its header it is smaller than what it stands for.
[[nodiscard]] inline std::optional<Bytes> if_smaller(Bytes compressed, ByteView original) {
  constexpr std::size_t header = 8;  // RFC 8879 4: algorithm, uncompressed_length, the vector's length
  if (compressed.empty() || compressed.size() + header >= original.size()) return std::nullopt;
  compressed.shrink_to_fit();
  return compressed;
}

}  // namespace keyway::compression
