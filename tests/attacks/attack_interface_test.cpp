// Attack 28: no nonce twice, through key updates, errors and retries. Attack 42: an end without close_notify can be
// told from a clean one. Attack 43: one connection's error never shows on another. Attack 44: secrets reach no log,
// error or event.

#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "core/text.hpp"
#include "testing/refusal.hpp"
#include "testing/spy_provider.hpp"

// libcrypto's queue of errors; declared here because its headers stay in one room.
extern "C" unsigned long ERR_peek_error(void);  // NOLINT(google-runtime-int)

namespace keyway {
namespace {

using namespace keyway::testing;

// ------------------------------------------------------------------------------------------------ 28

TEST(AttackOnNonces, NoneIsUsedTwiceThroughUpdatesRetriesAndErrors) {
  const auto client_spy = std::make_shared<SpyProvider>();
  const auto server_spy = std::make_shared<SpyProvider>();
  Policy retries = classical_policy();
  retries.groups = {NamedGroup::secp521r1};
  retries.key_shares = {};
  auto client = client_builder();
  client.provider(client_spy);
  auto server = server_builder();
  server.provider(server_spy).policy(retries);
  Pair pair = make_connected_pair(build(std::move(client)), build(std::move(server)));
  for (int round = 0; round < 20; ++round) {
    EXPECT_EQ(pair.transfer(Side::client, "a question"), "a question");
    EXPECT_EQ(pair.transfer(Side::server, std::string(40000, 'x')).size(), 40000U);
    std::array<std::uint8_t, 8> small{};
    EXPECT_FALSE(pair.client.send(as_bytes("does not fit"), small));
    ASSERT_TRUE(pair.side(round % 2 == 0 ? Side::client : Side::server).update_keys(round % 3 == 0));
    pair.run();
  }
  static_cast<void>(feed(pair.server, Bytes{23, 3, 3, 0, 17, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_NE(pair.server.error(), nullptr);  // and its alert was sealed, too
  pair.client.close();

  for (const auto& spy : {client_spy, server_spy}) {
    EXPECT_EQ(spy->seen().repeated, 0U);
    EXPECT_GT(spy->seen().keys.size(), 20U) << "the keys did not change";
    EXPECT_GT(spy->seen().sealed.size(), 30U);
  }
}

// ------------------------------------------------------------------------------------------------ 42

TEST(AttackByTruncation, AnEndIsCleanAfterCloseNotifyAlone) {
  for (const Side side : {Side::client, Side::server}) {
    Pair cut = make_connected_pair();
    const auto end = cut.side(side).end_of_input();
    ASSERT_FALSE(end);
    EXPECT_EQ(end.error().code(), ErrorCode::TruncatedStream);
    EXPECT_FALSE(cut.side(side).peer_has_closed());

    Pair clean = make_connected_pair();
    clean.side(peer_of(side)).close();
    clean.carry(peer_of(side));
    EXPECT_TRUE(clean.side(side).peer_has_closed());
    EXPECT_TRUE(clean.side(side).end_of_input());
  }
}

TEST(AttackByTruncation, ACutInsideARecordIsAnUncleanEnd) {
  Pair pair = make_connected_pair();
  Bytes out(200);
  const auto sent = pair.client.send(as_bytes("pay 100 to Bob, not to Mallory"), out);
  ASSERT_TRUE(sent);
  EXPECT_TRUE(feed(pair.server, ByteView(out).first(sent->written - 1)).empty());
  EXPECT_FALSE(pair.server.end_of_input());
}

TEST(AttackByTruncation, AnEndInTheHandshakeIsToldAsSuch) {
  Pair pair = make_tls_pair();
  pair.carry(Side::client);
  const auto end = pair.server.end_of_input();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code(), ErrorCode::PeerClosedInHandshake);

  ScriptedServer peer;
  peer.say_hello();
  peer.put(ContentType::alert, Bytes{1, 0});
  EXPECT_TRUE(refused(peer, ErrorCode::PeerClosedInHandshake, std::nullopt));
}

TEST(AttackByTruncation, DataAfterACloseIsIgnored) {
  ScriptedClient peer;
  peer.connect();
  const Bytes close = peer.seal(ContentType::alert, Bytes{1, 0});
  Bytes wire = close;
  const Bytes more = peer.seal(ContentType::application_data, as_bytes("more"));
  wire.insert(wire.end(), more.begin(), more.end());
  peer.give(wire);
  EXPECT_TRUE(peer.subject().peer_has_closed());
  EXPECT_TRUE(peer.delivered().empty());
  EXPECT_EQ(peer.refusal(), std::nullopt);
}

// ------------------------------------------------------------------------------------------------ 43

TEST(AttackAcrossConnections, AnErrorStaysWhereItArose) {
  const auto client = build(client_builder());
  const auto server = build(server_builder());
  Pair healthy = make_connected_pair(client, server);
  ScriptedServer forged(client);  // a forged signature makes libcrypto complain
  forged.say_until(HandshakeType::certificate_verify);
  Bytes verify = forged.certificate_verify();
  verify.back() ^= 1;
  forged.say(verify);
  ASSERT_TRUE(forged.refusal());
  ScriptedClient bad_share(server);
  ClientHelloFields fields = ScriptedClient::hello();
  fields.extensions.set(ExtensionType::supported_groups, Bytes{0, 2, 0, 23});
  fields.extensions.set(ExtensionType::key_share, key_share_body({{NamedGroup::secp256r1, Bytes(65, 4)}}));
  bad_share.say_hello(fields);
  ASSERT_TRUE(bad_share.refusal());

  EXPECT_EQ(ERR_peek_error(), 0U) << "libcrypto's queue holds what is left of a refusal";
  EXPECT_EQ(healthy.transfer(Side::client, "well"), "well");
  EXPECT_EQ(healthy.client.error(), nullptr);
  Pair after = make_tls_pair(client, server);
  EXPECT_TRUE(after.run());
}

// ------------------------------------------------------------------------------------------------ 44

/// Writes down everything that it is told, as text and as bytes.
class Gossip final : public Observer {
 public:
  void on(const EventOrigin& origin, const Event& event) noexcept override {
    text_ << to_string(origin.side) << ' ' << origin.connection << ' ' << event.index() << ' ';
    std::visit([&](const auto& e) { write(e); }, event);
    text_ << '\n';
  }
  void write(const event::HandshakeMessage& e) { bytes(e.raw); }
  void write(const event::InnerClientHello& e) { bytes(e.raw); }
  void write(const event::Record& e) { text_ << to_string(e.type) << e.size << e.is_protected; }
  void write(const event::ParametersChosen& e) { text_ << to_string(e.cipher_suite) << to_string(e.group) << e.alpn; }
  void write(const event::ChainJudged& e) {
    for (const ByteView each : e.chain) bytes(each);
    text_ << e.server_name;
  }
  void write(const event::HandshakeSignature& e) { text_ << to_string(e.scheme); }
  void write(const event::DelegatedCredential& e) { text_ << to_string(e.scheme) << to_string(e.signature_scheme); }
  void write(const event::KeyAgreement& e) { text_ << to_string(e.group) << e.client_share_size; }
  void write(const event::SecretDerived& e) {
    text_ << to_string(e.label) << e.generation << ' ' << e.size;
    bytes(e.fingerprint);
  }
  void write(const event::Finished&) {}
  void write(const event::HandshakeCompleted&) {}
  void write(const event::KeysUpdated& e) { text_ << e.generation; }
  void write(const event::AlertSeen& e) { text_ << to_string(e.description); }
  void write(const event::Weakened& e) { text_ << e.what; }
  void write(const event::Failed& e) { text_ << e.error->message() << e.error->advice(); }
  void note(std::string_view more) { text_ << more << '\n'; }

  [[nodiscard]] bool tells(ByteView secret) const {
    const std::string all = text_.str();
    std::string upper = to_hex(secret);
    std::ranges::transform(upper, upper.begin(), [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
    return all.find(as_text(secret)) != std::string::npos || all.find(to_hex(secret)) != std::string::npos ||
           all.find(upper) != std::string::npos;
  }
  [[nodiscard]] std::size_t size() const { return text_.str().size(); }

 private:
  void bytes(ByteView view) { text_ << ' ' << to_hex(view) << ' ' << as_text(view); }
  std::ostringstream text_;
};

TEST(AttackOnSecrets, NoEventAndNoErrorTellsOne) {
  const auto gossip = std::make_shared<Gossip>();
  const auto spy = std::make_shared<SpyProvider>();
  WireTap tap;
  auto client = client_builder();
  client.provider(spy).observe(gossip);
  auto server = server_builder();
  server.observe(gossip);
  const auto client_config = build(std::move(client));
  const auto server_config = build(std::move(server));
  Pair pair = make_tls_pair(client_config, server_config, {.observer = &tap});
  ASSERT_TRUE(pair.run());
  ASSERT_TRUE(pair.client.update_keys(true));
  EXPECT_EQ(pair.transfer(Side::client, "a"), "a");
  EXPECT_EQ(pair.transfer(Side::server, "b"), "b");
  Bytes exported(32);
  ASSERT_TRUE(pair.client.export_keying_material("EXPORTER-test", {}, exported));
  static_cast<void>(feed(pair.client, Bytes{23, 3, 3, 0, 17, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9}));
  ASSERT_NE(pair.client.error(), nullptr);
  gossip->note(pair.client.error()->message());
  ScriptedClient broken(server_config);
  broken.say_hello();
  Bytes finished = broken.finished();
  finished.back() ^= 1;
  broken.say(finished);
  ASSERT_NE(broken.subject().error(), nullptr);
  gossip->note(broken.why());

  ASSERT_GT(gossip->size(), 10000U);
  std::vector<Bytes> secrets = tap.all();
  const std::vector<Bytes> of_broken = broken.tap.all();
  secrets.insert(secrets.end(), of_broken.begin(), of_broken.end());
  for (const std::string& key : spy->seen().keys) secrets.emplace_back(key.begin(), key.end());
  secrets.push_back(exported);
  secrets.push_back(shared_leaf().key_pkcs8());
  ASSERT_GE(secrets.size(), 15U);
  for (const Bytes& secret : secrets)
    EXPECT_FALSE(gossip->tells(secret)) << "a secret of " << secret.size() << " bytes";
  // The search itself works: what is told is found.
  EXPECT_TRUE(gossip->tells(shared_leaf().der));
}

TEST(AttackOnSecrets, OnlyAnObserverThatSaysSoIsGivenThem) {
  class Quiet final : public Observer {
   public:
    void on(const EventOrigin&, const Event&) noexcept override {}
    void on_secret(const EventOrigin&, SecretLabel, std::uint32_t, ByteView, ByteView) noexcept override { ++told; }
    int told = 0;
  };
  Quiet quiet;
  Pair pair = make_tls_pair(nullptr, nullptr, {.observer = &quiet}, {.observer = &quiet});
  ASSERT_TRUE(pair.run());
  EXPECT_EQ(quiet.told, 0);
}

}  // namespace
}  // namespace keyway
