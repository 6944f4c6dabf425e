// Arbitrary bytes into the record layer: whatever comes is a record, a wish for more, or an error. Then the same bytes
// as a plan for sealing: what was sealed comes out again.
//
// Input: byte 0 chooses protection and what is allowed, bytes 1 to 3 the padding and the size of fragments, the rest
// is the stream.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "tls/record/handshake_joiner.hpp"
#include "tls/record/record_reader.hpp"
#include "tls/record/record_writer.hpp"

namespace {

using namespace keyway;       // NOLINT: one small program
using namespace keyway::tls;  // NOLINT

constexpr std::size_t header_size = 4;
constexpr std::size_t max_message = 4096;

const crypto::Provider& provider() {
  static const auto shared = crypto::make_provider().value();
  return *shared;
}

ProtectionTls13 protection(std::uint8_t choice) {
  const auto suites = suites_tls13();
  const SuiteTls13& suite = suites[choice % suites.size()];
  const auto& hash = *provider().hash(suite.hash);
  return ProtectionTls13::create(provider(), suite, {hash, HashSecret(Bytes(hash.output_size(), 7))}).value();
}

void require(bool holds) {
  if (!holds) std::abort();
}

// All messages of one record; false when one is refused.
bool join(HandshakeJoiner& joiner, ByteView content) {
  joiner.add(content);
  while (true) {
    const auto next = joiner.next();
    if (!next) return false;
    if (!*next) return true;
    require((*next)->raw.size() == (*next)->body.size() + handshake_header_size);
    require((*next)->body.size() <= max_message);
  }
}

void receive(std::uint8_t choice, Bytes stream) {
  RecordReader reader;
  if ((choice & 1U) != 0) reader.set_protection(protection(choice >> 4U));
  reader.allow_change_cipher_spec((choice & 2U) != 0);
  reader.allow_plaintext_alerts((choice & 4U) != 0);
  HandshakeJoiner joiner(max_message);

  ByteSpan rest = stream;
  while (true) {
    const auto incoming = reader.next(rest);
    if (!incoming) return;
    if (!incoming->complete) {
      require(incoming->needed > 0 && incoming->consumed == 0);
      return;
    }
    require(incoming->consumed >= record_header_size && incoming->consumed <= rest.size());
    require(incoming->content.size() <= max_plaintext_fragment);
    if (incoming->type == ContentType::handshake && !join(joiner, incoming->content)) return;
    rest = rest.subspan(incoming->consumed);
  }
}

void round_trip(std::uint8_t choice, ByteView plan, ByteView data) {
  RecordWriter writer({.block = plan[0]}, std::size_t{plan[1]} * 64 + 1);
  writer.set_protection(protection(choice >> 4U));
  RecordReader reader;
  reader.set_protection(protection(choice >> 4U));

  const std::size_t cut = plan[2] < data.size() ? plan[2] : data.size();
  const std::array<ByteView, 2> parts{data.first(cut), data.subspan(cut)};
  Bytes out(writer.sealed_size(data.size()));
  const auto sealed = writer.seal(parts, out);
  require(sealed.has_value() && sealed->consumed == data.size() && sealed->written <= out.size());

  Bytes back;
  ByteSpan rest = ByteSpan(out).first(sealed->written);
  while (!rest.empty()) {
    const auto incoming = reader.next(rest);
    require(incoming.has_value() && incoming->complete);
    back.insert(back.end(), incoming->content.begin(), incoming->content.end());
    rest = rest.subspan(incoming->consumed);
  }
  require(std::ranges::equal(back, data));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < header_size) return 0;
  const ByteView input(bytes, size);
  const ByteView data = input.subspan(header_size);
  receive(input[0], Bytes(data.begin(), data.end()));
  round_trip(input[0], input.subspan(1, 3), data);
  return 0;
}
