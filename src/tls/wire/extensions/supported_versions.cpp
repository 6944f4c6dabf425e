#include "tls/wire/extensions/supported_versions.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {
namespace {

constexpr std::string_view supported_versions_place = "extension supported_versions";

}  // namespace

Result<SupportedVersionsExtension> SupportedVersionsExtension::parse(ByteView body) {
  Reader in(body, supported_versions_place);
  const SupportedVersionsExtension extension{read_list8<ProtocolVersion>(in, "versions")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void SupportedVersionsExtension::write(Writer& out) const {
  out.vector8(versions.bytes());
}

Result<SelectedVersionExtension> SelectedVersionExtension::parse(ByteView body) {
  Reader in(body, supported_versions_place);
  const SelectedVersionExtension extension{in.value<ProtocolVersion>("selected_version")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void SelectedVersionExtension::write(Writer& out) const {
  out.value(selected_version);
}

}  // namespace keyway::tls
