#include "tls/wire/certificate_status.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<CertificateStatus> CertificateStatus::parse(ByteView body) {
  Reader in(body, "CertificateStatus");
  const auto status_type = in.value<CertificateStatusType>("status_type");
  if (status_type != CertificateStatusType::ocsp) in.reject(ErrorCode::InvalidValue, "status_type");
  const CertificateStatus status{in.vector24("response", 1)};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return status;
}

void CertificateStatus::write(Writer& out) const {
  out.value(CertificateStatusType::ocsp);
  out.vector24(response);
}

}  // namespace keyway::tls
