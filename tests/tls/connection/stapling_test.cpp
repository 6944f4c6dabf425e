// OCSP stapling and SCT lists between whole connections, in both versions.

#include <gtest/gtest.h>

#include "testing/make_ocsp.hpp"
#include "testing/pair.hpp"
#include "testing/tls12_wire.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using x509::CheckOutcome;
using x509::SingleResponse;

const Bytes some_scts{0, 6, 0, 4, 5, 6, 7, 8};

std::shared_ptr<const Credential> carrying(const IssuedCertificate& leaf, CarriedProofs proofs) {
  const auto credential = Credential::create(leaf.chain_certificates(), leaf.key, *provider()).value();
  return credential->with_proofs(std::move(proofs)).value();
}

Bytes staple(const OcspOptions& options = {}, const IssuedCertificate& leaf = shared_leaf()) {
  return make_ocsp(shared_authority().intermediate(), leaf.serial, options);
}

/// Made once: no two signatures are the same.
const CarriedProofs& leaf_proofs() {
  static const CarriedProofs proofs{{staple()}, {some_scts}};
  return proofs;
}

std::shared_ptr<const ServerConfig> server_of(std::shared_ptr<const Credential> credential, const Policy& policy) {
  ServerConfig::Builder builder;
  builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).policy(policy);
  builder.add_credential(std::move(credential));
  return build(std::move(builder));
}

class Stapling : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  [[nodiscard]] Policy policy() const { return Policy::compatible_2026().narrowed_to({GetParam()}); }
  [[nodiscard]] ClientConfig::Builder client() const {
    auto builder = client_builder();
    builder.policy(policy());
    return builder;
  }
  [[nodiscard]] Pair pair(ClientConfig::Builder client, CarriedProofs proofs,
                          const IssuedCertificate& leaf = shared_leaf()) const {
    return make_tls_pair(build(std::move(client)), server_of(carrying(leaf, std::move(proofs)), policy()));
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, Stapling, ::testing::Values(ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3),
                         [](const auto& tested) {
                           return tested.param == ProtocolVersion::TLS1_2 ? "Tls12" : "Tls13";
                         });

TEST_P(Stapling, GivesTheClientWhatItAsksFor) {
  auto asking = client();
  asking.signed_certificate_timestamps(true);
  Pair pair = this->pair(std::move(asking), leaf_proofs());

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.peer_proofs(), leaf_proofs());
  EXPECT_EQ(pair.transfer(Side::server, "Welcome"), "Welcome");
}

TEST_P(Stapling, GivesNothingUnasked) {
  auto silent = client();
  silent.ocsp_stapling(false);
  Pair pair = this->pair(std::move(silent), leaf_proofs());

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.peer_proofs(), CarriedProofs());
}

TEST_P(Stapling, IsSilentWhereThereIsNothingToStaple) {
  auto asking = client();
  asking.signed_certificate_timestamps(true);
  Pair pair = this->pair(std::move(asking), {});

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.peer_proofs(), CarriedProofs());
  EXPECT_TRUE(pair.client.verdict()->revocation().empty());
}

TEST_P(Stapling, ShowsInTheVerdict) {
  Pair pair = this->pair(client(), leaf_proofs());

  ASSERT_TRUE(pair.run());

  ASSERT_EQ(pair.client.verdict()->revocation().size(), 1U);
  EXPECT_EQ(pair.client.verdict()->revocation()[0].outcome, CheckOutcome::passed);
}

TEST_P(Stapling, ARevokedCertificateIsRefused) {
  Pair pair = this->pair(client(), {{staple({.status = SingleResponse::Status::revoked})}, {}});

  EXPECT_FALSE(pair.run());

  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_EQ(pair.client.error()->code(), ErrorCode::CertificateRevoked);
  EXPECT_EQ(pair.client.error()->alert(), AlertDescription::certificate_revoked);
}

TEST_P(Stapling, AResponseOfNoUseIsToldAndBorne) {
  Pair pair = this->pair(client(), {{Bytes{1, 2, 3, 4}}, {}});

  ASSERT_TRUE(pair.run());

  ASSERT_EQ(pair.client.verdict()->revocation().size(), 1U);
  EXPECT_EQ(pair.client.verdict()->revocation()[0].outcome, CheckOutcome::unknown);
}

TEST_P(Stapling, ACertificateThatPromisesAResponseIsHeldToIt) {
  const auto leaf =
      shared_authority().issue({.names = {"shop.localhost"},
                                .extra_extensions = {{"1.3.6.1.5.5.7.1.24", false, {0x30, 0x03, 0x02, 0x01, 0x05}}}});

  Pair without = pair(client(), {}, leaf);
  EXPECT_FALSE(without.run());
  ASSERT_NE(without.client.error(), nullptr);
  EXPECT_EQ(without.client.error()->code(), ErrorCode::StapleRequired);
  EXPECT_EQ(without.client.error()->alert(), AlertDescription::bad_certificate_status_response);

  Pair with = pair(client(), {{staple({}, leaf)}, {}}, leaf);
  EXPECT_TRUE(with.run());
}

TEST_P(Stapling, IsThereWhenTheApplicationJudges) {
  auto pausing = client();
  pausing.pause_for_verification().signed_certificate_timestamps(true);
  Pair pair = this->pair(std::move(pausing), leaf_proofs());
  EXPECT_FALSE(pair.run());
  ASSERT_EQ(pair.client.pause(), Pause::verification);

  EXPECT_EQ(pair.client.peer_proofs(), leaf_proofs());
  ASSERT_TRUE(pair.client.resume(answer::Verified{x509::Verdict::accept({}, {})}));

  EXPECT_TRUE(pair.run());
}

TEST(StaplingTls13, CarriesAResponseForEachCertificate) {
  const Bytes of_intermediate = make_ocsp(shared_authority().root(), shared_authority().intermediate().serial);
  const CarriedProofs proofs{{{}, of_intermediate}, {}};
  auto client = client_builder();
  client.certificate_compression({});
  auto server = server_of(carrying(shared_leaf(), proofs), Policy::modern_2026());
  Pair pair = make_tls_pair(build(std::move(client)), server);

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.peer_proofs().ocsp_response(1).size(), of_intermediate.size());
  EXPECT_TRUE(pair.client.peer_proofs().ocsp_response(0).empty());
  ASSERT_EQ(pair.client.verdict()->revocation().size(), 1U);
  EXPECT_EQ(pair.client.verdict()->revocation()[0].depth, 1U);
}

TEST(StaplingTls13, GoesOnInASession) {
  auto client = client_builder();
  client.signed_certificate_timestamps(true);
  const auto config = build(std::move(client));
  const auto server = server_of(carrying(shared_leaf(), leaf_proofs()), Policy::modern_2026());
  Pair first = make_connected_pair(config, server);
  static_cast<void>(first.transfer(Side::server, "tickets, too"));

  Pair second = make_connected_pair(config, server);

  EXPECT_TRUE(second.client.info().is_resumption);
  EXPECT_EQ(second.client.peer_proofs(), leaf_proofs());
}

/// Shows the newest credential that it was given.
class Renewing final : public CredentialResolver {
 public:
  std::shared_ptr<const Credential> resolve(const ClientHelloView&) const override { return newest; }
  std::shared_ptr<const Credential> newest;
};

TEST(StaplingTls13, IsRenewedThroughTheResolver) {
  const auto resolver = std::make_shared<Renewing>();
  resolver->newest = carrying(shared_leaf(), {{staple()}, {}});
  ServerConfig::Builder builder;
  builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).credentials(resolver).without_tickets();
  const auto server = build(std::move(builder));
  Pair before = make_connected_pair(nullptr, server);
  const Bytes renewed = staple({.next_update = test_now + std::chrono::hours(100)});

  resolver->newest = resolver->newest->with_proofs({{renewed}, {}}).value();
  Pair after = make_connected_pair(nullptr, server);

  EXPECT_NE(before.client.peer_proofs(), after.client.peer_proofs());
  EXPECT_EQ(after.client.peer_proofs().ocsp_responses.front(), renewed);
}

TEST(CredentialProofs, AreCheckedWhenTheyAreSet) {
  const auto credential = shared_credential();
  const std::size_t entries = credential->chain().size();
  const auto code_of = [&](CarriedProofs proofs) {
    const auto made = credential->with_proofs(std::move(proofs));
    return made ? std::nullopt : std::optional(made.error().code());
  };

  EXPECT_EQ(code_of({std::vector<Bytes>(entries, Bytes{1}), {}}), std::nullopt);
  EXPECT_EQ(code_of({std::vector<Bytes>(entries + 1, Bytes{1}), {}}), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of({{Bytes(65537, 1)}, {}}), ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of({{}, {Bytes{0, 0}}}), ErrorCode::InvalidSctList);
  EXPECT_EQ(code_of({{}, {Bytes{0, 6, 0, 2, 1, 2, 0, 0}}}), ErrorCode::InvalidSctList);
}

}  // namespace
}  // namespace keyway
