// What a connection is on its way to another process, under the seal: what is read is written the same.

#include "fuzz_wire_identity.hpp"
#include "tls/session/idle_connection.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  const ByteView bytes(data, size);
  tls::fuzzing::require_identity(tls::IdleConnection::parse(bytes), bytes);
  return 0;
}
