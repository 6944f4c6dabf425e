// Going on with an earlier session of TLS 1.2, by ticket (RFC 5077) and by session ID (RFC 5246 7.3), and what both
// versions do with a server's store.

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <map>

#include "testing/tls12_wire.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/suites.hpp"
#include "tls/wire/client_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

/// A client and a server of TLS 1.2 whose clock and stores the test holds.
struct Scene {
  std::shared_ptr<MovableClock> clock = std::make_shared<MovableClock>();
  std::shared_ptr<CarelessStore> kept = std::make_shared<CarelessStore>();
  std::shared_ptr<InMemoryServerSessionStore> stored = std::make_shared<InMemoryServerSessionStore>();
  std::shared_ptr<const ClientConfig> client = build(client_of());
  std::shared_ptr<const ServerConfig> server = build(server_of());

  [[nodiscard]] ClientConfig::Builder client_of(const Policy& policy = tls12_policy()) const {
    ClientConfig::Builder builder = client_builder();
    builder.clock(clock).session_store(kept).policy(policy);
    return builder;
  }
  [[nodiscard]] ServerConfig::Builder server_of(const Policy& policy = tls12_policy()) const {
    ServerConfig::Builder builder = server_builder();
    builder.clock(clock).policy(policy);
    return builder;
  }
  void use_session_ids() {
    ServerConfig::Builder builder = server_of();
    builder.without_tickets().session_store(stored);
    server = build(std::move(builder));
  }
  [[nodiscard]] Outcome connect() const { return testing::connect(client, server); }
};

TEST(ResumptionTls12, TheSecondConnectionGoesOnWithTheFirst) {
  const Scene scene;
  EXPECT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.connect(), Outcome::resumed);
  EXPECT_EQ(scene.connect(), Outcome::resumed) << "the same ticket again";
  EXPECT_EQ(scene.kept->size(), 1U);
}

TEST(ResumptionTls12, WorksBySessionId) {
  Scene scene;
  scene.use_session_ids();
  EXPECT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.stored->size(), 1U);
  EXPECT_EQ(scene.kept->back()->session_id.size(), 32U);
  EXPECT_TRUE(scene.kept->back()->ticket.empty());
  EXPECT_EQ(scene.connect(), Outcome::resumed);
  EXPECT_EQ(scene.connect(), Outcome::resumed);
  EXPECT_EQ(scene.stored->size(), 1U);
}

TEST(ResumptionTls12, WorksBetweenPeersThatHaveTls13Too) {
  const auto one_sided = [](bool client_has_both, bool by_id) {
    Scene scene;
    const Policy both = Policy::compatible_2026();
    scene.client = build(scene.client_of(client_has_both ? both : tls12_policy()));
    auto server = scene.server_of(client_has_both ? tls12_policy() : both);
    if (by_id) server.without_tickets().session_store(scene.stored);
    scene.server = build(std::move(server));
    EXPECT_EQ(scene.connect(), Outcome::full);
    EXPECT_EQ(scene.connect(), Outcome::resumed) << client_has_both << by_id;
  };
  for (const bool client_has_both : {false, true}) {
    for (const bool by_id : {false, true}) one_sided(client_has_both, by_id);
  }
}

TEST(ResumptionTls12, RunsUnderEverySuite) {
  for (const tls::SuiteTls12& suite : tls::suites_tls12()) {
    Scene scene;
    Policy policy = tls12_policy();
    policy.cipher_suites = {suite.id};
    const bool is_rsa = suite.authentication == tls::SuiteAuthentication::rsa;
    scene.client = build(scene.client_of(policy));
    auto builder = server_builder(is_rsa ? crypto::KeyType::rsa : crypto::KeyType::p256);
    builder.clock(scene.clock).policy(policy);
    scene.server = build(std::move(builder));
    EXPECT_EQ(scene.connect(), Outcome::full) << to_string(suite.id);
    EXPECT_EQ(scene.connect(), Outcome::resumed) << to_string(suite.id);
  }
}

TEST(ResumptionTls12, TheServersChainAndItsVerdictComeBackWithTheSession) {
  const Scene scene;
  const Pair first = make_connected_pair(scene.client, scene.server);
  const Pair second = make_connected_pair(scene.client, scene.server);
  ASSERT_TRUE(second.client.info().is_resumption);
  EXPECT_EQ(second.client.peer_chain(), first.client.peer_chain());
  ASSERT_NE(second.client.verdict(), nullptr);
  EXPECT_TRUE(second.client.verdict()->accepted());
}

TEST(ResumptionTls12, EveryConnectionHasKeysOfItsOwn) {
  const Scene scene;
  const Pair first = make_connected_pair(scene.client, scene.server);
  const Pair second = make_connected_pair(scene.client, scene.server);
  ASSERT_TRUE(second.client.info().is_resumption);
  std::map<const Pair*, Bytes> exported;
  for (const Pair* pair : {&first, &second}) {
    Bytes client(32);
    Bytes server(32);
    ASSERT_TRUE(pair->client.export_keying_material("EXPERIMENTAL test", std::nullopt, client).has_value());
    ASSERT_TRUE(pair->server.export_keying_material("EXPERIMENTAL test", std::nullopt, server).has_value());
    EXPECT_EQ(client, server);
    exported[pair] = client;
  }
  EXPECT_NE(exported[&first], exported[&second]);
}

TEST(ResumptionTls12, TheKeyLogIsToldTheMasterSecretUnderTheNewRandom) {
  const Scene scene;
  Tls12Tap first_tap;
  Tls12Tap client_tap;
  Tls12Tap server_tap;
  Pair first = make_tls_pair(scene.client, scene.server, {.observer = &first_tap});
  ASSERT_TRUE(first.run());
  Pair second = make_tls_pair(scene.client, scene.server, {.observer = &client_tap}, {.observer = &server_tap});
  ASSERT_TRUE(second.run());
  ASSERT_TRUE(second.client.info().is_resumption);
  EXPECT_EQ(client_tap.master_secret(), first_tap.master_secret());
  EXPECT_EQ(server_tap.master_secret(), first_tap.master_secret());
}

TEST(ResumptionTls12, ATicketThatHasLivedForHalfItsTimeIsReplaced) {
  const Scene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  const Bytes first = scene.kept->back()->ticket;
  scene.clock->move(11h);
  ASSERT_EQ(scene.connect(), Outcome::resumed);
  EXPECT_EQ(scene.kept->back()->ticket, first);
  scene.clock->move(1h);
  ASSERT_EQ(scene.connect(), Outcome::resumed);
  EXPECT_NE(scene.kept->back()->ticket, first);
  EXPECT_EQ(scene.kept->size(), 1U);
  scene.clock->move(24h);
  EXPECT_EQ(scene.connect(), Outcome::resumed) << "from the second ticket on";
}

TEST(ResumptionTls12, AChainOfSessionsEndsAWeekAfterTheCertificateWasShown) {
  const Scene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  int resumed = 0;
  while (resumed < 40 && scene.connect() == Outcome::resumed) {
    scene.clock->move(12h);
    ++resumed;
  }
  EXPECT_GE(resumed, 12);
  EXPECT_LE(resumed, 15);
}

TEST(ResumptionTls12, NotAfterTheTicketsLifetime) {
  const Scene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  scene.clock->move(24h + 1s);
  EXPECT_EQ(scene.connect(), Outcome::full);
}

TEST(ResumptionTls12, TheServerItselfRefusesAnOldTicket) {
  const Scene scene;
  ASSERT_EQ(scene.connect(), Outcome::full);
  const auto late = std::make_shared<MovableClock>(test_now + 24h + 2min);
  auto builder = scene.server_of();
  const Bytes key(TicketKeys::key_size, 7);
  const auto keys = *TicketKeys::from(provider(), std::vector<ByteView>{key});
  builder.ticket_keys(keys);
  auto late_builder = scene.server_of();
  late_builder.ticket_keys(keys).clock(late);
  ASSERT_EQ(testing::connect(scene.client, build(std::move(builder))), Outcome::full);
  EXPECT_EQ(testing::connect(scene.client, build(std::move(late_builder))), Outcome::full);
}

TEST(ResumptionTls12, WithoutTicketsAndWithoutAStoreThereIsNone) {
  Scene scene;
  auto builder = scene.server_of();
  builder.without_tickets();
  scene.server = build(std::move(builder));
  EXPECT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.kept->size(), 0U);
}

TEST(ResumptionTls12, AClientThatKeepsNoSessionsSaysNothingOfThem) {
  auto builder = client_builder();
  builder.policy(tls12_policy()).without_resumption();
  Pair pair = make_tls_pair(build(std::move(builder)), server_with(tls12_policy()));
  const Bytes hello = plain_messages(drain(pair.client)).front();
  const auto parsed = tls::ClientHello::parse(ByteView(hello).subspan(tls::handshake_header_size));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_TRUE(parsed->legacy_session_id.empty());
  EXPECT_FALSE(parsed->extensions.has(ExtensionType::session_ticket));
}

TEST(ResumptionTls12, AStoreServesClientsWithoutTicketsBesideTickets) {
  Scene scene;
  auto builder = scene.server_of();
  builder.session_store(scene.stored);
  scene.server = build(std::move(builder));
  ASSERT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.stored->size(), 0U) << "the client has a ticket";
  Pair pair = make_tls_pair(build(scene.client_of()), scene.server);
  const Bytes hello = plain_messages(drain(pair.client)).front();
  const Bytes without = without_extension<tls::ClientHello>(hello, ExtensionType::session_ticket);
  static_cast<void>(feed(pair.server, plain_record(ContentType::handshake, without)));
  EXPECT_EQ(pair.server.error(), nullptr);
}

// --- extended_master_secret (RFC 7627 5.3)

/// Client and server by whether each insists on the extension. The hello is bent where one is to lack it.
std::shared_ptr<const ServerConfig> lenient(const Scene& scene, const std::shared_ptr<TicketKeys>& keys) {
  auto builder = scene.server_of();
  builder.allow_missing_extended_master_secret().ticket_keys(keys);
  return build(std::move(builder));
}

TEST(ResumptionTls12, ASessionMadeWithExtendedMasterSecretEndsAHandshakeWithout) {
  Scene scene;
  const Bytes key(TicketKeys::key_size, 7);
  scene.server = lenient(scene, *TicketKeys::from(provider(), std::vector<ByteView>{key}));
  ASSERT_EQ(scene.connect(), Outcome::full);
  Pair pair = make_tls_pair(scene.client, scene.server);
  const Bytes hello = plain_messages(drain(pair.client)).front();
  const Bytes without = without_extension<tls::ClientHello>(hello, ExtensionType::extended_master_secret);

  static_cast<void>(feed(pair.server, plain_record(ContentType::handshake, without)));

  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::ExtendedMasterSecretChanged);
  EXPECT_EQ(pair.server.error()->alert(), AlertDescription::handshake_failure);
}

TEST(ResumptionTls12, AllowingItToBeMissingIsAWeakening) {
  auto client = client_builder();
  client.allow_missing_extended_master_secret().allow_psk_ke();
  auto server = server_builder();
  server.allow_missing_extended_master_secret().allow_psk_ke();
  EXPECT_EQ(build(std::move(client))->weakenings().size(), 2U);
  EXPECT_EQ(build(std::move(server))->weakenings().size(), 2U);
}

// --- judging the chain again

/// A client that judges the server's chain itself, each time, and has been to the server.
struct Judging {
  std::shared_ptr<CarelessStore> kept = std::make_shared<CarelessStore>();
  std::shared_ptr<const ClientConfig> client;
  std::shared_ptr<const ServerConfig> server;

  explicit Judging(const Policy& policy) : server(server_with(policy)) {
    auto builder = client_builder();
    builder.policy(policy).session_store(kept).pause_for_verification().reverify_on_resumption();
    client = build(std::move(builder));
    Pair first = make_tls_pair(client, server);
    EXPECT_TRUE(answered(first, answer::Verified{x509::Verdict::accept({}, {})}));
    EXPECT_FALSE(first.client.info().is_resumption);
  }
  /// Brings the pair to the client's pause, answers, and goes on with what came behind it.
  static bool answered(Pair& pair, Answer answer) {
    pair.carry(Side::client);
    Bytes wire = drain(pair.server);
    ByteSpan rest = wire;
    while (!rest.empty() && !pair.client.pause()) {
      const auto received = pair.client.receive(rest);
      if (!received) return false;
      rest = rest.subspan(received->consumed);
    }
    EXPECT_EQ(pair.client.pause(), Pause::verification);
    EXPECT_FALSE(pair.client.pending_chain().empty());
    if (!pair.client.resume(std::move(answer))) return false;
    static_cast<void>(feed(pair.client, rest));
    return pair.run();
  }
};

TEST(Reverification, TheSessionsChainIsJudgedAgain) {
  for (const Policy& policy : {tls12_policy(), Policy::modern_2026()}) {
    const Judging peer(policy);
    Pair pair = make_tls_pair(peer.client, peer.server);
    EXPECT_TRUE(Judging::answered(pair, answer::Verified{x509::Verdict::accept({}, {})})) << policy.name;
    EXPECT_TRUE(pair.client.info().is_resumption) << policy.name;
  }
}

TEST(Reverification, AChainThatIsNoLongerTrustedEndsTheHandshake) {
  for (const Policy& policy : {tls12_policy(), Policy::modern_2026()}) {
    const Judging peer(policy);
    Pair pair = make_tls_pair(peer.client, peer.server);
    EXPECT_FALSE(Judging::answered(pair, answer::Refuse{AlertDescription::certificate_revoked})) << policy.name;
    ASSERT_NE(pair.client.error(), nullptr);
    EXPECT_EQ(pair.client.error()->code(), ErrorCode::CertificateRefused);
    EXPECT_FALSE(pair.server.can_send());
  }
}

TEST(Reverification, TheConfigurationsVerifierIsAskedAgain) {
  struct Judged final : Observer {
    int times = 0;
    void on(const EventOrigin&, const Event& event) noexcept override {
      if (std::holds_alternative<event::ChainJudged>(event)) ++times;
    }
  };
  for (const bool reverifies : {false, true}) {
    auto builder = client_builder();
    builder.policy(tls12_policy());
    if (reverifies) builder.reverify_on_resumption();
    const auto client = build(std::move(builder));
    const auto server = server_with(tls12_policy());
    static_cast<void>(make_connected_pair(client, server));
    Judged judged;
    Pair pair = make_tls_pair(client, server, {.observer = &judged});
    ASSERT_TRUE(pair.run());
    EXPECT_TRUE(pair.client.info().is_resumption);
    EXPECT_EQ(judged.times, reverifies ? 1 : 0);
  }
}

// --- channel bindings

TEST(ChannelBindings, AgreeAndDifferFromConnectionToConnection) {
  const Scene scene;
  const Pair full = make_connected_pair(scene.client, scene.server);
  const Pair resumed = make_connected_pair(scene.client, scene.server);
  ASSERT_TRUE(resumed.server.info().is_resumption);
  for (const ChannelBinding kind : {ChannelBinding::tls_unique, ChannelBinding::tls_exporter}) {
    const std::size_t size = kind == ChannelBinding::tls_unique ? 12 : 32;
    for (const Pair* pair : {&full, &resumed}) {
      ASSERT_TRUE(pair->client.channel_binding(kind).has_value());
      EXPECT_EQ(pair->client.channel_binding(kind)->size(), size);
      EXPECT_EQ(*pair->client.channel_binding(kind), *pair->server.channel_binding(kind));
    }
    EXPECT_NE(*full.client.channel_binding(kind), *resumed.client.channel_binding(kind));
  }
}

TEST(ChannelBindings, Tls13HasTheExporterAlone) {
  const Pair pair = make_connected_pair();
  EXPECT_EQ(*pair.client.channel_binding(ChannelBinding::tls_exporter),
            *pair.server.channel_binding(ChannelBinding::tls_exporter));
  EXPECT_FALSE(pair.client.channel_binding(ChannelBinding::tls_unique).has_value());
}

TEST(ChannelBindings, AreNotReadyDuringTheHandshake) {
  const Pair pair = make_tls_pair();
  for (const ChannelBinding kind : {ChannelBinding::tls_unique, ChannelBinding::tls_exporter}) {
    const auto binding = pair.client.channel_binding(kind);
    ASSERT_FALSE(binding.has_value());
    EXPECT_EQ(binding.error().code(), ErrorCode::NotReady);
  }
}

// --- a server's store

TEST(ServerSessionStore, KeepsTls13sSessionsInsteadOfTicketsAndGivesEachOnce) {
  Scene scene;
  scene.client = build(scene.client_of(Policy::modern_2026()));
  auto builder = scene.server_of(Policy::modern_2026());
  builder.without_tickets().session_store(scene.stored).tickets(1, 24h);
  scene.server = build(std::move(builder));
  ASSERT_EQ(scene.connect(), Outcome::full);
  EXPECT_EQ(scene.kept->back()->ticket.size(), 32U);
  EXPECT_EQ(scene.stored->size(), 1U);
  const StoredSession session = scene.kept->back();
  EXPECT_EQ(scene.connect(), Outcome::resumed);
  scene.kept->put("", session);
  EXPECT_EQ(scene.connect(), Outcome::full) << "the same ticket again";
}

TEST(ServerSessionStore, ForgetsWhatWasNotUsedForLongest) {
  InMemoryServerSessionStore store(2);
  const auto id = [](std::uint8_t number) { return Bytes(32, number); };
  store.put(id(1), Bytes{1}, test_now);
  store.put(id(2), Bytes{2}, test_now);
  EXPECT_EQ(store.get(id(1)), Bytes{1});
  store.put(id(3), Bytes{3}, test_now);
  EXPECT_EQ(store.size(), 2U);
  EXPECT_FALSE(store.get(id(2)).has_value());
  EXPECT_EQ(store.take(id(1)), Bytes{1});
  EXPECT_FALSE(store.take(id(1)).has_value());
  EXPECT_EQ(store.get(id(3)), Bytes{3});
}

TEST(ServerSessionStore, WhatOthersWroteIntoItIsNotTaken) {
  Scene scene;
  scene.use_session_ids();
  ASSERT_EQ(scene.connect(), Outcome::full);
  const Bytes id = scene.kept->back()->session_id;
  Bytes altered = *scene.stored->get(id);
  altered.back() ^= 1;
  scene.stored->put(id, altered, test_now + 24h);
  EXPECT_EQ(scene.connect(), Outcome::full);
}

}  // namespace
}  // namespace keyway
