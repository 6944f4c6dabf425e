// TLS 1.2's RSA key transport: that it works where it is allowed, and what nobody learns when it fails.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "testing/make_ocsp.hpp"
#include "testing/tls12_wire.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum CipherSuite;

/// TLS 1.2 with these suites alone.
Policy rsa_policy_of(const std::vector<CipherSuite>& suites) {
  Policy policy = Policy::classic_rsa_2026().narrowed_to({ProtocolVersion::TLS1_2});
  policy.cipher_suites = suites;
  return policy;
}

Policy transport_alone() {
  return rsa_policy_of({TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_GCM_SHA384});
}

Policy with_transport() {
  return Policy::classic_rsa_2026().narrowed_to({ProtocolVersion::TLS1_2});
}

TEST(RsaKeyTransport, MakesAConnectionWithEachSuite) {
  for (const CipherSuite suite : {TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_256_GCM_SHA384}) {
    Pair pair = make_tls_pair(client_with(rsa_policy_of({suite})), server_with(with_transport(), crypto::KeyType::rsa));

    ASSERT_TRUE(pair.run()) << why(pair);

    for (const Connection* side : {&pair.client, &pair.server}) {
      EXPECT_EQ(side->info().cipher_suite, suite);
      EXPECT_EQ(side->info().group, NamedGroup{});
      EXPECT_EQ(side->info().signature_scheme, SignatureScheme{});
    }
    EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
    EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
  }
}

TEST(RsaKeyTransport, GoesOnWhereAnAnnouncedStatusDoesNotCome) {
  // RFC 6066 8: a server that has answered status_request may still send no CertificateStatus.
  const IssuedCertificate& leaf = shared_leaf(crypto::KeyType::rsa);
  const Bytes staple = make_ocsp(shared_authority().intermediate(), leaf.serial, {});
  for (const bool asks_client : {false, true}) {
    ServerConfig::Builder builder;
    builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).policy(with_transport());
    builder.add_credential(shared_credential(crypto::KeyType::rsa)->with_proofs({{staple}, {}}).value());
    if (asks_client) builder.ask_for_client_certificate(shared_trust());
    Pair pair = make_tls_pair(client_with(transport_alone()), build(std::move(builder)));
    static_cast<void>(feed(pair.server, drain(pair.client)));
    Bytes said;
    bool was_announced = false;
    for (const Bytes& message : plain_messages(drain(pair.server))) {
      const bool is_status = message.front() == static_cast<std::uint8_t>(HandshakeType::certificate_status);
      was_announced = was_announced || is_status;
      if (!is_status) said.insert(said.end(), message.begin(), message.end());
    }
    ASSERT_TRUE(was_announced);
    static_cast<void>(feed(pair.client, plain_record(ContentType::handshake, said)));
    EXPECT_EQ(pair.client.error(), nullptr) << pair.client.error()->message();
    EXPECT_FALSE(pair.client.output().empty()) << "ClientKeyExchange and what follows";
  }
}

TEST(RsaKeyTransport, IsTheLastThingThatIsChosen) {
  Pair pair = make_tls_pair(client_with(with_transport()), server_with(with_transport(), crypto::KeyType::rsa));

  ASSERT_TRUE(pair.run()) << why(pair);

  EXPECT_EQ(pair.client.info().cipher_suite, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256);
}

TEST(RsaKeyTransport, IsOffUnlessAPolicyNamesIt) {
  EXPECT_FALSE(Policy::compatible_2026().allows_rsa_transport());
  EXPECT_FALSE(Policy::modern_2026().allows_rsa_transport());
  EXPECT_TRUE(Policy::classic_rsa_2026().allows_rsa_transport());

  Pair pair = make_tls_pair(client_with(transport_alone()), server_with(tls12_policy(), crypto::KeyType::rsa));

  EXPECT_FALSE(pair.run());
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCommonCipherSuite);
}

TEST(RsaKeyTransport, WantsAKeyThatDecrypts) {
  for (const auto key : {crypto::KeyType::p256, crypto::KeyType::rsa_pss}) {
    Pair pair = make_tls_pair(client_with(transport_alone()), server_with(with_transport(), key));

    EXPECT_FALSE(pair.run());
    ASSERT_NE(pair.server.error(), nullptr);
    EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCommonCipherSuite);
  }
}

TEST(RsaKeyTransport, IsListedAsAWeakening) {
  const auto says_so = [](const std::vector<std::string>& weakenings) {
    return std::ranges::any_of(
        weakenings, [](const std::string& text) { return text.find("RSA key transport") != std::string::npos; });
  };
  EXPECT_TRUE(says_so(client_with(with_transport())->weakenings()));
  EXPECT_TRUE(says_so(server_with(with_transport())->weakenings()));
  EXPECT_FALSE(says_so(client_with(tls12_policy())->weakenings()));
}

/// Gathers what a connection says of its weaknesses.
class Listener final : public Observer {
 public:
  void on(const EventOrigin&, const Event& event) noexcept override {
    if (const auto* weakened = std::get_if<event::Weakened>(&event)) told.emplace_back(weakened->what);
  }
  std::vector<std::string> told;
};

TEST(RsaKeyTransport, IsToldWhenItIsUsed) {
  Listener client;
  Listener server;
  Pair used = make_tls_pair(client_with(transport_alone()), server_with(with_transport(), crypto::KeyType::rsa),
                            {.observer = &client}, {.observer = &server});
  ASSERT_TRUE(used.run()) << why(used);

  for (const Listener* side : {&client, &server}) {
    EXPECT_TRUE(std::ranges::any_of(
        side->told, [](const auto& text) { return text.find("keys come from the RSA") != std::string::npos; }));
  }
}

struct BadSecret {
  std::string_view name;
  std::function<void(Bytes& record)> bend;  // the record with the ClientKeyExchange
};

/// Bleichenbacher 1998, ROBOT 2017: whatever is wrong with the secret, the server says the same, at the same message.
TEST(RsaKeyTransport, EveryBadSecretEndsInTheSameAlertAtTheFinished) {
  const std::size_t at_secret = 5 + 4 + 2;  // behind the headers of record and message, and the length
  const std::vector<BadSecret> cases{
      {"a bit flipped", [&](Bytes& record) { record[at_secret + 200] ^= 4; }},
      {"another bit flipped", [&](Bytes& record) { record.back() ^= 1; }},
      {"zero",
       [&](Bytes& record) { std::fill(record.begin() + static_cast<std::ptrdiff_t>(at_secret), record.end(), 0); }},
      {"above the modulus",
       [&](Bytes& record) { std::fill(record.begin() + static_cast<std::ptrdiff_t>(at_secret), record.end(), 0xff); }},
      {"a byte short",
       [&](Bytes& record) {
         record.pop_back();
         --record[4];    // of the record: 0x0106
         --record[8];    // of the message: 0x000102
         record[9] = 0;  // of the secret: 0x0100
         record[10] = 0xff;
       }},
  };
  for (const BadSecret& each : cases) {
    SCOPED_TRACE(each.name);
    Pair pair = make_tls_pair(client_with(transport_alone()), server_with(with_transport(), crypto::KeyType::rsa));
    pair.carry(Side::client);
    pair.carry(Side::server);
    std::vector<Bytes> records = split_records(drain(pair.client));
    ASSERT_EQ(records.size(), 3U);  // ClientKeyExchange, ChangeCipherSpec, Finished
    ASSERT_EQ(records[0].size(), at_secret + 256);
    each.bend(records[0]);

    static_cast<void>(feed(pair.server, records[0]));
    static_cast<void>(feed(pair.server, records[1]));
    ASSERT_EQ(pair.server.error(), nullptr) << pair.server.error()->message();
    EXPECT_TRUE(pair.server.output().empty());
    static_cast<void>(feed(pair.server, records[2]));

    ASSERT_NE(pair.server.error(), nullptr);
    EXPECT_EQ(pair.server.error()->code(), ErrorCode::BadRecordMac);
    EXPECT_EQ(pair.server.error()->alert(), AlertDescription::bad_record_mac);
  }
}

}  // namespace
}  // namespace keyway
