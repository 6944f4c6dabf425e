#include "tls/wire/extensions/renegotiation_info.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<RenegotiationInfoExtension> RenegotiationInfoExtension::parse(ByteView body) {
  Reader in(body, "extension renegotiation_info");
  const RenegotiationInfoExtension extension{in.vector8("renegotiated_connection")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void RenegotiationInfoExtension::write(Writer& out) const {
  out.vector8(renegotiated_connection);
}

}  // namespace keyway::tls
