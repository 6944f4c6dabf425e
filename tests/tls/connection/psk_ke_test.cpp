// Sessions of TLS 1.3 without a key exchange beside (psk_ke, RFC 8446 4.2.9): only where both sides opted in.

#include <gtest/gtest.h>

#include "testing/refusal.hpp"
#include "tls/client/psk_offer.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/wire/extensions/pre_shared_key.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum ExtensionType;

/// A client that has been to a server of TLS 1.3 alone; one of them, or both, opted in.
struct Returning {
  std::shared_ptr<CarelessStore> store = std::make_shared<CarelessStore>();
  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;
  StoredSession session;

  Returning(bool client_allows, bool server_allows) {
    ClientConfig::Builder client_of = client_builder();
    client_of.session_store(store).policy(Policy::modern_2026());
    if (client_allows) client_of.allow_psk_ke();
    client = build(std::move(client_of));
    ServerConfig::Builder server_of = server_builder();
    server_of.policy(Policy::modern_2026());
    if (server_allows) server_of.allow_psk_ke();
    server = build(std::move(server_of));
    static_cast<void>(make_connected_pair(client, server));
    session = store->back();
  }
};

/// A ClientHello that offers `session` in these modes; without a share where `has_share` is false.
Bytes hello_with(const tls::ClientSession& session, const Bytes& modes, bool has_share) {
  ClientHelloFields fields = ScriptedClient::hello();
  fields.extensions.set(server_name, body_of(tls::ServerNameExtension{as_bytes("shop.localhost")}));
  if (!has_share) fields.extensions.remove(key_share).remove(supported_groups);
  Bytes list{static_cast<std::uint8_t>(modes.size())};
  list.insert(list.end(), modes.begin(), modes.end());
  fields.extensions.set(psk_key_exchange_modes, list);
  const crypto::HashFunction& hash = *provider()->hash(tls::find_suite_tls13(session.session.cipher_suite)->hash);
  fields.cipher_suites = {session.session.cipher_suite};
  Bytes identities;
  Bytes binders;
  Writer identities_out(identities);
  tls::PskIdentity{session.ticket, session.session.age_add}.write(identities_out);
  Writer binders_out(binders);
  binders_out.vector8(Bytes(hash.output_size()));
  fields.extensions.add(pre_shared_key, body_of(tls::PreSharedKeyClientHello{identities, binders}));
  Bytes hello = fields.encode();
  const tls::client::PskOffer offer{{}, &hash, session.session.secret.view(), tls::PskKind::resumption};
  tls::client::write_binders(hello, std::span(&offer, 1), nullptr);
  return hello;
}

/// The server's answer to such a hello; nothing where it refused.
std::optional<Bytes> answer_to(const Returning& peer, const Bytes& modes, bool has_share) {
  auto server = *Connection::server(peer.server);
  static_cast<void>(
      feed(server, ScriptedPeer::plain(ContentType::handshake, hello_with(*peer.session, modes, has_share))));
  if (server.error() != nullptr) return std::nullopt;
  const Bytes wire = drain(server);
  constexpr std::size_t record_header = 5;
  const std::size_t size = std::size_t{wire[3]} << 8U | wire[4];
  return Bytes(wire.begin() + record_header, wire.begin() + static_cast<std::ptrdiff_t>(record_header + size));
}

struct Answered {
  bool has_psk;
  bool has_share;
};
Answered read(const Bytes& message) {
  const auto hello = tls::ServerHello::parse(ByteView(message).subspan(tls::handshake_header_size)).value();
  return {hello.extensions.has(pre_shared_key), hello.extensions.has(key_share)};
}

constexpr std::uint8_t ke = 0;
constexpr std::uint8_t dhe_ke = 1;

TEST(PskKe, AServerThatAllowsItGoesOnWithoutAKeyShare) {
  const Returning peer(false, true);
  for (const bool has_share : {false, true}) {
    const auto answer = answer_to(peer, {ke}, has_share);
    ASSERT_TRUE(answer.has_value()) << has_share;
    EXPECT_TRUE(read(*answer).has_psk);
    EXPECT_FALSE(read(*answer).has_share);
  }
}

TEST(PskKe, AServerPrefersAKeyExchange) {
  const Returning peer(false, true);
  const auto answer = answer_to(peer, {ke, dhe_ke}, true);
  ASSERT_TRUE(answer.has_value());
  EXPECT_TRUE(read(*answer).has_psk);
  EXPECT_TRUE(read(*answer).has_share);
}

TEST(PskKe, AServerThatDoesNotAllowItMakesAFullHandshakeOrNone) {
  const Returning peer(false, false);
  const auto answer = answer_to(peer, {ke}, true);
  ASSERT_TRUE(answer.has_value());
  EXPECT_FALSE(read(*answer).has_psk);
  EXPECT_TRUE(read(*answer).has_share);
  EXPECT_FALSE(answer_to(peer, {ke}, false).has_value());
}

TEST(PskKe, AClientThatAllowsItTakesAServerHelloWithoutAKeyShare) {
  for (const bool allows : {false, true}) {
    Returning peer(allows, false);
    peer.store->put("", peer.session);
    ScriptedServer server(peer.client);
    ServerHelloFields fields = server.hello();
    fields.cipher_suite = peer.session->session.cipher_suite;
    fields.extensions.remove(key_share);
    fields.extensions.add(pre_shared_key, body_of(tls::PreSharedKeyServerHello{0}));
    server.say_hello(fields);
    if (!allows) {
      EXPECT_TRUE(refused(server, ErrorCode::MissingExtension, AlertDescription::missing_extension));
      continue;
    }
    ASSERT_EQ(server.refusal(), std::nullopt) << server.why();
    server.say(ScriptedServer::encrypted_extensions());
    server.say(server.finished());
    EXPECT_EQ(server.refusal(), std::nullopt) << server.why();
    EXPECT_TRUE(server.subject().can_send());
    EXPECT_EQ(server.subject().info().group, NamedGroup{});
  }
}

TEST(PskKe, NoServerGoesWithoutAKeyShareInAFullHandshake) {
  Returning peer(true, true);
  ScriptedServer server(peer.client);
  ServerHelloFields fields = server.hello();
  fields.extensions.remove(key_share);
  server.say_hello(fields);
  EXPECT_TRUE(refused(server, ErrorCode::MissingExtension, AlertDescription::missing_extension));
}

}  // namespace
}  // namespace keyway
