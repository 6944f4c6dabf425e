// Attack 12: Certificate or CertificateVerify left out or empty. Attack 13: every single bit of a signature and of a
// Finished flipped is refused (goto fail).

#include <gtest/gtest.h>

#include "testing/refusal.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_verify.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum HandshakeType;

constexpr std::size_t header_size = 4;

TEST(AttackOnProofs, AServerWithoutACertificateIsRefused) {
  ScriptedServer peer;
  peer.say_until(certificate);
  peer.say(message_of(certificate, body_of(tls::CertificateMessage{})));
  EXPECT_TRUE(refused(peer, ErrorCode::EmptyServerCertificate, AlertDescription::decode_error));
}

TEST(AttackOnProofs, ACertificateOfNoBytesIsRefused) {
  ScriptedServer peer;
  peer.say_until(certificate);
  peer.say(message_of(certificate, Bytes{0, 0, 0, 5, 0, 0, 0, 0, 0}));
  EXPECT_TRUE(refused(peer, ErrorCode::LengthOutOfRange, AlertDescription::decode_error));
}

TEST(AttackOnProofs, AContextInTheServersCertificateIsRefused) {
  ScriptedServer peer;
  peer.say_until(certificate);
  const IssuedCertificate& leaf = shared_leaf();
  const Bytes context{1, 2, 3};
  peer.say(message_of(certificate, body_of(tls::CertificateMessage{context, {{leaf.der, {}}}})));
  EXPECT_TRUE(refused(peer, ErrorCode::NonEmptyRequestContext, AlertDescription::illegal_parameter));
}

TEST(AttackOnProofs, ACertificateVerifyOfNoSignatureIsRefused) {
  ScriptedServer peer;
  peer.say_until(certificate_verify);
  peer.say(
      message_of(certificate_verify, body_of(tls::CertificateVerify{SignatureScheme::ecdsa_secp256r1_sha256, {}})));
  EXPECT_TRUE(refused(peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error));
}

TEST(AttackOnProofs, EveryFlippedBitOfTheServersSignatureIsRefused) {
  for (std::size_t bit = 0;; ++bit) {
    ScriptedServer peer;
    peer.say_until(certificate_verify);
    Bytes message = peer.certificate_verify();
    const std::size_t at = header_size + 4 + bit / 8;  // after algorithm and length
    if (at >= message.size()) break;
    message[at] ^= static_cast<std::uint8_t>(1U << bit % 8);
    peer.say(message);
    ASSERT_TRUE(refused(peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error)) << "bit " << bit;
  }
}

TEST(AttackOnProofs, ASignatureOfAnotherHandshakeIsRefused) {
  ScriptedServer first;
  first.say_until(certificate_verify);
  ScriptedServer second;
  second.say_until(certificate_verify);
  second.say(first.certificate_verify());
  EXPECT_TRUE(refused(second, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error));
}

TEST(AttackOnProofs, ASignatureMadeForTheClientsSideIsRefused) {
  ScriptedServer peer;
  peer.say_until(certificate_verify);
  Bytes signature;
  const Bytes content = tls::certificate_verify_content(Side::client, peer.transcript().view());
  ASSERT_TRUE(shared_leaf().key->sign(crypto::SignatureAlgorithm::ecdsa_sha256, content, signature));
  peer.say(message_of(certificate_verify,
                      body_of(tls::CertificateVerify{SignatureScheme::ecdsa_secp256r1_sha256, signature})));
  EXPECT_TRUE(refused(peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error));
}

TEST(AttackOnProofs, ASchemeThatWasNotOfferedOrDoesNotFitIsRefused) {
  struct Case {
    SignatureScheme scheme;
    ErrorCode code;
  };
  using enum SignatureScheme;
  for (const auto& [scheme, code] : std::vector<Case>{{rsa_pkcs1_sha256, ErrorCode::SignatureSchemeNotOffered},
                                                      {rsa_pkcs1_sha1, ErrorCode::SignatureSchemeNotOffered},
                                                      {ecdsa_sha1, ErrorCode::SignatureSchemeNotOffered},
                                                      {ed448, ErrorCode::SignatureSchemeNotOffered},
                                                      {SignatureScheme{0x0a0a}, ErrorCode::SignatureSchemeNotOffered},
                                                      {ed25519, ErrorCode::WrongKeyForScheme},
                                                      {ecdsa_secp384r1_sha384, ErrorCode::WrongKeyForScheme},
                                                      {rsa_pss_rsae_sha256, ErrorCode::WrongKeyForScheme}}) {
    ScriptedServer peer;
    peer.say_until(certificate_verify);
    peer.say(message_of(certificate_verify, body_of(tls::CertificateVerify{scheme, Bytes(70, 1)})));
    EXPECT_TRUE(refused(peer, code, AlertDescription::illegal_parameter)) << to_string(scheme);
  }
}

template <typename Peer, typename Bring>
void try_every_bit_of_finished(Bring bring) {
  for (std::size_t bit = 0; bit < 256; ++bit) {
    Peer peer;
    bring(peer);
    Bytes message = peer.finished();
    message[header_size + bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    peer.say(message);
    ASSERT_TRUE(refused(peer, ErrorCode::BadFinished, AlertDescription::decrypt_error)) << "bit " << bit;
    ASSERT_FALSE(peer.subject().can_send());
  }
}

TEST(AttackOnProofs, EveryFlippedBitOfTheServersFinishedIsRefused) {
  try_every_bit_of_finished<ScriptedServer>([](ScriptedServer& peer) { peer.say_until(finished); });
}

TEST(AttackOnProofs, EveryFlippedBitOfTheClientsFinishedIsRefused) {
  try_every_bit_of_finished<ScriptedClient>([](ScriptedClient& peer) { peer.say_hello(); });
}

TEST(AttackOnProofs, AFinishedOfTheWrongLengthIsRefused) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{31}, std::size_t{33}, std::size_t{48}}) {
    ScriptedClient peer;
    peer.say_hello();
    Bytes verify_data = peer.finished();
    verify_data.erase(verify_data.begin(), verify_data.begin() + header_size);
    verify_data.resize(size);
    peer.say(message_of(finished, verify_data));
    EXPECT_TRUE(refused(peer, ErrorCode::BadFinished, AlertDescription::decrypt_error)) << size;
  }
}

TEST(AttackOnProofs, TheServersOwnFinishedReflectedIsRefused) {
  ScriptedClient peer;
  peer.say_hello();
  const auto own = peer.message(finished);
  ASSERT_TRUE(own);
  peer.put(ContentType::handshake, *own);
  EXPECT_TRUE(refused(peer, ErrorCode::BadFinished, AlertDescription::decrypt_error));
}

}  // namespace
}  // namespace keyway
