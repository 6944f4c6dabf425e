#include "tls/wire/certificate_request.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<CertificateRequest> CertificateRequest::parse(ByteView body) {
  Reader in(body, "CertificateRequest");
  CertificateRequest message;
  message.certificate_request_context = in.vector8("certificate_request_context");
  message.extensions = ExtensionBlock::read(in, "extensions");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void CertificateRequest::write(Writer& out) const {
  out.vector8(certificate_request_context);
  extensions.write(out);
}

}  // namespace keyway::tls
