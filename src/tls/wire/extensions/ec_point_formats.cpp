#include "tls/wire/extensions/ec_point_formats.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {

Result<EcPointFormatsExtension> EcPointFormatsExtension::parse(ByteView body) {
  Reader in(body, "extension ec_point_formats");
  const EcPointFormatsExtension extension{read_list8<EcPointFormat>(in, "ec_point_format_list")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void EcPointFormatsExtension::write(Writer& out) const {
  out.vector8(ec_point_format_list.bytes());
}

}  // namespace keyway::tls
