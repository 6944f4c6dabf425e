#include "tls/wire/certificate_request_tls12.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {

Result<CertificateRequestTls12> CertificateRequestTls12::parse(ByteView body) {
  Reader in(body, "CertificateRequest");
  CertificateRequestTls12 message;
  message.certificate_types = read_list8<ClientCertificateType>(in, "certificate_types");
  message.supported_signature_algorithms = read_list16<SignatureScheme>(in, "supported_signature_algorithms");
  message.certificate_authorities = in.vector16("certificate_authorities");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  Reader names(message.certificate_authorities, "CertificateRequest, certificate_authorities");
  while (!names.empty()) (void)names.vector16("DistinguishedName", 1);
  if (auto read = names.check(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void CertificateRequestTls12::write(Writer& out) const {
  out.vector8(certificate_types.bytes());
  out.vector16(supported_signature_algorithms.bytes());
  out.vector16(certificate_authorities);
}

}  // namespace keyway::tls
