// A session's bytes, and those of one that a client stored: what is read is written the same.

#include <keyway/session.hpp>

#include "fuzz_wire_identity.hpp"
#include "testing/pair.hpp"
#include "tls/session/session.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  static const std::shared_ptr<const ClientConfig> config = testing::build(testing::client_builder());
  const ByteView bytes(data, size);
  const auto session = tls::Session::parse(bytes);
  tls::fuzzing::require_identity(session, bytes);
  if (session) tls::fuzzing::require(session->written_size() == size);

  const auto stored = read_session(bytes, *config);
  if (!stored) return 0;
  const auto written = write_session(*stored);
  tls::fuzzing::require(written.has_value() && std::ranges::equal(*written, bytes));
  return 0;
}
