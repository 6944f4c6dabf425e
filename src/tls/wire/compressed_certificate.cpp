#include "tls/wire/compressed_certificate.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<CompressedCertificate> CompressedCertificate::parse(ByteView body) {
  Reader in(body, "CompressedCertificate");
  CompressedCertificate message;
  message.algorithm = in.value<CertificateCompressionAlgorithm>("algorithm");
  message.uncompressed_length = in.u24("uncompressed_length");
  message.compressed_certificate_message = in.vector24("compressed_certificate_message", 1);
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void CompressedCertificate::write(Writer& out) const {
  out.value(algorithm);
  out.u24(uncompressed_length);
  out.vector24(compressed_certificate_message);
}

}  // namespace keyway::tls
