#include "tls/wire/server_hello_done.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<ServerHelloDone> ServerHelloDone::parse(ByteView body) {
  const Reader in(body, "ServerHelloDone");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return ServerHelloDone{};
}

void ServerHelloDone::write(Writer& /*out*/) const {}

}  // namespace keyway::tls
