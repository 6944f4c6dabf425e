#include "tls/wire/extensions/signed_certificate_timestamp.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<SctRequestExtension> SctRequestExtension::parse(ByteView body) {
  const Reader in(body, "extension signed_certificate_timestamp");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return SctRequestExtension{};
}

void SctRequestExtension::write(Writer& /*out*/) const {}

Result<SctListExtension> SctListExtension::parse(ByteView body) {
  constexpr std::string_view where = "extension signed_certificate_timestamp";
  Reader in(body, where);
  const ByteView contents = in.vector16("sct_list");
  if (in.ok() && contents.empty()) in.reject(ErrorCode::ListEmpty, "sct_list");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  Reader each(contents, where);
  while (!each.empty()) (void)each.vector16("SerializedSCT", 1);
  if (auto read = each.check(); !read) return std::unexpected(std::move(read).error());
  return SctListExtension{body};
}

void SctListExtension::write(Writer& out) const {
  out.bytes(list);
}

}  // namespace keyway::tls
