#include "compression/codecs.hpp"

#ifdef KEYWAY_HAS_ZLIB
#include <zlib.h>
#endif

namespace keyway::compression {

#ifdef KEYWAY_HAS_ZLIB
namespace {

/// RFC 1950. Its window is 32 KiB at most, whatever the stream says.
class Zlib final : public CertificateCompressor {
 public:
  CertificateCompressionAlgorithm algorithm() const noexcept override { return CertificateCompressionAlgorithm::zlib; }

  std::optional<Bytes> compress(ByteView certificate) const override {
    Bytes out(compressBound(static_cast<uLong>(certificate.size())));
    auto size = static_cast<uLongf>(out.size());
    const int result = compress2(out.data(), &size, certificate.data(), static_cast<uLong>(certificate.size()), 9);
    if (result != Z_OK) return std::nullopt;
    out.resize(size);
    return if_smaller(std::move(out), certificate);
  }

  bool decompress(ByteView compressed, ByteSpan out) const override {
    auto produced = static_cast<uLongf>(out.size());
    auto consumed = static_cast<uLong>(compressed.size());
    const int result = uncompress2(out.data(), &produced, compressed.data(), &consumed);
    return result == Z_OK && produced == out.size() && consumed == compressed.size();
  }
};

}  // namespace

std::shared_ptr<const CertificateCompressor> make_zlib() {
  return std::make_shared<Zlib>();
}
#else
std::shared_ptr<const CertificateCompressor> make_zlib() {
  return nullptr;
}
#endif

}  // namespace keyway::compression
