#include "tls/wire/extensions/supported_groups.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {

Result<SupportedGroupsExtension> SupportedGroupsExtension::parse(ByteView body) {
  Reader in(body, "extension supported_groups");
  const SupportedGroupsExtension extension{read_list16<NamedGroup>(in, "named_group_list")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void SupportedGroupsExtension::write(Writer& out) const {
  out.vector16(named_group_list.bytes());
}

}  // namespace keyway::tls
