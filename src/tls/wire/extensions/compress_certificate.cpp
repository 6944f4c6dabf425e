#include "tls/wire/extensions/compress_certificate.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"
#include "tls/wire/seen_codes.hpp"

namespace keyway::tls {

Result<CompressCertificateExtension> CompressCertificateExtension::parse(ByteView body) {
  Reader in(body, "extension compress_certificate");
  const CompressCertificateExtension extension{read_list8<CertificateCompressionAlgorithm>(in, "algorithms")};
  SeenCodes seen;
  for (const CertificateCompressionAlgorithm algorithm : extension.algorithms) {
    if (!seen.add(static_cast<std::uint16_t>(algorithm))) in.reject(ErrorCode::InvalidValue, "algorithms");
  }
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void CompressCertificateExtension::write(Writer& out) const {
  out.vector8(algorithms.bytes());
}

}  // namespace keyway::tls
