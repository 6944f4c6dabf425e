#include "compression/codecs.hpp"

#ifdef KEYWAY_HAS_ZSTD
#include <zstd.h>
#endif

namespace keyway::compression {

#ifdef KEYWAY_HAS_ZSTD
namespace {

/// RFC 8878. A single call decodes into the output, which is its own window: the stream's window size allocates
/// nothing.
class Zstd final : public CertificateCompressor {
 public:
  CertificateCompressionAlgorithm algorithm() const noexcept override { return CertificateCompressionAlgorithm::zstd; }

  std::optional<Bytes> compress(ByteView certificate) const override {
    Bytes out(ZSTD_compressBound(certificate.size()));
    const std::size_t size =
        ZSTD_compress(out.data(), out.size(), certificate.data(), certificate.size(), ZSTD_maxCLevel());
    if (ZSTD_isError(size) != 0) return std::nullopt;
    out.resize(size);
    return if_smaller(std::move(out), certificate);
  }

  bool decompress(ByteView compressed, ByteSpan out) const override {
    const std::size_t produced = ZSTD_decompress(out.data(), out.size(), compressed.data(), compressed.size());
    return ZSTD_isError(produced) == 0 && produced == out.size();
  }
};

}  // namespace

std::shared_ptr<const CertificateCompressor> make_zstd() {
  return std::make_shared<Zstd>();
}
#else
std::shared_ptr<const CertificateCompressor> make_zstd() {
  return nullptr;
}
#endif

}  // namespace keyway::compression
