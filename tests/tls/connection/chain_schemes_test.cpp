// signature_algorithms_cert (RFC 8446 4.2.3): of several chains, one that the peer can verify.

#include <gtest/gtest.h>

#include "testing/client_identity.hpp"
#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum SignatureScheme;

/// An authority that signs with RSA beside the shared one, which signs with ECDSA.
const TestAuthority& rsa_authority() {
  static const TestAuthority authority({.name = "RSA Authority", .key_type = crypto::KeyType::rsa});
  return authority;
}

std::shared_ptr<const x509::TrustStore> both_anchors() {
  auto trust = std::make_shared<x509::TrustStore>();
  trust->add(shared_authority().root().certificate());
  trust->add(rsa_authority().root().certificate());
  return trust;
}

/// Keys of the same kind, so that the chain alone makes the difference.
const IssuedCertificate& of_rsa_authority() {
  static const IssuedCertificate leaf =
      rsa_authority().issue({.names = {"shop.localhost"},
                             .extended_key_usage = std::vector<std::string>{"1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"}});
  return leaf;
}

Policy policy_that_verifies(std::vector<SignatureScheme> in_certificates) {
  Policy policy = classical_policy();
  policy.signature_schemes_in_certificates = std::move(in_certificates);
  return policy;
}

const std::vector<std::vector<SignatureScheme>> ecdsa_or_rsa{{ecdsa_secp256r1_sha256}, {rsa_pkcs1_sha256}};

TEST(ChainSchemes, TheServerShowsAChainThatTheClientCanVerify) {
  for (const bool rsa_is_first : {true, false}) {
    for (const auto& schemes : ecdsa_or_rsa) {
      ServerConfig::Builder server;
      server.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).policy(classical_policy());
      if (rsa_is_first) server.add_credential(credential_of(of_rsa_authority()));
      server.add_credential(shared_credential());
      if (!rsa_is_first) server.add_credential(credential_of(of_rsa_authority()));
      ClientConfig::Builder client = client_builder();
      client.trust(both_anchors()).policy(policy_that_verifies(schemes));
      Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
      ASSERT_TRUE(pair.run()) << pair.client.error()->message();
      const bool is_rsa = schemes.front() == rsa_pkcs1_sha256;
      EXPECT_EQ(pair.client.peer_chain().front(), is_rsa ? of_rsa_authority().der : shared_leaf().der);
    }
  }
}

TEST(ChainSchemes, WhereThereIsNoChoiceTheServerShowsWhatItHas) {
  ClientConfig::Builder client = client_builder();
  client.policy(policy_that_verifies({rsa_pkcs1_sha256}));
  Pair pair = make_tls_pair(build(std::move(client)), build(server_builder()));
  static_cast<void>(pair.run());
  EXPECT_NE(pair.server.info().signature_scheme, SignatureScheme{}) << "RFC 8446 4.4.2.2: the client judges";
}

TEST(ChainSchemes, TheClientShowsAChainThatTheServerCanVerify) {
  for (const auto& schemes : ecdsa_or_rsa) {
    ServerConfig::Builder server = server_builder();
    server.require_client_certificate(both_anchors()).client_authorities({});
    server.policy(policy_that_verifies(schemes));
    ClientConfig::Builder client = client_builder();
    client.add_credential(credential_of(of_rsa_authority())).add_credential(shared_client_credential());
    Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
    static_cast<void>(pair.run());
    const bool is_rsa = schemes.front() == rsa_pkcs1_sha256;
    ASSERT_FALSE(pair.server.peer_chain().empty());
    EXPECT_EQ(pair.server.peer_chain().front(), is_rsa ? of_rsa_authority().der : shared_client_leaf().der);
  }
}

}  // namespace
}  // namespace keyway
