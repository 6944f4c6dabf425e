// Exported authenticators (RFC 9261): identities proved beside a connection, bound to it.

#include <gtest/gtest.h>

#include <algorithm>

#include <keyway/exported_authenticator.hpp>
#include <keyway/trust.hpp>

#include "testing/client_identity.hpp"
#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

ExportedAuthenticators::Judge judge_for(x509::Purpose purpose) {
  return [purpose](std::span<const ByteView> chain) {
    const x509::Verifier verifier(provider(), shared_trust(), {}, {}, {});
    const ServerName name = server_name();
    return verifier.verify(chain, purpose == x509::Purpose::server ? &name : nullptr, purpose, test_now);
  };
}

/// Both ends of a connection, with what each makes of it.
struct ExportedWorld {
  explicit ExportedWorld(ProtocolVersion version = ProtocolVersion::TLS1_3)
      : pair(make_connected_pair(build(client_builder_of(version)), build(server_builder_of(version)))),
        client(pair.client, provider()),
        server(pair.server, provider()) {}
  Pair pair;
  ExportedAuthenticators client;
  ExportedAuthenticators server;
};

class Authenticators : public ::testing::TestWithParam<ProtocolVersion> {};
INSTANTIATE_TEST_SUITE_P(Versions, Authenticators, ::testing::Values(ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2),
                         [](const auto& of) { return of.param == ProtocolVersion::TLS1_3 ? "Tls13" : "Tls12"; });

TEST_P(Authenticators, OfTheClientProveItToTheServer) {
  ExportedWorld world(GetParam());
  for (int i = 0; i < 3; ++i) {
    const auto request = world.server.request();
    ASSERT_TRUE(request) << request.error().message();
    const auto proof = world.client.authenticate(*request, shared_client_credential().get());
    ASSERT_TRUE(proof) << proof.error().message();
    const auto who = world.server.validate(*request, *proof, judge_for(x509::Purpose::client));
    ASSERT_TRUE(who) << who.error().message();
    ASSERT_FALSE(who->chain.empty());
    EXPECT_EQ(who->chain.front(), shared_client_leaf().der);
    EXPECT_EQ(who->scheme, SignatureScheme::ecdsa_secp256r1_sha256);
    EXPECT_TRUE(who->verdict && who->verdict->accepted());
  }
}

TEST_P(Authenticators, OfTheServerProveAnotherCertificateToTheClient) {
  ExportedWorld world(GetParam());
  const auto request = world.client.request({.signature_schemes = {SignatureScheme::rsa_pss_rsae_sha256}});
  ASSERT_TRUE(request);
  EXPECT_FALSE(world.server.authenticate(*request, shared_credential(crypto::KeyType::p256).get()));
  const auto proof = world.server.authenticate(*request, shared_credential(crypto::KeyType::rsa).get());
  ASSERT_TRUE(proof) << proof.error().message();
  const auto who = world.client.validate(*request, *proof, judge_for(x509::Purpose::server));
  ASSERT_TRUE(who) << who.error().message();
  EXPECT_EQ(who->scheme, SignatureScheme::rsa_pss_rsae_sha256);
}

TEST_P(Authenticators, CanBeAskedForByName) {
  ExportedWorld world(GetParam());
  const auto request = world.client.request({.server_name = server_name("market.localhost")});
  ASSERT_TRUE(request) << request.error().message();
  EXPECT_EQ(ExportedAuthenticators::asked_name(*request).value(), server_name("market.localhost"));
  EXPECT_EQ(ExportedAuthenticators::asked_name(*world.client.request()).value(), std::nullopt);
  const auto proof = world.server.authenticate(*request, shared_credential().get());
  ASSERT_TRUE(proof);
  EXPECT_TRUE(world.client.validate(*request, *proof, judge_for(x509::Purpose::server)));
}

TEST_P(Authenticators, AreNotAskedForByAnAddressOrByAServer) {
  ExportedWorld world(GetParam());
  for (const auto& request : {world.client.request({.server_name = server_name("127.0.0.1")}),
                              world.server.request({.server_name = server_name()})}) {
    ASSERT_FALSE(request);
    EXPECT_EQ(request.error().code(), ErrorCode::InvalidArgument);
  }
  // What a server asks is no client's request.
  EXPECT_FALSE(ExportedAuthenticators::asked_name(*world.server.request()));
}

TEST(AttackOnAuthenticators, ANameThatIsNoneIsRefused) {
  ExportedWorld world;
  const Bytes good = world.client.request({.server_name = server_name("market.localhost")}).value();
  const auto name = std::ranges::search(good, as_bytes("market.localhost"));
  const auto at = static_cast<std::size_t>(std::distance(good.begin(), name.begin()));
  // 16 characters each: an address, a label without letters at its front, a control character.
  for (const std::string_view text : {"000000.127.0.0.1", "..rket.localhost", "mark\nt.localhost"}) {
    Bytes bad = good;
    std::ranges::copy(as_bytes(text), bad.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(ExportedAuthenticators::asked_name(bad)) << text;
    EXPECT_FALSE(world.server.authenticate(bad, shared_credential().get())) << text;
  }
}

TEST_P(Authenticators, ThatAreEmptyAreARefusalThatIsAuthentic) {
  ExportedWorld world(GetParam());
  const auto request = world.server.request();
  auto refusal = world.client.authenticate(*request, nullptr);
  ASSERT_TRUE(refusal);
  const auto who = world.server.validate(*request, *refusal, judge_for(x509::Purpose::client));
  ASSERT_TRUE(who);
  EXPECT_TRUE(who->chain.empty());
  EXPECT_FALSE(who->verdict);
  const auto again = world.server.request();
  auto forged = world.client.authenticate(*again, nullptr).value();
  forged.back() ^= 1U;
  const auto refused = world.server.validate(*again, forged, judge_for(x509::Purpose::client));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::BadFinished);
}

TEST(AttackOnAuthenticators, OneOfAnotherConnectionIsRefused) {
  ExportedWorld here;
  ExportedWorld there;
  const auto request = here.server.request();
  const auto proof = there.client.authenticate(*request, shared_client_credential().get());
  ASSERT_TRUE(proof);
  const auto who = here.server.validate(*request, *proof, judge_for(x509::Purpose::client));
  ASSERT_FALSE(who);
  EXPECT_EQ(who.error().code(), ErrorCode::BadHandshakeSignature);
}

TEST(AttackOnAuthenticators, NothingCountsTwice) {
  ExportedWorld world;
  const auto request = world.server.request();
  const auto proof = world.client.authenticate(*request, shared_client_credential().get());
  const auto twice = world.client.authenticate(*request, shared_client_credential().get());
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code(), ErrorCode::AuthenticatorReplayed);
  ASSERT_TRUE(world.server.validate(*request, *proof, judge_for(x509::Purpose::client)));
  const auto again = world.server.validate(*request, *proof, judge_for(x509::Purpose::client));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code(), ErrorCode::AuthenticatorReplayed);
}

TEST(AttackOnAuthenticators, OnesOwnAreNotReflected) {
  ExportedWorld world;
  const auto request = world.server.request();
  // The server's own request, answered by the server as if a client had asked: another kind of message.
  EXPECT_FALSE(world.server.authenticate(*request, shared_credential().get()));
  const auto of_client = world.client.request();
  const auto proof = world.server.authenticate(*of_client, shared_credential().get());
  ASSERT_TRUE(proof);
  EXPECT_FALSE(world.server.validate(*of_client, *proof, judge_for(x509::Purpose::server)));
}

TEST(AttackOnAuthenticators, EveryFlippedBitIsRefused) {
  ExportedWorld world;
  std::size_t size = 1;
  for (std::size_t bit = 0; bit < size * 8 && bit < 8 * 900; bit += 11) {
    const auto request = world.server.request();
    ASSERT_TRUE(request);
    auto proof = world.client.authenticate(*request, shared_client_credential().get()).value();
    size = proof.size();
    proof[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(world.server.validate(*request, proof, judge_for(x509::Purpose::client))) << bit;
  }
}

TEST(AttackOnAuthenticators, AChainThatIsNotTrustedIsRefusedThoughTheProofHolds) {
  ExportedWorld world;
  const auto request = world.server.request();
  const auto proof = world.client.authenticate(*request, shared_credential().get());  // of a server, for a client
  ASSERT_TRUE(proof);
  EXPECT_FALSE(world.server.validate(*request, *proof, judge_for(x509::Purpose::client)));
}

TEST(AttackOnAuthenticators, BytesThatAreNoneAreRefused) {
  ExportedWorld world;
  for (const Bytes& junk : {Bytes{}, Bytes{20}, Bytes{20, 0, 0, 0}, Bytes(40, 0xff), Bytes{11, 0, 0, 4, 0, 0, 0, 0}}) {
    const auto request = world.server.request();
    EXPECT_FALSE(world.server.validate(*request, junk, judge_for(x509::Purpose::client)));
    EXPECT_FALSE(world.client.authenticate(junk, nullptr));
  }
}

TEST(AuthenticatorsToo, AreNotThereDuringTheHandshake) {
  Pair pair = make_tls_pair();
  ExportedAuthenticators early(pair.client, provider());
  const auto request = early.request();
  ASSERT_FALSE(request);
  EXPECT_EQ(request.error().code(), ErrorCode::NotReady);
}

TEST(AuthenticatorsToo, AreBoundedInNumber) {
  ExportedWorld world;
  for (std::size_t i = 0; i < ExportedAuthenticators::max_requests; ++i) ASSERT_TRUE(world.server.request());
  EXPECT_FALSE(world.server.request());
}

}  // namespace
}  // namespace keyway
