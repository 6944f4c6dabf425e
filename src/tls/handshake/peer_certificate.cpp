#include "tls/handshake/peer_certificate.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace keyway::tls {
Result<Bytes> decompress(const CompressedCertificate& message, const CertificateCompressors& compressors,
                         std::size_t max_size) {
  const auto compressor =
      std::ranges::find(compressors, message.algorithm, [](const auto& one) { return one->algorithm(); });
  if (compressor == compressors.end()) {
    return std::unexpected(fail(ErrorCode::UnknownCertificateCompression)
                               .at("CompressedCertificate, algorithm")
                               .expected("one that was asked for")
                               .received(to_string(message.algorithm)));
  }
  if (message.uncompressed_length > max_size) {
    return std::unexpected(fail(ErrorCode::UncompressedCertificateTooLarge)
                               .at("CompressedCertificate, uncompressed_length")
                               .expected("at most " + std::to_string(max_size))
                               .received(std::to_string(message.uncompressed_length)));
  }
  Bytes body(message.uncompressed_length);
  if (!body.empty() && (*compressor)->decompress(message.compressed_certificate_message, body)) return body;
  return std::unexpected(
      fail(ErrorCode::CertificateDecompressionFailed)
          .at("CompressedCertificate, compressed_certificate_message")
          .expected(to_string(message.algorithm) + " of " + std::to_string(message.uncompressed_length) + " bytes"));
}

Result<PeerCertificate> PeerCertificate::take(const CommonConfig& config, const HandshakeMessage& handshake) {
  PeerCertificate taken;
  ByteView body = handshake.body;
  if (handshake.type == HandshakeType::compressed_certificate) {
    if (config.certificate_compressors.empty()) {
      return std::unexpected(fail(ErrorCode::UnexpectedMessage)
                                 .expected("Certificate")
                                 .received("CompressedCertificate, which was not asked for"));
    }
    const auto compressed = CompressedCertificate::parse(body);
    if (!compressed) return std::unexpected(compressed.error());
    auto decompressed = decompress(*compressed, config.certificate_compressors, config.max_handshake_message);
    if (!decompressed) return std::unexpected(std::move(decompressed.error()));
    taken.decompressed = std::move(*decompressed);
    body = taken.decompressed;
    taken.compressed_by = compressed->algorithm;
  }
  auto message = CertificateMessage::parse(body);
  if (!message) return std::unexpected(std::move(message.error()));
  taken.message = std::move(*message);
  return taken;
}

}  // namespace keyway::tls
