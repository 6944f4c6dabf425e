// Attack 45: delegated credentials (RFC 9345) that nobody may take: under a certificate that does not allow them, over,
// for too long, signed by another key or for another certificate, for another scheme or the other side, unasked.

#include <gtest/gtest.h>

#include "core/writer.hpp"
#include "testing/delegation.hpp"
#include "testing/refusal.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/extensions/delegated_credential.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;
using enum HandshakeType;
using crypto::KeyType;

std::shared_ptr<const ClientConfig> taking_client(std::vector<SignatureScheme> schemes = {}) {
  ClientConfig::Builder builder = client_builder();
  builder.take_delegated_credentials(std::move(schemes));
  return build(std::move(builder));
}

/// A Certificate whose entry `at` carries `delegation`.
Bytes certificate_with(const IssuedCertificate& leaf, ByteView delegation, std::size_t at = 0) {
  Bytes extension;
  Writer out(extension);
  out.value(ExtensionType::delegated_credential);
  out.vector16(delegation);
  tls::CertificateMessage message;
  for (std::size_t i = 0; i < leaf.chain.size(); ++i) {
    message.certificate_list.push_back(
        {leaf.chain[i], i == at ? tls::ExtensionBlock::of_own(extension) : tls::ExtensionBlock()});
  }
  return message_of(certificate, body_of(message));
}

/// A server that shows what these options make, and signs with its key.
void show(ScriptedServer& peer, const DelegationOptions& options) {
  peer.say_until(certificate);
  peer.say(certificate_with(*options.leaf, make_delegation(options).delegation.encoded));
}

TEST(AttackByDelegation, UnderACertificateThatDoesNotAllowItIsRefused) {
  ScriptedServer peer(taking_client());
  show(peer, {.leaf = &shared_leaf()});
  EXPECT_TRUE(refused(peer, ErrorCode::DelegationNotAllowed, AlertDescription::illegal_parameter));
}

TEST(AttackByDelegation, UnderACertificateWithoutDigitalSignatureIsRefused) {
  for (const std::optional<std::uint16_t> usage : {std::optional<std::uint16_t>(0)}) {  // no keyUsage at all
    CertificateOptions options;
    options.names = {"shop.localhost"};
    options.key_usage = usage;
    options.extra_extensions.push_back({std::string(delegation_usage_oid), false, Bytes{0x05, 0x00}});
    const IssuedCertificate leaf = shared_authority().issue(options);
    ScriptedServer peer(taking_client());
    show(peer, {.leaf = &leaf});
    EXPECT_TRUE(refused(peer, ErrorCode::DelegationNotAllowed, AlertDescription::illegal_parameter));
  }
}

TEST(AttackByDelegation, OneThatIsOverIsRefused) {
  ScriptedServer peer(taking_client());
  show(peer, {.until = test_now - 1s});
  EXPECT_TRUE(refused(peer, ErrorCode::DelegatedCredentialExpired, AlertDescription::illegal_parameter));
}

TEST(AttackByDelegation, OneForMoreThanSevenDaysIsRefused) {
  ScriptedServer peer(taking_client());
  show(peer, {.until = test_now + 24h * 7 + 1s});
  EXPECT_TRUE(refused(peer, ErrorCode::DelegatedCredentialExpired, AlertDescription::illegal_parameter));
}

TEST(AttackByDelegation, EveryFlippedBitOfItIsRefused) {
  const Bytes good = make_delegation().delegation.encoded;
  for (std::size_t bit = 0; bit < good.size() * 8; bit += 7) {
    Bytes bent = good;
    bent[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    ScriptedServer peer(taking_client());
    peer.say_until(certificate);
    peer.say(certificate_with(delegating_leaf(), bent));
    EXPECT_TRUE(peer.refusal().has_value()) << "bit " << bit;
  }
}

TEST(AttackByDelegation, OneOfAnotherCertificateOfTheSameKeyIsRefused) {
  CertificateOptions options;
  options.names = {"shop.localhost"};
  options.key = delegating_leaf().key;
  options.extra_extensions.push_back({std::string(delegation_usage_oid), false, Bytes{0x05, 0x00}});
  const IssuedCertificate twin = shared_authority().issue(options);
  ScriptedServer peer(taking_client());
  peer.say_until(certificate);
  peer.say(certificate_with(twin, make_delegation().delegation.encoded));
  EXPECT_TRUE(refused(peer, ErrorCode::BadDelegatedCredentialSignature, AlertDescription::illegal_parameter));
}

TEST(AttackByDelegation, OneThatWasMadeForAClientIsRefused) {
  ScriptedServer peer(taking_client());
  show(peer, {.of = Side::client});
  EXPECT_TRUE(refused(peer, ErrorCode::BadDelegatedCredentialSignature, AlertDescription::illegal_parameter));
}

TEST(AttackByDelegation, OneForASchemeThatWasNotOfferedOrMayNotBeIsRefused) {
  ScriptedServer narrow(taking_client({SignatureScheme::ed25519}));
  show(narrow, {});
  EXPECT_TRUE(refused(narrow, ErrorCode::InvalidDelegatedCredential, AlertDescription::illegal_parameter));
  ScriptedServer rsae(taking_client());
  show(rsae, {.key_type = KeyType::rsa, .scheme = SignatureScheme::rsa_pss_rsae_sha256});
  EXPECT_TRUE(refused(rsae, ErrorCode::InvalidDelegatedCredential, AlertDescription::illegal_parameter));
  ScriptedServer unfit(taking_client());
  show(unfit, {.key_type = KeyType::p384});
  EXPECT_TRUE(refused(unfit, ErrorCode::InvalidDelegatedCredential, AlertDescription::illegal_parameter));
}

TEST(AttackByDelegation, ACertificateVerifyOfTheCertificatesOwnKeyOrOfAnotherSchemeIsRefused) {
  for (const bool by_own_key : {true, false}) {
    ScriptedServer peer(taking_client());
    peer.say_until(certificate);
    const MadeDelegation made = make_delegation();
    peer.say(certificate_with(delegating_leaf(), made.delegation.encoded));
    ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
    const Bytes content = tls::certificate_verify_content(Side::server, peer.transcript().view());
    const crypto::PrivateKey& key = by_own_key ? *delegating_leaf().key : *made.key;
    const auto scheme = by_own_key ? SignatureScheme::ecdsa_secp256r1_sha256 : SignatureScheme::ecdsa_secp384r1_sha384;
    Bytes signature;
    ASSERT_TRUE(key.sign(crypto::algorithm_of(scheme).value(), content, signature));
    peer.say(message_of(certificate_verify, body_of(tls::CertificateVerify{scheme, signature})));
    if (by_own_key) {
      EXPECT_TRUE(refused(peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error));
    } else {
      EXPECT_TRUE(refused(peer, ErrorCode::SignatureSchemeNotOffered, AlertDescription::illegal_parameter));
    }
  }
}

TEST(AttackByDelegation, OneThatWasNotAskedForIsRefused) {
  ScriptedServer peer;
  show(peer, {});
  EXPECT_TRUE(refused(peer, ErrorCode::UnsolicitedExtension, AlertDescription::unexpected_message));
}

TEST(AttackByDelegation, OneBesideAnotherCertificateThanTheLeafCountsForNothing) {
  ScriptedServer peer(taking_client());
  peer.say_until(certificate);
  const MadeDelegation made = make_delegation();
  peer.say(certificate_with(delegating_leaf(), made.delegation.encoded, 1));
  ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
  const Bytes content = tls::certificate_verify_content(Side::server, peer.transcript().view());
  Bytes signature;
  ASSERT_TRUE(made.key->sign(crypto::SignatureAlgorithm::ecdsa_sha256, content, signature));
  peer.say(message_of(certificate_verify,
                      body_of(tls::CertificateVerify{SignatureScheme::ecdsa_secp256r1_sha256, signature})));
  EXPECT_TRUE(refused(peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error));
}

TEST(AttackByDelegation, ItsCertificateMustBeTrustedAsEver) {
  const TestAuthority other;
  CertificateOptions options;
  options.names = {"shop.localhost"};
  options.extra_extensions.push_back({std::string(delegation_usage_oid), false, Bytes{0x05, 0x00}});
  const IssuedCertificate leaf = other.issue(options);
  ScriptedServer peer(taking_client());
  show(peer, {.leaf = &leaf});
  EXPECT_TRUE(refused(peer, ErrorCode::UnknownIssuer, AlertDescription::unknown_ca)) << peer.why();
}

}  // namespace
}  // namespace keyway
