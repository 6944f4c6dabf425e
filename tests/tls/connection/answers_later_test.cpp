// What a server leaves to others that take their time: tickets that another seals and opens, sessions and first uses
// that a store elsewhere knows, keys that are looked up as they are named.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

#include "testing/psk.hpp"
#include "testing/refusal.hpp"
#include "tls/connection/early_data_testing.hpp"
#include "tls/connection/resumption_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

/// Sealing and opening, as somebody elsewhere does it: a ticket is a number, and only who has the table can open it.
class Elsewhere final : public TicketProtection {
 public:
  Result<Bytes> protect(ByteView) override { return std::unexpected(fail(ErrorCode::InternalError)); }
  std::optional<Bytes> unprotect(ByteView) override { return std::nullopt; }
  [[nodiscard]] bool answers_later() const override { return true; }

  [[nodiscard]] Bytes seal(ByteView session) {
    Bytes ticket(40, static_cast<std::uint8_t>(sessions_.size()));
    sessions_[ticket] = Bytes(session.begin(), session.end());
    return ticket;
  }
  [[nodiscard]] std::optional<Bytes> open(ByteView ticket) const {
    const auto at = sessions_.find(Bytes(ticket.begin(), ticket.end()));
    return at == sessions_.end() ? std::nullopt : std::optional(at->second);
  }

 private:
  std::map<Bytes, Bytes> sessions_;
};

/// A store that is asked by the application alone.
class FarStore final : public ServerSessionStore {
 public:
  void put(ByteView id, Bytes session, Time) override { kept[Bytes(id.begin(), id.end())] = std::move(session); }
  std::optional<Bytes> get(ByteView) override { return std::nullopt; }
  std::optional<Bytes> take(ByteView) override { return std::nullopt; }
  [[nodiscard]] bool answers_later(ByteView) const override { return true; }

  [[nodiscard]] std::optional<Bytes> find(const PendingLookup& asked) {
    const auto at = kept.find(Bytes(asked.key.begin(), asked.key.end()));
    if (at == kept.end()) return std::nullopt;
    Bytes found = at->second;
    if (asked.is_once) kept.erase(at);
    return found;
  }

  std::map<Bytes, Bytes> kept;
};

class FarUses final : public SingleUseStore {
 public:
  bool use(ByteView, Time, Time) override { return false; }
  [[nodiscard]] Time remembers_since() const noexcept override { return test_now - 24h; }
  [[nodiscard]] bool answers_later() const override { return true; }
};

/// Who answers all pauses, and remembers which there were.
class World {
 public:
  std::shared_ptr<Elsewhere> tickets = std::make_shared<Elsewhere>();
  std::shared_ptr<FarStore> store = std::make_shared<FarStore>();
  std::map<Bytes, SharedPsk> keys;  ///< by external identity
  std::set<Bytes> uses;
  std::vector<Pause> pauses;

  /// Runs the handshake, with all answers.
  bool run(Pair& pair) {
    bool done = pair.run();
    for (int i = 0; i < 20 && pair.server.pause(); ++i) {
      pauses.push_back(*pair.server.pause());
      static_cast<void>(pair.server.resume(answer_to(pair.server)));
      done = pair.run();
    }
    return done;
  }

  [[nodiscard]] Answer answer_to(Connection& server) {
    switch (*server.pause()) {
      case Pause::ticket_sealing: {
        answer::Tickets made;
        for (const ByteView session : server.pending_sessions()) made.tickets.push_back(tickets->seal(session));
        return made;
      }
      case Pause::ticket_opening:
        return answer::Found{tickets->open(server.pending_lookup()->key)};
      case Pause::session_lookup:
        return answer::Found{store->find(*server.pending_lookup())};
      case Pause::first_use: {
        const ByteView key = server.pending_lookup()->key;
        EXPECT_GT(server.pending_lookup()->until, test_now);
        return answer::FirstUse{uses.insert(Bytes(key.begin(), key.end())).second};
      }
      case Pause::psk_lookup:
        for (const OfferedPsk& offered : server.pending_client_hello()->psks()) {
          const ByteView name = offered.external_identity.value_or(offered.identity);
          const auto at = keys.find(Bytes(name.begin(), name.end()));
          if (at != keys.end()) return answer::UsePsk{at->second};
        }
        return answer::UsePsk{};
      default:
        return answer::Refuse{};
    }
  }
};

ClientConfig::Builder returning_client(ProtocolVersion version = ProtocolVersion::TLS1_3) {
  ClientConfig::Builder builder = client_builder();
  builder.policy(Policy::compatible_2026().narrowed_to({version}));
  builder.session_store(std::make_shared<InMemorySessionStore>());
  return builder;
}
ServerConfig::Builder server_of(ProtocolVersion version = ProtocolVersion::TLS1_3) {
  ServerConfig::Builder builder = server_builder();
  builder.policy(Policy::compatible_2026().narrowed_to({version}));
  return builder;
}

/// Two visits: what the second paused for, and whether it resumed.
bool comes_back(World& world, const std::shared_ptr<const ClientConfig>& client,
                const std::shared_ptr<const ServerConfig>& server) {
  Pair first = make_tls_pair(client, server);
  EXPECT_TRUE(world.run(first)) << (first.server.error() != nullptr ? first.server.error()->message() : "");
  EXPECT_EQ(first.transfer(Side::server, "tickets"), "tickets");
  world.pauses.clear();
  Pair second = make_tls_pair(client, server);
  EXPECT_TRUE(world.run(second)) << (second.server.error() != nullptr ? second.server.error()->message() : "");
  EXPECT_EQ(second.transfer(Side::client, "on"), "on");
  EXPECT_EQ(second.client.info().is_resumption, second.server.info().is_resumption);
  return second.server.info().is_resumption;
}

// ------------------------------------------------------------------------------------------------ tickets

class TicketsElsewhere : public ::testing::TestWithParam<ProtocolVersion> {};

TEST_P(TicketsElsewhere, AreSealedAndOpenedByTheApplication) {
  World world;
  ServerConfig::Builder server = server_of(GetParam());
  server.ticket_keys(*TicketKeys::behind(world.tickets));
  EXPECT_TRUE(comes_back(world, build(returning_client(GetParam())), build(std::move(server))));
  std::vector<Pause> expected{Pause::ticket_opening};
  if (GetParam() == ProtocolVersion::TLS1_3) expected.push_back(Pause::ticket_sealing);
  EXPECT_EQ(world.pauses, expected);
}

TEST_P(TicketsElsewhere, ThatNobodyOpensEndInAFullHandshake) {
  World world;
  ServerConfig::Builder builder = server_of(GetParam());
  builder.ticket_keys(*TicketKeys::behind(world.tickets));
  const auto server = build(std::move(builder));
  const auto client = build(returning_client(GetParam()));
  Pair first = make_tls_pair(client, server);
  ASSERT_TRUE(world.run(first));
  EXPECT_EQ(first.transfer(Side::server, "tickets"), "tickets");
  for (const Answer& none : {Answer(answer::Found{}), Answer(answer::Found{Bytes(60, 1)})}) {
    Pair pair = make_tls_pair(client, server);
    static_cast<void>(pair.run());
    ASSERT_EQ(pair.server.pause(), Pause::ticket_opening);
    ASSERT_TRUE(pair.server.resume(none));
    EXPECT_TRUE(world.run(pair));
    EXPECT_FALSE(pair.server.info().is_resumption);
    EXPECT_EQ(pair.transfer(Side::server, "tickets"), "tickets");
  }
}

TEST_P(TicketsElsewhere, MayBeMissing) {
  for (const Answer& none : {Answer(answer::Tickets{}), Answer(answer::Tickets{{Bytes(), Bytes()}}),
                             Answer(answer::Tickets{std::vector<Bytes>(9, Bytes(70000, 1))})}) {
    World world;
    ServerConfig::Builder server = server_of(GetParam());
    server.ticket_keys(*TicketKeys::behind(world.tickets));
    Pair pair = make_tls_pair(build(returning_client(GetParam())), build(std::move(server)));
    static_cast<void>(pair.run());
    ASSERT_EQ(pair.server.pause(), Pause::ticket_sealing);
    EXPECT_FALSE(pair.server.pending_sessions().empty());
    ASSERT_TRUE(pair.server.resume(none));
    EXPECT_TRUE(pair.run());
    EXPECT_EQ(pair.transfer(Side::client, "on"), "on");
    EXPECT_TRUE(pair.server.pending_sessions().empty());
  }
}

TEST_P(TicketsElsewhere, CanBeRefusedWithTheConnection) {
  World world;
  ServerConfig::Builder builder = server_of(GetParam());
  builder.ticket_keys(*TicketKeys::behind(world.tickets));
  const auto server = build(std::move(builder));
  const auto client = build(returning_client(GetParam()));
  Pair sealing = make_tls_pair(client, server);
  static_cast<void>(sealing.run());
  ASSERT_EQ(sealing.server.pause(), Pause::ticket_sealing);
  EXPECT_FALSE(sealing.server.resume(answer::FirstUse{true})) << "of another kind";
  EXPECT_EQ(sealing.server.error(), nullptr);
  EXPECT_FALSE(sealing.server.resume(answer::Refuse{}));
  EXPECT_EQ(sealing.server.error()->code(), ErrorCode::RejectedByApplication);

  Pair first = make_tls_pair(client, server);
  ASSERT_TRUE(world.run(first));
  EXPECT_EQ(first.transfer(Side::server, "tickets"), "tickets");
  Pair opening = make_tls_pair(client, server);
  static_cast<void>(opening.run());
  ASSERT_EQ(opening.server.pause(), Pause::ticket_opening);
  EXPECT_FALSE(opening.server.resume(answer::Tickets{})) << "of another kind";
  EXPECT_EQ(opening.server.error(), nullptr);
  EXPECT_FALSE(opening.server.resume(answer::Refuse{}));
  EXPECT_EQ(opening.server.error()->code(), ErrorCode::RejectedByApplication);
}

INSTANTIATE_TEST_SUITE_P(Both, TicketsElsewhere, ::testing::Values(ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2));

TEST(TicketsThatWait, AreAskedAboutAfterAHelloRetryRequestToo) {
  World world;
  ServerConfig::Builder builder = server_of();
  builder.ticket_keys(*TicketKeys::behind(world.tickets));
  const auto server = build(std::move(builder));
  ClientConfig::Builder wrong = client_builder();
  Policy policy = Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_3});
  policy.key_shares.clear();
  wrong.policy(policy).session_store(std::make_shared<InMemorySessionStore>());
  EXPECT_TRUE(comes_back(world, build(std::move(wrong)), server));
  EXPECT_EQ(world.pauses, (std::vector{Pause::ticket_opening, Pause::ticket_sealing}));
}

TEST(TicketsThatWait, AreAskedAboutAtMostFourTimes) {
  World world;
  ServerConfig::Builder server = server_of();
  server.ticket_keys(*TicketKeys::behind(world.tickets));
  ClientConfig::Builder client = client_builder();
  for (int i = 0; i < 10; ++i) client.add_psk(psk_of_till("key " + std::to_string(i)));
  client.allow_certificates_beside_psks();
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
  EXPECT_TRUE(world.run(pair));
  EXPECT_EQ(std::ranges::count(world.pauses, Pause::ticket_opening), 4);
}

// ------------------------------------------------------------------------------------------------ sessions

TEST(SessionsElsewhere, AreFoundByTheirNameInTls12) {
  World world;
  ServerConfig::Builder server = server_of(ProtocolVersion::TLS1_2);
  server.without_tickets().session_store(world.store);
  EXPECT_TRUE(comes_back(world, build(returning_client(ProtocolVersion::TLS1_2)), build(std::move(server))));
  EXPECT_EQ(world.pauses, std::vector{Pause::session_lookup});
  EXPECT_EQ(world.store->kept.size(), 1U) << "it stays, for the next time";
}

TEST(SessionsElsewhere, AreTakenOnceInTls13) {
  World world;
  ServerConfig::Builder server = server_of();
  server.without_tickets().session_store(world.store).tickets(1, 1h);
  EXPECT_TRUE(comes_back(world, build(returning_client()), build(std::move(server))));
  EXPECT_EQ(world.pauses, std::vector{Pause::session_lookup});
  EXPECT_EQ(world.store->kept.size(), 1U) << "the new one alone";
}

TEST(SessionsElsewhere, MayBeSealedElsewhereToo) {
  for (const ProtocolVersion version : {ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3}) {
    World world;
    ServerConfig::Builder server = server_of(version);
    server.without_tickets().session_store(world.store).ticket_keys(*TicketKeys::behind(world.tickets));
    EXPECT_TRUE(comes_back(world, build(returning_client(version)), build(std::move(server))));
    EXPECT_EQ(world.pauses[0], Pause::session_lookup);
    EXPECT_EQ(world.pauses[1], Pause::ticket_opening);
  }
}

TEST(SessionsElsewhere, OfAStoreAtHandAreTakenOnceThoughOthersAreAskedMeanwhile) {
  World world;
  ServerConfig::Builder server = server_of();
  server.without_tickets().session_store(std::make_shared<InMemoryServerSessionStore>());
  server.ticket_keys(*TicketKeys::behind(world.tickets));
  EXPECT_TRUE(comes_back(world, build(returning_client()), build(std::move(server))));
  EXPECT_EQ(world.pauses[0], Pause::ticket_opening);
}

TEST(SessionsElsewhere, ThatAreGoneEndInAFullHandshake) {
  World world;
  ServerConfig::Builder builder = server_of(ProtocolVersion::TLS1_2);
  builder.without_tickets().session_store(world.store);
  const auto server = build(std::move(builder));
  const auto client = build(returning_client(ProtocolVersion::TLS1_2));
  Pair first = make_tls_pair(client, server);
  ASSERT_TRUE(world.run(first));
  world.store->kept.clear();
  Pair second = make_tls_pair(client, server);
  EXPECT_TRUE(world.run(second));
  EXPECT_FALSE(second.server.info().is_resumption);
}

// ------------------------------------------------------------------------------------------------ first uses

TEST(FirstUsesElsewhere, LetEarlyDataInOnce) {
  World world;
  EarlyDataOptions options;
  options.store = std::make_shared<FarUses>();
  const EarlyWorld early(true, true, options);
  Pair pair = early.come_back();
  Bytes flight = drain(pair.client);
  Bytes out(1024);
  const auto sent = pair.client.send_early(as_bytes("GET /"), out);
  ASSERT_TRUE(sent);
  flight.insert(flight.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(sent->written));

  const auto first_came = [&](Connection& server, ByteView bytes) {
    Bytes input(bytes.begin(), bytes.end());
    std::string came;
    std::size_t at = 0;
    while (at < input.size()) {
      const auto received = server.receive(ByteSpan(input).subspan(at));
      if (!received) break;
      at += received->consumed;
      came += text(received->early_data);
      if (server.pause() && !server.resume(world.answer_to(server))) break;
      if (received->consumed == 0 && received->needed != 0) break;
    }
    return came;
  };
  EXPECT_EQ(first_came(pair.server, flight), "GET /");
  EXPECT_EQ(pair.server.info().early_data, EarlyData::accepted);

  Connection again = Connection::server(early.server).value();
  EXPECT_EQ(first_came(again, flight), "");
  EXPECT_EQ(again.info().early_data, EarlyData::seen_before);
}

// ------------------------------------------------------------------------------------------------ keys

/// All keys that there are, at hand.
class KeysAtHand : public PskResolver {
 public:
  explicit KeysAtHand(std::vector<SharedPsk> keys) : keys_(std::move(keys)) {}
  [[nodiscard]] SharedPsk resolve(std::span<const OfferedPsk> offered, const ClientHelloView&) const override {
    most = std::max(most, offered.size());
    for (const OfferedPsk& each : offered) {
      const ByteView name = each.external_identity.value_or(each.identity);
      for (const SharedPsk& key : keys_) {
        if (std::ranges::equal(key->identity(), name)) return key;
      }
    }
    return nullptr;
  }
  mutable std::size_t most = 0;

 private:
  std::vector<SharedPsk> keys_;
};
class KeysElsewhere final : public PskResolver {
 public:
  [[nodiscard]] SharedPsk resolve(std::span<const OfferedPsk>, const ClientHelloView&) const override {
    return nullptr;
  }
  [[nodiscard]] bool answers_later() const override { return true; }
};

ServerConfig::Builder resolving_server(const std::shared_ptr<const PskResolver>& resolver,
                                       ResolvedPsks taken = ResolvedPsks::imported) {
  ServerConfig::Builder builder;
  builder.policy(classical_policy()).provider(provider()).clock(std::make_shared<FixedClock>(test_now));
  builder.psk_resolver(resolver, taken);
  return builder;
}

TEST(PskResolver, FindsAKeyByTheNameThatTheClientGives) {
  const auto resolver = std::make_shared<KeysAtHand>(std::vector{psk_of_vault("key 1"), psk_of_vault("key 2")});
  const auto server = build(resolving_server(resolver));
  EXPECT_TRUE(server->requires_psk());
  EXPECT_TRUE(server->weakenings().empty());
  Pair pair = make_connected_pair(build(psk_client(psk_of_till("key 2"))), server);
  ASSERT_NE(pair.server.info().psk, nullptr);
  EXPECT_EQ(text(pair.server.info().psk->identity()), "key 2");
  EXPECT_EQ(pair.transfer(Side::server, "on"), "on");
}

TEST(PskResolver, MayAnswerLater) {
  for (const bool retries : {false, true}) {
    World world;
    world.keys[Bytes{'k'}] = psk_of_vault("k");
    Policy policy = classical_policy();
    if (retries) policy.key_shares.clear();
    Pair pair = make_tls_pair(build(psk_client(psk_of_till("k"), policy)),
                              build(resolving_server(std::make_shared<KeysElsewhere>())));
    EXPECT_TRUE(world.run(pair));
    EXPECT_EQ(world.pauses, std::vector(retries ? 2 : 1, Pause::psk_lookup));
    world.keys.clear();  // the connection alone keeps it
    ASSERT_NE(pair.server.info().psk, nullptr);
    EXPECT_EQ(text(pair.server.info().psk->identity()), "k");
  }
}

TEST(PskResolver, IsAskedEachTimeAndNoSessionStandsInForIt) {
  World world;
  world.keys[Bytes{'k'}] = psk_of_vault("k");
  const auto server = build(resolving_server(std::make_shared<KeysElsewhere>()));
  const auto client = build(psk_client(psk_of_till("k")));
  for (int i = 0; i < 2; ++i) {
    world.pauses.clear();
    Pair pair = make_tls_pair(client, server);
    EXPECT_TRUE(world.run(pair));
    EXPECT_FALSE(pair.server.info().is_resumption);
    EXPECT_EQ(world.pauses, std::vector{Pause::psk_lookup});
    EXPECT_EQ(pair.transfer(Side::server, "no tickets"), "no tickets");
  }
  world.keys.clear();
  Pair pair = make_tls_pair(client, server);
  EXPECT_FALSE(world.run(pair)) << "the key was withdrawn";
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCommonPsk);
}

TEST(PskResolver, StandsBehindCertificatesWhereTheyArePreferred) {
  World world;
  world.keys[Bytes{'k'}] = psk_of_vault("k");
  ServerConfig::Builder server = server_builder();
  server.psk_resolver(std::make_shared<KeysElsewhere>()).prefer_certificates();
  Pair pair = make_tls_pair(build(psk_client(psk_of_till("k"))), build(std::move(server)));
  EXPECT_TRUE(world.run(pair)) << "a client that takes no certificate";
  EXPECT_NE(pair.server.info().psk, nullptr);
  EXPECT_EQ(world.pauses, std::vector{Pause::psk_lookup});
}

TEST(PskResolver, ThatKnowsNoneLeavesTheClientToTheCertificate) {
  World world;
  ServerConfig::Builder server = server_builder();
  server.psk_resolver(std::make_shared<KeysElsewhere>());
  ClientConfig::Builder client = psk_client(psk_of_till("k"));
  client.allow_certificates_beside_psks();
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
  EXPECT_TRUE(world.run(pair));
  EXPECT_EQ(pair.server.info().psk, nullptr);
}

TEST(PskResolver, GivesNoKeyWithoutImporterUnlessThatIsAllowed) {
  const auto ours = ExternalPsk::without_importer(Side::client, psk_key("plain")).value();
  const auto theirs = ExternalPsk::without_importer(Side::server, psk_key("plain")).value();
  const auto resolver = std::make_shared<KeysAtHand>(std::vector{theirs});
  Policy policy = classical_policy();
  policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
  Pair refused = make_tls_pair(build(psk_client(ours, policy)), build(resolving_server(resolver)));
  EXPECT_FALSE(refused.run());
  EXPECT_EQ(refused.server.error()->code(), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(refused.client.error()->alert(), AlertDescription::internal_error);

  const auto allowing = build(resolving_server(resolver, ResolvedPsks::any));
  EXPECT_EQ(allowing->weakenings().size(), 1U);
  EXPECT_NE(make_connected_pair(build(psk_client(ours, policy)), allowing).server.info().psk, nullptr);
}

TEST(PskResolver, NeedsTls13) {
  ServerConfig::Builder builder = server_of(ProtocolVersion::TLS1_2);
  builder.psk_resolver(std::make_shared<KeysElsewhere>());
  EXPECT_EQ(builder.build().error().code(), ErrorCode::InvalidConfiguration);
}

}  // namespace
}  // namespace keyway
