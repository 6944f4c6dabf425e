/// Attacks 30 and 31: keys and signatures that must not be taken.

#include <gtest/gtest.h>

#include "crypto/der_writing.hpp"
#include "crypto/ecdsa_signature.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

using testing::hex;

/// A number of `bits` bits, odd, with a second bit in the middle.
Bytes modulus_of(std::size_t bits) {
  Bytes number((bits + 7) / 8);
  number.front() = static_cast<std::uint8_t>(1U << ((bits - 1) % 8));
  number[number.size() - 126] |= 1;  // 2^1000
  number.back() |= 1;
  return number;
}

const Bytes f4{1, 0, 1};

ErrorCode refusal(ByteView info) {
  const auto key = provider().public_key(info);
  return key ? ErrorCode{} : key.error().code();
}

Bytes p256_info() {
  const auto key = provider().generate_key(KeyType::p256).value();
  const ByteView info = key->subject_public_key_info();
  return {info.begin(), info.end()};
}

TEST(PublicKey, TakesRsaModuliFrom1024To16384BitsAlone) {
  EXPECT_EQ(refusal(rsa_public_key_info(modulus_of(1023), f4)), ErrorCode::InvalidKey);
  EXPECT_EQ(refusal(rsa_public_key_info(modulus_of(16385), f4)), ErrorCode::InvalidKey);
  for (const std::size_t bits : std::initializer_list<std::size_t>{1024, 2048, 2049, 3072, 16384}) {
    const auto key = provider().public_key(rsa_public_key_info(modulus_of(bits), f4));
    ASSERT_TRUE(key) << key.error().message();
    EXPECT_EQ((*key)->bits(), bits);
    EXPECT_EQ((*key)->type(), KeyType::rsa);
  }
}

TEST(PublicKey, RefusesAnEvenRsaModulus) {
  Bytes modulus = modulus_of(2048);
  modulus.back() = 2;
  EXPECT_EQ(refusal(rsa_public_key_info(modulus, f4)), ErrorCode::InvalidKey);
}

TEST(PublicKey, TakesOddRsaExponentsFrom3To64BitsAlone) {
  const Bytes modulus = modulus_of(2048);
  EXPECT_TRUE(provider().public_key(rsa_public_key_info(modulus, Bytes{3})));
  EXPECT_TRUE(provider().public_key(rsa_public_key_info(modulus, Bytes(8, 0xff))));
  for (const Bytes& exponent : {Bytes{0}, Bytes{1}, Bytes{2}, Bytes{1, 0, 0}, Bytes{1, 0, 0, 0, 0, 0, 0, 0, 1}}) {
    EXPECT_EQ(refusal(rsa_public_key_info(modulus, exponent)), ErrorCode::InvalidKey);
  }
}

TEST(PublicKey, RefusesNegativeAndPaddedRsaNumbers) {
  const Bytes modulus = modulus_of(2048);
  const Bytes negative = der(0x02, {modulus});
  const Bytes padded = der(0x02, {Bytes{0, 0}, modulus});
  for (const Bytes& number : {negative, padded}) {
    const Bytes key = der(0x30, {number, der_integer(f4)});
    EXPECT_EQ(refusal(public_key_info(rsa_encryption_oid, der_null, key)), ErrorCode::InvalidKey);
  }
}

TEST(PublicKey, RefusesRsaWithoutItsNullParameters) {
  const Bytes key = der(0x30, {der_integer(modulus_of(2048)), der_integer(f4)});
  EXPECT_EQ(refusal(public_key_info(rsa_encryption_oid, {}, key)), ErrorCode::InvalidKey);
}

/// RFC 4055 1.2: without parameters an id-RSASSA-PSS key is free in its hash; it never makes PKCS#1 signatures.
TEST(PublicKey, TakesAnRsaPssKeyWithoutParameters) {
  const Bytes key = der(0x30, {der_integer(modulus_of(2048)), der_integer(f4)});
  const auto parsed = provider().public_key(public_key_info(rsassa_pss_oid, {}, key));
  ASSERT_TRUE(parsed) << parsed.error().message();
  EXPECT_EQ((*parsed)->type(), KeyType::rsa_pss);
}

TEST(PublicKey, RefusesAPointOffTheCurve) {
  Bytes info = p256_info();
  info.back() ^= 1;
  EXPECT_EQ(refusal(info), ErrorCode::InvalidKey);
}

TEST(PublicKey, RefusesThePointAtInfinityAndCompressedPoints) {
  EXPECT_EQ(refusal(public_key_info(ec_public_key_oid, secp256r1_oid, Bytes{0})), ErrorCode::InvalidKey);
  const Bytes info = p256_info();
  Bytes compressed(info.end() - 65, info.end() - 32);
  compressed[0] = 2;
  EXPECT_EQ(refusal(public_key_info(ec_public_key_oid, secp256r1_oid, compressed)), ErrorCode::InvalidKey);
}

/// CVE-2020-0601: the parameters spelled out let the sender choose the generator.
TEST(PublicKey, RefusesExplicitCurveParametersAndSaysSo) {
  const Bytes info = p256_info();
  const Bytes point(info.end() - 65, info.end());
  const Bytes parameters = der(0x30, {Bytes{0x02, 1, 1}});

  const auto key = provider().public_key(public_key_info(ec_public_key_oid, parameters, point));

  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code(), ErrorCode::InvalidKey);
  EXPECT_EQ(key.error().received(), "explicit curve parameters");
}

TEST(PublicKey, CallsForeignCurvesAndAlgorithmsUnsupported) {
  const Bytes secp256k1{0x06, 5, 0x2b, 0x81, 0x04, 0, 10};
  EXPECT_EQ(refusal(public_key_info(ec_public_key_oid, secp256k1, Bytes(65, 4))), ErrorCode::UnsupportedKey);
  const Bytes ed448{0x06, 3, 0x2b, 0x65, 0x71};
  EXPECT_EQ(refusal(public_key_info(ed448, {}, Bytes(57, 1))), ErrorCode::UnsupportedKey);
}

TEST(PublicKey, RefusesEveryTruncationAndAnythingBehind) {
  for (const KeyType type : {KeyType::p256, KeyType::ed25519}) {
    const auto key = provider().generate_key(type).value();
    const ByteView info = key->subject_public_key_info();
    for (std::size_t size = 0; size < info.size(); ++size) EXPECT_EQ(refusal(info.first(size)), ErrorCode::InvalidKey);
    Bytes longer(info.begin(), info.end());
    longer.push_back(0);
    EXPECT_EQ(refusal(longer), ErrorCode::InvalidKey);
  }
}

TEST(PublicKey, SurvivesEveryAlteredByte) {
  const Bytes info = p256_info();
  for (std::size_t i = 0; i < info.size(); ++i) {
    for (const std::uint8_t value : std::initializer_list<std::uint8_t>{0x00, 0x01, 0x7f, 0x80, 0x84, 0xff}) {
      Bytes altered = info;
      altered[i] = value;
      EXPECT_TRUE(altered == info || !provider().public_key(altered)) << i;
    }
  }
}

/// BERserk and its ancestors. With e = 3 anybody can make a number whose cube begins like a PKCS#1 block: eight bytes
/// of padding, the right DigestInfo of "forged" under SHA-256, and then whatever comes out. This is the cube root for
/// the modulus 2^2047 + 2^1000 + 1. A verifier that reads the block from its front takes it.
TEST(PublicKey, RefusesAForgedPkcs1SignatureWithExponent3) {
  const auto key = provider().public_key(rsa_public_key_info(modulus_of(2048), Bytes{3})).value();
  Bytes signature = hex(
      "0032cbfd4a7adc7905583d767520f51640759176d37826f2ef63ae3dc7ace44fc061a4b3170290639a174f250874a9e7dd7fdd6fbebf5ada"
      "66cbb490f64ec07e843eb21ef96dc14bbc689c624c8e6042130ebcb34e20");
  signature.insert(signature.begin(), 256 - signature.size(), 0);
  EXPECT_FALSE(key->verify(SignatureAlgorithm::rsa_pkcs1_sha256, as_bytes("forged"), signature));
}

TEST(PublicKey, RefusesRsaSignaturesOfAnotherLength) {
  const auto pair = provider().generate_key(KeyType::rsa, 2048).value();
  const auto key = provider().public_key(pair->subject_public_key_info()).value();
  for (const auto algorithm : {SignatureAlgorithm::rsa_pkcs1_sha256, SignatureAlgorithm::rsa_pss_sha256}) {
    Bytes signature;
    ASSERT_TRUE(pair->sign(algorithm, as_bytes("text"), signature));
    ASSERT_TRUE(key->verify(algorithm, as_bytes("text"), signature));

    Bytes longer = signature;
    longer.insert(longer.begin(), 0);
    EXPECT_FALSE(key->verify(algorithm, as_bytes("text"), longer));
    longer = signature;
    longer.push_back(0);
    EXPECT_FALSE(key->verify(algorithm, as_bytes("text"), longer));
    EXPECT_FALSE(key->verify(algorithm, as_bytes("text"), ByteView(signature).first(255)));
    EXPECT_FALSE(key->verify(algorithm, as_bytes("text"), {}));
  }
}

TEST(EcdsaSignature, RefusesZeroNegativeAndLongForms) {
  EXPECT_TRUE(parse_ecdsa_signature(hex("3006020101020101")));
  EXPECT_TRUE(parse_ecdsa_signature(hex("300702020080020101")));
  for (const char* bad : {
           "3006020100020101",        // r of zero
           "3006020101020100",        // s of zero
           "3006020181020101",        // r negative
           "300702020001020101",      // r with a needless zero
           "30810602010102010100",    // a length in the long form, and more
           "308106020101020101",      // a length in the long form
           "3080020101020101",        // an indefinite length
           "300602010102010100",      // a byte behind
           "3009020101020101020101",  // a third number
           "3003020101",              // s missing
           "30050201010200",          // s empty
           "",
       }) {
    EXPECT_FALSE(parse_ecdsa_signature(hex(bad))) << bad;
  }
}

TEST(EcdsaSignature, WritesWhatItReads) {
  Bytes out;
  append_ecdsa_signature(hex("00000080"), hex("0000ffff01"), out);
  EXPECT_EQ(out, hex("300a020200800204 00ffff01"));
  const auto parsed = parse_ecdsa_signature(out);
  ASSERT_TRUE(parsed);
  EXPECT_TRUE(std::ranges::equal(parsed->r, hex("80")));
  EXPECT_TRUE(std::ranges::equal(parsed->s, hex("ffff01")));

  out.clear();
  append_ecdsa_signature(Bytes(66, 1), Bytes(66, 0xff), out);
  EXPECT_TRUE(parse_ecdsa_signature(out)) << "P-521 needs the long form";
}

}  // namespace
}  // namespace keyway::crypto
