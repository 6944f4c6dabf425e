#include "tls/wire/key_update.hpp"

#include <string>

#include "core/reader.hpp"

namespace keyway::tls {

Result<KeyUpdate> KeyUpdate::parse(ByteView body) {
  Reader in(body, "KeyUpdate");
  const KeyUpdate message{in.value<KeyUpdateRequest>("request_update")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  // RFC 8446 4.6.3: any other value is illegal_parameter.
  if (message.request_update > KeyUpdateRequest::update_requested) {
    return std::unexpected(fail(ErrorCode::InvalidKeyUpdate)
                               .at("KeyUpdate, request_update")
                               .expected("0 or 1")
                               .received(std::to_string(body.front())));
  }
  return message;
}

void KeyUpdate::write(Writer& out) const {
  out.value(request_update);
}

}  // namespace keyway::tls
