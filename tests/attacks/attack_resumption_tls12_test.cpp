// Attacks 9, 13, 19, 24 and 25 on TLS 1.2's sessions: tickets altered, of other keys or configurations, of another
// name, protocol or version; a server that resumes what was not offered, or differently; a peer that does not know the
// secret.

#include <gtest/gtest.h>

#include "testing/tls12_wire.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;
using tls::ClientHello;
using tls::ServerHello;

/// A client that has been to a server, by ticket or by session ID, and comes back.
struct ReturningTls12 {
  std::shared_ptr<CarelessStore> store = std::make_shared<CarelessStore>();
  std::shared_ptr<InMemoryServerSessionStore> stored = std::make_shared<InMemoryServerSessionStore>();
  std::shared_ptr<TicketKeys> keys = *TicketKeys::from(provider(), std::vector<ByteView>{Bytes(32, 1)});
  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;
  StoredSession session;

  explicit ReturningTls12(bool by_id = false) {
    ClientConfig::Builder builder = client_builder();
    builder.session_store(store).policy(Policy::compatible_2026());
    client = build(std::move(builder));
    ServerConfig::Builder server_builder = server_of(by_id);
    server = build(std::move(server_builder));
    static_cast<void>(make_connected_pair(client, server));
    session = store->back();
  }
  [[nodiscard]] ServerConfig::Builder server_of(bool by_id = false) const {
    ServerConfig::Builder builder = server_builder();
    builder.policy(tls12_policy()).ticket_keys(keys);
    if (by_id) builder.without_tickets().session_store(stored);
    return builder;
  }
  /// The next connection offers this session, changed.
  void offer(const CarelessStore::Edit& edit = {}) {
    store->put("", session);
    store->edit = edit;
  }
};

TEST(AttackOnTls12Tickets, AnAlteredOneMeansAFullHandshake) {
  ReturningTls12 peer;
  for (std::size_t i = 0; i < peer.session->ticket.size(); ++i) {
    peer.offer([&](tls::ClientSession& kept) { kept.ticket[i] ^= 0x10; });
    ASSERT_EQ(connect(peer.client, peer.server), Outcome::full) << "byte " << i;
  }
}

TEST(AttackOnTls12Tickets, OneThatIsCutMeansAFullHandshake) {
  ReturningTls12 peer;
  for (std::size_t size = 1; size < peer.session->ticket.size(); size += 7) {
    peer.offer([&](tls::ClientSession& kept) { kept.ticket.resize(size); });
    ASSERT_EQ(connect(peer.client, peer.server), Outcome::full) << size << " bytes";
  }
}

TEST(AttackOnTls12Tickets, OneOfAnotherConfigurationMeansAFullHandshake) {
  const auto expect_full = [](auto change) {
    ReturningTls12 peer;
    ServerConfig::Builder builder = peer.server_of();
    change(builder);
    peer.offer();
    EXPECT_EQ(connect(peer.client, build(std::move(builder))), Outcome::full);
  };
  expect_full([](ServerConfig::Builder& b) { b.alpn({"h2"}); });
  expect_full([](ServerConfig::Builder& b) { b.ticket_context("another"); });
  expect_full([](ServerConfig::Builder& b) { b.policy(Policy::compatible_2026()); });
  expect_full([](ServerConfig::Builder& b) { b.allow_missing_extended_master_secret(); });
  expect_full([](ServerConfig::Builder& b) {
    b.ticket_keys(*TicketKeys::from(provider(), std::vector<ByteView>{Bytes(32, 2)}));
  });
}

TEST(AttackOnTls12Tickets, OneOfAnotherNameIsNotTakenByTheServer) {
  for (const bool by_id : {false, true}) {
    ReturningTls12 peer(by_id);
    peer.offer();
    Pair pair = make_tls_pair(peer.client, peer.server);
    const Bytes hello = plain_messages(drain(pair.client)).front();
    const Bytes nameless = without_extension<ClientHello>(hello, ExtensionType::server_name);
    static_cast<void>(feed(pair.server, plain_record(ContentType::handshake, nameless)));
    EXPECT_NE(code_of(pair.server), ErrorCode::InternalError);
    EXPECT_FALSE(pair.server.info().is_resumption) << by_id;
  }
}

TEST(AttackOnTls12Tickets, OneOfTls13IsNotTakenInTls12AndTheOtherWayRound) {
  // The ticket of one version where the other's stands: the server knows it, and makes a full handshake.
  ReturningTls12 peer;
  const Bytes sealed = peer.session->ticket;
  ServerConfig::Builder both = peer.server_of();
  both.policy(Policy::compatible_2026());
  const auto server = build(std::move(both));
  const Pair first = make_connected_pair(peer.client, server);
  ASSERT_EQ(first.client.info().version, ProtocolVersion::TLS1_3);
  peer.session = peer.store->back();
  ASSERT_EQ(peer.session->session.version, ProtocolVersion::TLS1_3);
  peer.offer([](tls::ClientSession& kept) {
    kept.session.version = ProtocolVersion::TLS1_2;
    kept.session.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
    kept.session.secret = HashSecret(Bytes(48, 1));
  });
  EXPECT_EQ(connect(peer.client, server), Outcome::full);
  EXPECT_EQ(connect(peer.client, peer.server), Outcome::full);
}

TEST(AttackOnTls12Tickets, TheyDoNotHoldSecretsOrNamesInClear) {
  ReturningTls12 peer;
  const auto holds = [&](ByteView what) { return !std::ranges::search(peer.session->ticket, what).empty(); };
  EXPECT_FALSE(holds(peer.session->session.secret.view()));
  EXPECT_FALSE(holds(as_bytes("localhost")));
}

TEST(AttackOnTls12Sessions, AClientThatDoesNotKnowTheSecretIsRefused) {
  for (const bool by_id : {false, true}) {
    ReturningTls12 peer(by_id);
    peer.offer([](tls::ClientSession& kept) { kept.session.secret.span().front() ^= 1; });
    Pair pair = make_tls_pair(peer.client, peer.server);
    EXPECT_FALSE(pair.run());
    EXPECT_EQ(code_of(pair.client), ErrorCode::BadRecordMac);
    EXPECT_FALSE(pair.server.can_send());
  }
}

TEST(AttackOnTls12Sessions, AnUnknownIdMeansAFullHandshake) {
  ReturningTls12 peer(true);
  for (const std::size_t size : {1U, 31U, 32U}) {
    peer.offer([&](tls::ClientSession& kept) { kept.session_id.assign(size, 7); });
    EXPECT_EQ(connect(peer.client, peer.server), Outcome::full) << size;
  }
}

TEST(AttackOnTls12Sessions, AClientOffersNothingOfAnotherNameTrustOrProtocol) {
  const auto expect_full = [](const CarelessStore::Edit& edit) {
    for (const bool by_id : {false, true}) {
      ReturningTls12 peer(by_id);
      peer.offer(edit);
      EXPECT_EQ(connect(peer.client, peer.server), Outcome::full) << by_id;
    }
  };
  expect_full([](tls::ClientSession& kept) { kept.session.server_name = "other.localhost"; });
  expect_full([](tls::ClientSession& kept) { kept.session.configuration.front() ^= 1; });
  expect_full([](tls::ClientSession& kept) { kept.session.alpn = "h2"; });
  expect_full([](tls::ClientSession& kept) { kept.session.issued_at -= 25h; });
  expect_full([](tls::ClientSession& kept) { kept.session.extended_master_secret = false; });
  expect_full([](tls::ClientSession& kept) { kept.session.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256; });
}

// --- a server that resumes differently

/// What the client makes of the answer to its offer after `bend` was at it.
template <typename Bend>
Connection client_after(ReturningTls12& peer, Bend bend) {
  peer.offer();
  Pair pair = make_tls_pair(peer.client, peer.server);
  pair.carry(Side::client);
  const Bytes hello = plain_messages(drain(pair.server)).front();
  static_cast<void>(feed(pair.client, plain_record(ContentType::handshake, bend(hello))));
  return std::move(pair.client);
}

Bytes with_suite(ByteView message, CipherSuite suite) {
  auto hello = ServerHello::parse(message.subspan(tls::handshake_header_size)).value();
  hello.cipher_suite = suite;
  Bytes encoded;
  Writer out(encoded);
  tls::write_handshake(out, hello);
  return encoded;
}

TEST(AttackOnTls12Sessions, AServerThatChangesTheSuiteIsRefused) {
  ReturningTls12 peer;
  const CipherSuite other = peer.session->session.cipher_suite == CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384
                                ? CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
                                : CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384;
  const Connection client = client_after(peer, [&](ByteView hello) { return with_suite(hello, other); });
  EXPECT_EQ(code_of(client), ErrorCode::SessionSuiteChanged);
  EXPECT_EQ(client.error()->alert(), AlertDescription::illegal_parameter);
}

TEST(AttackOnTls12Sessions, AServerThatDropsExtendedMasterSecretIsRefused) {
  ReturningTls12 peer;
  const auto drop = [](ByteView hello) {
    return without_extension<ServerHello>(hello, ExtensionType::extended_master_secret);
  };
  EXPECT_EQ(code_of(client_after(peer, drop)), ErrorCode::ExtendedMasterSecretChanged);
  ClientConfig::Builder lenient = client_builder();
  lenient.session_store(peer.store).policy(Policy::compatible_2026()).allow_missing_extended_master_secret();
  peer.client = build(std::move(lenient));
  const Connection first = make_connected_pair(peer.client, peer.server).client;
  peer.session = peer.store->back();
  const Connection client = client_after(peer, drop);
  EXPECT_EQ(code_of(client), ErrorCode::ExtendedMasterSecretChanged);
  EXPECT_EQ(client.error()->alert(), AlertDescription::handshake_failure);
}

TEST(AttackOnTls12Sessions, AServerThatAddsExtendedMasterSecretToASessionWithoutIsRefused) {
  ReturningTls12 peer;
  ClientConfig::Builder lenient = client_builder();
  lenient.session_store(peer.store).policy(Policy::compatible_2026()).allow_missing_extended_master_secret();
  peer.client = build(std::move(lenient));
  static_cast<void>(make_connected_pair(peer.client, peer.server));
  peer.session = peer.store->back();
  peer.offer([](tls::ClientSession& kept) { kept.session.extended_master_secret = false; });
  Pair pair = make_tls_pair(peer.client, peer.server);
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.client), ErrorCode::ExtendedMasterSecretChanged);
}

TEST(AttackOnTls12Sessions, AServerThatResumesWhatWasNotOfferedIsRefused) {
  Pair pair = make_tls_pair(client_with(Policy::compatible_2026()), server_with(tls12_policy()));
  const Bytes sent = plain_messages(drain(pair.client)).front();
  static_cast<void>(feed(pair.server, plain_record(ContentType::handshake, sent)));
  const auto offered = ClientHello::parse(ByteView(sent).subspan(tls::handshake_header_size)).value();
  const Bytes answer = plain_messages(drain(pair.server)).front();
  auto hello = ServerHello::parse(ByteView(answer).subspan(tls::handshake_header_size)).value();
  hello.legacy_session_id_echo = offered.legacy_session_id;
  Bytes encoded;
  Writer out(encoded);
  tls::write_handshake(out, hello);

  static_cast<void>(feed(pair.client, plain_record(ContentType::handshake, encoded)));

  EXPECT_EQ(code_of(pair.client), ErrorCode::SessionNotOffered);
  EXPECT_EQ(pair.client.error()->alert(), AlertDescription::illegal_parameter);
}

TEST(AttackOnTls12Sessions, ATicketThatTheServerHelloDidNotPromiseIsRefused) {
  ReturningTls12 peer;
  peer.offer();
  Pair pair = make_tls_pair(peer.client, peer.server);
  pair.carry(Side::client);
  const Bytes hello = plain_messages(drain(pair.server)).front();
  Bytes both = hello;
  const Bytes ticket{4, 0, 0, 7, 0, 0, 0, 9, 0, 1, 7};
  both.insert(both.end(), ticket.begin(), ticket.end());
  static_cast<void>(feed(pair.client, plain_record(ContentType::handshake, both)));
  EXPECT_EQ(code_of(pair.client), ErrorCode::UnexpectedMessage);
}

TEST(AttackOnTls12Sessions, AFailedResumptionLeavesNoSessionBehind) {
  ReturningTls12 peer;
  peer.offer([](tls::ClientSession& kept) { kept.session.secret.span().front() ^= 1; });
  Pair pair = make_tls_pair(peer.client, peer.server);
  const std::size_t before = peer.store->size();
  ASSERT_FALSE(pair.run());
  EXPECT_EQ(peer.store->size(), before);
}

}  // namespace
}  // namespace keyway
