// Attack 9: every message in every state that does not take it is `unexpected_message` (SMACK, SKIP-TLS, FREAK); the
// pairs come from the machines' own tables. Attack 22: nothing renegotiates.

#include <gtest/gtest.h>

#include <array>
#include <functional>
#include <string_view>

#include "attacks/handshake_types.hpp"
#include "testing/client_identity.hpp"
#include "testing/refusal.hpp"
#include "tls/client/machine.hpp"
#include "tls/server/machine.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum HandshakeType;

constexpr auto& every_type = every_handshake_type;

template <typename Peer>
struct Way {
  std::string_view state;
  std::function<void(Peer&)> bring;
};

const std::vector<Way<ScriptedServer>> ways_of_the_client{
    {tls::client::ExpectServerHello::name, [](ScriptedServer&) {}},
    {tls::client::ExpectServerHelloAfterRetry::name, [](ScriptedServer& peer) { peer.say_hello(peer.retry()); }},
    {tls::client::ExpectEncryptedExtensions::name, [](ScriptedServer& peer) { peer.say_until(encrypted_extensions); }},
    {tls::client::ExpectCertificateOrRequest::name, [](ScriptedServer& peer) { peer.say_until(certificate); }},
    {tls::client::ExpectCertificate::name,
     [](ScriptedServer& peer) {
       peer.say_until(certificate);
       peer.say(ScriptedServer::certificate_request());
     }},
    {tls::client::ExpectCertificateVerify::name, [](ScriptedServer& peer) { peer.say_until(certificate_verify); }},
    {tls::client::ExpectFinished::name, [](ScriptedServer& peer) { peer.say_until(finished); }},
};

std::shared_ptr<const ServerConfig> asks_for_p384() {
  Policy policy = classical_policy();
  policy.groups = {NamedGroup::secp384r1};
  policy.key_shares = {};
  auto builder = server_builder();
  builder.policy(policy);
  return build(std::move(builder));
}

const std::vector<Way<ScriptedClient>> ways_of_the_server{
    {tls::server::ExpectClientHello::name, [](ScriptedClient&) {}},
    {tls::server::ExpectSecondClientHello::name, [](ScriptedClient& peer) { peer.say_hello(); }},
    {tls::server::ExpectCertificate::name, [](ScriptedClient& peer) { peer.say_hello(); }},
    {tls::server::ExpectCertificateVerify::name,
     [](ScriptedClient& peer) {
       peer.say_hello();
       peer.say(ScriptedClient::certificate());
     }},
    {tls::server::ExpectFinished::name, [](ScriptedClient& peer) { peer.say_hello(); }},
};

/// The configuration of a server that comes to this state.
std::shared_ptr<const ServerConfig> server_for(std::string_view state) {
  if (state == tls::server::ExpectSecondClientHello::name) return asks_for_p384();
  const bool asks =
      state == tls::server::ExpectCertificate::name || state == tls::server::ExpectCertificateVerify::name;
  return asks ? server_that_requires(ProtocolVersion::TLS1_3) : nullptr;
}

template <typename Peer>
void expect_unexpected(Peer& peer, std::string_view state, HandshakeType type) {
  ASSERT_EQ(peer.refusal(), std::nullopt) << state << ": " << peer.why();
  peer.put(ContentType::handshake, message_of(type, Bytes(2)));
  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message))
      << state << ", " << to_string(type);
  EXPECT_TRUE(peer.delivered().empty());
}

template <typename Machine, typename Peer, typename Make>
void try_all_pairs(const std::vector<Way<Peer>>& ways, Make make) {
  for (const tls::StateFacts& facts : Machine::facts()) {
    if (facts.is_paused) continue;  // a pause takes nothing: see the tests of pauses
    // Those are brought about in attack_early_states_test.cpp.
    const bool is_of_early_data =
        facts.name == tls::server::ExpectEndOfEarlyData::name || facts.name == tls::client::ExpectFinishedEarly::name;
    if (is_of_early_data) continue;
    const auto way = std::ranges::find(ways, facts.name, &Way<Peer>::state);
    ASSERT_NE(way, ways.end()) << "no test brings a connection to: " << facts.name;
    for (const HandshakeType type : every_type) {
      if (std::ranges::find(facts.accepts, type) != facts.accepts.end()) continue;
      const std::unique_ptr<Peer> peer = make(facts.name);
      way->bring(*peer);
      ASSERT_NO_FATAL_FAILURE(expect_unexpected(*peer, facts.name, type));
    }
  }
}

TEST(AttackOnStates, EveryMessageInEveryStateOfTheClientIsRefusedUnlessAwaited) {
  try_all_pairs<tls::client::TableTls13>(ways_of_the_client,
                                         [](std::string_view) { return std::make_unique<ScriptedServer>(); });
}

TEST(AttackOnStates, EveryMessageInEveryStateOfTheServerIsRefusedUnlessAwaited) {
  try_all_pairs<tls::server::TableTls13>(
      ways_of_the_server, [](std::string_view state) { return std::make_unique<ScriptedClient>(server_for(state)); });
}

TEST(AttackOnStates, TheWaysLeadToTheStatesThatTheyName) {
  ScriptedServer server(nullptr);
  for (std::size_t i = 1; i < ways_of_the_client.size(); ++i) {
    ScriptedServer peer;
    ways_of_the_client[i].bring(peer);
    peer.put(ContentType::handshake, message_of(HandshakeType{255}, {}));
    ASSERT_NE(peer.subject().error(), nullptr);
    EXPECT_EQ(peer.subject().error()->where(), ways_of_the_client[i].state);
  }
  for (const Way<ScriptedClient>& way : ways_of_the_server) {
    ScriptedClient peer(server_for(way.state));
    way.bring(peer);
    peer.put(ContentType::handshake, message_of(HandshakeType{255}, {}));
    ASSERT_NE(peer.subject().error(), nullptr);
    EXPECT_EQ(peer.subject().error()->where(), way.state);
  }
}

TEST(AttackOnStates, AfterTheHandshakeOnlyKeyUpdatesAndTicketsAreTaken) {
  for (const HandshakeType type : every_type) {
    if (type == key_update) continue;
    ScriptedClient client;
    client.connect();
    ASSERT_FALSE(client.subject().is_handshaking()) << client.why();
    expect_unexpected(client, "server: established", type);
    if (type == new_session_ticket) continue;
    ScriptedServer server;
    server.connect();
    ASSERT_FALSE(server.subject().is_handshaking()) << server.why();
    expect_unexpected(server, "client: established", type);
  }
}

TEST(AttackOnStates, AMessageTooManyInOneRecordIsRefusedWhereItStands) {
  ScriptedServer peer;
  peer.say_until(certificate);
  const Bytes once = ScriptedServer::certificate();
  Bytes twice = once;
  twice.insert(twice.end(), once.begin(), once.end());

  peer.put(ContentType::handshake, twice);

  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
}

TEST(AttackOnStates, AClientNeverFinishesWithAServerThatProvedNothing) {
  // SKIP-TLS: from each state, straight to Finished.
  for (const Way<ScriptedServer>& way : ways_of_the_client) {
    if (way.state == tls::client::ExpectFinished::name) continue;
    ScriptedServer peer;
    way.bring(peer);
    const bool has_keys = peer.tap.knows(SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET);
    peer.put(ContentType::handshake, has_keys ? peer.finished() : message_of(finished, Bytes(32)));
    EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message)) << way.state;
    EXPECT_FALSE(peer.subject().can_send());
  }
}

TEST(AttackOnRenegotiation, AClientHelloAfterTheHandshakeIsRefused) {
  ScriptedClient peer;
  peer.connect();

  peer.put(ContentType::handshake, ScriptedClient::hello().encode());

  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
}

TEST(AttackOnRenegotiation, AHelloRequestMovesNoClient) {
  ScriptedServer peer;
  peer.connect();

  peer.put(ContentType::handshake, message_of(hello_request, {}));

  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
}

}  // namespace
}  // namespace keyway
