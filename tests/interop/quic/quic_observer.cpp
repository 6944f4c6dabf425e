#include "interop/quic/quic_observer.hpp"

#include <algorithm>

#include "interop/quic/ngtcp2_peer.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::quic_interop {
namespace {

using testing::provider;

QuicSecret turned(const QuicSecret& secret, Direction direction) {
  return {secret.level, direction, secret.cipher_suite, secret.secret.clone()};
}

}  // namespace

void QuicObserver::learn(Side sender, const QuicSecret& secret) {
  Keys& of = keys(sender, secret.level);
  of.opener = QuicOpener::create(provider(), version, turned(secret, Direction::received)).value();
  of.sealer = QuicSealer::create(provider(), version, turned(secret, Direction::sent)).value();
}

void QuicObserver::learn_initial(ByteView destination) {
  const auto secrets = quic_initial_secrets(*provider(), version, Side::client, destination).value();
  learn(Side::client, secrets.sent);
  learn(Side::server, secrets.received);
}

std::uint64_t QuicObserver::generation(Side sender) const {
  const auto& opener =
      keys_.at(static_cast<std::size_t>(sender)).at(static_cast<std::size_t>(EncryptionLevel::application)).opener;
  return opener ? opener->generation() : 0;
}

std::string QuicObserver::replay() {
  for (Seen& seen : seen_) {
    for (ByteSpan rest = seen.datagram; !rest.empty();) {
      const auto packet = read_quic_packet(rest, id_size, QuicBit::any);  // which ngtcp2 always allows
      if (!packet) return packet.error().message();
      const ByteSpan bytes = rest.first(packet->size);
      rest = rest.subspan(packet->size);
      if (std::string wrong = check(seen.sender, *packet, bytes); !wrong.empty()) return wrong;
    }
  }
  return {};
}

std::string QuicObserver::check(Side sender, const QuicPacketView& packet, ByteSpan bytes) {
  if (first_destination_.empty()) {
    first_destination_.assign(packet.destination.begin(), packet.destination.end());
    learn_initial(first_destination_);
  }
  if (packet.type == QuicPacketType::retry) {
    ++retries_;
    auto integrity = QuicRetryIntegrity::create(*provider(), version).value();
    if (!integrity.holds(first_destination_, bytes)) return "a Retry without its tag";
    learn_initial(packet.source);
    return {};
  }
  const auto level = packet.level();
  if (!level) return "a packet of no level";
  Keys& of = keys(sender, *level);
  const std::string where =
      std::string(to_string(*level)) + (sender == Side::client ? " of the client" : " of the server");
  if (!of.opener) return where + ": no keys";
  const Bytes original(bytes.begin(), bytes.end());
  const auto opened = of.opener->open(bytes, packet.packet_number_offset);
  if (!opened) return where + ": " + opened.error().message();
  of.opener->acknowledged(opened->number);  // what the other end says of it, is not looked at here
  if (const auto followed = of.sealer->follow(*of.opener); !followed) return where + ": " + followed.error().message();
  Bytes again(original.size());
  const std::array payload{ByteView(opened->payload)};
  const auto sealed = of.sealer->seal(opened->number, opened->header, payload, again);
  if (!sealed) return where + ": " + sealed.error().message();
  if (again != original) return where + ": sealed again, it is another packet";
  ++packets_;
  return {};
}

}  // namespace keyway::quic_interop
