#include "tls/wire/extensions/cookie.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<CookieExtension> CookieExtension::parse(ByteView body) {
  Reader in(body, "extension cookie");
  const CookieExtension extension{in.vector16("cookie", 1)};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void CookieExtension::write(Writer& out) const {
  out.vector16(cookie);
}

}  // namespace keyway::tls
