#include "tls/wire/extensions/tls_flags.hpp"

#include <utility>

#include "core/reader.hpp"

namespace keyway::tls {

Result<TlsFlagsExtension> TlsFlagsExtension::parse(ByteView body) {
  Reader in(body, "extension tls_flags");
  const TlsFlagsExtension extension{in.vector8("flags", 1)};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  if (extension.flags.back() != 0) return extension;
  return std::unexpected(fail(ErrorCode::InvalidValue)
                             .at("extension tls_flags, flags")
                             .expected("no zero bytes at the end")
                             .alert(AlertDescription::illegal_parameter));
}

}  // namespace keyway::tls
