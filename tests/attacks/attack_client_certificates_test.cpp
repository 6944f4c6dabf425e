// Attack 12 on servers: a client's Certificate or CertificateVerify left out, empty, of another, for another use.

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "testing/client_identity.hpp"
#include "testing/refusal.hpp"
#include "testing/tls12_wire.hpp"
#include "tls/wire/certificate.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum ProtocolVersion;
using enum HandshakeType;

/// A client at a server that requires a certificate, after its hello.
std::unique_ptr<ScriptedClient> asked(std::shared_ptr<const ServerConfig> server = server_that_requires(TLS1_3)) {
  auto peer = std::make_unique<ScriptedClient>(std::move(server));
  peer->say_hello();
  return peer;
}

Bytes empty_certificate() {
  return message_of(certificate, Bytes{0, 0, 0, 0});
}

TEST(AttackOnClientProof, TheHonestClientIsLetIn) {
  const auto peer = asked();

  peer->say(ScriptedClient::certificate());
  peer->say(peer->certificate_verify());
  peer->say(peer->finished());

  EXPECT_EQ(peer->refusal(), std::nullopt) << peer->why();
  EXPECT_FALSE(peer->subject().is_handshaking());
}

TEST(AttackOnClientProof, LeftOutIsRefused) {
  for (const bool shows : {false, true}) {
    const auto peer = asked();
    if (shows) peer->say(ScriptedClient::certificate());
    peer->say(peer->finished());
    EXPECT_TRUE(refused(*peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
    EXPECT_FALSE(peer->subject().can_send());
  }
}

TEST(AttackOnClientProof, AnEmptyCertificateIsNobodys) {
  const auto peer = asked();
  peer->say(empty_certificate());
  EXPECT_TRUE(refused(*peer, ErrorCode::NoCertificateSent, AlertDescription::certificate_required));

  const auto optional = asked(server_that_asks(TLS1_3));
  optional->say(empty_certificate());
  optional->say(optional->certificate_verify());
  EXPECT_TRUE(refused(*optional, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
}

TEST(AttackOnClientProof, ByAnotherKeyIsRefused) {
  const auto peer = asked();
  peer->say(ScriptedClient::certificate());
  peer->put(ContentType::handshake,
            peer->certificate_verify(SignatureScheme::ecdsa_secp256r1_sha256, shared_leaf().key.get()));
  EXPECT_TRUE(refused(*peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error));
}

TEST(AttackOnClientProof, MadeForAServerIsRefused) {
  const auto peer = asked();
  peer->say(ScriptedClient::certificate());
  peer->put(ContentType::handshake,
            peer->certificate_verify(SignatureScheme::ecdsa_secp256r1_sha256, nullptr, Side::server));
  EXPECT_TRUE(refused(*peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error));
}

TEST(AttackOnClientProof, OfAnotherHandshakeIsRefused) {
  const auto other = asked();
  other->say(ScriptedClient::certificate());
  const auto peer = asked();
  peer->say(ScriptedClient::certificate());
  peer->put(ContentType::handshake, other->certificate_verify());
  EXPECT_TRUE(refused(*peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error));
}

TEST(AttackOnClientProof, WithASchemeThatWasNotAskedForOrDoesNotFitIsRefused) {
  const auto with = [](SignatureScheme scheme, ErrorCode code) {
    const auto peer = asked();
    peer->say(ScriptedClient::certificate());
    peer->put(ContentType::handshake, peer->certificate_verify(scheme));
    EXPECT_TRUE(refused(*peer, code, AlertDescription::illegal_parameter)) << to_string(scheme);
  };
  with(SignatureScheme::ecdsa_sha1, ErrorCode::SignatureSchemeNotOffered);
  with(SignatureScheme::rsa_pkcs1_sha256, ErrorCode::SignatureSchemeNotOffered);
  with(SignatureScheme::rsa_pss_rsae_sha256, ErrorCode::WrongKeyForScheme);
  with(SignatureScheme::ecdsa_secp384r1_sha384, ErrorCode::WrongKeyForScheme);
}

TEST(AttackOnClientProof, EveryFlippedBitOfItIsRefused) {
  Bytes sample;
  {
    const auto peer = asked();
    peer->say(ScriptedClient::certificate());
    sample = peer->certificate_verify();
  }
  for (std::size_t at = 8; at < sample.size(); at += 7) {
    const auto peer = asked();
    peer->say(ScriptedClient::certificate());
    Bytes bent = peer->certificate_verify();
    if (at >= bent.size()) continue;
    bent[at] ^= 0x10;
    peer->put(ContentType::handshake, bent);
    EXPECT_TRUE(refused(*peer, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error)) << at;
  }
}

TEST(AttackOnClientCertificate, AContextOrAnUnaskedExtensionIsRefused) {
  const auto with_context = asked();
  with_context->put(ContentType::handshake, ScriptedClient::certificate({}, Bytes{1}));
  EXPECT_TRUE(refused(*with_context, ErrorCode::NonEmptyRequestContext, AlertDescription::illegal_parameter));

  const auto with_extension = asked();
  with_extension->put(
      ContentType::handshake,
      ScriptedClient::certificate({{ExtensionType::signed_certificate_timestamp, Bytes{0, 3, 0, 1, 0}}}));
  EXPECT_TRUE(refused(*with_extension, ErrorCode::UnsolicitedExtension, AlertDescription::unsupported_extension));
}

TEST(AttackOnClientCertificate, MoreEntriesThanAreTakenAreRefused) {
  tls::CertificateMessage message;
  const Bytes leaf{0};
  for (std::size_t i = 0; i <= tls::max_certificate_entries; ++i) message.certificate_list.push_back({leaf, {}});
  const auto peer = asked();
  peer->put(ContentType::handshake, message_of(certificate, body_of(message)));
  EXPECT_TRUE(refused(*peer, ErrorCode::LengthOutOfRange, AlertDescription::decode_error));
}

TEST(AttackOnClientCertificate, OneThatNobodyAskedForIsRefused) {
  const auto peer = asked(build(server_builder_of(TLS1_3)));
  peer->put(ContentType::handshake, ScriptedClient::certificate());
  EXPECT_TRUE(refused(*peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
}

// ------------------------------------------------------------------------------------------------ TLS 1.2

/// What a server of TLS 1.2 that requires a certificate makes of the client's messages after `bend` was at them, and of
/// the rest of the client's flight.
template <typename Bend>
Connection server_after(Bend bend) {
  Pair pair = make_tls_pair(client_that_shows(TLS1_2, shared_client_credential()), server_that_requires(TLS1_2));
  pair.carry(Side::client);
  pair.carry(Side::server);
  const std::vector<Bytes> records = split_records(drain(pair.client));
  std::vector<Bytes> messages = plain_messages(records.front());
  bend(messages);
  for (const Bytes& message : messages) {
    static_cast<void>(feed(pair.server, plain_record(ContentType::handshake, message)));
  }
  for (std::size_t i = 1; i < records.size(); ++i) static_cast<void>(feed(pair.server, records[i]));
  return std::move(pair.server);
}

void expect_refusal(const Connection& connection, ErrorCode code, AlertDescription alert) {
  ASSERT_NE(connection.error(), nullptr);
  EXPECT_EQ(connection.error()->code(), code) << connection.error()->message();
  EXPECT_EQ(connection.error()->alert(), alert);
  EXPECT_FALSE(connection.can_send());
}

TEST(AttackOnClientProofTls12, TheHonestClientIsLetIn) {
  const Connection server = server_after([](std::vector<Bytes>& messages) { ASSERT_EQ(messages.size(), 3U); });
  EXPECT_EQ(server.error(), nullptr);
  EXPECT_FALSE(server.is_handshaking());
}

TEST(AttackOnClientProofTls12, LeftOutIsRefused) {
  const auto drop = [](std::size_t index) {
    return server_after([&](auto& messages) { messages.erase(messages.begin() + static_cast<std::ptrdiff_t>(index)); });
  };
  expect_refusal(drop(0), ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message);
  expect_refusal(drop(1), ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message);
  expect_refusal(drop(2), ErrorCode::UnexpectedChangeCipherSpec, AlertDescription::unexpected_message);
}

TEST(AttackOnClientProofTls12, AnEmptyCertificateIsNobodys) {
  const Connection server = server_after([](auto& messages) { messages[0] = message_of(certificate, Bytes{0, 0, 0}); });
  expect_refusal(server, ErrorCode::NoCertificateSent, AlertDescription::handshake_failure);
}

TEST(AttackOnClientProofTls12, OfAnotherHandshakeIsRefused) {
  Bytes other;
  static_cast<void>(server_after([&](const auto& messages) { other = messages[2]; }));

  const Connection server = server_after([&](auto& messages) { messages[2] = other; });

  expect_refusal(server, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error);
}

TEST(AttackOnClientProofTls12, EveryFlippedBitOfItIsRefused) {
  for (std::size_t at = 8; at < 70; at += 7) {
    const Connection server = server_after([&](auto& messages) { messages[2][at] ^= 0x10; });
    expect_refusal(server, ErrorCode::BadHandshakeSignature, AlertDescription::decrypt_error);
  }
}

}  // namespace
}  // namespace keyway
