// A connection that goes on in another process, as bytes under a seal; or whose records somebody else seals and opens.

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include <keyway/handover.hpp>

#include "testing/client_identity.hpp"
#include "testing/pair.hpp"
#include "testing/psk.hpp"

namespace keyway::testing {
namespace {

/// Both versions, and both sides.
struct Case {
  ProtocolVersion version;
  Side side;
};
std::string name_of(const ::testing::TestParamInfo<Case>& tested) {
  return std::string(tested.param.version == ProtocolVersion::TLS1_3 ? "Tls13" : "Tls12") +
         (tested.param.side == Side::client ? "Client" : "Server");
}

class Handover : public ::testing::TestWithParam<Case> {
 protected:
  static ClientConfig::Builder client_of(ProtocolVersion version) {
    ClientConfig::Builder builder = client_builder();
    builder.policy(policy_of(version)).alpn({"h2", "http/1.1"}).allow_secret_extraction();
    return builder;
  }
  static ServerConfig::Builder server_of(ProtocolVersion version) {
    ServerConfig::Builder builder = server_builder();
    builder.policy(policy_of(version)).alpn({"http/1.1"}).allow_secret_extraction();
    return builder;
  }
  [[nodiscard]] Side moved() const { return GetParam().side; }
  [[nodiscard]] Side other() const { return peer_of(GetParam().side); }

  /// Carries one side over to a connection that knows nothing but its configuration.
  Result<Bytes> carry_over() {
    auto exported = pair.side(moved()).export_idle(key);
    if (!exported) return exported;
    auto imported = moved() == Side::client ? Connection::import_idle(client, key, *exported)
                                            : Connection::import_idle(server, key, *exported);
    if (!imported) return std::unexpected(imported.error());
    pair.side(moved()) = std::move(*imported);
    return exported;
  }
  [[nodiscard]] bool exchanges() {
    return pair.transfer(Side::client, "ping") == "ping" && pair.transfer(Side::server, "pong") == "pong";
  }

  std::shared_ptr<const ClientConfig> client = build(client_of(GetParam().version));
  std::shared_ptr<const ServerConfig> server = build(server_of(GetParam().version));
  Pair pair = make_connected_pair(client, server);
  HandoverKey key = *HandoverKey::generate(*client->common().provider);
};

INSTANTIATE_TEST_SUITE_P(BothVersions, Handover,
                         ::testing::Values(Case{ProtocolVersion::TLS1_3, Side::client},
                                           Case{ProtocolVersion::TLS1_3, Side::server},
                                           Case{ProtocolVersion::TLS1_2, Side::client},
                                           Case{ProtocolVersion::TLS1_2, Side::server}),
                         name_of);

TEST_P(Handover, GoesOnAsIfNothingHadBeen) {
  ASSERT_TRUE(exchanges());
  const ConnectionInfo before = pair.side(moved()).info();
  const std::vector<Bytes> chain = pair.side(moved()).peer_chain();
  const bool had_verdict = pair.side(moved()).verdict() != nullptr;

  ASSERT_TRUE(carry_over());

  const Connection& after = pair.side(moved());
  EXPECT_TRUE(exchanges());
  EXPECT_TRUE(after.can_send());
  EXPECT_EQ(after.side(), moved());
  EXPECT_EQ(after.info().version, before.version);
  EXPECT_EQ(after.info().cipher_suite, before.cipher_suite);
  EXPECT_EQ(after.info().group, before.group);
  EXPECT_EQ(after.info().signature_scheme, before.signature_scheme);
  EXPECT_EQ(after.info().alpn, "http/1.1");
  EXPECT_EQ(after.info().server_name, before.server_name);
  EXPECT_EQ(after.peer_chain(), chain);
  ASSERT_EQ(after.verdict() != nullptr, had_verdict);
  EXPECT_TRUE(!had_verdict || after.verdict()->accepted());
}

TEST_P(Handover, ExportsTheSameKeyingMaterial) {
  Bytes before(40);
  Bytes after(40);
  ASSERT_TRUE(pair.side(moved()).export_keying_material("EXPORTER-test", as_bytes("context"), before));
  const auto binding = pair.side(moved()).channel_binding(ChannelBinding::tls_exporter);

  ASSERT_TRUE(carry_over());

  ASSERT_TRUE(pair.side(moved()).export_keying_material("EXPORTER-test", as_bytes("context"), after));
  EXPECT_EQ(before, after);
  EXPECT_EQ(*pair.side(moved()).channel_binding(ChannelBinding::tls_exporter), *binding);
}

TEST_P(Handover, UpdatesKeysBeforeAndAfter) {
  if (GetParam().version == ProtocolVersion::TLS1_2) GTEST_SKIP() << "TLS 1.2 has no key updates";
  ASSERT_TRUE(pair.side(other()).update_keys(true));
  ASSERT_TRUE(pair.carry(other()));
  // The answer is due, and goes along.
  ASSERT_TRUE(carry_over());
  EXPECT_TRUE(exchanges());
  ASSERT_TRUE(pair.side(moved()).update_keys(true));
  EXPECT_TRUE(exchanges());
  ASSERT_TRUE(pair.side(other()).update_keys(true));
  EXPECT_TRUE(exchanges());
}

TEST_P(Handover, ClosesCleanlyAfterwards) {
  ASSERT_TRUE(carry_over());
  pair.side(moved()).close();
  EXPECT_TRUE(pair.carry(moved()));
  EXPECT_TRUE(pair.side(other()).peer_has_closed());
  pair.side(other()).close();
  EXPECT_TRUE(pair.carry(other()));
  EXPECT_TRUE(pair.side(moved()).peer_has_closed());
  EXPECT_EQ(pair.side(moved()).error(), nullptr);
}

TEST_P(Handover, LeavesNothingThatSealsOrOpens) {
  Connection& old = pair.side(moved());
  ASSERT_TRUE(old.export_idle(key));
  Bytes out(1000);
  EXPECT_FALSE(old.can_send());
  ASSERT_NE(old.error(), nullptr);
  EXPECT_EQ(old.send(as_bytes("x"), out).error().code(), ErrorCode::AlreadyClosed);
  EXPECT_EQ(old.receive(out).error().code(), ErrorCode::AlreadyClosed);
  EXPECT_EQ(old.export_idle(key).error().code(), ErrorCode::AlreadyClosed);
  EXPECT_EQ(old.extract_secrets().error().code(), ErrorCode::AlreadyClosed);
  Bytes material(32);
  EXPECT_FALSE(old.export_keying_material("EXPORTER-test", std::nullopt, material));
  old.close();
  EXPECT_TRUE(old.output().empty()) << "the peer must not hear from two ends";
}

TEST_P(Handover, RefusesWhatWasAlteredInAnyByte) {
  const Bytes exported = *pair.side(moved()).export_idle(key);
  for (std::size_t at = 0; at < exported.size(); at += at < 64 ? 1 : 37) {
    Bytes altered = exported;
    altered[at] ^= 1;
    const auto imported = moved() == Side::client ? Connection::import_idle(client, key, altered)
                                                  : Connection::import_idle(server, key, altered);
    ASSERT_FALSE(imported.has_value()) << at;
    EXPECT_EQ(imported.error().code(), ErrorCode::InvalidHandover) << at;
  }
  const HandoverKey another = *HandoverKey::generate(*client->common().provider);
  EXPECT_EQ((moved() == Side::client ? Connection::import_idle(client, another, exported)
                                     : Connection::import_idle(server, another, exported))
                .error()
                .code(),
            ErrorCode::InvalidHandover);
}

TEST_P(Handover, RefusesTheOtherSide) {
  const Bytes exported = *pair.side(moved()).export_idle(key);
  const auto imported = moved() == Side::client ? Connection::import_idle(server, key, exported)
                                                : Connection::import_idle(client, key, exported);
  ASSERT_FALSE(imported.has_value());
  EXPECT_EQ(imported.error().code(), ErrorCode::InvalidHandover);
}

TEST_P(Handover, IsHeldToThePolicyOfWhoTakesIt) {
  const Bytes exported = *pair.side(moved()).export_idle(key);
  const ProtocolVersion another =
      GetParam().version == ProtocolVersion::TLS1_3 ? ProtocolVersion::TLS1_2 : ProtocolVersion::TLS1_3;
  const auto imported = moved() == Side::client ? Connection::import_idle(build(client_of(another)), key, exported)
                                                : Connection::import_idle(build(server_of(another)), key, exported);
  ASSERT_FALSE(imported.has_value());
  EXPECT_EQ(imported.error().code(), ErrorCode::InvalidConfiguration);
}

TEST_P(Handover, NeedsLeave) {
  Pair strict = make_connected_pair();
  EXPECT_EQ(strict.side(moved()).export_idle(key).error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(strict.side(moved()).extract_secrets().error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(strict.transfer(moved(), "still well"), "still well");
  const auto is_told = [](const auto& config) {
    return std::ranges::any_of(config->weakenings(), [](const std::string& weakening) {
      return weakening.starts_with("the keys of a connection may leave it");
    });
  };
  EXPECT_TRUE(is_told(client));
  EXPECT_TRUE(is_told(server));
}

TEST_P(Handover, WaitsForWhatIsUnderWay) {
  Pair fresh = make_tls_pair(client, server);
  EXPECT_EQ(fresh.side(moved()).export_idle(key).error().code(), ErrorCode::NotReady) << "in the handshake";
  ASSERT_TRUE(fresh.run());
  if (GetParam().version == ProtocolVersion::TLS1_3) {
    ASSERT_TRUE(fresh.side(moved()).update_keys(false));
    EXPECT_EQ(fresh.side(moved()).export_idle(key).error().code(), ErrorCode::NotReady) << "output() waits";
    ASSERT_TRUE(fresh.carry(moved()));
  }
  fresh.side(other()).close();
  ASSERT_TRUE(fresh.carry(other()));
  EXPECT_EQ(fresh.side(moved()).export_idle(key).error().code(), ErrorCode::AlreadyClosed) << "the peer has closed";
}

TEST_P(Handover, KeepsToTheLimitsThatWereAgreedOn) {
  ClientConfig::Builder limited_client = client_of(GetParam().version);
  limited_client.record_size_limit(500);
  ServerConfig::Builder limited_server = server_of(GetParam().version);
  limited_server.record_size_limit(700);
  pair = make_connected_pair(build(std::move(limited_client)), build(std::move(limited_server)));
  const std::size_t before = pair.side(moved()).sealed_size(5000);
  ASSERT_TRUE(carry_over());
  EXPECT_EQ(pair.side(moved()).sealed_size(5000), before);
  EXPECT_GT(before, make_connected_pair(client, server).side(moved()).sealed_size(5000));
  EXPECT_TRUE(exchanges());
}

// ------------------------------------------------------------------------------------------------ secrets

/// Seals one record of TLS 1.3 with what was handed out, and counts on.
Bytes seal_tls13(const crypto::Provider& provider, crypto::AeadAlgorithm algorithm, DirectionSecrets& secrets,
                 ContentType type, ByteView content) {
  crypto::Nonce nonce{};
  std::ranges::copy(secrets.iv.view(), nonce.begin());
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[11 - i] ^= static_cast<std::uint8_t>(secrets.sequence_number >> (8 * i));
  }
  ++secrets.sequence_number;
  Bytes inner(content.begin(), content.end());
  inner.push_back(static_cast<std::uint8_t>(type));
  const std::size_t size = inner.size() + crypto::aead_tag_size;
  Bytes record{23, 3, 3, static_cast<std::uint8_t>(size >> 8), static_cast<std::uint8_t>(size)};
  const Bytes header = record;
  record.resize(header.size() + size);
  const std::array<ByteView, 1> parts{inner};
  auto aead = provider.aead(algorithm, secrets.key.view());
  EXPECT_TRUE((*aead)->seal(nonce, header, parts, ByteSpan(record).subspan(header.size())));
  return record;
}

Bytes plaintext_record(ContentType type, ByteView content) {
  Bytes record{static_cast<std::uint8_t>(type), 3, 3, static_cast<std::uint8_t>(content.size() >> 8),
               static_cast<std::uint8_t>(content.size())};
  record.insert(record.end(), content.begin(), content.end());
  return record;
}

bool same(const DirectionSecrets& a, const DirectionSecrets& b) {
  return equal_in_constant_time(a.key.view(), b.key.view()) && equal_in_constant_time(a.iv.view(), b.iv.view()) &&
         equal_in_constant_time(a.traffic_secret.view(), b.traffic_secret.view()) &&
         a.sequence_number == b.sequence_number;
}

TEST_P(Handover, HandsOutTheKeysThatTheOtherSideHas) {
  ASSERT_TRUE(exchanges());
  ASSERT_TRUE(exchanges());
  auto of_client = pair.client.extract_secrets();
  auto of_server = pair.server.extract_secrets();
  ASSERT_TRUE(of_client);
  ASSERT_TRUE(of_server);
  EXPECT_EQ(of_client->version, GetParam().version);
  EXPECT_EQ(of_client->cipher_suite, pair.client.info().cipher_suite);
  EXPECT_TRUE(same(of_client->reading, of_server->writing));
  EXPECT_TRUE(same(of_client->writing, of_server->reading));
  EXPECT_FALSE(same(of_client->writing, of_client->reading));
  EXPECT_EQ(of_client->writing.key.size(), crypto::limits(of_client->aead).key_size);
  const bool is_tls13 = GetParam().version == ProtocolVersion::TLS1_3;
  EXPECT_EQ(of_client->writing.traffic_secret.empty(), !is_tls13);
  // TLS 1.2: the Finished and two pieces of data. TLS 1.3: the data; the server's tickets besides.
  EXPECT_EQ(of_client->writing.sequence_number, is_tls13 ? 2U : 3U);
}

TEST_P(Handover, LeavesTheProtocolToTheConnectionWhoseKeysAreElsewhere) {
  if (GetParam().version == ProtocolVersion::TLS1_2) GTEST_SKIP() << "records of TLS 1.3 are made here";
  Connection& left = pair.side(moved());
  Connection& peer = pair.side(other());
  const crypto::Provider& provider = *client->common().provider;
  auto secrets = left.extract_secrets();
  ASSERT_TRUE(secrets);
  Bytes out(1000);
  EXPECT_FALSE(left.can_send());
  EXPECT_EQ(left.send(as_bytes("x"), out).error().code(), ErrorCode::NotReady);
  EXPECT_EQ(left.info().version, ProtocolVersion::TLS1_3);

  // Data, sealed here, comes there.
  const Bytes sealed =
      seal_tls13(provider, secrets->aead, secrets->writing, ContentType::application_data, as_bytes("by hand"));
  EXPECT_EQ(as_text(feed(peer, sealed)), "by hand");
  // Data, opened elsewhere, goes through the connection.
  EXPECT_EQ(as_text(feed(left, plaintext_record(ContentType::application_data, as_bytes("opened")))), "opened");

  // The peer asks for new keys of both directions: the old ones seal the answer, and then there are new ones.
  const std::array<std::uint8_t, 5> key_update{24, 0, 0, 1, 1};
  static_cast<void>(feed(left, plaintext_record(ContentType::handshake, key_update)));
  ASSERT_EQ(left.error(), nullptr);
  const auto new_reading = left.take_changed_secrets(Direction::received);
  ASSERT_TRUE(new_reading.has_value());
  EXPECT_EQ(new_reading->sequence_number, 0U);
  EXPECT_FALSE(left.take_changed_secrets(Direction::received).has_value()) << "once";
  const std::array<std::uint8_t, 5> answer{24, 0, 0, 1, 0};
  EXPECT_EQ(drain(left), plaintext_record(ContentType::handshake, answer));
  static_cast<void>(feed(peer, seal_tls13(provider, secrets->aead, secrets->writing, ContentType::handshake, answer)));
  auto new_writing = left.take_changed_secrets(Direction::sent);
  ASSERT_TRUE(new_writing.has_value());
  EXPECT_EQ(as_text(feed(peer, seal_tls13(provider, secrets->aead, *new_writing, ContentType::application_data,
                                          as_bytes("under new keys")))),
            "under new keys");

  // close_notify goes out to be sealed, and the peer's comes in.
  left.close();
  const std::array<std::uint8_t, 2> close_notify{1, 0};
  EXPECT_EQ(drain(left), plaintext_record(ContentType::alert, close_notify));
  static_cast<void>(feed(left, plaintext_record(ContentType::alert, close_notify)));
  EXPECT_TRUE(left.peer_has_closed());
}

TEST_P(Handover, JudgesRecordsThatWereOpenedElsewhere) {
  Connection& left = pair.side(moved());
  ASSERT_TRUE(left.extract_secrets());
  static_cast<void>(feed(left, plaintext_record(ContentType::change_cipher_spec, as_bytes("\1"))));
  ASSERT_NE(left.error(), nullptr);
  EXPECT_EQ(left.error()->code(), ErrorCode::UnexpectedContentType);
}

TEST(HandoverKeys, HaveTheirLength) {
  EXPECT_FALSE(HandoverKey::from(Bytes(31)));
  EXPECT_FALSE(HandoverKey::from(Bytes(33)));
  EXPECT_TRUE(HandoverKey::from(Bytes(32, 7)));
}

TEST(HandoverOfWhoIsKnown, KeepsTheClientsCertificate) {
  ServerConfig::Builder builder = server_builder();
  builder.require_client_certificate(shared_trust()).allow_secret_extraction();
  const auto config = build(std::move(builder));
  Pair pair = make_connected_pair(client_that_shows(ProtocolVersion::TLS1_3, shared_client_credential()), config);
  ASSERT_FALSE(pair.server.peer_chain().empty());
  const std::vector<Bytes> chain = pair.server.peer_chain();
  const HandoverKey key = *HandoverKey::generate(*config->common().provider);

  auto imported = Connection::import_idle(config, key, *pair.server.export_idle(key));

  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->peer_chain(), chain);
  ASSERT_NE(imported->verdict(), nullptr);
  EXPECT_TRUE(imported->verdict()->accepted());
}

TEST(HandoverOfWhoIsKnown, FindsTheKeyFromOutsideInTheConfigurationOfWhoTakesIt) {
  const auto server_with = [](std::string_view identity) {
    ServerConfig::Builder builder = psk_server(psk_of_vault(identity));
    builder.allow_secret_extraction();
    return build(std::move(builder));
  };
  Pair pair = make_connected_pair(build(psk_client(psk_of_till())), server_with("key 1"));
  const HandoverKey key = *HandoverKey::generate(*provider());
  const Bytes exported = *pair.server.export_idle(key);

  const auto config = server_with("key 1");
  auto imported = Connection::import_idle(config, key, exported);
  ASSERT_TRUE(imported);
  ASSERT_NE(imported->info().psk, nullptr);
  EXPECT_EQ(as_text(imported->info().psk->identity()), "key 1");

  const auto without = Connection::import_idle(server_with("key 2"), key, exported);
  ASSERT_FALSE(without.has_value());
  EXPECT_EQ(without.error().code(), ErrorCode::InvalidConfiguration);
}

/// A client that may be asked later, and a server that asks; each leaves for another process now and then.
struct LateScene {
  std::shared_ptr<const ClientConfig> client = build(client_of());
  std::shared_ptr<const ServerConfig> server = build(server_of());
  Pair pair = make_connected_pair(client, server);
  HandoverKey key = *HandoverKey::generate(*provider());

  [[nodiscard]] static ClientConfig::Builder client_of() {
    ClientConfig::Builder builder = client_builder();
    builder.allow_late_authentication().allow_secret_extraction().add_credential(shared_client_credential());
    return builder;
  }
  [[nodiscard]] static ServerConfig::Builder server_of() {
    ServerConfig::Builder builder = server_builder();
    builder.ask_for_client_certificate(shared_trust()).ask_clients_later().allow_secret_extraction();
    return builder;
  }
  void carry_over(Side side) {
    const Bytes exported = *pair.side(side).export_idle(key);
    pair.side(side) = side == Side::client ? *Connection::import_idle(client, key, exported)
                                           : *Connection::import_idle(server, key, exported);
  }
  [[nodiscard]] bool asks() {
    if (!pair.server.request_client_certificate()) return false;
    while (pair.carry(Side::server) || pair.carry(Side::client)) {
    }
    return pair.server.info().late_authentication == ClientProofLater::proven && !pair.server.peer_chain().empty();
  }
};

TEST(HandoverOfWhoMayBeAskedLater, OnEitherSideGoesOnWithTheHandshakesTranscript) {
  for (const Side side : {Side::server, Side::client}) {
    LateScene scene;
    scene.carry_over(side);
    EXPECT_EQ(scene.pair.side(side).info().late_authentication, ClientProofLater::possible);
    EXPECT_TRUE(scene.asks()) << to_string(side);
    scene.carry_over(side);
    EXPECT_TRUE(scene.asks()) << "a second time";
    EXPECT_EQ(scene.pair.transfer(Side::client, "after"), "after");
  }
}

TEST(HandoverOfWhoMayBeAskedLater, CountsTheRequestsOfBothProcesses) {
  LateScene scene;
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(scene.asks()) << i;
    scene.carry_over(Side::client);
  }
  EXPECT_FALSE(scene.asks());
  ASSERT_NE(scene.pair.client.error(), nullptr);
  EXPECT_EQ(scene.pair.client.error()->code(), ErrorCode::UnexpectedMessage);
}

TEST(HandoverOfWhoMayBeAskedLater, IsHeldToWhatTheServerWasTold) {
  LateScene scene;
  ClientConfig::Builder strict = client_builder();
  strict.allow_secret_extraction();
  const auto imported =
      Connection::import_idle(build(std::move(strict)), scene.key, *scene.pair.client.export_idle(scene.key));
  ASSERT_FALSE(imported.has_value());
  EXPECT_EQ(imported.error().code(), ErrorCode::InvalidConfiguration);
}

TEST(HandoverOfWhoMayBeAskedLater, LeavesItToTheServerWhetherItStillAsks) {
  LateScene scene;
  ServerConfig::Builder silent = server_builder();
  silent.allow_secret_extraction();
  auto imported =
      Connection::import_idle(build(std::move(silent)), scene.key, *scene.pair.server.export_idle(scene.key));
  ASSERT_TRUE(imported);
  EXPECT_EQ(imported->info().late_authentication, ClientProofLater::off);
  EXPECT_EQ(imported->request_client_certificate().error().code(), ErrorCode::NotReady);
  scene.pair.server = std::move(*imported);
  EXPECT_EQ(scene.pair.transfer(Side::server, "well"), "well");
}

}  // namespace
}  // namespace keyway::testing
