#include "compressors.hpp"

#include <algorithm>
#include <array>
#include <random>

namespace keyway::bogo {
namespace {

constexpr std::array<std::uint8_t, 2> begin_of_every_certificate{0, 0};
constexpr std::array<std::uint8_t, 4> expanding_prefix{1, 2, 3, 4};

bool copy_behind(ByteView prefix, ByteView data, ByteSpan out) {
  if (out.size() != prefix.size() + data.size()) return false;
  const auto rest = std::ranges::copy(prefix, out.begin()).out;
  std::ranges::copy(data, rest);
  return true;
}

/// Leaves out the two bytes that every Certificate begins with.
class Shrinking final : public CertificateCompressor {
 public:
  CertificateCompressionAlgorithm algorithm() const noexcept override {
    return CertificateCompressionAlgorithm{0xff01};
  }
  std::optional<Bytes> compress(ByteView certificate) const override {
    if (!std::ranges::equal(certificate.first(2), begin_of_every_certificate)) return std::nullopt;
    return Bytes(certificate.begin() + 2, certificate.end());
  }
  bool decompress(ByteView compressed, ByteSpan out) const override {
    return copy_behind(begin_of_every_certificate, compressed, out);
  }
};

/// Puts four bytes before it.
class Expanding final : public CertificateCompressor {
 public:
  CertificateCompressionAlgorithm algorithm() const noexcept override {
    return CertificateCompressionAlgorithm{0xff02};
  }
  std::optional<Bytes> compress(ByteView certificate) const override {
    Bytes out(expanding_prefix.begin(), expanding_prefix.end());
    out.insert(out.end(), certificate.begin(), certificate.end());
    return out;
  }
  bool decompress(ByteView compressed, ByteSpan out) const override {
    if (compressed.size() < 4 || !std::ranges::equal(compressed.first(4), expanding_prefix)) return false;
    return copy_behind({}, compressed.subspan(4), out);
  }
};

/// Puts a random byte before it: comes out differently each time.
class Random final : public CertificateCompressor {
 public:
  CertificateCompressionAlgorithm algorithm() const noexcept override {
    return CertificateCompressionAlgorithm{0xff03};
  }
  std::optional<Bytes> compress(ByteView certificate) const override {
    Bytes out{static_cast<std::uint8_t>(std::random_device()())};
    out.insert(out.end(), certificate.begin(), certificate.end());
    return out;
  }
  bool decompress(ByteView compressed, ByteSpan out) const override {
    return !compressed.empty() && copy_behind({}, compressed.subspan(1), out);
  }
};

}  // namespace

CertificateCompressors mock_compressors(const Settings& settings) {
  // The order in which the suite expects them to be preferred.
  const CertificateCompressors all{std::make_shared<Expanding>(), std::make_shared<Shrinking>(),
                                   std::make_shared<Random>()};
  if (settings.install_cert_compression_algs) return all;
  CertificateCompressors one;
  for (const auto& compressor : all) {
    if (settings.install_one_cert_compression_alg == static_cast<int>(compressor->algorithm()))
      one.push_back(compressor);
  }
  return one;
}

}  // namespace keyway::bogo
