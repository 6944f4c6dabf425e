// Encrypted ClientHello (RFC 9849): both sides, what is on the wire, and what becomes of a rejection.

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/client_identity.hpp"
#include "testing/ech.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

bool has_text(ByteView bytes, std::string_view text) {
  return !std::ranges::search(bytes, as_bytes(text)).empty();
}

/// The body of encrypted_client_hello in a first flight's ClientHello.
Bytes extension_of(ByteView flight) {
  const auto hello = tls::ClientHello::parse(flight.subspan(5 + tls::handshake_header_size));
  const auto body = hello ? hello->extensions.find(ExtensionType::encrypted_client_hello) : std::nullopt;
  return body ? Bytes(body->begin(), body->end()) : Bytes();
}

Policy without_shares() {
  Policy policy = classical_policy();
  policy.key_shares.clear();
  return policy;
}

TEST(Ech, HidesTheNameFromTheWireAndShowsItToTheServer) {
  EchKey key = ech_key();
  const auto configs = key.config_list();
  Pair pair = make_tls_pair(build(ech_client(configs)), build(ech_server(ech_keys(std::move(key)))));
  EXPECT_TRUE(has_text(pair.client.output(), "public.localhost"));
  EXPECT_FALSE(has_text(pair.client.output(), "shop.localhost"));
  EXPECT_EQ(pair.client.info().ech, EchStatus::offered);
  ASSERT_TRUE(pair.run());
  EXPECT_EQ(pair.client.info().ech, EchStatus::accepted);
  EXPECT_EQ(pair.server.info().ech, EchStatus::accepted);
  EXPECT_EQ(pair.server.info().server_name, "shop.localhost");
  EXPECT_EQ(pair.server.ech()->public_name, "public.localhost");
  EXPECT_EQ(pair.client.ech()->public_name, "public.localhost");
  EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
  EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
}

TEST(Ech, IsKeptUpThroughAHelloRetryRequest) {
  EchKey key = ech_key();
  ClientConfig::Builder client = ech_client(key.config_list());
  client.policy(without_shares()).grease();
  Pair pair = make_tls_pair(build(std::move(client)), build(ech_server(ech_keys(std::move(key)))));
  ASSERT_TRUE(pair.run());
  EXPECT_TRUE(pair.client.info().after_hello_retry_request);
  EXPECT_EQ(pair.client.info().ech, EchStatus::accepted);
  EXPECT_EQ(pair.server.info().server_name, "shop.localhost");
}

TEST(Ech, HidesTheSessionThatIsOfferedAndGoesOnWithIt) {
  EchKey key = ech_key();
  const auto client = build(ech_client(key.config_list()));
  const auto server = build(ech_server(ech_keys(std::move(key))));
  EXPECT_EQ(connect(client, server), Outcome::full);
  Pair pair = make_tls_pair(client, server);
  const auto hello = tls::ClientHello::parse(pair.client.output().subspan(5 + tls::handshake_header_size));
  ASSERT_TRUE(hello);
  EXPECT_TRUE(hello->extensions.has(ExtensionType::pre_shared_key));  // feigned
  ASSERT_TRUE(pair.run());
  EXPECT_TRUE(pair.client.info().is_resumption);
  EXPECT_EQ(pair.client.info().ech, EchStatus::accepted);
}

TEST(Ech, TakesEarlyDataOfTheHiddenSession) {
  EchKey key = ech_key();
  ClientConfig::Builder client = ech_client(key.config_list());
  client.allow_early_data();
  ServerConfig::Builder server = ech_server(ech_keys(std::move(key)));
  server.take_early_data({.window = std::chrono::seconds(60)});
  const auto client_config = build(std::move(client));
  const auto server_config = build(std::move(server));
  ASSERT_EQ(connect(client_config, server_config), Outcome::full);
  Pair pair = make_tls_pair(client_config, server_config);
  Bytes sealed(pair.client.sealed_size(5));
  const auto sent = pair.client.send_early(as_bytes("early"), sealed);
  ASSERT_TRUE(sent);
  sealed.resize(sent->written);
  auto got = pair.server.receive(sealed);
  while (got && got->early_data.empty() && got->consumed > 0) {
    sealed.erase(sealed.begin(), sealed.begin() + static_cast<std::ptrdiff_t>(got->consumed));
    got = pair.server.receive(sealed);
  }
  ASSERT_TRUE(got);
  EXPECT_EQ(as_text(got->early_data), "early");
  ASSERT_TRUE(pair.run());
  EXPECT_EQ(pair.client.info().early_data, EarlyData::accepted);
  EXPECT_EQ(pair.server.info().ech, EchStatus::accepted);
}

TEST(Ech, LetsNamesOfDifferentLengthsLookAlike) {
  EchKey key = ech_key();
  const auto client = build(ech_client(key.config_list()));
  const auto size_for = [&](std::string_view name) {
    return Connection::client(client, ServerName::parse(name).value()).value().output().size();
  };
  EXPECT_EQ(size_for("a.localhost"), size_for("a-much-longer-name.localhost"));
}

TEST(Ech, ARejectionEndsTheHandshakeAndSaysWhatToComeBackWith) {
  for (const bool after_retry : {false, true}) {
    EchKey other = ech_key();
    const auto others = other.config_list();
    ClientConfig::Builder client = ech_client(ech_key().config_list());
    if (after_retry) client.policy(without_shares());
    const auto server = build(ech_server(ech_keys(std::move(other))));
    Pair pair = make_tls_pair(build(std::move(client)), server);
    EXPECT_FALSE(pair.run());
    ASSERT_NE(pair.client.error(), nullptr);
    EXPECT_EQ(pair.client.error()->code(), ErrorCode::EchRejected);
    ASSERT_NE(pair.server.error(), nullptr);
    EXPECT_EQ(pair.server.error()->alert(), AlertDescription::ech_required);
    EXPECT_EQ(pair.server.info().ech, EchStatus::rejected);
    EXPECT_EQ(pair.server.info().server_name, "public.localhost");
    const auto retry = EchConfigList::parse(pair.client.ech()->retry_configs);
    ASSERT_TRUE(retry);
    EXPECT_EQ(*retry, others);
    Pair again = make_tls_pair(build(ech_client(*retry)), server);
    EXPECT_TRUE(again.run());
    EXPECT_EQ(again.client.info().ech, EchStatus::accepted);
  }
}

TEST(Ech, AServerWithoutItSendsNothingToComeBackWith) {
  for (const ProtocolVersion version : {ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2}) {
    ServerConfig::Builder server = server_builder();
    server.add_credential(public_credential()).policy(Policy::compatible_2026().narrowed_to({version}));
    ClientConfig::Builder client = ech_client(ech_key().config_list());
    client.policy(Policy::compatible_2026());
    Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
    EXPECT_FALSE(pair.run());
    ASSERT_NE(pair.client.error(), nullptr);
    EXPECT_EQ(pair.client.error()->code(), ErrorCode::EchRejected) << pair.client.error()->message();
    EXPECT_TRUE(pair.client.ech()->retry_configs.empty());
  }
}

TEST(Ech, OpensWithOldKeysWhileTheyAreKeptAmongTheNew) {
  EchKey old_key = ech_key();
  const auto old_configs = old_key.config_list();
  EchKey kept = EchKey::from(*provider(), old_key.config(), old_key.private_key(), false).value();
  const auto keys = ech_keys(std::move(old_key));
  const auto client = build(ech_client(old_configs));
  const auto server = build(ech_server(keys));
  EXPECT_EQ(connect(client, server), Outcome::full);

  EchKey new_key = ech_key();
  const auto new_configs = new_key.config_list();
  std::vector<EchKey> both;
  both.push_back(std::move(new_key));
  both.push_back(std::move(kept));
  ASSERT_TRUE(keys->replace(std::move(both)));
  EXPECT_EQ(keys->retry_configs(), new_configs);
  EXPECT_NE(connect(client, server), Outcome::failed);
  EXPECT_NE(connect(build(ech_client(new_configs)), server), Outcome::failed);
}

TEST(Ech, ShowsNoClientCertificateToTheServerOfThePublicName) {
  ClientConfig::Builder client = ech_client(ech_key().config_list());
  client.add_credential(shared_credential());
  ServerConfig::Builder server = ech_server(ech_keys(ech_key()));
  server.require_client_certificate(shared_trust());
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
  EXPECT_FALSE(pair.run());
  EXPECT_TRUE(pair.server.peer_chain().empty());
}

// ------------------------------------------------------------------------------------------------ GREASE

TEST(EchGrease, IsPassedOverByServersWithAndWithoutKeys) {
  ClientConfig::Builder builder = client_builder();
  builder.grease_ech();
  const auto client = build(std::move(builder));
  Pair pair = make_tls_pair(client);
  EXPECT_FALSE(extension_of(pair.client.output()).empty());
  EXPECT_TRUE(pair.run());
  EXPECT_EQ(pair.client.info().ech, EchStatus::greased);
  EXPECT_EQ(pair.client.ech(), nullptr);
  Pair with_keys = make_tls_pair(client, build(ech_server(ech_keys(ech_key()))));
  EXPECT_TRUE(with_keys.run());
  EXPECT_EQ(with_keys.server.info().ech, EchStatus::rejected);
  EXPECT_EQ(with_keys.server.info().server_name, "shop.localhost");
}

TEST(EchGrease, IsTheSameAfterAHelloRetryRequest) {
  ClientConfig::Builder builder = client_builder();
  builder.grease_ech().policy(without_shares());
  Pair pair = make_tls_pair(build(std::move(builder)), build(ech_server(ech_keys(ech_key()))));
  const Bytes first = extension_of(pair.client.output());
  ASSERT_TRUE(pair.carry(Side::client));
  ASSERT_TRUE(pair.carry(Side::server));
  const ByteView second = pair.client.output().subspan(6);  // behind ChangeCipherSpec
  EXPECT_EQ(extension_of(second), first);
  EXPECT_TRUE(pair.run());
}

TEST(EchGrease, StandsWhereNoConfigurationCanBeUsed) {
  Bytes unknown{0, 6, 0xba, 0xdd, 0, 2, 1, 2};
  const auto configs = EchConfigList::parse(unknown).value();
  ClientConfig::Builder builder = client_builder();
  builder.ech(configs, EchUse::when_possible).grease_ech();
  Pair pair = make_tls_pair(build(std::move(builder)));
  EXPECT_EQ(pair.client.info().ech, EchStatus::greased);
}

// ------------------------------------------------------------------------------------------------ configurations

TEST(EchConfiguration, ThatCanNotBeUsedIsRefusedUnlessTheNameMayBeShown) {
  const Bytes unknown{0, 6, 0xba, 0xdd, 0, 2, 1, 2};
  const auto configs = EchConfigList::parse(unknown).value();
  const auto refused = client_builder().ech(configs).build();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::NoUsableEchConfig);
  const auto shown = client_builder().ech(configs, EchUse::when_possible).build();
  ASSERT_TRUE(shown);
  Pair pair = make_tls_pair(*shown);
  EXPECT_EQ(pair.client.info().ech, EchStatus::off);
  EXPECT_TRUE(pair.run());
}

TEST(EchConfiguration, NeedsTls13AndCertificates) {
  const auto configs = ech_key().config_list();
  ClientConfig::Builder tls12 = ech_client(configs);
  tls12.policy(Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2}));
  EXPECT_EQ(tls12.build().error().code(), ErrorCode::NoUsableEchConfig);
  ServerConfig::Builder server = ech_server(ech_keys(ech_key()));
  server.policy(Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2}));
  EXPECT_EQ(server.build().error().code(), ErrorCode::InvalidConfiguration);
}

TEST(EchConfiguration, GoesThroughPemAndBase64) {
  const EchKey key = ech_key();
  const std::string pem = key.to_pem().value();
  const auto read = EchKey::from_pem(*provider(), pem);
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_TRUE(std::ranges::equal(read->config(), key.config()));
  EXPECT_TRUE(std::ranges::equal(read->private_key(), key.private_key()));
  EXPECT_EQ(EchConfigList::from_text(pem).value(), key.config_list());
  EXPECT_EQ(EchConfigList::from_text(key.config_list().to_base64()).value(), key.config_list());
}

TEST(EchConfiguration, OfAnotherKeyIsRefused) {
  const EchKey key = ech_key();
  const EchKey other = ech_key();
  const auto mixed = EchKey::from(*provider(), key.config(), other.private_key());
  ASSERT_FALSE(mixed);
  EXPECT_EQ(mixed.error().code(), ErrorCode::InvalidEchConfig);
  const std::string pem = key.to_pem().value();
  const std::string both = pem.substr(0, pem.find("-----BEGIN ECHCONFIG")) + other.config_list().to_pem();
  EXPECT_EQ(EchKey::from_pem(*provider(), both).error().code(), ErrorCode::InvalidEchConfig);
}

TEST(EchConfiguration, ThatIsNoneIsRefused) {
  for (const std::string_view text : {"", "AAA", "AAAA", "AAT+DQAA", "-----BEGIN X-----\nAAAA\n-----END X-----\n"}) {
    EXPECT_FALSE(EchConfigList::from_text(text)) << text;
  }
  EXPECT_EQ(EchKey::generate(*provider(), {"10.0.0.1"}).error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(EchKey::generate(*provider(), {"no_host"}).error().code(), ErrorCode::InvalidArgument);
  EXPECT_EQ(EchKeys::make(provider(), {}).error().code(), ErrorCode::InvalidConfiguration);
}

}  // namespace
}  // namespace keyway
