// Keys from outside in place of certificates (RFC 8446 4.2.11, RFC 9258).

#include <gtest/gtest.h>

#include "testing/psk.hpp"
#include "tls/connection/resumption_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using crypto::HashAlgorithm;

/// TLS 1.3 with these suites alone.
Policy policy_of(std::vector<CipherSuite> suites) {
  Policy policy = classical_policy();
  policy.cipher_suites = std::move(suites);
  return policy;
}

TEST(ExternalPsk, StandsInTheCertificatesPlace) {
  for (const CipherSuite suite : {CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384}) {
    const SharedPsk ours = psk_of_till();
    const SharedPsk theirs = psk_of_vault();
    Pair pair = make_connected_pair(build(psk_client(ours, policy_of({suite}))), build(psk_server(theirs)));
    EXPECT_EQ(pair.client.info().psk, ours.get());
    EXPECT_EQ(pair.server.info().psk, theirs.get());
    EXPECT_FALSE(pair.client.info().is_resumption);
    EXPECT_TRUE(pair.client.peer_chain().empty());
    EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
    EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
  }
}

TEST(ExternalPsk, IsUsedAfterAHelloRetryRequestToo) {
  Policy policy = classical_policy();
  policy.key_shares.clear();
  Pair pair = make_connected_pair(build(psk_client(psk_of_till(), policy)), build(psk_server(psk_of_vault())));
  EXPECT_TRUE(pair.client.info().after_hello_retry_request);
  EXPECT_NE(pair.server.info().psk, nullptr);
}

TEST(ExternalPsk, OfSeveralTheServersOrderDecides) {
  const SharedPsk first = psk_of_vault("key 1");
  const SharedPsk second = psk_of_vault("key 2");
  ClientConfig::Builder client = psk_client(psk_of_till("key 3"));
  client.add_psk(psk_of_till("key 1")).add_psk(psk_of_till("key 2"));
  ServerConfig::Builder server = psk_server(second);
  server.add_psk(first);
  Pair pair = make_connected_pair(build(std::move(client)), build(std::move(server)));
  EXPECT_EQ(pair.server.info().psk, second.get());
  EXPECT_EQ(pair.client.info().psk->identity(), second->identity());
}

TEST(ExternalPsk, OfAnotherHashIsImportedForTheSuite) {
  const auto key = psk_key("key 1", HashAlgorithm::sha384);
  const auto ours = ExternalPsk::between(Side::client, "till", "vault", key).value();
  const auto theirs = ExternalPsk::between(Side::server, "vault", "till", key).value();
  Pair pair = make_connected_pair(build(psk_client(ours, policy_of({CipherSuite::TLS_AES_128_GCM_SHA256}))),
                                  build(psk_server(theirs)));
  EXPECT_NE(pair.server.info().psk, nullptr);
}

TEST(ExternalPsk, WithoutImporterIsAWeakeningThatIsTold) {
  const auto ours = ExternalPsk::without_importer(Side::client, psk_key("key 1")).value();
  const auto theirs = ExternalPsk::without_importer(Side::server, psk_key("key 1")).value();
  const Policy policy = policy_of({CipherSuite::TLS_AES_128_GCM_SHA256});
  const auto client = build(psk_client(ours, policy));
  const auto server = build(psk_server(theirs, policy));
  EXPECT_EQ(client->weakenings().size(), 1U);
  EXPECT_EQ(server->weakenings().size(), 1U);
  EXPECT_EQ(make_connected_pair(client, server).server.info().psk, theirs.get());
}

TEST(ExternalPsk, ASessionThatComesOfOneIsResumedAndStillTellsIt) {
  const auto client = build(psk_client(psk_of_till()));
  const SharedPsk theirs = psk_of_vault();
  const auto server = build(psk_server(theirs));
  static_cast<void>(make_connected_pair(client, server));
  Pair pair = make_connected_pair(client, server);
  EXPECT_TRUE(pair.client.info().is_resumption);
  EXPECT_TRUE(pair.server.info().is_resumption);
  EXPECT_EQ(pair.server.info().psk, theirs.get());
}

TEST(ExternalPsk, ASessionOfAnotherKeyIsNotResumed) {
  auto store = std::make_shared<CarelessStore>();
  ClientConfig::Builder before = psk_client(psk_of_till("key 1"));
  ClientConfig::Builder after = psk_client(psk_of_till("key 2"));
  ServerConfig::Builder server = psk_server(psk_of_vault("key 1"));
  server.add_psk(psk_of_vault("key 2"));
  const auto shared = build(std::move(server));
  static_cast<void>(make_connected_pair(build(std::move(before.session_store(store))), shared));
  ASSERT_GT(store->size(), 0U);
  Pair pair = make_connected_pair(build(std::move(after.session_store(store))), shared);
  EXPECT_FALSE(pair.client.info().is_resumption);
}

TEST(ExternalPsk, AServersCertificateIsTakenWhereTheClientAllowsIt) {
  ClientConfig::Builder client = psk_client(psk_of_till());
  client.allow_certificates_beside_psks();
  Pair pair = make_connected_pair(build(std::move(client)), build(server_builder()));
  EXPECT_EQ(pair.client.info().psk, nullptr);
  EXPECT_FALSE(pair.client.peer_chain().empty());
}

TEST(ExternalPsk, AServerMayPreferItsCertificate) {
  for (const bool prefers : {false, true}) {
    ClientConfig::Builder client = psk_client(psk_of_till());
    client.allow_certificates_beside_psks();
    ServerConfig::Builder server = server_builder();
    server.add_psk(psk_of_vault());
    if (prefers) server.prefer_certificates();
    Pair pair = make_connected_pair(build(std::move(client)), build(std::move(server)));
    EXPECT_EQ(pair.server.info().psk == nullptr, prefers);
  }
}

TEST(ExternalPsk, AServerWithoutOneRefusesWhoBringsNone) {
  Pair pair = make_tls_pair(build(client_builder()), build(psk_server(psk_of_vault())));
  EXPECT_FALSE(pair.run());
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCommonPsk);
  EXPECT_EQ(pair.server.error()->alert(), AlertDescription::handshake_failure);
}

TEST(ExternalPsk, AClientThatHasOneAloneOffersNoSignatures) {
  const auto client = build(psk_client(psk_of_till(), Policy::compatible_2026()));
  EXPECT_TRUE(client->requires_psk());
  Pair pair = make_tls_pair(client, build(server_builder()));
  EXPECT_FALSE(pair.run());
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::MissingExtension);
}

TEST(ExternalPsk, IsNotForAPolicyOfTls12Alone) {
  const Policy old = Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2});
  EXPECT_EQ(psk_client(psk_of_till(), old).build().error().code(), ErrorCode::InvalidConfiguration);
}

TEST(ExternalPsk, IsAgreedOnWhereBothSpeakTls12Too) {
  ServerConfig::Builder server = server_builder();
  server.policy(Policy::compatible_2026()).add_psk(psk_of_vault());
  Pair pair =
      make_connected_pair(build(psk_client(psk_of_till(), Policy::compatible_2026())), build(std::move(server)));
  EXPECT_EQ(pair.client.info().version, ProtocolVersion::TLS1_3);
  EXPECT_NE(pair.client.info().psk, nullptr);
}

TEST(ExternalPsk, WhatIsOutOfBoundsIsNoKey) {
  const Bytes secret(32, 1);
  const auto is_made = [&](ByteView identity, ByteView key, std::string_view own, std::string_view peer) {
    return ExternalPsk::between(Side::client, own, peer, {identity, key}).has_value();
  };
  EXPECT_TRUE(is_made(Bytes(1024), secret, "a", "b"));
  EXPECT_FALSE(is_made({}, secret, "a", "b"));
  EXPECT_FALSE(is_made(Bytes(1025), secret, "a", "b"));
  EXPECT_FALSE(is_made(Bytes(1), Bytes(15), "a", "b"));
  EXPECT_FALSE(is_made(Bytes(1), Bytes(129), "a", "b"));
  EXPECT_FALSE(is_made(Bytes(1), secret, "", "b"));
  EXPECT_FALSE(is_made(Bytes(1), secret, std::string(256, 'a'), "b"));
  EXPECT_FALSE(ExternalPsk::in_context(Side::client, Bytes(1025), {Bytes(1), secret}).has_value());
  EXPECT_FALSE(ExternalPsk::in_context(Side::client, {}, {Bytes(1), secret, HashAlgorithm::sha512}).has_value());
}

TEST(ExternalPsk, AConfigurationTakesEachOnceAndNotTooMany) {
  EXPECT_FALSE(psk_client(psk_of_till()).add_psk(psk_of_till()).build().has_value());
  ClientConfig::Builder many = psk_client(psk_of_till());
  for (int i = 0; i < 16; ++i) many.add_psk(psk_of_till("more " + std::to_string(i)));
  EXPECT_FALSE(many.build().has_value());
}

}  // namespace
}  // namespace keyway
