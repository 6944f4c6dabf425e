// What goes over the wire of the RSA key transport, and what the server makes of it.
#include "tls/schedule/premaster_rsa.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "testing/pair.hpp"

namespace keyway::tls {
namespace {

class PremasterRsa : public ::testing::Test {
 protected:
  static const crypto::Provider& provider() { return *keyway::testing::provider(); }
  static const crypto::PrivateKey& key() {
    static const auto made = provider().generate_key(crypto::KeyType::rsa, 2048).value();
    return *made;
  }
  static std::unique_ptr<crypto::PublicKey> leaf() {
    return provider().public_key(key().subject_public_key_info()).value();
  }
  static Bytes receive(ByteView encrypted, ProtocolVersion offered = ProtocolVersion::TLS1_2) {
    const auto secret = receive_premaster(provider().random(), key(), encrypted, offered);
    EXPECT_TRUE(secret);
    return {secret->view().begin(), secret->view().end()};
  }
};

TEST_F(PremasterRsa, ArrivesAsItWasSent) {
  const auto sent = send_premaster(provider().random(), *leaf(), ProtocolVersion::TLS1_2).value();

  EXPECT_EQ(sent.encrypted.size(), 256U);
  EXPECT_EQ(sent.secret.size(), rsa_premaster_size);
  EXPECT_EQ(sent.secret.view()[0], 3);
  EXPECT_EQ(sent.secret.view()[1], 3);
  EXPECT_TRUE(std::ranges::equal(receive(sent.encrypted), sent.secret.view()));
}

/// RFC 5246 7.4.7.1: against a rollback of the version.
TEST_F(PremasterRsa, OfAnotherVersionBecomesRandom) {
  const auto sent = send_premaster(provider().random(), *leaf(), ProtocolVersion::TLS1_1).value();

  const Bytes received = receive(sent.encrypted);

  EXPECT_EQ(received.size(), rsa_premaster_size);
  EXPECT_FALSE(std::ranges::equal(received, sent.secret.view()));
  EXPECT_NE(received, receive(sent.encrypted));
}

TEST_F(PremasterRsa, ThatIsNoneBecomesRandomWithoutAnError) {
  const auto sent = send_premaster(provider().random(), *leaf(), ProtocolVersion::TLS1_2).value();
  Bytes flipped = sent.encrypted;
  flipped[100] ^= 1;
  Bytes longer = sent.encrypted;
  longer.push_back(0);
  Bytes other_length;
  ASSERT_TRUE(leaf()->encrypt_pkcs1(provider().random(), Bytes(47, 3), other_length));

  for (const Bytes& bad : {flipped, longer, other_length, Bytes(256, 0), Bytes(256, 0xff), Bytes(255, 1), Bytes()}) {
    const Bytes first = receive(bad);
    EXPECT_EQ(first.size(), rsa_premaster_size);
    EXPECT_NE(first, receive(bad));
    EXPECT_FALSE(std::ranges::equal(first, sent.secret.view()));
  }
}

TEST_F(PremasterRsa, IsNotSentToAKeyThatSignsAlone) {
  for (const auto type : {crypto::KeyType::rsa_pss, crypto::KeyType::p256}) {
    const auto other = provider().generate_key(type, type == crypto::KeyType::rsa_pss ? 2048 : 0).value();
    const auto spki = provider().public_key(other->subject_public_key_info()).value();

    EXPECT_FALSE(send_premaster(provider().random(), *spki, ProtocolVersion::TLS1_2));
    EXPECT_FALSE(receive_premaster(provider().random(), *other, Bytes(256, 1), ProtocolVersion::TLS1_2));
  }
}

}  // namespace
}  // namespace keyway::tls
