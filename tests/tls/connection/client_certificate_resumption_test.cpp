// Clients that come back: they are who they were, and nobody who was nobody becomes somebody.

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "testing/client_identity.hpp"
#include "tls/connection/resumption_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum ProtocolVersion;

/// Servers whose tickets another configuration with the same keys could open.
class Fleet {
 public:
  explicit Fleet(ProtocolVersion version, std::shared_ptr<const Clock> clock = std::make_shared<FixedClock>(test_now))
      : version_(version), clock_(std::move(clock)) {
    const Bytes key(TicketKeys::key_size, 7);
    const ByteView view(key);
    keys_ = TicketKeys::from(provider(), std::span(&view, 1)).value();
  }
  [[nodiscard]] std::shared_ptr<const ServerConfig> server(
      const std::function<void(ServerConfig::Builder&)>& bend) const {
    auto builder = server_builder_of(version_);
    builder.clock(clock_).ticket_keys(keys_);
    bend(builder);
    return build(std::move(builder));
  }
  [[nodiscard]] std::shared_ptr<const ServerConfig> requiring() const {
    return server([](auto& builder) { builder.require_client_certificate(shared_trust()); });
  }
  [[nodiscard]] std::shared_ptr<const ServerConfig> asking() const {
    return server([](auto& builder) { builder.ask_for_client_certificate(shared_trust()); });
  }
  [[nodiscard]] std::shared_ptr<const ServerConfig> indifferent() const {
    return server([](auto&) {});
  }

 private:
  ProtocolVersion version_;
  std::shared_ptr<const Clock> clock_;
  std::shared_ptr<TicketKeys> keys_;
};

class ClientCertificatesOnResumption : public ::testing::TestWithParam<ProtocolVersion> {};

INSTANTIATE_TEST_SUITE_P(EachVersion, ClientCertificatesOnResumption, ::testing::Values(TLS1_3, TLS1_2),
                         [](const auto& info) { return info.param == TLS1_3 ? "Tls13" : "Tls12"; });

TEST_P(ClientCertificatesOnResumption, AreTheSameAsBefore) {
  const Fleet fleet(GetParam());
  const auto client = client_that_shows(GetParam(), shared_client_credential());
  Pair first = make_connected_pair(client, fleet.requiring());
  const x509::Verdict& judged = *first.server.verdict();

  for (int i = 0; i < 3; ++i) {  // tickets of a resumed connection know the client, too
    Pair again = make_connected_pair(client, fleet.requiring());

    ASSERT_TRUE(again.server.info().is_resumption);
    EXPECT_EQ(again.server.peer_chain(), shared_client_leaf().chain);
    ASSERT_NE(again.server.verdict(), nullptr);
    EXPECT_TRUE(again.server.verdict()->accepted());
    EXPECT_EQ(again.server.verdict()->path(), judged.path());
    EXPECT_EQ(again.server.verdict()->checks(), judged.checks());
    EXPECT_EQ(again.server.info().client_signature_scheme, first.server.info().client_signature_scheme);
    EXPECT_EQ(again.client.info().signature_scheme, first.client.info().signature_scheme);
    EXPECT_EQ(again.client.peer_chain(), shared_leaf().chain);
  }
}

TEST_P(ClientCertificatesOnResumption, OfNobodyStayNobodys) {
  const Fleet fleet(GetParam());
  const auto client = build(client_builder_of(GetParam()));
  static_cast<void>(make_connected_pair(client, fleet.asking()));

  Pair again = make_connected_pair(client, fleet.asking());

  EXPECT_TRUE(again.server.info().is_resumption);
  EXPECT_TRUE(again.server.peer_chain().empty());
  EXPECT_EQ(again.server.verdict(), nullptr);
}

TEST_P(ClientCertificatesOnResumption, BindTheServersTrust) {
  const Fleet fleet(GetParam());
  static const TestAuthority other;
  const auto with_more = fleet.server([](auto& builder) {
    x509::TrustStore store;
    store.add(shared_authority().root().certificate());
    store.add(other.root().certificate());
    builder.require_client_certificate(std::make_shared<const x509::TrustStore>(std::move(store)));
  });
  const auto with_crl = fleet.server([](auto& builder) {
    builder.require_client_certificate(shared_trust());
    builder.add_client_crl(x509::Crl::from_der(shared_authority().crl({})).value());
  });
  const auto judging =
      fleet.server([](auto& builder) { builder.require_client_certificate(shared_trust()).pause_for_verification(); });
  for (const auto& changed : {fleet.asking(), fleet.indifferent(), with_more, with_crl}) {
    const auto client = client_that_shows(GetParam(), shared_client_credential());
    static_cast<void>(make_connected_pair(client, fleet.requiring()));
    EXPECT_EQ(connect(client, changed), Outcome::full);
  }
  const auto client = client_that_shows(GetParam(), shared_client_credential());
  static_cast<void>(make_connected_pair(client, fleet.requiring()));
  Pair pair = make_tls_pair(client, judging);
  pair.run();
  EXPECT_EQ(pair.server.pause(), Pause::verification) << "a full handshake";
}

TEST_P(ClientCertificatesOnResumption, EndWithTheCertificate) {
  const auto clock = std::make_shared<MovableClock>();
  const Fleet fleet(GetParam(), clock);
  const auto brief = shared_authority().issue({.names = {"alice"},
                                               .not_after = test_now + std::chrono::minutes(10),
                                               .extended_key_usage = {{std::string(client_auth)}}});
  auto builder = client_builder_of(GetParam());
  builder.clock(clock).add_credential(credential_of(brief));
  const auto client = build(std::move(builder));
  static_cast<void>(make_connected_pair(client, fleet.requiring()));
  EXPECT_EQ(connect(client, fleet.requiring()), Outcome::resumed);

  clock->move(std::chrono::minutes(11));

  Pair pair = make_tls_pair(client, fleet.requiring());
  EXPECT_FALSE(pair.run());
  EXPECT_FALSE(pair.server.info().is_resumption);
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::CertificateExpired);
}

TEST_P(ClientCertificatesOnResumption, GetNoTicketWhereTheChainIsTooLong) {
  const Fleet fleet(GetParam());
  const auto large = shared_authority().issue(
      {.names = std::vector<std::string>(900, "alice.example"), .extended_key_usage = {{std::string(client_auth)}}});
  ASSERT_GT(large.der.size(), tls::ClientProof::max_chain_size);
  const auto client = client_that_shows(GetParam(), credential_of(large));

  EXPECT_EQ(connect(client, fleet.requiring()), Outcome::full);
  EXPECT_EQ(connect(client, fleet.requiring()), Outcome::full);
}

TEST_P(ClientCertificatesOnResumption, AreNotBorrowedByAnotherClient) {
  // Two configurations share a store; each shows somebody else.
  const Fleet fleet(GetParam());
  const auto store = std::make_shared<InMemorySessionStore>();
  const auto showing = [&](crypto::KeyType type) {
    auto builder = client_builder_of(GetParam());
    builder.add_credential(shared_client_credential(type)).session_store(store);
    return build(std::move(builder));
  };
  static_cast<void>(make_connected_pair(showing(crypto::KeyType::p256), fleet.requiring()));

  Pair other = make_connected_pair(showing(crypto::KeyType::rsa), fleet.requiring());

  EXPECT_FALSE(other.server.info().is_resumption);
  EXPECT_EQ(other.server.peer_chain(), shared_client_leaf(crypto::KeyType::rsa).chain);
}

TEST_P(ClientCertificatesOnResumption, AreNotDoneWithoutByAServerThatRequiresThem) {
  // The digest of the configuration keeps such a session away already; this is the check behind it.
  tls::Session session;
  const auto requiring = server_that_requires(GetParam());
  EXPECT_FALSE(tls::admit_resumed(*requiring, session));
  EXPECT_TRUE(tls::admit_resumed(*server_that_asks(GetParam()), session));

  session.client_identity.assign(32, 1);
  EXPECT_TRUE(tls::admit_resumed(*requiring, session));
}

}  // namespace
}  // namespace keyway
