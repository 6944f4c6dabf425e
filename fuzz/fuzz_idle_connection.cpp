// What a connection is on its way to another process, under the seal: what is read is written the same, and so is the
// running hash in it.

#include <algorithm>

#include "fuzz_wire_identity.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/session/idle_connection.hpp"
#include "tls/suites.hpp"

namespace {

using namespace keyway;

void go_on_with_transcript(const tls::IdleConnection& idle) {
  static const auto provider = crypto::make_provider().value();
  const auto* tls13 = std::get_if<tls::IdleTls13>(&idle.traffic);
  if (tls13 == nullptr) return;
  const auto& hash = *provider->hash(tls::find_suite_tls13(idle.info.cipher_suite)->hash);
  const auto transcript = tls::Transcript::read(hash, tls13->transcript);
  if (transcript) tls::fuzzing::require(std::ranges::equal(transcript->written().value(), tls13->transcript));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView bytes(data, size);
  const auto idle = tls::IdleConnection::parse(bytes);
  tls::fuzzing::require_identity(idle, bytes);
  if (idle) go_on_with_transcript(*idle);
  return 0;
}
