// Keys in place of certificates (RFC 7250), in both versions.

#include <gtest/gtest.h>

#include "testing/raw_key.hpp"
#include "tls/connection/resumption_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using crypto::KeyType;

class RawPublicKeys : public ::testing::TestWithParam<ProtocolVersion> {};
INSTANTIATE_TEST_SUITE_P(Versions, RawPublicKeys, ::testing::Values(ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2),
                         [](const auto& of) { return of.param == ProtocolVersion::TLS1_3 ? "Tls13" : "Tls12"; });

TEST_P(RawPublicKeys, OfAServerIsTakenWhereItIsPinned) {
  for (const KeyType type : {KeyType::p256, KeyType::rsa, KeyType::ed25519}) {
    Pair pair =
        make_connected_pair(build(pinning_client(GetParam(), name_of(raw_key(type)))), build(raw_key_server(type)));
    EXPECT_EQ(pair.client.info().peer_certificate_type, CertificateType::RawPublicKey);
    ASSERT_EQ(pair.client.peer_chain().size(), 1U);
    EXPECT_EQ(pair.client.peer_chain().front(), name_of(raw_key(type)));
    EXPECT_EQ(pair.client.verdict(), nullptr);
    EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
  }
}

TEST_P(RawPublicKeys, OfBothSidesAreTakenWhereTheyArePinned) {
  ClientConfig::Builder client = pinning_client(GetParam(), name_of(raw_key()));
  client.add_credential(raw_key(KeyType::ed25519));
  ServerConfig::Builder server = raw_key_server();
  server.require_client_certificate(nullptr).pin_client_key(name_of(raw_key(KeyType::ed25519)));
  Pair pair = make_connected_pair(build(std::move(client)), build(std::move(server)));
  EXPECT_EQ(pair.server.info().peer_certificate_type, CertificateType::RawPublicKey);
  ASSERT_EQ(pair.server.peer_chain().size(), 1U);
  EXPECT_EQ(pair.server.peer_chain().front(), name_of(raw_key(KeyType::ed25519)));
}

TEST_P(RawPublicKeys, AreKnownAgainWhenASessionIsResumed) {
  ClientConfig::Builder client_of = pinning_client(GetParam(), name_of(raw_key()));
  client_of.add_credential(raw_key(KeyType::ed25519));
  ServerConfig::Builder server_of = raw_key_server();
  server_of.require_client_certificate(nullptr).pin_client_key(name_of(raw_key(KeyType::ed25519)));
  const auto client = build(std::move(client_of));
  const auto server = build(std::move(server_of));
  static_cast<void>(make_connected_pair(client, server));
  Pair pair = make_connected_pair(client, server);
  EXPECT_TRUE(pair.client.info().is_resumption);
  for (const Side side : {Side::client, Side::server}) {
    EXPECT_EQ(pair.side(side).info().peer_certificate_type, CertificateType::RawPublicKey);
    EXPECT_EQ(pair.side(side).peer_chain().size(), 1U);
  }
}

TEST_P(RawPublicKeys, AServerWithBothShowsWhatTheClientTakes) {
  ServerConfig::Builder server_of = raw_key_server();
  server_of.add_credential(shared_credential());
  const auto server = build(std::move(server_of));
  Pair by_key = make_connected_pair(build(pinning_client(GetParam(), name_of(raw_key()))), server);
  EXPECT_EQ(by_key.client.info().peer_certificate_type, CertificateType::RawPublicKey);
  ClientConfig::Builder by_chain = client_builder();
  by_chain.policy(Policy::compatible_2026().narrowed_to({GetParam()}));
  Pair pair = make_connected_pair(build(std::move(by_chain)), server);
  EXPECT_EQ(pair.client.info().peer_certificate_type, CertificateType::X509);
  ASSERT_NE(pair.client.verdict(), nullptr);
}

TEST_P(RawPublicKeys, AClientMayTakeBoth) {
  ClientConfig::Builder both = pinning_client(GetParam(), name_of(raw_key()));
  both.trust(shared_trust());
  const auto client = build(std::move(both));
  EXPECT_EQ(make_connected_pair(client, build(raw_key_server())).client.info().peer_certificate_type,
            CertificateType::RawPublicKey);
  ServerConfig::Builder chain = server_builder();
  chain.policy(Policy::compatible_2026());
  EXPECT_EQ(make_connected_pair(client, build(std::move(chain))).client.info().peer_certificate_type,
            CertificateType::X509);
}

TEST_P(RawPublicKeys, AStoredSessionIsHeldAgainstThePins) {
  auto store = std::make_shared<CarelessStore>();
  ClientConfig::Builder of_store = pinning_client(GetParam(), name_of(raw_key()));
  of_store.session_store(store);
  const auto client = build(std::move(of_store));
  static_cast<void>(make_connected_pair(client, build(raw_key_server())));
  ASSERT_GT(store->size(), 0U);
  const auto bytes = write_session(store->back());
  ASSERT_TRUE(bytes.has_value());
  EXPECT_TRUE(read_session(*bytes, *client).has_value());
  const auto other = build(pinning_client(GetParam(), name_of(raw_key(KeyType::ed25519))));
  EXPECT_FALSE(read_session(*bytes, *other).has_value());
}

TEST(RawPublicKeyTypes, WantPinsOrAnApplicationThatJudges) {
  const std::vector<CertificateType> raw{CertificateType::RawPublicKey};
  EXPECT_FALSE(client_builder().server_certificate_types(raw).build().has_value());
  EXPECT_FALSE(client_builder().without_certificate_verification().server_certificate_types(raw).build().has_value());
  EXPECT_TRUE(client_builder().pause_for_verification().server_certificate_types(raw).build().has_value());
  EXPECT_FALSE(
      server_builder().require_client_certificate(shared_trust()).client_certificate_types(raw).build().has_value());
  EXPECT_FALSE(server_builder().pin_client_key(name_of(raw_key())).build().has_value());
}

}  // namespace
}  // namespace keyway
