// Servers that keep nothing, look first, or have to ask somebody else.

#include <array>
#include <map>

#include <keyway/external_psk.hpp>
#include <keyway/session.hpp>

#include "tool/demo_acts.hpp"
#include "tool/demo_duet.hpp"

namespace keyway::tool {
namespace {

/// Knows nothing by itself: who is asked for a key is the application, and that later.
class FarKeys final : public PskResolver {
 public:
  [[nodiscard]] std::shared_ptr<const ExternalPsk> resolve(std::span<const OfferedPsk>,
                                                           const ClientHelloView&) const override {
    return nullptr;
  }
  [[nodiscard]] bool answers_later() const override { return true; }
};

/// The same for sessions.
class FarSessions final : public ServerSessionStore {
 public:
  void put(ByteView id, Bytes session, Time) override { kept_[Bytes(id.begin(), id.end())] = std::move(session); }
  [[nodiscard]] std::optional<Bytes> get(ByteView) override { return std::nullopt; }
  [[nodiscard]] std::optional<Bytes> take(ByteView) override { return std::nullopt; }
  [[nodiscard]] bool answers_later(ByteView) const override { return true; }

  /// The application's question. Of TLS 1.3: each session once.
  [[nodiscard]] std::optional<Bytes> fetch(ByteView id) {
    const auto found = kept_.extract(Bytes(id.begin(), id.end()));
    return found.empty() ? std::nullopt : std::optional(std::move(found.mapped()));
  }

 private:
  std::map<Bytes, Bytes> kept_;
};

[[nodiscard]] std::string outcome_of(const Result<void>& done, std::string good) {
  return done ? std::move(good) : done.error().message();
}

}  // namespace

Result<Scene> play_stateless_retry(ActStage& stage) {
  auto credential = stage.credential_for();
  if (!credential) return std::unexpected(std::move(credential.error()));
  auto keys = TicketKeys::rotating(stage.provider(), std::make_shared<SystemClock>(), std::chrono::hours(1));
  if (!keys) return std::unexpected(std::move(keys.error()));
  const auto shop = [&] {
    auto builder = stage.server();
    builder.add_credential(*credential).stateless_retry({.keys = *keys});
    return builder.build();
  };
  Policy policy = Policy::modern_2026();
  policy.key_shares.clear();
  auto config = stage.client().trust(stage.trust()).policy(policy).build();
  if (!config) return std::unexpected(std::move(config.error()));
  const auto first = shop();
  if (!first) return std::unexpected(first.error());
  const auto second = shop();
  if (!second) return std::unexpected(second.error());

  constexpr std::array<std::uint8_t, 6> home{192, 0, 2, 1, 0x01, 0xbb};
  constexpr std::array<std::uint8_t, 6> elsewhere{192, 0, 2, 2, 0x01, 0xbb};
  const auto meet = [&](ByteView address) -> Result<Duet> {
    auto duet = Duet::make(*config, *first, demo_name, {.client_address = home});
    if (!duet) return duet;
    duet->carry(Side::client);
    duet->carry(Side::server);
    auto other = Connection::server(*second, {.client_address = address});
    if (!other) return std::unexpected(std::move(other.error()));
    duet->server = std::move(*other);
    return duet;
  };
  auto here = meet(home);
  if (!here) return std::unexpected(std::move(here.error()));
  auto there = meet(elsewhere);
  if (!there) return std::unexpected(std::move(there.error()));
  const auto done = here->handshake();
  const auto refused = there->handshake();

  Scene scene{"The server answers a first ClientHello with a cookie, and forgets it (RFC 8446 4.2.2)"};
  scene.check(
      done && here->server.info().after_hello_retry_request, "another server",
      outcome_of(done, "of the same keys goes on with the second ClientHello: all that it needs is in the cookie"));
  scene.check(!refused, "another address",
              refused ? "was served" : "is refused: the cookie was given to who is there, at one address");
  return scene;
}

Result<Scene> play_early_choice(ActStage& stage) {
  constexpr std::string_view market = "market.localhost";
  std::map<std::string, std::shared_ptr<const ServerConfig>, std::less<>> tenants;
  for (const std::string_view name : {demo_name, market}) {
    auto credential = stage.credential_for(name);
    if (!credential) return std::unexpected(std::move(credential.error()));
    auto config = stage.server().add_credential(std::move(*credential)).build();
    if (!config) return std::unexpected(std::move(config.error()));
    tenants.emplace(name, std::move(*config));
  }
  auto door = stage.server().pause_for_client_hello().pause_for_credential().build();
  if (!door) return std::unexpected(std::move(door.error()));
  auto customer = stage.client().trust(stage.trust()).build();
  if (!customer) return std::unexpected(std::move(customer.error()));

  Scene scene{"The server reads the ClientHello, takes its time, and answers with the configuration that fits"};
  for (const std::string_view asked : {demo_name, market, std::string_view("nobody.localhost")}) {
    auto duet = Duet::make(*customer, *door, asked);
    if (!duet) return std::unexpected(std::move(duet.error()));
    duet->settle();
    const auto hello = duet->server.pending_client_hello();
    const auto tenant = hello && hello->server_name() ? tenants.find(*hello->server_name()) : tenants.end();
    const bool is_tenant = tenant != tenants.end();
    auto resumed = duet->server.resume(is_tenant ? Answer(answer::UseConfig{tenant->second})
                                                 : Answer(answer::Refuse{AlertDescription::unrecognized_name}));
    if (!resumed && is_tenant) return std::unexpected(std::move(resumed.error()));
    const auto done = duet->handshake();
    scene.check(hello && done.has_value() == is_tenant, std::string(asked),
                done ? "gets that one's certificate, policy and protocols" : "is refused before anything is computed");
  }
  return scene;
}

Result<Scene> play_psk_lookup(ActStage& stage) {
  std::array<std::uint8_t, 32> secret{};
  if (auto filled = stage.provider()->random().fill(secret); !filled) return std::unexpected(std::move(filled.error()));
  const ExternalPsk::Key key{.identity = as_bytes("till 7"), .secret = secret};
  auto of_till = ExternalPsk::between(Side::client, "till", "shop", key);
  auto of_shop = ExternalPsk::between(Side::server, "shop", "till", key);
  wipe(secret);
  if (!of_till) return std::unexpected(std::move(of_till.error()));
  if (!of_shop) return std::unexpected(std::move(of_shop.error()));
  auto server = stage.server();
  server.psk_resolver(std::make_shared<FarKeys>());
  auto client = stage.client();
  client.add_psk(std::move(*of_till));
  auto duet = Duet::make(std::move(client), std::move(server));
  if (!duet) return std::unexpected(std::move(duet.error()));
  duet->settle();

  const bool waits = duet->server.pause() == Pause::psk_lookup;
  std::string named = "nobody";
  if (const auto hello = duet->server.pending_client_hello(); waits && hello) {
    for (const OfferedPsk& offered : hello->psks())
      named = as_text(offered.external_identity.value_or(offered.identity));
  }
  auto resumed = duet->server.resume(answer::UsePsk{std::move(*of_shop)});
  if (!resumed && waits) return std::unexpected(std::move(resumed.error()));
  const auto done = duet->handshake();

  Scene scene{"The keys are kept elsewhere: the handshake waits until the one that was named is found"};
  scene.check(waits && named == "till 7", "the client names", "“" + named + "”, and the server holds no key itself");
  scene.check(done.has_value() && duet->server.info().psk != nullptr, "with the answer",
              outcome_of(done, "the handshake goes on, and proves that both have the key"));
  return scene;
}

Result<Scene> play_session_lookup(ActStage& stage) {
  auto credential = stage.credential_for();
  if (!credential) return std::unexpected(std::move(credential.error()));
  const auto sessions = std::make_shared<FarSessions>();
  auto server = stage.server().add_credential(std::move(*credential)).without_tickets().session_store(sessions).build();
  if (!server) return std::unexpected(std::move(server.error()));
  auto client = stage.client().trust(stage.trust()).build();
  if (!client) return std::unexpected(std::move(client.error()));
  bool has_waited = false;
  /// Whether the session was gone on with.
  const auto visit = [&]() -> Result<bool> {
    auto duet = Duet::make(*client, *server, demo_name);
    if (!duet) return std::unexpected(std::move(duet.error()));
    duet->settle();
    if (const auto asked = duet->server.pending_lookup(); asked && duet->server.pause() == Pause::session_lookup) {
      has_waited = true;
      auto resumed = duet->server.resume(answer::Found{sessions->fetch(asked->key)});
      if (!resumed) return std::unexpected(std::move(resumed.error()));
    }
    if (auto done = duet->handshake(); !done) return std::unexpected(std::move(done.error()));
    if (!duet->transfers(Side::server, "welcome")) return std::unexpected(fail(ErrorCode::NotReady).at("the visit"));
    return duet->server.info().is_resumption;
  };
  const auto first = visit();
  if (!first) return std::unexpected(first.error());
  const auto second = visit();
  if (!second) return std::unexpected(second.error());

  Scene scene{"Sessions are in a store that many servers share: the handshake waits for its answer"};
  scene.check(!*first, "first visit", "a full handshake; the session goes to the store, sealed");
  scene.check(*second && has_waited, "second visit",
              "waits for the store, and goes on with the session: no certificate is shown again");
  return scene;
}

}  // namespace keyway::tool
