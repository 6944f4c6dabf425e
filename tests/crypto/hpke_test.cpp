#include "crypto/hpke.hpp"

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto::hpke {
namespace {

using testing::hex;

constexpr Suite x25519_aes128{Kem::dhkem_x25519_hkdf_sha256, Kdf::hkdf_sha256, AeadId::aes_128_gcm};

/// Base mode, as RFC 9180 appendix A lists it; all have the same info and plaintext.
struct Vector {
  Suite suite;
  std::string_view ephemeral_key;
  std::string_view enc;
  std::string_view recipient_key;
  std::string_view recipient_public_key;
  std::vector<std::string_view> ciphertexts;  ///< of sequence numbers 0, 1, …
};

const std::vector<Vector>& vectors() {
  static const std::vector<Vector> all{
      // A.1.1
      {x25519_aes128,
       "52c4a758a802cd8b936eceea314432798d5baf2d7e9235dc084ab1b9cfa2f736",
       "37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431",
       "4612c550263fc8ad58375df3f557aac531d26850903e55a9f23f21d8534e8ac8",
       "3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d",
       {"f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a",
        "af2d7e9ac9ae7e270f46ba1f975be53c09f8d875bdc8535458c2494e8a6eab251c03d0c22a56b8ca42c2063b84"}},
      // A.2.1
      {{Kem::dhkem_x25519_hkdf_sha256, Kdf::hkdf_sha256, AeadId::chacha20_poly1305},
       "f4ec9b33b792c372c1d2c2063507b684ef925b8c75a42dbcbf57d63ccd381600",
       "1afa08d3dec047a643885163f1180476fa7ddb54c6a8029ea33f95796bf2ac4a",
       "8057991eef8f1f1af18f4a9491d16a1ce333f695d4db8e38da75975c4478e0fb",
       "4310ee97d88cc1f088a5576c77ab0cf5c3ac797f3d95139c6c84b5429c59662a",
       {"1c5250d8034ec2b784ba2cfd69dbdb8af406cfe3ff938e131f0def8c8b60b4db21993c62ce81883d2dd1b51a28"}},
      // A.3.1
      {{Kem::dhkem_p256_hkdf_sha256, Kdf::hkdf_sha256, AeadId::aes_128_gcm},
       "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb",
       "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9"
       "bfcb9382657222d18c4",
       "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2",
       "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1"
       "d128aafd68a2ce72ea0",
       {"5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434",
        "fa6f037b47fc21826b610172ca9637e82d6e5801eb31cbd3748271affd4ecb06646e0329cbdf3c3cd655b28e82"}},
  };
  return all;
}

const Bytes info = hex("4f6465206f6e2061204772656369616e2055726e");
const Bytes plaintext = hex("4265617574792069732074727574682c20747275746820626561757479");

Bytes associated_data(std::size_t sequence) {
  const std::string text = "Count-" + std::to_string(sequence);
  const ByteView bytes = as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

TEST(Hpke, SealsAsTheStandardDoes) {
  for (const Vector& vector : vectors()) {
    const auto ephemeral = provider().group(group_of(vector.suite.kem))->load(hex(vector.ephemeral_key));
    ASSERT_TRUE(ephemeral);
    auto made = set_up_sender(provider(), **ephemeral, vector.suite, hex(vector.recipient_public_key), info);
    ASSERT_TRUE(made) << made.error().message();
    EXPECT_EQ(to_hex(made->enc), vector.enc);
    for (std::size_t i = 0; i < vector.ciphertexts.size(); ++i) {
      const auto sealed = made->context.seal(associated_data(i), plaintext);
      ASSERT_TRUE(sealed);
      EXPECT_EQ(to_hex(*sealed), vector.ciphertexts[i]);
    }
  }
}

TEST(Hpke, OpensAsTheStandardDoes) {
  for (const Vector& vector : vectors()) {
    auto context = set_up_recipient(provider(), vector.suite, hex(vector.enc), hex(vector.recipient_key), info);
    ASSERT_TRUE(context) << context.error().message();
    for (std::size_t i = 0; i < vector.ciphertexts.size(); ++i) {
      EXPECT_EQ(context->open(associated_data(i), hex(vector.ciphertexts[i])), plaintext);
    }
  }
}

TEST(Hpke, TellsThePublicKeyOfAPrivateOne) {
  for (const Vector& vector : vectors()) {
    const auto key = public_key_of(provider(), vector.suite.kem, hex(vector.recipient_key));
    ASSERT_TRUE(key);
    EXPECT_EQ(to_hex(*key), vector.recipient_public_key);
  }
}

TEST(Hpke, GoesThereAndBackInEverySuite) {
  for (const Kem kem : {Kem::dhkem_x25519_hkdf_sha256, Kem::dhkem_p256_hkdf_sha256}) {
    for (const Kdf kdf : {Kdf::hkdf_sha256, Kdf::hkdf_sha384, Kdf::hkdf_sha512}) {
      for (const AeadId aead : {AeadId::aes_128_gcm, AeadId::aes_256_gcm, AeadId::chacha20_poly1305}) {
        const Suite suite{kem, kdf, aead};
        const auto pair = generate_key_pair(provider(), provider().random(), kem);
        ASSERT_TRUE(pair);
        auto sender = set_up_sender(provider(), provider().random(), suite, pair->public_key, info);
        ASSERT_TRUE(sender) << sender.error().message();
        auto recipient = set_up_recipient(provider(), suite, sender->enc, pair->private_key.view(), info);
        ASSERT_TRUE(recipient) << recipient.error().message();
        for (std::size_t i = 0; i < 3; ++i) {
          const auto sealed = sender->context.seal(associated_data(i), plaintext);
          ASSERT_TRUE(sealed);
          EXPECT_EQ(recipient->open(associated_data(i), *sealed), plaintext);
        }
      }
    }
  }
}

class HpkeRefusal : public ::testing::Test {
 protected:
  void SetUp() override {
    auto pair = generate_key_pair(provider(), provider().random(), x25519_aes128.kem);
    ASSERT_TRUE(pair);
    private_key_ = std::move(pair->private_key);
    auto sender = set_up_sender(provider(), provider().random(), x25519_aes128, pair->public_key, info);
    ASSERT_TRUE(sender);
    enc_ = sender->enc;
    sealed_ = sender->context.seal({}, plaintext).value();
  }
  [[nodiscard]] Context recipient(ByteView of_info) const {
    return set_up_recipient(provider(), x25519_aes128, enc_, private_key_.view(), of_info).value();
  }

  SecretBuffer<32> private_key_;
  Bytes enc_;
  Bytes sealed_;
};

TEST_F(HpkeRefusal, RefusesAnotherInfo) {
  EXPECT_FALSE(recipient(as_bytes("another")).open({}, sealed_));
  EXPECT_TRUE(recipient(info).open({}, sealed_));
}

TEST_F(HpkeRefusal, RefusesOtherAssociatedData) {
  EXPECT_FALSE(recipient(info).open(as_bytes("x"), sealed_));
}

TEST_F(HpkeRefusal, RefusesAChangedMessageAndThenTakesTheRightOne) {
  Bytes changed = sealed_;
  changed.front() ^= 1;
  Context context = recipient(info);
  EXPECT_FALSE(context.open({}, changed));
  EXPECT_FALSE(context.open({}, ByteView(sealed_).first(15)));
  EXPECT_EQ(context.open({}, sealed_), plaintext);
}

TEST_F(HpkeRefusal, RefusesTheSameMessageTwice) {
  Context context = recipient(info);
  EXPECT_TRUE(context.open({}, sealed_));
  EXPECT_FALSE(context.open({}, sealed_));
}

TEST_F(HpkeRefusal, RefusesAnEncapsulatedKeyThatIsNone) {
  const auto short_one =
      set_up_recipient(provider(), x25519_aes128, ByteView(enc_).first(31), private_key_.view(), info);
  ASSERT_FALSE(short_one);
  EXPECT_EQ(short_one.error().code(), ErrorCode::InvalidKeyShare);
  const auto of_small_order = set_up_recipient(provider(), x25519_aes128, Bytes(32, 0), private_key_.view(), info);
  ASSERT_FALSE(of_small_order);
  EXPECT_EQ(of_small_order.error().code(), ErrorCode::InvalidKeyShare);
}

TEST(Hpke, RefusesKeysAndSuitesThatItLacks) {
  EXPECT_FALSE(is_supported(provider(), Suite{Kem{0x6666}, Kdf::hkdf_sha256, AeadId::aes_128_gcm}));
  EXPECT_FALSE(is_supported(provider(), Suite{x25519_aes128.kem, Kdf{0x1111}, AeadId::aes_128_gcm}));
  EXPECT_FALSE(is_supported(provider(), Suite{x25519_aes128.kem, Kdf::hkdf_sha256, AeadId{0x2222}}));
  EXPECT_EQ(public_key_of(provider(), x25519_aes128.kem, Bytes(31, 1)).error().code(), ErrorCode::InvalidKey);
  EXPECT_EQ(public_key_of(provider(), Kem::dhkem_p256_hkdf_sha256, Bytes(32, 0)).error().code(), ErrorCode::InvalidKey);
  EXPECT_EQ(public_key_of(provider(), Kem::dhkem_p256_hkdf_sha256, Bytes(32, 0xff)).error().code(),
            ErrorCode::InvalidKey);
  EXPECT_EQ(public_key_of(provider(), Kem{0x6666}, Bytes(32, 1)).error().code(), ErrorCode::UnsupportedAlgorithm);
}

}  // namespace
}  // namespace keyway::crypto::hpke
