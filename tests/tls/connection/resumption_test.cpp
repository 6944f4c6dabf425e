// Going on with an earlier session (RFC 8446 2.2, 4.2.11, 4.6.1): when it happens, and when it must not.

#include "tls/connection/resumption_testing.hpp"

#include <gtest/gtest.h>

#include <chrono>

#include "testing/refusal.hpp"
#include "testing/tls12_wire.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

/// A client and a server whose clocks and store the test holds.
struct ResumptionScene {
  std::shared_ptr<MovableClock> client_clock = std::make_shared<MovableClock>();
  std::shared_ptr<MovableClock> server_clock = std::make_shared<MovableClock>();
  std::shared_ptr<CarelessStore> store = std::make_shared<CarelessStore>();
  std::shared_ptr<const ClientConfig> client = build(client_of());
  std::shared_ptr<const ServerConfig> server = build(server_of());

  [[nodiscard]] ClientConfig::Builder client_of() const {
    ClientConfig::Builder builder = client_builder();
    builder.clock(client_clock).session_store(store);
    return builder;
  }
  [[nodiscard]] ServerConfig::Builder server_of() const {
    ServerConfig::Builder builder = server_builder();
    builder.clock(server_clock);
    return builder;
  }
  [[nodiscard]] Outcome connect() const { return testing::connect(client, server); }
  void pass(std::chrono::seconds time) const {
    client_clock->move(time);
    server_clock->move(time);
  }
};

TEST(Resumption, TheSecondConnectionGoesOnWithTheFirst) {
  const ResumptionScene scene;
  EXPECT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.connect(), Outcome::resumed);
  EXPECT_EQ(scene.connect(), Outcome::resumed);
}

TEST(Resumption, WorksWithTheDefaultStore) {
  const auto client = build(client_builder());
  const auto server = build(server_builder());
  EXPECT_EQ(connect(client, server), Outcome::full);
  EXPECT_EQ(connect(client, server), Outcome::resumed);
}

TEST(Resumption, TheServersChainAndItsVerdictComeBackWithTheSession) {
  const ResumptionScene scene;
  const Pair first = make_connected_pair(scene.client, scene.server);
  const Pair second = make_connected_pair(scene.client, scene.server);

  ASSERT_TRUE(second.client.info().is_resumption);
  EXPECT_EQ(second.client.peer_chain(), first.client.peer_chain());
  ASSERT_NE(second.client.verdict(), nullptr);
  EXPECT_TRUE(second.client.verdict()->accepted());
  EXPECT_EQ(second.client.verdict()->path(), first.client.verdict()->path());
}

TEST(Resumption, ObserversTellIt) {
  struct Seen final : Observer {
    std::vector<bool> resumed;
    std::size_t signatures = 0;
    void on(const EventOrigin&, const Event& event) noexcept override {
      if (const auto* chosen = std::get_if<event::ParametersChosen>(&event)) resumed.push_back(chosen->is_resumption);
      if (std::holds_alternative<event::HandshakeSignature>(event)) ++signatures;
    }
  } seen;
  const ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  Pair pair = make_tls_pair(scene.client, scene.server, {1, &seen}, {2, &seen});
  ASSERT_TRUE(pair.run());
  EXPECT_EQ(seen.resumed, (std::vector<bool>{true, true}));
  EXPECT_EQ(seen.signatures, 0U);
}

TEST(Resumption, AFullHandshakeGivesTwoTicketsAndAResumptionOneForTheOneUsed) {
  const ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.store->size(), 2U);
  ASSERT_EQ(scene.connect(), Outcome::resumed);
  EXPECT_EQ(scene.store->size(), 2U);
}

TEST(Resumption, EachTicketHasASecretOfItsOwn) {
  const ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  const StoredSession a = scene.store->take("");
  const StoredSession b = scene.store->take("");
  EXPECT_NE(a->ticket, b->ticket);
  EXPECT_FALSE(equal_in_constant_time(a->session.secret.view(), b->session.secret.view()));
  EXPECT_NE(a->session.age_add, b->session.age_add);
}

TEST(Resumption, ATicketIsUsedOnce) {
  ResumptionScene scene;
  ServerConfig::Builder server = scene.server_of();
  server.tickets(1, 24h);
  scene.server = build(std::move(server));
  ASSERT_EQ(scene.connect(), Outcome::full);

  Pair a = make_tls_pair(scene.client, scene.server);
  Pair b = make_tls_pair(scene.client, scene.server);  // while the other is under way
  ASSERT_TRUE(a.run());
  ASSERT_TRUE(b.run());
  EXPECT_TRUE(a.client.info().is_resumption);
  EXPECT_FALSE(b.client.info().is_resumption);
}

TEST(Resumption, WithoutTicketsThereIsNone) {
  ResumptionScene scene;
  ServerConfig::Builder server = scene.server_of();
  server.without_tickets();
  scene.server = build(std::move(server));
  EXPECT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.store->size(), 0U);
}

TEST(Resumption, AClientThatKeepsNoSessionsSaysNothingOfThemAndIsGivenNoTickets) {
  const ResumptionScene scene;
  const auto client = build(std::move(client_builder().without_resumption()));
  Pair pair = make_tls_pair(client, scene.server);
  ASSERT_TRUE(pair.run());
  const Bytes hello = drain(make_tls_pair(client).side(Side::client));
  const Bytes with_sessions = drain(make_tls_pair(scene.client).side(Side::client));
  constexpr std::size_t psk_key_exchange_modes_size = 4 + 2;
  EXPECT_EQ(hello.size() + psk_key_exchange_modes_size, with_sessions.size());
}

TEST(Resumption, GoesOnAfterAHelloRetryRequest) {
  ResumptionScene scene;
  ServerConfig::Builder server = scene.server_of();
  Policy policy = classical_policy();
  policy.groups = {NamedGroup::secp256r1};
  policy.key_shares = {};
  server.policy(policy);
  scene.server = build(std::move(server));
  ASSERT_EQ(scene.connect(), Outcome::full);

  const Pair pair = make_connected_pair(scene.client, scene.server);

  EXPECT_TRUE(pair.client.info().after_hello_retry_request);
  EXPECT_TRUE(pair.client.info().is_resumption);
  EXPECT_TRUE(pair.server.info().is_resumption);
}

TEST(Resumption, RunsUnderEverySuite) {
  for (const CipherSuite suite : {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                                  CipherSuite::TLS_CHACHA20_POLY1305_SHA256}) {
    ResumptionScene scene;
    Policy policy = classical_policy();
    policy.cipher_suites = {suite};
    ClientConfig::Builder client = scene.client_of();
    client.policy(policy);
    scene.client = build(std::move(client));
    EXPECT_EQ(scene.connect(), Outcome::full) << to_string(suite);
    EXPECT_EQ(scene.connect(), Outcome::resumed) << to_string(suite);
  }
}

// ------------------------------------------------------------------------------------------------ what a session binds

TEST(Resumption, NotWithAnotherSuite) {
  ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  Policy policy = classical_policy();
  policy.cipher_suites = {scene.store->back()->session.cipher_suite == CipherSuite::TLS_AES_256_GCM_SHA384
                              ? CipherSuite::TLS_AES_128_GCM_SHA256
                              : CipherSuite::TLS_AES_256_GCM_SHA384};
  ClientConfig::Builder client = scene.client_of();
  client.policy(policy);
  scene.client = build(std::move(client));
  scene.store->edit = [&](tls::ClientSession& kept) { kept.session.configuration = scene.client->id(); };
  EXPECT_EQ(scene.connect(), Outcome::full);
}

TEST(Resumption, NotWhenTheServerChoosesASuiteOfAnotherHash) {
  ResumptionScene scene;
  const auto chacha = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
  const auto aes = CipherSuite::TLS_AES_256_GCM_SHA384;
  const auto client_that_prefers = [&](std::vector<CipherSuite> suites) {
    Policy policy = classical_policy();
    policy.cipher_suites = std::move(suites);
    ClientConfig::Builder client = scene.client_of();
    client.policy(policy);
    return build(std::move(client));
  };
  scene.client = client_that_prefers({chacha, aes});
  ASSERT_EQ(scene.connect(), Outcome::full);
  ASSERT_EQ(scene.store->back()->session.cipher_suite, chacha);
  scene.client = client_that_prefers({aes, chacha});
  scene.store->edit = [&](tls::ClientSession& kept) { kept.session.configuration = scene.client->id(); };
  EXPECT_EQ(scene.connect(), Outcome::full);
}

/// Takes the last of the client's protocols, or the first.
class Choosy final : public AlpnChooser {
 public:
  AlpnAnswer choose(std::span<const std::string> offered, const ClientHelloView&) const override {
    return alpn::Use{takes_last ? offered.back() : offered.front()};
  }
  bool takes_last = false;
};

TEST(Resumption, UnderAnotherApplicationProtocolToo) {
  // RFC 8446 4.2.10: the protocol is chosen anew, and early data alone hangs on it.
  ResumptionScene scene;
  const auto chooser = std::make_shared<Choosy>();
  ServerConfig::Builder server = scene.server_of();
  server.alpn_chooser(chooser).take_early_data();
  scene.server = build(std::move(server));
  ClientConfig::Builder client = scene.client_of();
  client.alpn({"h2", "http/1.1"}).allow_early_data();
  scene.client = build(std::move(client));
  ASSERT_EQ(scene.connect(), Outcome::full);
  chooser->takes_last = true;
  Pair pair = make_tls_pair(scene.client, scene.server);
  Bytes out(1000);
  const auto sent = pair.client.send_early(as_bytes("GET /"), out);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(feed(pair.server, ByteView(out).first(sent->written)).empty()) << "its ClientHello, and what came early";
  ASSERT_TRUE(pair.run());
  EXPECT_TRUE(pair.server.info().is_resumption);
  EXPECT_EQ(pair.server.info().alpn, "http/1.1");
  EXPECT_EQ(pair.client.info().alpn, "http/1.1");
  EXPECT_EQ(pair.server.info().early_data, EarlyData::other_protocol);
  EXPECT_EQ(pair.client.info().early_data, EarlyData::declined);
}

/// A server of two protocols, and clients of one store that offer now these, now those.
struct ProtocolScene {
  std::shared_ptr<InMemorySessionStore> store = std::make_shared<InMemorySessionStore>();
  std::shared_ptr<const ServerConfig> server;

  explicit ProtocolScene(const Policy& policy) : policy_(policy) {
    ServerConfig::Builder builder = server_builder();
    builder.policy(policy).alpn({"foo", "bar"});
    if (policy.has(ProtocolVersion::TLS1_3)) builder.take_early_data();
    server = build(std::move(builder));
  }
  [[nodiscard]] Pair connect_offering(std::vector<std::string> protocols) const {
    ClientConfig::Builder builder = client_builder();
    builder.policy(policy_).session_store(store).alpn(std::move(protocols)).allow_early_data();
    Pair pair = make_tls_pair(build(std::move(builder)), server);
    could_send_early = pair.client.early_data_left() > 0;
    EXPECT_TRUE(pair.run());
    EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong") << "the tickets with it";
    return pair;
  }
  mutable bool could_send_early = false;

 private:
  Policy policy_;
};

TEST(Resumption, UnderOtherOfferedProtocolsWithoutEarlyData) {
  const ProtocolScene scene(classical_policy());
  ASSERT_EQ(scene.connect_offering({"foo"}).client.info().alpn, "foo");

  const Pair other = scene.connect_offering({"bar"});

  EXPECT_TRUE(other.client.info().is_resumption);
  EXPECT_TRUE(other.server.info().is_resumption);
  EXPECT_EQ(other.client.info().alpn, "bar");
  EXPECT_FALSE(scene.could_send_early);
  EXPECT_EQ(other.client.info().early_data, EarlyData::not_for_protocol);
  EXPECT_FALSE(is_refused(other.client.info().early_data)) << "nothing was offered";
  EXPECT_EQ(other.server.info().early_data, EarlyData::not_offered);
}

TEST(Resumption, UnderMoreOfferedProtocolsWithEarlyDataForTheSessionsOwn) {
  const ProtocolScene scene(classical_policy());
  static_cast<void>(scene.connect_offering({"foo"}));
  const Pair same = scene.connect_offering({"baz", "foo"});
  EXPECT_TRUE(scene.could_send_early);
  EXPECT_EQ(same.client.info().early_data, EarlyData::accepted);

  const ProtocolScene second(classical_policy());
  static_cast<void>(second.connect_offering({"bar"}));
  const Pair changed = second.connect_offering({"bar", "foo"});
  EXPECT_TRUE(second.could_send_early);
  EXPECT_EQ(changed.client.info().alpn, "foo") << "the server prefers it";
  EXPECT_EQ(changed.client.info().early_data, EarlyData::declined);
  EXPECT_TRUE(changed.client.info().is_resumption);
}

TEST(Resumption, UnderOtherOfferedProtocolsNotInTls12NorAtItsCost) {
  const ProtocolScene scene(tls12_policy());
  static_cast<void>(scene.connect_offering({"foo"}));
  EXPECT_FALSE(scene.connect_offering({"bar"}).client.info().is_resumption);
  EXPECT_FALSE(scene.connect_offering({"foo", "bar"}).client.info().is_resumption);
  EXPECT_TRUE(scene.connect_offering({"foo"}).client.info().is_resumption) << "its session is there yet";
}

TEST(Resumption, NotForAnotherName) {
  ResumptionScene scene;
  ServerConfig::Builder server = scene.server_of();
  server.unknown_name(UnknownName::use_default);
  scene.server = build(std::move(server));
  scene.client = build(std::move(scene.client_of().without_certificate_verification()));
  ASSERT_EQ(scene.connect(), Outcome::full);
  const auto resumes_for_other = [&] {
    Connection client = *Connection::client(scene.client, testing::server_name("other.localhost"));
    Pair pair{std::move(client), *Connection::server(scene.server)};
    EXPECT_TRUE(pair.run());
    return pair.server.info().is_resumption;
  };
  EXPECT_FALSE(resumes_for_other()) << "by the client's own check";
  ASSERT_EQ(scene.connect(), Outcome::full);
  scene.store->edit = [](tls::ClientSession& kept) { kept.session.server_name = "other.localhost"; };
  EXPECT_FALSE(resumes_for_other()) << "by the server's";
}

TEST(Resumption, NotForAClientThatTrustsSomebodyElse) {
  ResumptionScene scene;
  const auto store = std::make_shared<InMemorySessionStore>();
  ASSERT_EQ(connect(build(std::move(scene.client_of().session_store(store))), scene.server), Outcome::full);
  x509::TrustStore more;
  more.add(shared_authority().root().certificate());
  more.add(TestAuthority().root().certificate());
  ClientConfig::Builder other = scene.client_of();
  other.session_store(store).trust(std::make_shared<const x509::TrustStore>(std::move(more)));
  EXPECT_EQ(connect(build(std::move(other)), scene.server), Outcome::full);
  EXPECT_EQ(connect(build(std::move(scene.client_of().session_store(store))), scene.server), Outcome::resumed);
}

TEST(Resumption, ASessionOfAnUnverifiedServerIsNotTakenForAVerifiedOne) {
  ResumptionScene scene;
  const auto store = std::make_shared<InMemorySessionStore>();
  ClientConfig::Builder careless = scene.client_of();
  careless.session_store(store).without_certificate_verification();
  ASSERT_EQ(connect(build(std::move(careless)), scene.server), Outcome::full);
  EXPECT_EQ(connect(build(std::move(scene.client_of().session_store(store))), scene.server), Outcome::full);
}

TEST(Resumption, NotAtAServerOfAnotherConfiguration) {
  ResumptionScene scene;
  const Bytes secret(TicketKeys::key_size, 7);
  const std::vector<ByteView> secrets{secret};
  const std::shared_ptr<TicketKeys> keys = *TicketKeys::from(provider(), secrets);
  const auto server_with = [&](const std::function<void(ServerConfig::Builder&)>& more) {
    ServerConfig::Builder builder = scene.server_of();
    builder.ticket_keys(keys);
    more(builder);
    return build(std::move(builder));
  };
  scene.server = server_with([](auto&) {});
  ASSERT_EQ(scene.connect(), Outcome::full);
  scene.server = server_with([](auto&) {});
  EXPECT_EQ(scene.connect(), Outcome::resumed) << "an equal configuration with the same keys, as in a fleet";
  scene.server = server_with([](auto& builder) { builder.alpn({"h2"}); });
  EXPECT_EQ(scene.connect(), Outcome::full);
  scene.server = server_with([](auto& builder) { builder.ticket_context("another"); });
  EXPECT_EQ(scene.connect(), Outcome::full);
  scene.server = server_with([](auto& builder) { builder.add_credential(shared_credential(crypto::KeyType::rsa)); });
  EXPECT_EQ(scene.connect(), Outcome::full);
}

// ------------------------------------------------------------------------------------------------ time

TEST(Resumption, NotAfterTheTicketsLifetime) {
  const ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  scene.pass(24h);
  EXPECT_EQ(scene.connect(), Outcome::resumed);
  scene.pass(24h + 1s);
  EXPECT_EQ(scene.connect(), Outcome::full);
}

TEST(Resumption, TheServerItselfRefusesAnOldTicket) {
  ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  scene.server_clock->move(24h + 1s);
  EXPECT_EQ(scene.connect(), Outcome::full);
}

TEST(Resumption, AChainOfSessionsEndsAWeekAfterTheCertificateWasShown) {
  const ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  for (int day = 0; day < 7; ++day) {
    scene.pass(24h);
    ASSERT_EQ(scene.connect(), Outcome::resumed) << "day " << day;
  }
  scene.pass(1s);
  EXPECT_EQ(scene.connect(), Outcome::full);
}

TEST(Resumption, NotAfterTheServersCertificateEnded) {
  const ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  scene.store->edit = [](tls::ClientSession& kept) {
    tls::PeerProof proof = *kept.peer;
    proof.not_after = test_now - 1s;
    kept.peer = std::make_shared<const tls::PeerProof>(std::move(proof));
  };
  EXPECT_EQ(scene.connect(), Outcome::full);
}

TEST(Resumption, ASessionKnowsWhenTheServersCertificateEnds) {
  const ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.store->back()->peer->not_after,
            std::min(shared_leaf().certificate().view().not_after,
                     shared_authority().intermediate().certificate().view().not_after));
}

TEST(Resumption, ClocksMayDifferALittle) {
  ResumptionScene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  scene.server_clock->move(-60s);
  EXPECT_EQ(scene.connect(), Outcome::resumed);
  scene.server_clock->move(-120s);
  EXPECT_EQ(scene.connect(), Outcome::full) << "a ticket from the future";
}

TEST(Resumption, TheClientsClockMayStandAnywhere) {
  ResumptionScene scene;
  scene.client_clock->move(-30min);  // the certificates are valid by then
  ASSERT_EQ(scene.connect(), Outcome::full);
  scene.client_clock->move(10min);
  EXPECT_EQ(scene.connect(), Outcome::resumed);
  scene.client_clock->move(-20min);
  EXPECT_EQ(scene.connect(), Outcome::full) << "the client's clock went back behind the ticket's issue";
}

}  // namespace
}  // namespace keyway
