// Attack 13: every bit of a binder flipped. Attack 16: a PSK missing from a second ClientHello; a bad binder. Attacks
// 24 and 25: tickets altered, of other keys, of keys that are too old. And a server that takes what was not offered.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "testing/refusal.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/wire/extensions/pre_shared_key.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;
using enum ExtensionType;

std::shared_ptr<const ClientConfig> client_storing_in(const std::shared_ptr<CarelessStore>& store) {
  ClientConfig::Builder builder = client_builder();
  builder.session_store(store);
  return build(std::move(builder));
}

/// A client that has been to a server and kept its tickets.
struct Returning {
  std::shared_ptr<CarelessStore> store = std::make_shared<CarelessStore>();
  std::shared_ptr<const ClientConfig> client = client_storing_in(store);
  std::shared_ptr<const ServerConfig> server = build(server_builder());
  StoredSession session;

  Returning() {
    static_cast<void>(make_connected_pair(client, server));
    session = store->back();
  }
  /// The next connection offers this session, changed.
  void offer(const CarelessStore::Edit& edit = {}) {
    store->put("", session);
    store->edit = edit;
  }
};

constexpr std::size_t min_binder = 32;

TEST(AttackOnBinders, EveryFlippedBitIsRefused) {
  Returning peer;
  for (std::size_t bit = 0; bit < min_binder * 8; ++bit) {
    peer.offer();
    Pair pair = make_tls_pair(peer.client, peer.server);
    Bytes hello = drain(pair.client);
    hello[hello.size() - 1 - bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);

    static_cast<void>(feed(pair.server, hello));

    ASSERT_NE(pair.server.error(), nullptr) << "bit " << bit;
    EXPECT_EQ(pair.server.error()->code(), ErrorCode::BadBinder) << "bit " << bit;
    EXPECT_EQ(pair.server.error()->alert(), AlertDescription::decrypt_error);
  }
}

TEST(AttackOnBinders, WhoDoesNotKnowTheSecretIsRefused) {
  Returning peer;
  peer.offer([](tls::ClientSession& kept) { kept.session.secret.span().front() ^= 1; });
  Pair pair = make_tls_pair(peer.client, peer.server);
  EXPECT_FALSE(pair.run());
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::BadBinder);
}

TEST(AttackOnBinders, AChangedClientHelloIsRefused) {
  Returning peer;
  peer.offer();
  Pair pair = make_tls_pair(peer.client, peer.server);
  Bytes hello = drain(pair.client);
  constexpr std::size_t in_random = 5 + 4 + 2 + 7;
  hello[in_random] ^= 1;
  static_cast<void>(feed(pair.server, hello));
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::BadBinder);
}

/// A ClientHello that offers sessions which nobody gave.
ClientHelloFields hello_with_psk(std::size_t count = 1) {
  ClientHelloFields fields = ScriptedClient::hello();
  fields.extensions.set(psk_key_exchange_modes, Bytes{1, 1});
  Bytes identities;
  Bytes binders;
  Writer identities_out(identities);
  Writer binders_out(binders);
  for (std::size_t i = 0; i < count; ++i) {
    tls::PskIdentity{as_bytes("no ticket of yours"), 0}.write(identities_out);
    binders_out.vector8(Bytes(min_binder, 1));
  }
  fields.extensions.add(pre_shared_key, body_of(tls::PreSharedKeyClientHello{identities, binders}));
  return fields;
}

TEST(AttackOnPsk, AnUnknownOneMeansAFullHandshake) {
  ScriptedClient peer;
  peer.say_hello(hello_with_psk(900));
  EXPECT_EQ(peer.refusal(), std::nullopt) << peer.why();
  EXPECT_TRUE(peer.message(HandshakeType::certificate).has_value());
}

TEST(AttackOnPsk, OneThatIsMissingFromTheSecondClientHelloMeansAFullHandshake) {
  ScriptedClient peer;
  ClientHelloFields first = hello_with_psk();
  first.extensions.set(key_share, key_share_body({}));
  peer.say_hello(first);
  ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
  ClientHelloFields second = first;
  const NamedGroup group = classical_policy().groups.front();
  second.extensions.set(key_share, key_share_body({{group, ScriptedClient::share(group)}}));
  second.extensions.remove(pre_shared_key);
  peer.say_hello(second);
  EXPECT_EQ(peer.refusal(), std::nullopt) << peer.why();
  EXPECT_TRUE(peer.message(HandshakeType::certificate).has_value());
}

TEST(AttackOnPsk, OneThatIsNotTheLastExtensionIsRefused) {
  ScriptedClient peer;
  ClientHelloFields fields = hello_with_psk();
  fields.extensions.add(padding, Bytes(4));
  peer.say_hello(fields);
  EXPECT_TRUE(refused(peer, ErrorCode::PreSharedKeyNotLast, AlertDescription::illegal_parameter));
}

TEST(AttackOnPsk, MoreIdentitiesThanBindersAreRefused) {
  ScriptedClient peer;
  ClientHelloFields fields = hello_with_psk(2);
  Bytes& body = fields.extensions.body(pre_shared_key);
  body.resize(body.size() - 1 - min_binder);
  const std::size_t binders_length = body.size() - (1 + min_binder) - 1;
  body[binders_length] = 1 + min_binder;
  peer.say_hello(fields);
  EXPECT_TRUE(refused(peer, ErrorCode::InvalidValue, AlertDescription::illegal_parameter));
}

TEST(AttackOnPsk, AServerThatTakesAnotherThanOfferedIsRefused) {
  for (const std::uint16_t index : std::to_array<std::uint16_t>({1, 2, 0xffff})) {
    Returning peer;
    peer.offer();
    ScriptedServer server(peer.client);
    ServerHelloFields fields = server.hello();
    fields.cipher_suite = peer.session->session.cipher_suite;
    fields.extensions.add(pre_shared_key, body_of(tls::PreSharedKeyServerHello{index}));
    server.say_hello(fields);
    EXPECT_TRUE(refused(server, ErrorCode::PskNotOffered, AlertDescription::illegal_parameter)) << index;
  }
}

TEST(AttackOnPsk, AServerThatTakesItWithASuiteOfAnotherHashIsRefused) {
  Returning peer;
  peer.offer();
  ScriptedServer server(peer.client);
  ServerHelloFields fields = server.hello();
  fields.cipher_suite = peer.session->session.cipher_suite == CipherSuite::TLS_AES_256_GCM_SHA384
                            ? CipherSuite::TLS_AES_128_GCM_SHA256
                            : CipherSuite::TLS_AES_256_GCM_SHA384;
  fields.extensions.add(pre_shared_key, body_of(tls::PreSharedKeyServerHello{0}));
  server.say_hello(fields);
  EXPECT_TRUE(refused(server, ErrorCode::PskNotOffered, AlertDescription::illegal_parameter));
}

TEST(AttackOnPsk, AServerThatTakesItWithoutAKeyShareIsRefused) {
  Returning peer;
  peer.offer();
  ScriptedServer server(peer.client);
  ServerHelloFields fields = server.hello();
  fields.cipher_suite = peer.session->session.cipher_suite;
  fields.extensions.remove(key_share);
  fields.extensions.add(pre_shared_key, body_of(tls::PreSharedKeyServerHello{0}));
  server.say_hello(fields);
  EXPECT_TRUE(refused(server, ErrorCode::MissingExtension, AlertDescription::missing_extension));
}

/// A client that was told that its session is gone on with.
class ResumingServer : public ScriptedServer {
 public:
  explicit ResumingServer(Returning& peer) : ScriptedServer(peer.client) {
    ServerHelloFields fields = hello();
    fields.cipher_suite = peer.session->session.cipher_suite;
    fields.extensions.add(pre_shared_key, body_of(tls::PreSharedKeyServerHello{0}));
    say_hello(fields);
    say(encrypted_extensions());
  }
};

TEST(AttackOnPsk, NoCertificateFollowsIt) {
  for (const Bytes& message : {ScriptedServer::certificate(), ScriptedServer::certificate_request()}) {
    Returning peer;
    peer.offer();
    ResumingServer server(peer);
    ASSERT_EQ(server.refusal(), std::nullopt) << server.why();
    server.say(message);
    EXPECT_TRUE(refused(server, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
  }
}

TEST(AttackOnPsk, AServerThatDoesNotProveItselfIsRefused) {
  Returning peer;
  peer.offer();
  ResumingServer server(peer);
  Bytes finished = server.finished();
  finished.back() ^= 1;
  server.say(finished);
  EXPECT_TRUE(refused(server, ErrorCode::BadFinished, AlertDescription::decrypt_error));
}

TEST(AttackOnPsk, AServerThatDoesNotTakeItMustShowACertificate) {
  Returning peer;
  peer.offer();
  ScriptedServer server(peer.client);
  server.say_until(HandshakeType::certificate);
  server.say(server.finished());
  EXPECT_TRUE(refused(server, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
}

// ------------------------------------------------------------------------------------------------ tickets

TEST(AttackOnTickets, AnAlteredOneMeansAFullHandshake) {
  Returning peer;
  for (std::size_t i = 0; i < peer.session->ticket.size(); ++i) {
    peer.offer([&](tls::ClientSession& kept) { kept.ticket[i] ^= 0x10; });
    ASSERT_EQ(connect(peer.client, peer.server), Outcome::full) << "byte " << i;
  }
}

TEST(AttackOnTickets, OneThatIsCutMeansAFullHandshake) {
  Returning peer;
  for (std::size_t size = 1; size < peer.session->ticket.size(); size += 7) {
    peer.offer([&](tls::ClientSession& kept) { kept.ticket.resize(size); });
    ASSERT_EQ(connect(peer.client, peer.server), Outcome::full) << size << " bytes";
  }
}

TEST(AttackOnTickets, OneOfAnotherServersKeysMeansAFullHandshake) {
  Returning peer;
  peer.offer();
  EXPECT_EQ(connect(peer.client, build(server_builder())), Outcome::full);
}

TEST(AttackOnTickets, OneOfAKeyThatIsTooOldMeansAFullHandshake) {
  const auto clock = std::make_shared<MovableClock>();
  const Bytes one(TicketKeys::key_size, 1);
  const Bytes two(TicketKeys::key_size, 2);
  const auto keys = *TicketKeys::from(provider(), std::vector<ByteView>{one});
  Returning peer;
  ServerConfig::Builder builder = server_builder();
  builder.ticket_keys(keys);
  peer.server = build(std::move(builder));
  static_cast<void>(make_connected_pair(peer.client, peer.server));
  peer.session = peer.store->back();

  ASSERT_TRUE(keys->replace(std::vector<ByteView>{two, one}).has_value());
  peer.offer();
  EXPECT_EQ(connect(peer.client, peer.server), Outcome::resumed) << "the key before";
  ASSERT_TRUE(keys->replace(std::vector<ByteView>{two}).has_value());
  peer.offer();
  EXPECT_EQ(connect(peer.client, peer.server), Outcome::full) << "a key no longer taken";
}

TEST(AttackOnTickets, TheyDoNotHoldSecretsOrNamesInClear) {
  Returning peer;
  const auto holds = [&](ByteView what) { return !std::ranges::search(peer.session->ticket, what).empty(); };
  EXPECT_FALSE(holds(peer.session->session.secret.view()));
  EXPECT_FALSE(holds(as_bytes("localhost")));
}

}  // namespace
}  // namespace keyway
