#include "tls/wire/hello_request.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<HelloRequest> HelloRequest::parse(ByteView body) {
  const Reader in(body, "HelloRequest");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return HelloRequest{};
}

void HelloRequest::write(Writer& /*out*/) const {}

}  // namespace keyway::tls
