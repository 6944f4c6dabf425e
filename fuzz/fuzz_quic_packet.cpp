// A datagram of arbitrary bytes: each packet in it is read, and opened at its level, or refused. Then the same bytes as
// a plan for sealing: what was sealed comes out again.
//
// Input: byte 0 chooses suite, version and connection ID size, byte 1 the header, byte 2 an update of keys; the rest is
// the datagram.

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include <keyway/quic_packets.hpp>

namespace {

using namespace keyway;  // NOLINT: one small program

constexpr std::size_t plan_size = 3;
constexpr std::array suites{CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                            CipherSuite::TLS_CHACHA20_POLY1305_SHA256};

const std::shared_ptr<const crypto::Provider>& provider() {
  static const auto shared = crypto::make_provider().value();
  return shared;
}

void require(bool holds) {
  if (!holds) std::abort();
}

QuicSecret secret(std::uint8_t choice, EncryptionLevel level, Direction direction) {
  const CipherSuite suite = suites[choice % suites.size()];
  return {level, direction, suite, SecretBuffer<64>(Bytes(suite == CipherSuite::TLS_AES_256_GCM_SHA384 ? 48 : 32, 7))};
}
QuicVersion version(std::uint8_t choice) {
  return (choice & 0x40U) != 0 ? QuicVersion::v2 : QuicVersion::v1;
}

void receive(std::uint8_t choice, Bytes datagram) {
  const std::size_t id_size = choice % (max_quic_connection_id + 1);
  for (ByteSpan rest = datagram; !rest.empty();) {
    const auto packet = read_quic_packet(rest, id_size);
    if (!packet) return;
    require(packet->size > 0 && packet->size <= rest.size() && packet->packet_number_offset <= packet->size);
    if (const auto level = packet->level()) {
      auto opener = QuicOpener::create(provider(), version(choice), secret(choice, *level, Direction::received));
      const auto opened = opener->open(rest.first(packet->size), packet->packet_number_offset);
      if (opened) require(opened->header.size() + opened->payload.size() + QuicSealer::overhead == packet->size);
    } else {
      auto retry = QuicRetryIntegrity::create(*provider(), version(choice));
      (void)retry->holds(packet->source, rest);
    }
    rest = rest.subspan(packet->size);
  }
}

void round_trip(ByteView plan, ByteView data) {
  auto sealer =
      QuicSealer::create(provider(), version(plan[0]), secret(plan[0], EncryptionLevel::application, Direction::sent));
  auto opener = QuicOpener::create(provider(), version(plan[0]),
                                   secret(plan[0], EncryptionLevel::application, Direction::received));
  const std::size_t number_size = std::size_t{1} + (plan[1] & 3U);
  const std::size_t id_size = plan[1] % 21U;
  Bytes frames(data.begin(), data.end());
  frames.resize(std::max<std::size_t>(frames.size(), 4));
  for (std::uint64_t number = 0; number < 4; ++number) {
    Bytes header(1 + id_size + number_size);
    header.front() = static_cast<std::uint8_t>(0x40U | (number_size - 1));
    header.back() = static_cast<std::uint8_t>(number);
    Bytes out(header.size() + frames.size() + QuicSealer::overhead);
    const auto size = sealer->seal(number, header, std::array{ByteView(frames)}, out);
    require(size.has_value() && *size == out.size());
    const auto packet = read_quic_packet(out, id_size);
    require(packet.has_value() && packet->size == out.size());
    const auto opened = opener->open(out, packet->packet_number_offset);
    require(opened.has_value() && opened->number == number && std::ranges::equal(opened->payload, frames));
    if (number != plan[2] % 4U) continue;
    sealer->acknowledged(number);
    require(sealer->update().has_value());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  if (size < plan_size) return 0;
  const ByteView input(bytes, size);
  const ByteView data = input.subspan(plan_size);
  receive(input[0], Bytes(data.begin(), data.end()));
  round_trip(input.first(plan_size), data);
  return 0;
}
