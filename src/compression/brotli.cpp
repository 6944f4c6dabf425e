#include "compression/codecs.hpp"

#ifdef KEYWAY_HAS_BROTLI
#include <cstdlib>

#include <brotli/decode.h>
#include <brotli/encode.h>
#endif

namespace keyway::compression {

#ifdef KEYWAY_HAS_BROTLI
namespace {

/// What a decoder may still allocate. A stream asks for a window of up to 16 MiB by its own word; one that decompresses
/// to a certificate needs a window of the order of the certificate, and its tables.
struct Allowance {
  std::size_t left;

  static void* allocate(void* opaque, std::size_t size) {
    auto* allowance = static_cast<Allowance*>(opaque);
    if (size > allowance->left) return nullptr;
    allowance->left -= size;
    return std::malloc(size);
  }
  static void free(void*, void* address) { std::free(address); }
};

constexpr std::size_t allowance_for_tables = 2U << 20U;
constexpr std::size_t windows_of_output = 4;

using Decoder = std::unique_ptr<BrotliDecoderState, decltype(&BrotliDecoderDestroyInstance)>;

/// RFC 7932.
class Brotli final : public CertificateCompressor {
 public:
  CertificateCompressionAlgorithm algorithm() const noexcept override {
    return CertificateCompressionAlgorithm::brotli;
  }

  std::optional<Bytes> compress(ByteView certificate) const override {
    constexpr int window_bits = 18;  // 256 KiB: more than any certificate message
    Bytes out(BrotliEncoderMaxCompressedSize(certificate.size()));
    std::size_t size = out.size();
    const auto done = BrotliEncoderCompress(BROTLI_MAX_QUALITY, window_bits, BROTLI_MODE_GENERIC, certificate.size(),
                                            certificate.data(), &size, out.data());
    if (done == BROTLI_FALSE) return std::nullopt;
    out.resize(size);
    return if_smaller(std::move(out), certificate);
  }

  bool decompress(ByteView compressed, ByteSpan out) const override {
    Allowance allowance{allowance_for_tables + windows_of_output * out.size()};
    const Decoder decoder(BrotliDecoderCreateInstance(&Allowance::allocate, &Allowance::free, &allowance),
                          &BrotliDecoderDestroyInstance);
    if (!decoder) return false;
    std::size_t in_left = compressed.size();
    std::size_t out_left = out.size();
    const std::uint8_t* next_in = compressed.data();
    std::uint8_t* next_out = out.data();
    const auto result = BrotliDecoderDecompressStream(decoder.get(), &in_left, &next_in, &out_left, &next_out, nullptr);
    return result == BROTLI_DECODER_RESULT_SUCCESS && in_left == 0 && out_left == 0;
  }
};

}  // namespace

std::shared_ptr<const CertificateCompressor> make_brotli() {
  return std::make_shared<Brotli>();
}
#else
std::shared_ptr<const CertificateCompressor> make_brotli() {
  return nullptr;
}
#endif

}  // namespace keyway::compression
