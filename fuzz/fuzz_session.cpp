// A session's bytes: what is read is written the same.

#include "fuzz_wire_identity.hpp"
#include "tls/session/session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  const ByteView bytes(data, size);
  const auto session = tls::Session::parse(bytes);
  tls::fuzzing::require_identity(session, bytes);
  if (session) tls::fuzzing::require(session->written_size() == size);
  return 0;
}
