// A whole server, fed with what a hostile client might say.
//
// Input: byte 0 chooses: arbitrary bytes from the start; what a real client says in TLS 1.3 or in TLS 1.2, changed; a
// plan of records, protected with the connection's own keys, so that messages reach every state; a plan against a
// server that pauses.

#include "fuzz_connection.hpp"

namespace {

using namespace keyway;           // NOLINT: one small program
using namespace keyway::testing;  // NOLINT
using fuzzing::Plan;

void take_arbitrary(Plan& plan) {
  Connection server = fuzzing::fixed_server();
  const std::size_t step = plan.u8();
  fuzzing::give_in_steps(server, plan.all(), step);
  fuzzing::check(server);
}

void take_changed_client(Plan& plan, ProtocolVersion version) {
  Connection server = fuzzing::fixed_server(version);
  const std::size_t step = plan.u8() * 16U;
  Bytes wire = fuzzing::conversation(version).of_client;
  fuzzing::mutate(wire, plan);
  fuzzing::give_in_steps(server, wire, step);
  fuzzing::check(server);
}

std::shared_ptr<const ServerConfig> config_by_number(std::uint8_t number) {
  Policy policy = classical_policy();
  if ((number & 1U) != 0) policy.groups = {NamedGroup::secp256r1};
  if ((number & 1U) != 0) policy.key_shares = {};
  auto builder = server_builder();
  builder.policy(policy).unknown_name(UnknownName::use_default);
  if ((number & 2U) != 0) builder.alpn({"h2"});
  if ((number & 4U) != 0) builder.pause_for_client_hello();
  if ((number & 8U) != 0) builder.pause_for_credential();
  return build(std::move(builder));
}

ClientHelloFields changed_hello(Plan& plan, std::uint8_t kind) {
  ClientHelloFields fields = ScriptedClient::hello();
  if ((kind & 1U) != 0) {
    fields.extensions.set(ExtensionType::key_share,
                          key_share_body({{NamedGroup::secp256r1, ScriptedClient::share(NamedGroup::secp256r1)}}));
  }
  if ((kind & 2U) != 0) fields.session_id.clear();
  if ((kind & 4U) != 0) fields.cipher_suites = {CipherSuite::TLS_AES_256_GCM_SHA384};
  if ((kind & 8U) != 0) {
    const auto type = static_cast<ExtensionType>(plan.u16());
    const ByteView body = plan.bytes(plan.u8());
    fields.extensions.set(type, Bytes(body.begin(), body.end()));
  }
  return fields;
}

void answer_pauses(ScriptedClient& peer) {
  static const auto credential = shared_credential();
  for (int i = 0; i < 3 && peer.subject().pause(); ++i) {
    const bool wants_credential = peer.subject().pause() == Pause::credential;
    const auto hello = peer.subject().pending_client_hello();
    fuzzing::require(hello && !hello->raw().empty());
    static_cast<void>(hello->groups());
    static_cast<void>(hello->alpn());
    static_cast<void>(wants_credential ? peer.subject().resume(answer::UseCredential{credential})
                                       : peer.subject().resume(answer::Proceed{}));
  }
  peer.give({});
}

void play(Plan& plan, std::uint8_t number) {
  static const std::array configs{config_by_number(0), config_by_number(1), config_by_number(2),
                                  config_by_number(4), config_by_number(8), config_by_number(13)};
  ScriptedClient peer(configs[number % configs.size()]);
  for (int step = 0; step < 64 && !plan.empty() && !peer.refusal(); ++step) {
    const std::uint8_t what = plan.u8();
    const std::uint8_t detail = plan.u8();
    const bool has_keys = peer.tap.knows(SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET);
    switch (what % 10) {
      case 0:
        peer.say_hello(changed_hello(plan, detail));
        break;
      case 1:
        if (has_keys) peer.say(peer.finished());
        break;
      case 2: {  // a hello or a Finished, changed
        Bytes message = has_keys ? peer.finished() : changed_hello(plan, detail).encode();
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
        if (has_keys) peer.turn_to_handshake_keys();
        break;
      case 7:
        if (peer.tap.knows(SecretLabel::CLIENT_TRAFFIC_SECRET)) peer.turn_to_application_keys();
        break;
      case 8:
        peer.give(peer.seal(ContentType::application_data, plan.bytes(detail), detail));
        break;
      default:
        peer.give(plan.bytes(detail));
    }
    answer_pauses(peer);
  }
  fuzzing::check(peer.subject());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Plan plan(ByteView(data, size));
  const std::uint8_t mode = plan.u8();
  switch (mode % 4) {
    case 0:
      take_arbitrary(plan);
      break;
    case 1:
      take_changed_client(plan, ProtocolVersion::TLS1_3);
      break;
    case 3:
      take_changed_client(plan, ProtocolVersion::TLS1_2);
      break;
    default:
      play(plan, static_cast<std::uint8_t>(mode / 4));
  }
  return 0;
}
