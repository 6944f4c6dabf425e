#include "tls/wire/extensions/server_name.hpp"

#include <string>

#include "core/reader.hpp"

namespace keyway::tls {
namespace {

constexpr std::string_view server_name_place = "extension server_name";
constexpr std::uint8_t host_name_type = 0;  // RFC 6066 3: the only NameType there is

}  // namespace

Result<ServerNameExtension> ServerNameExtension::parse(ByteView body) {
  Reader in(body, server_name_place);
  Reader list(in.vector16("server_name_list"), server_name_place);
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  if (list.empty()) {
    return std::unexpected(fail(ErrorCode::InvalidServerNameExtension)
                               .at("extension server_name, server_name_list")
                               .expected("a host_name")
                               .received("an empty list")
                               .alert(AlertDescription::decode_error));
  }

  const std::uint8_t name_type = list.u8("name_type");
  if (name_type != host_name_type) {
    return std::unexpected(fail(ErrorCode::InvalidServerNameExtension)
                               .at("extension server_name, name_type")
                               .expected("host_name (0)")
                               .received(std::to_string(name_type)));
  }
  const ServerNameExtension extension{list.vector16("host_name", 1)};
  // RFC 6066 3: at most one name of a type, and there is only one type.
  if (!list.empty()) list.reject(ErrorCode::InvalidServerNameExtension, "server_name_list");
  if (auto read = list.check(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void ServerNameExtension::write(Writer& out) const {
  out.vector16([&] {
    out.u8(host_name_type);
    out.vector16(host_name);
  });
}

}  // namespace keyway::tls
