#include "tls/wire/extensions/certificate_authorities.hpp"

namespace keyway::tls {

Result<CertificateAuthoritiesExtension> CertificateAuthoritiesExtension::parse(ByteView body) {
  constexpr std::string_view where = "extension certificate_authorities";
  Reader in(body, where);
  const CertificateAuthoritiesExtension extension{in.vector16("authorities")};
  if (in.ok() && extension.authorities.empty()) in.reject(ErrorCode::ListEmpty, "authorities");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());

  Reader names(extension.authorities, where);
  while (!names.empty()) (void)names.vector16("authorities", 1);
  if (auto read = names.check(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void CertificateAuthoritiesExtension::write(Writer& out) const {
  out.vector16(authorities);
}

}  // namespace keyway::tls
