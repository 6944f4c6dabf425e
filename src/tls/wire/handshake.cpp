#include "tls/wire/handshake.hpp"

namespace keyway::tls {

HandshakeHeader parse_handshake_header(ByteView data) noexcept {
  const std::size_t length = std::size_t{data[1]} << 16U | std::size_t{data[2]} << 8U | data[3];
  return {static_cast<HandshakeType>(data[0]), length};
}

}  // namespace keyway::tls
