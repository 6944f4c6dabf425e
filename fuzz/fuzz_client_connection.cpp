// A whole client, fed with what a hostile server might say.
//
// Input: byte 0 chooses: arbitrary bytes from the start; what a real server of TLS 1.3 or of TLS 1.2 says, changed; a
// plan of records, protected with the connection's own keys, so that messages reach every state.

#include "fuzz_connection.hpp"

namespace {

using namespace keyway;           // NOLINT: one small program
using namespace keyway::testing;  // NOLINT
using fuzzing::Plan;

void take_arbitrary(Plan& plan) {
  Connection client = fuzzing::fixed_client();
  const std::size_t step = plan.u8();
  fuzzing::give_in_steps(client, plan.all(), step);
  fuzzing::check(client);
}

void take_changed_flight(Plan& plan, ProtocolVersion version) {
  Connection client = fuzzing::fixed_client();
  const std::size_t step = plan.u8() * 16U;
  Bytes wire = fuzzing::conversation(version).of_server;
  fuzzing::mutate(wire, plan);
  fuzzing::give_in_steps(client, wire, step);
  fuzzing::check(client);
}

ServerHelloFields changed_hello(const ScriptedServer& peer, std::uint8_t kind) {
  ServerHelloFields fields = (kind & 1U) != 0 ? peer.retry(NamedGroup::secp256r1) : peer.hello();
  if ((kind & 2U) != 0) fields.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384;
  if ((kind & 4U) != 0) fields.cipher_suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
  if ((kind & 8U) != 0) fields.extensions.add(ExtensionType::cookie, Bytes{0, 1, 7});
  if ((kind & 16U) != 0) fields.extensions.remove(ExtensionType::key_share);
  return fields;
}

Bytes message_by_number(const ScriptedServer& peer, std::uint8_t number) {
  const bool has_keys = peer.tap.knows(SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET);
  switch (number % 8) {
    case 0:
      return ScriptedServer::encrypted_extensions();
    case 1:
      return ScriptedServer::certificate_request();
    case 2:
      return ScriptedServer::certificate();
    case 3:
      return has_keys ? peer.certificate_verify() : Bytes{};
    case 4:
      return has_keys ? peer.finished() : Bytes{};
    case 5:
      return message_of(HandshakeType::new_session_ticket, Bytes{0, 0, 0, 9, 0, 0, 0, 0, 0, 0, 1, 7, 0, 0});
    case 6:
      return message_of(HandshakeType::key_update, Bytes{0});
    default:
      return message_of(static_cast<HandshakeType>(number), Bytes(3));
  }
}

void play(Plan& plan) {
  static const auto config = build(client_builder());
  ScriptedServer peer(config);
  for (int step = 0; step < 64 && !plan.empty() && !peer.refusal(); ++step) {
    const std::uint8_t what = plan.u8();
    const std::uint8_t detail = plan.u8();
    const bool connected = !peer.subject().is_handshaking();
    switch (what % 9) {
      case 0:
        peer.say_hello(changed_hello(peer, detail));
        break;
      case 1:
        peer.say(message_by_number(peer, detail));
        break;
      case 2: {  // the same, changed
        Bytes message = message_by_number(peer, detail);
        Plan changes(plan.bytes(plan.u8()));
        fuzzing::mutate(message, changes);
        peer.say(message);
        break;
      }
      case 3:
        peer.put(static_cast<ContentType>(detail), plan.bytes(plan.u16()));
        break;
      case 4:
        peer.say(message_of(static_cast<HandshakeType>(detail), plan.bytes(plan.u16())));
        break;
      case 5:
        peer.change_cipher_spec();
        break;
      case 6:
        if (connected) peer.turn_to_application_keys();
        break;
      case 7:
        peer.give(peer.seal(ContentType::application_data, plan.bytes(detail), detail));
        break;
      default:
        peer.give(plan.bytes(detail));
    }
  }
  fuzzing::check(peer.subject());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Plan plan(ByteView(data, size));
  switch (plan.u8() % 4) {
    case 0:
      take_arbitrary(plan);
      break;
    case 1:
      take_changed_flight(plan, ProtocolVersion::TLS1_3);
      break;
    case 3:
      take_changed_flight(plan, ProtocolVersion::TLS1_2);
      break;
    default:
      play(plan);
  }
  return 0;
}
