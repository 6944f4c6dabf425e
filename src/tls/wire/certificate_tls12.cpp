#include "tls/wire/certificate_tls12.hpp"

#include "core/reader.hpp"
#include "tls/wire/certificate.hpp"

namespace keyway::tls {

Result<CertificateTls12> CertificateTls12::parse(ByteView body) {
  Reader in(body, "Certificate");
  Reader list(in.vector24("certificate_list"), "Certificate, certificate_list");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  CertificateTls12 message;
  while (!list.empty()) {
    if (message.certificate_list.size() == max_certificate_entries) {
      list.reject(ErrorCode::LengthOutOfRange, "more entries than are taken");
      break;
    }
    message.certificate_list.push_back(list.vector24("ASN.1Cert", 1));
  }
  if (auto read = list.check(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void CertificateTls12::write(Writer& out) const {
  out.vector24([&] {
    for (const ByteView certificate : certificate_list) out.vector24(certificate);
  });
}

}  // namespace keyway::tls
