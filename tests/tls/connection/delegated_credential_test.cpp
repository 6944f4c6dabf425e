// Delegated credentials (RFC 9345): made, shown, taken.

#include <gtest/gtest.h>

#include "testing/delegation.hpp"
#include "tls/connection/resumption_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;
using crypto::KeyType;

ClientConfig::Builder taking_client() {
  ClientConfig::Builder builder = client_builder();
  builder.take_delegated_credentials();
  return builder;
}

ServerConfig::Builder server_showing(std::vector<std::shared_ptr<const Credential>> credentials) {
  ServerConfig::Builder builder;
  builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now));
  for (auto& credential : credentials) builder.add_credential(std::move(credential));
  return builder;
}

std::shared_ptr<const Credential> own_key() {
  return Credential::create(delegating_leaf().chain_certificates(), delegating_leaf().key, *provider()).value();
}

TEST(DelegatedCredentials, ProveTheServerToAClientThatTakesThem) {
  struct Case {
    KeyType leaf;
    SignatureScheme signed_with;
    KeyType key;
    SignatureScheme scheme;
  };
  using enum SignatureScheme;
  for (const Case& one : {Case{KeyType::p256, ecdsa_secp256r1_sha256, KeyType::p256, ecdsa_secp256r1_sha256},
                          Case{KeyType::rsa, rsa_pss_rsae_sha256, KeyType::ed25519, ed25519},
                          Case{KeyType::ed25519, ed25519, KeyType::p384, ecdsa_secp384r1_sha384}}) {
    const auto credential = delegated_credential({.leaf = &delegating_leaf(one.leaf),
                                                  .key_type = one.key,
                                                  .scheme = one.scheme,
                                                  .signature_scheme = one.signed_with});
    Pair pair = make_connected_pair(build(taking_client()), build(server_showing({credential})));
    for (const Side side : {Side::client, Side::server}) {
      EXPECT_TRUE(pair.side(side).info().is_delegated);
      EXPECT_EQ(pair.side(side).info().signature_scheme, one.scheme);
    }
    EXPECT_TRUE(pair.client.verdict()->accepted());
    EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
  }
}

TEST(DelegatedCredentials, GiveWayToTheCertificatesOwnKeyForOtherClients) {
  const auto server = build(server_showing({delegated_credential(), own_key()}));
  Pair without = make_connected_pair(build(client_builder()), server);
  EXPECT_FALSE(without.client.info().is_delegated);
  ClientConfig::Builder other_scheme = client_builder();
  other_scheme.take_delegated_credentials({SignatureScheme::ed25519});
  EXPECT_FALSE(make_connected_pair(build(std::move(other_scheme)), server).client.info().is_delegated);
  EXPECT_TRUE(make_connected_pair(build(taking_client()), server).client.info().is_delegated);
}

TEST(DelegatedCredentials, AreNotForTls12) {
  const auto server = build(server_showing({delegated_credential(), own_key()}));
  ClientConfig::Builder client = taking_client();
  client.policy(Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2}));
  Pair pair = make_connected_pair(build(std::move(client)), server);
  EXPECT_EQ(pair.client.info().version, ProtocolVersion::TLS1_2);
  EXPECT_FALSE(pair.server.info().is_delegated);
}

TEST(DelegatedCredentials, ThatAreOverAreNotShown) {
  const auto server = build(server_showing({delegated_credential({.until = test_now - 1s}), own_key()}));
  EXPECT_FALSE(make_connected_pair(build(taking_client()), server).client.info().is_delegated);
}

TEST(DelegatedCredentials, AloneServeNoOtherClient) {
  Pair pair = make_tls_pair(build(client_builder()), build(server_showing({delegated_credential()})));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCommonSignatureScheme);
}

TEST(DelegatedCredentials, AreOfferedByChoiceAlone) {
  Pair off = make_tls_pair(build(client_builder()), build(server_showing({own_key()})));
  Pair on = make_tls_pair(build(taking_client()), build(server_showing({own_key()})));
  // A type, a length, a list: four schemes of the policy's at least.
  EXPECT_GT(on.client.output().size(), off.client.output().size() + 6);
}

TEST(DelegatedCredentials, LeaveSessionsBehindUnlessTheChainIsToBeJudgedAgain) {
  const auto server = build(server_showing({delegated_credential()}));
  for (const bool judges_again : {false, true}) {
    ClientConfig::Builder builder = taking_client();
    if (judges_again) builder.reverify_on_resumption();
    const auto client = build(std::move(builder));
    Pair first = make_connected_pair(client, server);
    static_cast<void>(first.transfer(Side::server, "tickets"));
    EXPECT_EQ(make_connected_pair(client, server).client.info().is_resumption, !judges_again);
  }
}

TEST(DelegatedCredentials, KeepTheirProofsBeside) {
  const auto with_proofs = delegated_credential()->with_proofs({.ocsp_responses = {Bytes{1, 2, 3}}, .sct_lists = {}});
  ASSERT_TRUE(with_proofs);
  EXPECT_NE((*with_proofs)->delegation(), nullptr);
  ClientConfig::Builder client = taking_client();
  client.pause_for_verification();
  Pair pair = make_tls_pair(build(std::move(client)), build(server_showing({*with_proofs})));
  static_cast<void>(pair.run());
  ASSERT_EQ(pair.client.pause(), Pause::verification);
  EXPECT_TRUE(pair.client.info().is_delegated);
  EXPECT_EQ(pair.client.peer_proofs().ocsp_responses, std::vector<Bytes>{(Bytes{1, 2, 3})});
  ASSERT_TRUE(pair.client.resume(answer::Verified{x509::Verdict::accept({}, {})}));
  EXPECT_TRUE(pair.run());
}

TEST(Delegations, AreMadeByTheCertificatesKeyAndReadBack) {
  const x509::Certificate leaf = delegating_leaf().certificate();
  const std::shared_ptr<const crypto::PrivateKey> key = provider()->generate_key(KeyType::p256).value();
  const DelegationRequest request{key->subject_public_key_info(), SignatureScheme::ecdsa_secp256r1_sha256,
                                  test_now + 48h};
  const auto made = delegate(leaf.view(), *delegating_leaf().key, request, test_now, *provider());
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_EQ(made->until, test_now + 48h);
  EXPECT_TRUE(made->is_timely(test_now));
  EXPECT_FALSE(made->is_timely(test_now + 49h));
  EXPECT_FALSE(made->is_timely(test_now - 24h * 6));
  const auto read = Delegation::from_pem(made->to_pem(), leaf.view());
  ASSERT_TRUE(read);
  EXPECT_EQ(read->encoded, made->encoded);
  EXPECT_TRUE(Credential::delegated(delegating_leaf().chain_certificates(), *made, key, *provider()));
}

TEST(Delegations, AreRefusedWhereTheyMayNotBe) {
  const x509::Certificate leaf = delegating_leaf().certificate();
  const x509::Certificate other = shared_leaf().certificate();
  const auto key = provider()->generate_key(KeyType::p256).value();
  const auto rsa = provider()->generate_key(KeyType::rsa, 2048).value();
  const auto scheme = SignatureScheme::ecdsa_secp256r1_sha256;
  const ByteView spki = key->subject_public_key_info();
  const auto code = [&](const x509::Certificate& of, const crypto::PrivateKey& by, const DelegationRequest& request) {
    const auto made = delegate(of.view(), by, request, test_now, *provider());
    return made ? std::nullopt : std::optional(made.error().code());
  };
  const crypto::PrivateKey& leaf_key = *delegating_leaf().key;
  EXPECT_EQ(code(leaf, leaf_key, {spki, scheme, test_now + 24h * 8}), ErrorCode::InvalidArgument);
  EXPECT_EQ(code(leaf, leaf_key, {spki, scheme, test_now - 1s}), ErrorCode::InvalidArgument);
  EXPECT_EQ(code(leaf, leaf_key, {spki, SignatureScheme::ed25519, test_now + 1h}), ErrorCode::InvalidArgument);
  EXPECT_EQ(code(leaf, leaf_key, {rsa->subject_public_key_info(), SignatureScheme::rsa_pss_rsae_sha256, test_now + 1h}),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code(leaf, *shared_leaf().key, {spki, scheme, test_now + 1h}), ErrorCode::KeyMismatch);
  EXPECT_EQ(code(other, *shared_leaf().key, {spki, scheme, test_now + 1h}), ErrorCode::InvalidArgument);
}

TEST(Delegations, ThatDoNotHoldMakeNoCredential) {
  const auto code = [](const DelegationOptions& options, bool with_other_key = false) {
    MadeDelegation made = make_delegation(options);
    if (with_other_key) made.key = make_delegation(options).key;
    const auto credential =
        Credential::delegated(options.leaf->chain_certificates(), made.delegation, made.key, *provider());
    return credential ? std::nullopt : std::optional(credential.error().code());
  };
  EXPECT_EQ(code({}), std::nullopt);
  EXPECT_EQ(code({}, true), ErrorCode::KeyMismatch);
  EXPECT_EQ(code({.scheme = SignatureScheme::ed25519}), ErrorCode::InvalidDelegatedCredential);
  EXPECT_EQ(code({.key_type = KeyType::rsa, .scheme = SignatureScheme::rsa_pss_rsae_sha256}),
            ErrorCode::InvalidDelegatedCredential);
}

TEST(Delegations, ThatTheKeyDidNotSignAreTold) {
  const x509::Certificate leaf = delegating_leaf().certificate();
  const auto code = [&](const DelegationOptions& options) {
    const auto verified = make_delegation(options).delegation.verify(leaf.view(), *provider());
    return verified ? std::nullopt : std::optional(verified.error().code());
  };
  EXPECT_EQ(code({}), std::nullopt);
  EXPECT_EQ(code({.breaks_signature = true}), ErrorCode::BadDelegatedCredentialSignature);
  EXPECT_EQ(code({.of = Side::client}), ErrorCode::BadDelegatedCredentialSignature);
  const std::string pem = make_delegation({.breaks_signature = true}).delegation.to_pem();
  const auto credential = Credential::delegated_from_pem(delegating_leaf().chain_pem(), pem, *provider());
  ASSERT_FALSE(credential);
  EXPECT_EQ(credential.error().code(), ErrorCode::BadDelegatedCredentialSignature);
}

TEST(Delegations, AreTakenForSchemesThatMayBeAlone) {
  ClientConfig::Builder client = client_builder();
  client.take_delegated_credentials({SignatureScheme::rsa_pss_rsae_sha256});
  const auto built = client.build();
  ASSERT_FALSE(built);
  EXPECT_EQ(built.error().code(), ErrorCode::InvalidConfiguration);
}

}  // namespace
}  // namespace keyway
