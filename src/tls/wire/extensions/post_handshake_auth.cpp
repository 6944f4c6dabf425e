#include "tls/wire/extensions/post_handshake_auth.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<PostHandshakeAuthExtension> PostHandshakeAuthExtension::parse(ByteView body) {
  const Reader in(body, "extension post_handshake_auth");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return PostHandshakeAuthExtension{};
}

void PostHandshakeAuthExtension::write(Writer& /*out*/) const {}

}  // namespace keyway::tls
