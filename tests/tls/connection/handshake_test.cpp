#include <gtest/gtest.h>

#include <array>
#include <string>

#include "core/text.hpp"
#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

TEST(Handshake, TwoEndsAgreeAndExchangeData) {
  Pair pair = make_tls_pair();

  ASSERT_TRUE(pair.run()) << why(pair);

  EXPECT_EQ(pair.client.info().version, ProtocolVersion::TLS1_3);
  EXPECT_EQ(pair.client.info().cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
  EXPECT_EQ(pair.client.info().group, NamedGroup::x25519);
  EXPECT_EQ(pair.server.info().server_name, "shop.localhost");
  EXPECT_EQ(pair.transfer(Side::client, "GET / HTTP/1.1"), "GET / HTTP/1.1");
  EXPECT_EQ(pair.transfer(Side::server, "Welcome"), "Welcome");
  ASSERT_NE(pair.client.verdict(), nullptr);
  EXPECT_TRUE(pair.client.verdict()->accepted());
  EXPECT_EQ(pair.client.peer_chain().size(), 2U);
}

TEST(Handshake, EverySuiteGroupAndKeyWorks) {
  const std::array keys{crypto::KeyType::p256, crypto::KeyType::p384, crypto::KeyType::p521, crypto::KeyType::ed25519,
                        crypto::KeyType::rsa};
  const Policy policy = classical_policy();
  for (const CipherSuite suite : policy.cipher_suites) {
    for (const NamedGroup group : policy.groups) {
      for (const crypto::KeyType key : keys) {
        Policy narrow = policy;
        narrow.cipher_suites = {suite};
        narrow.groups = {group};
        narrow.key_shares = {group};
        auto client = client_builder();
        client.policy(narrow);
        Pair pair = make_tls_pair(build(std::move(client)), build(server_builder(key)));

        ASSERT_TRUE(pair.run()) << to_string(suite) << ' ' << to_string(group) << ' ' << crypto::to_string(key) << ' '
                                << why(pair);
        EXPECT_EQ(pair.server.info().cipher_suite, suite);
        EXPECT_EQ(pair.server.info().group, group);
        EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
      }
    }
  }
}

TEST(Handshake, AHelloRetryRequestBringsTheGroupThatBothHave) {
  Policy only_p384 = classical_policy();
  only_p384.groups = {NamedGroup::secp384r1};
  only_p384.key_shares = {NamedGroup::secp384r1};
  auto server = server_builder();
  server.policy(only_p384);
  Pair pair = make_tls_pair(nullptr, build(std::move(server)));

  ASSERT_TRUE(pair.run()) << why(pair);

  EXPECT_TRUE(pair.client.info().after_hello_retry_request);
  EXPECT_EQ(pair.client.info().group, NamedGroup::secp384r1);
  EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
}

TEST(Handshake, WorksByteByByte) {
  Pair pair = make_tls_pair();
  for (int round = 0; round < 4; ++round) {
    for (const Side from : {Side::client, Side::server}) {
      Bytes pending;
      for (const std::uint8_t byte : drain(pair.side(from))) {
        pending.push_back(byte);
        auto received = pair.side(peer_of(from)).receive(pending);
        ASSERT_TRUE(received) << received.error().message();
        pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(received->consumed));
      }
      EXPECT_TRUE(pending.empty());
    }
  }
  EXPECT_FALSE(pair.client.is_handshaking());
  EXPECT_FALSE(pair.server.is_handshaking());
}

TEST(Handshake, ExportersAgree) {
  Pair pair = make_connected_pair();
  Bytes a(48);
  Bytes b(48);

  ASSERT_TRUE(pair.client.export_keying_material("EXPORTER-test", as_bytes("context"), a));
  ASSERT_TRUE(pair.server.export_keying_material("EXPORTER-test", as_bytes("context"), b));

  EXPECT_EQ(to_hex(a), to_hex(b));
}

TEST(Handshake, AlpnTakesTheServersOrderAndFailsWithoutOverlap) {
  auto client = client_builder();
  client.alpn({"http/1.1", "h2"});
  auto server = server_builder();
  server.alpn({"h2", "http/1.1"});
  const auto client_config = build(std::move(client));
  Pair pair = make_tls_pair(client_config, build(std::move(server)));
  ASSERT_TRUE(pair.run()) << why(pair);
  EXPECT_EQ(pair.client.info().alpn, "h2");

  auto strange = server_builder();
  strange.alpn({"imap"});
  Pair none = make_tls_pair(client_config, build(std::move(strange)));
  EXPECT_FALSE(none.run());
  ASSERT_NE(none.server.error(), nullptr);
  EXPECT_EQ(none.server.error()->code(), ErrorCode::NoCommonAlpn);
  ASSERT_NE(none.client.error(), nullptr);
  EXPECT_EQ(none.client.error()->alert(), AlertDescription::no_application_protocol);
}

TEST(Handshake, KeyUpdatesGoBothWays) {
  Pair pair = make_connected_pair();
  for (int i = 0; i < 5; ++i) {
    ASSERT_TRUE(pair.client.update_keys(true));
    EXPECT_EQ(pair.transfer(Side::client, "a"), "a");
    EXPECT_EQ(pair.transfer(Side::server, "b"), "b");
    ASSERT_TRUE(pair.server.update_keys(false));
    EXPECT_EQ(pair.transfer(Side::server, "c"), "c");
    EXPECT_EQ(pair.transfer(Side::client, "d"), "d");
  }
}

TEST(Handshake, EachHalfClosesByItself) {
  Pair pair = make_connected_pair();
  pair.client.close();
  ASSERT_TRUE(pair.carry(Side::client));
  EXPECT_TRUE(pair.server.peer_has_closed());
  EXPECT_TRUE(pair.server.end_of_input());

  EXPECT_EQ(pair.transfer(Side::server, "still talking"), "still talking");
  pair.server.close();
  ASSERT_TRUE(pair.carry(Side::server));
  EXPECT_TRUE(pair.client.peer_has_closed());
}

TEST(Handshake, AnEndWithoutCloseNotifyIsTruncation) {
  Pair pair = make_connected_pair();

  const auto end = pair.client.end_of_input();

  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code(), ErrorCode::TruncatedStream);
}

TEST(Handshake, AWrongNameIsRefusedWithTheNamesThatThereAre) {
  auto connection = Connection::client(build(client_builder()), server_name("bank.localhost"));
  ASSERT_TRUE(connection);
  auto server_side = server_builder();
  server_side.unknown_name(UnknownName::use_default);
  Pair pair{std::move(*connection), std::move(*Connection::server(build(std::move(server_side))))};

  EXPECT_FALSE(pair.run());

  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_EQ(pair.client.error()->code(), ErrorCode::NameMismatch);
  EXPECT_NE(pair.client.error()->message().find("shop.localhost"), std::string::npos) << pair.client.error()->message();
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::AlertReceived);
}

TEST(Handshake, AnUnknownNameNeverGetsAnothersCertificate) {
  auto connection = Connection::client(build(client_builder()), server_name("bank.localhost"));
  ASSERT_TRUE(connection);
  Pair pair{std::move(*connection), std::move(*Connection::server(build(server_builder())))};

  EXPECT_FALSE(pair.run());

  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCertificateForName);
  EXPECT_TRUE(pair.client.peer_chain().empty());
}

}  // namespace
}  // namespace keyway
