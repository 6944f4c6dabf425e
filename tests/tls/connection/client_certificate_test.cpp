// Clients that show who they are, in both versions: asked, required or not; which credential is shown; who is let in;
// what the application learns.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "testing/client_identity.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum ProtocolVersion;

class ClientCertificates : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  [[nodiscard]] static ProtocolVersion version() { return GetParam(); }
  [[nodiscard]] static ClientConfig::Builder client() { return client_builder_of(GetParam()); }
  [[nodiscard]] static ServerConfig::Builder server() { return server_builder_of(GetParam()); }
  [[nodiscard]] static std::shared_ptr<const ClientConfig> showing(std::shared_ptr<const Credential> credential) {
    return client_that_shows(GetParam(), std::move(credential));
  }
  /// What becomes of a client with this certificate at a server that requires one.
  [[nodiscard]] static Pair after_showing(const IssuedCertificate& issued) {
    Pair pair = make_tls_pair(showing(credential_of(issued)), server_that_requires(GetParam()));
    pair.run();
    return pair;
  }
};

std::string name_of_version(const ::testing::TestParamInfo<ProtocolVersion>& info) {
  return info.param == TLS1_3 ? "Tls13" : "Tls12";
}

INSTANTIATE_TEST_SUITE_P(EachVersion, ClientCertificates, ::testing::Values(TLS1_3, TLS1_2), name_of_version);

IssuedCertificate issue(CertificateOptions options) {
  if (!options.extended_key_usage) options.extended_key_usage = {{std::string(client_auth)}};
  if (options.names.empty()) options.names = {"alice"};
  return shared_authority().issue(options);
}

TEST_P(ClientCertificates, OfEveryKeyTypeAreShownJudgedAndHandedOut) {
  for (const crypto::KeyType type : {crypto::KeyType::p256, crypto::KeyType::p384, crypto::KeyType::p521,
                                     crypto::KeyType::ed25519, crypto::KeyType::rsa}) {
    const auto credential = shared_client_credential(type);
    Pair pair = make_tls_pair(showing(credential), server_that_requires(version()));

    ASSERT_TRUE(pair.run()) << crypto::to_string(type) << ": " << why(pair);

    EXPECT_EQ(pair.server.peer_chain(), shared_client_leaf(type).chain);
    ASSERT_NE(pair.server.verdict(), nullptr);
    EXPECT_TRUE(pair.server.verdict()->accepted());
    EXPECT_NE(pair.server.info().client_signature_scheme, SignatureScheme{});
    EXPECT_EQ(pair.server.info().client_signature_scheme, pair.client.info().client_signature_scheme);
    EXPECT_EQ(pair.client.peer_chain(), shared_leaf().chain);
    EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
    EXPECT_EQ(pair.transfer(Side::server, "pong"), "pong");
  }
}

TEST_P(ClientCertificates, AreProvenWithEverySchemeThatFits) {
  for (const SignatureScheme scheme : Policy::compatible_2026().signature_schemes) {
    for (const crypto::KeyType type : {crypto::KeyType::p256, crypto::KeyType::p384, crypto::KeyType::rsa}) {
      const bool fits = version() == TLS1_3 ? crypto::fits_tls13(scheme, type) : crypto::fits_tls12(scheme, type);
      if (!fits) continue;
      const auto credential = shared_client_credential(type)->with_terms({.signing_schemes = {scheme}});
      Pair pair = make_tls_pair(showing(credential), server_that_requires(version()));
      ASSERT_TRUE(pair.run()) << to_string(scheme) << ' ' << crypto::to_string(type) << ' ' << why(pair);
      EXPECT_EQ(pair.server.info().client_signature_scheme, scheme);
    }
  }
}

TEST_P(ClientCertificates, AreNotAskedForByDefault) {
  Pair pair = make_tls_pair(showing(shared_client_credential()), build(server()));

  ASSERT_TRUE(pair.run()) << why(pair);

  EXPECT_TRUE(pair.server.peer_chain().empty());
  EXPECT_EQ(pair.server.verdict(), nullptr);
  EXPECT_EQ(pair.server.info().client_signature_scheme, SignatureScheme{});
}

TEST_P(ClientCertificates, ThatAreOptionalMayBeMissing) {
  Pair pair = make_tls_pair(build(client()), server_that_asks(version()));

  ASSERT_TRUE(pair.run()) << why(pair);

  EXPECT_TRUE(pair.server.peer_chain().empty());
  EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
}

TEST_P(ClientCertificates, ThatAreOptionalAreTakenWhereShown) {
  Pair pair = make_tls_pair(showing(shared_client_credential()), server_that_asks(version()));

  ASSERT_TRUE(pair.run()) << why(pair);

  EXPECT_EQ(pair.server.peer_chain(), shared_client_leaf().chain);
}

TEST_P(ClientCertificates, ThatAreRequiredAndMissingEndTheHandshake) {
  Pair pair = make_tls_pair(build(client()), server_that_requires(version()));

  EXPECT_FALSE(pair.run());

  const auto alert = version() == TLS1_3 ? AlertDescription::certificate_required : AlertDescription::handshake_failure;
  EXPECT_EQ(code_of(pair.server), ErrorCode::NoCertificateSent);
  EXPECT_EQ(alert_of(pair.server), alert);
  EXPECT_EQ(code_of(pair.client), ErrorCode::AlertReceived);
  EXPECT_EQ(alert_of(pair.client), alert);
  EXPECT_FALSE(pair.server.can_send());
}

TEST_P(ClientCertificates, OfBadMakeAreRefusedWithTheirAlert) {
  static const TestAuthority stranger;
  const std::array extended{std::string("1.3.6.1.5.5.7.3.1")};
  struct Case {
    std::string what;
    IssuedCertificate certificate;
    ErrorCode code;
    AlertDescription alert;
  };
  const std::vector<Case> cases{
      {"a server's", issue({.extended_key_usage = {{extended[0]}}}), ErrorCode::WrongExtendedKeyUsage,
       AlertDescription::unsupported_certificate},
      {"a stranger's", stranger.issue({.names = {"alice"}, .extended_key_usage = {{std::string(client_auth)}}}),
       ErrorCode::UnknownIssuer, AlertDescription::unknown_ca},
      {"expired", issue({.not_after = test_now - std::chrono::minutes(1)}), ErrorCode::CertificateExpired,
       AlertDescription::certificate_expired},
      {"with a broken signature", issue({.break_signature = true}), ErrorCode::BadCertificateSignature,
       AlertDescription::bad_certificate},
  };
  for (const Case& each : cases) {
    const Pair pair = after_showing(each.certificate);
    EXPECT_EQ(code_of(pair.server), each.code) << each.what << ": " << why(pair);
    EXPECT_EQ(alert_of(pair.server), each.alert) << each.what;
    EXPECT_EQ(alert_of(pair.client), each.alert) << each.what;
    ASSERT_NE(pair.server.verdict(), nullptr) << each.what;
    EXPECT_FALSE(pair.server.verdict()->accepted()) << each.what;
  }
}

TEST_P(ClientCertificates, ThatAreOptionalMustBeGoodAllTheSame) {
  const auto expired = issue({.not_after = test_now - std::chrono::minutes(1)});
  Pair pair = make_tls_pair(showing(credential_of(expired)), server_that_asks(version()));

  EXPECT_FALSE(pair.run());

  EXPECT_EQ(code_of(pair.server), ErrorCode::CertificateExpired);
}

TEST_P(ClientCertificates, ThatAreRevokedAreRefused) {
  const IssuedCertificate revoked = issue({});
  auto builder = server();
  builder.require_client_certificate(shared_trust());
  builder.add_client_crl(x509::Crl::from_der(shared_authority().crl({revoked.serial})).value());
  Pair pair = make_tls_pair(showing(credential_of(revoked)), build(std::move(builder)));

  EXPECT_FALSE(pair.run());

  EXPECT_EQ(code_of(pair.server), ErrorCode::CertificateRevoked) << why(pair);
}

// ------------------------------------------------------------------------------------------------ which one is shown

/// A credential of an authority of its own.
std::shared_ptr<const Credential> of_stranger() {
  static const TestAuthority authority({.name = "Another Authority"});
  static const auto credential =
      credential_of(authority.issue({.names = {"bob"}, .extended_key_usage = {{std::string(client_auth)}}}));
  return credential;
}

/// Runs the handshake, and answers the server's pause in the middle of what the client has sent.
bool run_with_verdict(Pair& pair, const Answer& verdict) {
  pair.carry(Side::client);
  pair.carry(Side::server);
  Bytes flight = drain(pair.client);
  for (ByteSpan rest = flight; !rest.empty();) {
    if (pair.server.pause() && !pair.server.resume(verdict)) break;
    const auto received = pair.server.receive(rest);
    if (!received || (received->consumed == 0 && !pair.server.pause())) break;
    rest = rest.subspan(received->consumed);
  }
  if (pair.server.pause()) static_cast<void>(pair.server.resume(verdict));
  return pair.run();
}

/// What a client with these credentials shows to a server that lets everybody in; empty: nothing.
std::vector<Bytes> shown(ProtocolVersion version, const std::vector<std::shared_ptr<const Credential>>& credentials,
                         std::vector<SignatureScheme> verified = {}) {
  auto server = server_builder_of(version);
  Policy policy = policy_of(version);
  if (!verified.empty()) {
    policy.signing_schemes = policy.signature_schemes;
    policy.signature_schemes = std::move(verified);
  }
  server.policy(policy).ask_for_client_certificate(shared_trust()).pause_for_verification();
  auto client = client_builder_of(version);
  for (const auto& credential : credentials) client.add_credential(credential);
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
  EXPECT_TRUE(run_with_verdict(pair, answer::Verified{x509::Verdict::accept({}, {})})) << why(pair);
  return pair.server.peer_chain();
}

std::vector<Bytes> chain_of(const std::shared_ptr<const Credential>& credential) {
  std::vector<Bytes> chain;
  for (const auto& certificate : credential->chain()) {
    chain.emplace_back(certificate.der().begin(), certificate.der().end());
  }
  return chain;
}

TEST_P(ClientCertificates, AreTriedInOrderAndTheIssuerIsPreferred) {
  const auto alice = shared_client_credential();
  const auto rsa = shared_client_credential(crypto::KeyType::rsa);
  const auto bob = of_stranger();

  EXPECT_EQ(shown(version(), {alice, rsa}), chain_of(alice));
  EXPECT_EQ(shown(version(), {rsa, alice}), chain_of(rsa));
  EXPECT_EQ(shown(version(), {bob, alice}), chain_of(alice)) << "the server names the issuer of the second";
  EXPECT_EQ(shown(version(), {bob}), chain_of(bob)) << "better than nothing";
}

TEST_P(ClientCertificates, AreChosenByWhatTheServerVerifies) {
  const auto ecdsa = shared_client_credential();
  const auto rsa = shared_client_credential(crypto::KeyType::rsa);
  const std::vector only_rsa{SignatureScheme::rsa_pss_rsae_sha256};
  const std::vector only_p384{SignatureScheme::ecdsa_secp384r1_sha384};

  EXPECT_EQ(shown(version(), {ecdsa, rsa}, only_rsa), chain_of(rsa));
  EXPECT_EQ(shown(version(), {ecdsa}, only_rsa), std::vector<Bytes>());
  // TLS 1.2 leaves the curve open (RFC 8422 5.4).
  const auto at_p384 = version() == TLS1_3 ? std::vector<Bytes>() : chain_of(ecdsa);
  EXPECT_EQ(shown(version(), {ecdsa}, only_p384), at_p384);
}

TEST_P(ClientCertificates, MayBeKeptForServersThatNameTheirIssuer) {
  const auto kept = of_stranger()->with_terms({.only_to_named_issuers = true});
  const auto alice = shared_client_credential()->with_terms({.only_to_named_issuers = true});

  EXPECT_EQ(shown(version(), {kept}), std::vector<Bytes>());
  EXPECT_EQ(shown(version(), {kept, alice}), chain_of(alice));
}

TEST_P(ClientCertificates, ThatDoNotFitEndTheHandshakeOfAClientThatInsists) {
  auto builder = client();
  builder.add_credential(of_stranger()->with_terms({.only_to_named_issuers = true})).insist_on_credential();
  Pair pair = make_tls_pair(build(std::move(builder)), server_that_asks(version()));

  EXPECT_FALSE(pair.run());

  EXPECT_EQ(code_of(pair.client), ErrorCode::NoMatchingIssuer);
  EXPECT_EQ(alert_of(pair.server), AlertDescription::handshake_failure);
}

class Resolver final : public ClientCredentialResolver {
 public:
  explicit Resolver(std::shared_ptr<const Credential> credential) : credential_(std::move(credential)) {}
  [[nodiscard]] std::shared_ptr<const Credential> resolve(const CertificateRequestView& request) const override {
    version = request.version();
    for (const auto& name : request.authorities()) names.emplace_back(name.der.begin(), name.der.end());
    schemes = request.signature_schemes();
    takes = credential_ != nullptr && request.takes(*credential_);
    return credential_;
  }
  mutable std::optional<ProtocolVersion> version;
  mutable std::vector<Bytes> names;
  mutable std::vector<SignatureScheme> schemes;
  mutable bool takes = false;

 private:
  std::shared_ptr<const Credential> credential_;
};

TEST_P(ClientCertificates, AreChosenByAResolverThatSeesTheRequest) {
  const auto resolver = std::make_shared<Resolver>(shared_client_credential());
  auto builder = client();
  builder.credentials(resolver);
  Pair pair = make_tls_pair(build(std::move(builder)), server_that_requires(version()));

  ASSERT_TRUE(pair.run()) << why(pair);

  EXPECT_EQ(resolver->version, version());
  EXPECT_EQ(resolver->names, std::vector<Bytes>{shared_authority().root().subject});
  EXPECT_EQ(resolver->schemes, policy_of(version()).signature_schemes);
  EXPECT_TRUE(resolver->takes);
  EXPECT_EQ(pair.server.peer_chain(), shared_client_leaf().chain);
}

TEST_P(ClientCertificates, ThatAResolverChoosesMustFit) {
  auto builder = client();
  builder.credentials(std::make_shared<Resolver>(of_stranger()->with_terms({.only_to_named_issuers = true})));
  Pair pair = make_tls_pair(build(std::move(builder)), server_that_asks(version()));

  EXPECT_FALSE(pair.run());

  EXPECT_EQ(code_of(pair.client), ErrorCode::NoMatchingIssuer);
}

TEST_P(ClientCertificates, NameTheAuthoritiesThatTheServerIsTold) {
  const Bytes name = shared_authority().intermediate().subject;
  for (const std::vector<Bytes>& told : {std::vector<Bytes>{name}, std::vector<Bytes>{}}) {
    const auto resolver = std::make_shared<Resolver>(shared_client_credential());
    auto builder = client();
    builder.credentials(resolver);
    auto other = server();
    other.require_client_certificate(shared_trust()).client_authorities(told);
    Pair pair = make_tls_pair(build(std::move(builder)), build(std::move(other)));
    ASSERT_TRUE(pair.run()) << why(pair);
    EXPECT_EQ(resolver->names, told);
  }
}

// ------------------------------------------------------------------------------------------------ pauses

/// A client that pauses for its credential, brought there; the server has not heard of it yet.
Pair paused_for_credential(ProtocolVersion version, const std::shared_ptr<const ServerConfig>& server) {
  auto builder = client_builder_of(version);
  builder.pause_for_credential();
  Pair pair = make_tls_pair(build(std::move(builder)), server);
  pair.run();
  return pair;
}

TEST_P(ClientCertificates, AreChosenByTheApplicationOnceTheServerIsKnown) {
  Pair pair = paused_for_credential(version(), server_that_requires(version()));
  ASSERT_EQ(pair.client.pause(), Pause::credential) << why(pair);
  EXPECT_TRUE(pair.client.verdict()->accepted());
  const auto request = pair.client.pending_certificate_request();
  ASSERT_TRUE(request);
  EXPECT_TRUE(request->takes(*shared_client_credential()));
  EXPECT_FALSE(pair.client.resume(answer::Proceed{}));
  EXPECT_EQ(pair.client.pause(), Pause::credential) << "a mistake of the caller's breaks nothing";

  ASSERT_TRUE(pair.client.resume(answer::UseCredential{shared_client_credential()}));

  ASSERT_TRUE(pair.run()) << why(pair);
  EXPECT_FALSE(pair.client.pending_certificate_request());
  EXPECT_EQ(pair.server.peer_chain(), shared_client_leaf().chain);
}

TEST_P(ClientCertificates, MayBeWithheldByTheApplication) {
  Pair pair = paused_for_credential(version(), server_that_asks(version()));

  ASSERT_TRUE(pair.client.resume(answer::UseCredential{}));

  ASSERT_TRUE(pair.run()) << why(pair);
  EXPECT_TRUE(pair.server.peer_chain().empty());
}

TEST_P(ClientCertificates, AreRefusedByTheApplicationWithItsAlert) {
  Pair pair = paused_for_credential(version(), server_that_asks(version()));

  EXPECT_FALSE(pair.client.resume(answer::Refuse{AlertDescription::user_canceled}));

  EXPECT_EQ(code_of(pair.client), ErrorCode::RejectedByApplication);
}

TEST_P(ClientCertificates, AreProvenByAKeyElsewhere) {
  const auto remote = Credential::with_remote_key(shared_client_leaf().chain_certificates(), *provider()).value();
  Pair pair = make_tls_pair(showing(remote), server_that_requires(version()));
  pair.run();
  ASSERT_EQ(pair.client.pause(), Pause::signature) << why(pair);
  const auto pending = pair.client.pending_signature();
  ASSERT_TRUE(pending);
  Bytes signature;
  ASSERT_TRUE(shared_client_leaf().key->sign(*crypto::algorithm_of(pending->scheme), pending->content, signature));

  ASSERT_TRUE(pair.client.resume(answer::Signature{signature}));

  ASSERT_TRUE(pair.run()) << why(pair);
  EXPECT_EQ(pair.server.peer_chain(), shared_client_leaf().chain);
}

TEST_P(ClientCertificates, AreJudgedByTheApplication) {
  for (const bool accepts : {true, false}) {
    auto builder = server();
    builder.require_client_certificate(nullptr).pause_for_verification();
    Pair pair = make_tls_pair(showing(of_stranger()), build(std::move(builder)));
    if (accepts) {
      EXPECT_TRUE(run_with_verdict(pair, answer::Verified{x509::Verdict::accept({}, {})})) << why(pair);
      EXPECT_EQ(pair.server.peer_chain(), chain_of(of_stranger()));
      continue;
    }
    EXPECT_FALSE(run_with_verdict(pair, answer::Refuse{AlertDescription::certificate_unknown}));
    EXPECT_EQ(code_of(pair.server), ErrorCode::CertificateRefused);
    EXPECT_EQ(alert_of(pair.client), AlertDescription::certificate_unknown);
  }
}

TEST_P(ClientCertificates, LieOpenToTheApplicationWhileItJudges) {
  auto builder = server();
  builder.require_client_certificate(nullptr).pause_for_verification();
  Pair pair = make_tls_pair(showing(of_stranger()), build(std::move(builder)));

  pair.run();

  ASSERT_EQ(pair.server.pause(), Pause::verification) << why(pair);
  ASSERT_EQ(pair.server.pending_chain().size(), of_stranger()->chain().size());
  EXPECT_TRUE(std::ranges::equal(pair.server.pending_chain().front(), of_stranger()->leaf().der()));
  EXPECT_FALSE(pair.server.can_send());
}

// ------------------------------------------------------------------------------------------------ configurations

TEST(ClientCertificateConfigurations, MustSayWhomToTrust) {
  auto builder = server_builder();
  builder.require_client_certificate(nullptr);
  const auto config = builder.build();
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code(), ErrorCode::InvalidConfiguration);
}

TEST(ClientCertificateConfigurations, MustAskForWhatTheyJudge) {
  auto builder = server_builder();
  builder.pause_for_verification();
  const auto config = builder.build();
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code(), ErrorCode::InvalidConfiguration);
}

TEST(ClientCertificateConfigurations, NameNoMoreAuthoritiesThanAMessageHolds) {
  for (const std::size_t names : {327U, 328U}) {
    auto builder = server_builder();
    builder.require_client_certificate(shared_trust());
    builder.client_authorities(std::vector<Bytes>(names, Bytes(198, 1)));
    EXPECT_EQ(builder.build().has_value(), names == 327) << names;
  }
}

TEST(ClientCertificateConfigurations, ChooseCredentialsInOneWayAlone) {
  auto builder = client_builder();
  builder.add_credential(shared_client_credential()).pause_for_credential();
  const auto config = builder.build();
  ASSERT_FALSE(config);
  EXPECT_EQ(config.error().code(), ErrorCode::InvalidConfiguration);
}

}  // namespace
}  // namespace keyway
