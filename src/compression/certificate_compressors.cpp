#include <keyway/certificate_compression.hpp>

#include "compression/codecs.hpp"

namespace keyway {

std::string to_string(CertificateCompressionAlgorithm value) {
  switch (value) {
    case CertificateCompressionAlgorithm::zlib:
      return "zlib";
    case CertificateCompressionAlgorithm::brotli:
      return "brotli";
    case CertificateCompressionAlgorithm::zstd:
      return "zstd";
  }
  constexpr std::string_view digits = "0123456789abcdef";
  const auto code = static_cast<std::uint16_t>(value);
  std::string text = "0x";
  for (unsigned shift = 16; shift > 0; shift -= 4) text += digits[code >> (shift - 4) & 0xfU];
  return text;
}

const CertificateCompressors& certificate_compressors() {
  static const CertificateCompressors all = [] {
    CertificateCompressors had;
    for (auto make : {compression::make_brotli, compression::make_zstd, compression::make_zlib}) {
      if (auto compressor = make()) had.push_back(std::move(compressor));
    }
    return had;
  }();
  return all;
}

}  // namespace keyway
