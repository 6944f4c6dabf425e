#include "tls/wire/extensions/record_size_limit.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<RecordSizeLimitExtension> RecordSizeLimitExtension::parse(ByteView body) {
  Reader in(body, "extension record_size_limit");
  const RecordSizeLimitExtension extension{in.u16("RecordSizeLimit")};
  if (in.ok() && extension.record_size_limit < min) in.reject(ErrorCode::InvalidValue, "RecordSizeLimit");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void RecordSizeLimitExtension::write(Writer& out) const {
  out.u16(record_size_limit);
}

}  // namespace keyway::tls
