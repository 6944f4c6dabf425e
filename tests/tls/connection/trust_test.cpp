// What a client's configuration says of trust, in whole handshakes of both versions: what may be fetched, which logs
// count, anchors that are exchanged.

#include <gtest/gtest.h>

#include "testing/client_identity.hpp"
#include "testing/make_ocsp.hpp"
#include "testing/make_sct.hpp"
#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using x509::RevocationPolicy;

constexpr auto responder = "http://ocsp.localhost";

class ClientTrust : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  [[nodiscard]] static ClientConfig::Builder client() { return client_builder_of(GetParam()); }
  [[nodiscard]] static std::shared_ptr<const ServerConfig> server(const IssuedCertificate& leaf,
                                                                  CarriedProofs proofs = {}) {
    auto credential = credential_of(leaf);
    if (!proofs.sct_lists.empty()) credential = credential->with_proofs(std::move(proofs)).value();
    ServerConfig::Builder builder;
    builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now));
    builder.policy(Policy::compatible_2026().narrowed_to({GetParam()}));
    builder.add_credential(std::move(credential));
    return build(std::move(builder));
  }
  [[nodiscard]] static ErrorCode code_of(const Connection& connection) {
    return connection.error() == nullptr ? ErrorCode::InternalError : connection.error()->code();
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, ClientTrust, ::testing::Values(ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3),
                         [](const auto& tested) {
                           return tested.param == ProtocolVersion::TLS1_2 ? "Tls12" : "Tls13";
                         });

/// A leaf whose issuer says by OCSP that it is good.
const IssuedCertificate& leaf_with_responder() {
  static const auto leaf = shared_authority().issue({.names = {"shop.localhost"}, .ocsp_urls = {responder}});
  return leaf;
}

ClientConfig::Builder& demand_answers(ClientConfig::Builder& builder) {
  builder.revocation(RevocationPolicy::hard_fail).fetching({.revocation = true});
  builder.add_crl(x509::Crl::from_der(make_crl(shared_authority().root(), {})).value());
  return builder;
}

TEST_P(ClientTrust, WaitsForWhatItsVerdictWants) {
  auto builder = client();
  demand_answers(builder);
  Pair pair = make_tls_pair(build(std::move(builder)), server(leaf_with_responder()));
  static_cast<void>(pair.run());
  ASSERT_EQ(pair.client.pause(), Pause::verification);
  {
    auto question = pair.client.verification();
    ASSERT_TRUE(question);
    ASSERT_EQ(question->wanted().size(), 1U);
    const x509::Fetch wanted = question->wanted()[0];
    EXPECT_TRUE(wanted.url.starts_with(responder));
    question->supply({{wanted, make_ocsp(shared_authority().intermediate(), leaf_with_responder().serial)}});
    ASSERT_TRUE(question->wanted().empty());
    ASSERT_TRUE(pair.client.resume(answer::Verified{question->verdict()}));
  }

  ASSERT_TRUE(pair.run());
  EXPECT_EQ(pair.transfer(Side::server, "Welcome"), "Welcome");
  EXPECT_TRUE(pair.client.verdict()->accepted());
  EXPECT_FALSE(pair.client.verification());
}

TEST_P(ClientTrust, EndsWhereWhatWasWantedIsNotToBeHad) {
  auto builder = client();
  demand_answers(builder);
  Pair pair = make_tls_pair(build(std::move(builder)), server(leaf_with_responder()));
  static_cast<void>(pair.run());
  auto question = pair.client.verification();
  ASSERT_TRUE(question);
  question->supply({});

  EXPECT_FALSE(pair.client.resume(answer::Verified{question->verdict()}));
  EXPECT_EQ(code_of(pair.client), ErrorCode::RevocationUnknown);
}

TEST_P(ClientTrust, DoesNotWaitWhereNothingIsWanted) {
  auto builder = client();
  builder.fetching({.revocation = true, .issuers = true});
  Pair pair = make_tls_pair(build(std::move(builder)), server(shared_leaf()));

  EXPECT_TRUE(pair.run());
  EXPECT_TRUE(pair.client.verdict()->accepted());
}

TEST_P(ClientTrust, ComesBackWithSessionsWhereItMayFetch) {
  const auto config = [] {
    auto builder = client();
    builder.fetching({.revocation = true});
    return build(std::move(builder));
  }();
  const auto serving = server(shared_leaf());
  Pair first = make_connected_pair(config, serving);
  static_cast<void>(first.transfer(Side::server, "Welcome"));

  Pair second = make_connected_pair(config, serving);

  EXPECT_TRUE(second.client.info().is_resumption);
}

TEST_P(ClientTrust, JudgesTimestampsOfTheHandshake) {
  const TestLog one("One", "First");
  const TestLog two("Two", "Second");
  const Bytes entry = certificate_entry(shared_leaf().der);
  const auto connect = [&](const std::vector<Bytes>& scts) {
    auto builder = client();
    builder.certificate_transparency(log_list({one.facts(), two.facts()}), x509::CtPolicy::chrome);
    Pair pair = make_tls_pair(build(std::move(builder)), server(shared_leaf(), {{}, {sct_list(scts)}}));
    static_cast<void>(pair.run());
    return pair;
  };

  const Pair good = connect({one.sct(entry), two.sct(entry)});
  EXPECT_FALSE(good.client.is_handshaking());
  EXPECT_EQ(good.client.verdict()->timestamps().size(), 2U);

  const Pair poor = connect({one.sct(entry)});
  EXPECT_EQ(code_of(poor.client), ErrorCode::TooFewTimestamps);
}

TEST_P(ClientTrust, GoesByTheAnchorsOfTheMoment) {
  const TestAuthority other({.name = "Other"});
  auto others = std::make_shared<x509::TrustStore>();
  others->add(other.root().certificate());
  const auto live = std::make_shared<x509::LiveTrust>(shared_trust());
  auto builder = client();
  builder.trust(std::shared_ptr<const x509::LiveTrust>(live));
  const auto config = build(std::move(builder));
  const auto serving = server(shared_leaf());
  Pair first = make_connected_pair(config, serving);
  static_cast<void>(first.transfer(Side::server, "Welcome"));

  live->replace(others);

  Pair second = make_tls_pair(config, serving);
  EXPECT_FALSE(second.run()) << "neither anew nor by the session";
  live->replace(shared_trust());
  Pair third = make_tls_pair(config, serving);
  EXPECT_TRUE(third.run());
}

}  // namespace
}  // namespace keyway
