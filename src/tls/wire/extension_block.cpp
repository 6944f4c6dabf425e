#include "tls/wire/extension_block.hpp"

#include "tls/wire/seen_codes.hpp"

namespace keyway::tls {
namespace {

constexpr std::size_t extension_header_size = 4;  // a type and a length, two bytes each

/// The size of the extension body at the front of `rest`, which is well-framed.
std::size_t body_size(ByteView rest) noexcept {
  return std::size_t{rest[2]} << 8U | rest[3];
}

}  // namespace

ExtensionBlock ExtensionBlock::read(Reader& in, std::string_view field) {
  const ByteView contents = in.vector16(field);
  SeenCodes seen;
  Reader each(contents, field);
  while (!each.empty()) {
    const std::uint16_t code = each.u16("extension_type");
    (void)each.vector16("extension_data");
    if (each.ok() && !seen.add(code)) each.reject(ErrorCode::DuplicateExtension, "extension_type");
  }
  if (each.ok()) return ExtensionBlock(contents);
  in.reject(each.check().error().code(), field);
  return {};
}

Error with_duplicates_as_decode_error(Error error) {
  if (error.code() != ErrorCode::DuplicateExtension) return error;
  return std::move(error).alert(AlertDescription::decode_error);
}

std::optional<ByteView> ExtensionBlock::find(ExtensionType type) const noexcept {
  for (const ExtensionView extension : *this) {
    if (extension.type == type) return extension.body;
  }
  return std::nullopt;
}

ExtensionView ExtensionBlock::Iterator::operator*() const noexcept {
  return {static_cast<ExtensionType>(rest_[0] << 8U | rest_[1]),
          rest_.subspan(extension_header_size, body_size(rest_))};
}

ExtensionBlock::Iterator& ExtensionBlock::Iterator::operator++() noexcept {
  rest_ = rest_.subspan(extension_header_size + body_size(rest_));
  return *this;
}

}  // namespace keyway::tls
