#include "tls/wire/extensions/alpn.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<AlpnExtension> AlpnExtension::parse(ByteView body) {
  Reader in(body, "extension application_layer_protocol_negotiation");
  const AlpnExtension extension{in.vector16("protocol_name_list")};
  if (in.ok() && extension.protocol_name_list.empty()) in.reject(ErrorCode::ListEmpty, "protocol_name_list");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());

  Reader names(extension.protocol_name_list, "extension application_layer_protocol_negotiation");
  while (!names.empty()) (void)names.vector8("protocol_name_list", 1);
  if (auto read = names.check(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void AlpnExtension::write(Writer& out) const {
  out.vector16(protocol_name_list);
}

std::optional<ByteView> AlpnExtension::only() const noexcept {
  if (protocol_name_list.empty()) return std::nullopt;
  const ByteView name = protocol_name_list.subspan(1);
  if (name.size() != protocol_name_list.front()) return std::nullopt;
  return name;
}

}  // namespace keyway::tls
