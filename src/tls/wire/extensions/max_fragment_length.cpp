#include "tls/wire/extensions/max_fragment_length.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<MaxFragmentLengthExtension> MaxFragmentLengthExtension::parse(ByteView body) {
  Reader in(body, "extension max_fragment_length");
  const MaxFragmentLengthExtension extension{in.value<MaxFragmentLength>("MaxFragmentLength")};
  const bool is_one = extension.max_fragment_length >= MaxFragmentLength::bytes_512 &&
                      extension.max_fragment_length <= MaxFragmentLength::bytes_4096;
  if (in.ok() && !is_one) in.reject(ErrorCode::InvalidValue, "MaxFragmentLength");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void MaxFragmentLengthExtension::write(Writer& out) const {
  out.value(max_fragment_length);
}

}  // namespace keyway::tls
