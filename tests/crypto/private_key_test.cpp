#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "crypto/der_writing.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

using enum SignatureAlgorithm;

struct PrivateKeyCase {
  KeyType type;
  std::size_t generate_bits;
  std::size_t bits;
  std::vector<SignatureAlgorithm> signs;
};

const std::vector<SignatureAlgorithm> ecdsa{ecdsa_sha1, ecdsa_sha256, ecdsa_sha384, ecdsa_sha512};
const std::vector<SignatureAlgorithm> pss{rsa_pss_sha256, rsa_pss_sha384, rsa_pss_sha512};
constexpr std::array all_signature_algorithms{rsa_pkcs1_sha1, rsa_pkcs1_sha256, rsa_pkcs1_sha384, rsa_pkcs1_sha512,
                                              rsa_pss_sha256, rsa_pss_sha384,   rsa_pss_sha512,   ecdsa_sha1,
                                              ecdsa_sha256,   ecdsa_sha384,     ecdsa_sha512,     ed25519,
                                              mldsa44,        mldsa65,          mldsa87};

const std::vector<PrivateKeyCase> private_key_cases{
    {KeyType::p256, 0, 256, ecdsa},
    {KeyType::p384, 0, 384, ecdsa},
    {KeyType::p521, 0, 521, ecdsa},
    {KeyType::ed25519, 0, 255, {ed25519}},
    {KeyType::rsa,
     2048,
     2048,
     {rsa_pkcs1_sha1, rsa_pkcs1_sha256, rsa_pkcs1_sha384, rsa_pkcs1_sha512, rsa_pss_sha256, rsa_pss_sha384,
      rsa_pss_sha512}},
    {KeyType::rsa_pss, 2048, 2048, pss},
    {KeyType::mldsa44, 0, 0, {mldsa44}},
    {KeyType::mldsa65, 0, 0, {mldsa65}},
    {KeyType::mldsa87, 0, 0, {mldsa87}},
};

class EachKeyType : public ::testing::TestWithParam<PrivateKeyCase> {
 protected:
  void SetUp() override {
    if (!provider().has_signature(GetParam().signs.front())) GTEST_SKIP() << "libcrypto has it from 3.5 on";
  }
};

TEST_P(EachKeyType, SignsWhatItFitsAndNothingElse) {
  const auto pair = provider().generate_key(GetParam().type, GetParam().generate_bits).value();
  const auto key = provider().public_key(pair->subject_public_key_info()).value();
  EXPECT_EQ(pair->type(), GetParam().type);
  EXPECT_EQ(key->type(), GetParam().type);
  EXPECT_EQ(pair->bits(), GetParam().bits);
  EXPECT_EQ(key->bits(), GetParam().bits);
  const ByteView message = as_bytes("what is signed");

  for (const SignatureAlgorithm algorithm : all_signature_algorithms) {
    SCOPED_TRACE(to_string(algorithm));
    const bool fits = std::ranges::find(GetParam().signs, algorithm) != GetParam().signs.end();
    Bytes out{0x77};
    const auto made = pair->sign(algorithm, message, out);
    ASSERT_EQ(made.has_value(), fits);
    if (!fits) {
      EXPECT_EQ(made.error().code(), ErrorCode::UnsupportedAlgorithm);
      EXPECT_EQ(out, Bytes{0x77});
      continue;
    }
    ASSERT_EQ(out.front(), 0x77) << "a signature is appended";
    const ByteView signature = ByteView(out).subspan(1);
    EXPECT_LE(signature.size(), max_signature_size);
    EXPECT_TRUE(key->verify(algorithm, message, signature));
    EXPECT_FALSE(key->verify(algorithm, as_bytes("what is not signed"), signature));
    for (const SignatureAlgorithm other : all_signature_algorithms) {
      EXPECT_EQ(key->verify(other, message, signature), other == algorithm) << to_string(other);
    }
  }
}

TEST_P(EachKeyType, EveryFlippedBitOfASignatureIsRefused) {
  const auto pair = provider().generate_key(GetParam().type, GetParam().generate_bits).value();
  const auto key = provider().public_key(pair->subject_public_key_info()).value();
  const SignatureAlgorithm algorithm = GetParam().signs.back();
  Bytes signature;
  ASSERT_TRUE(pair->sign(algorithm, as_bytes("text"), signature));
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Bytes altered = signature;
    altered[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    ASSERT_FALSE(key->verify(algorithm, as_bytes("text"), altered)) << bit;
  }
}

TEST_P(EachKeyType, ComesBackFromPkcs8) {
  const auto pair = provider().generate_key(GetParam().type, GetParam().generate_bits).value();
  const auto pkcs8 = pair->to_pkcs8();
  ASSERT_TRUE(pkcs8) << pkcs8.error().message();

  const auto loaded = provider().private_key(*pkcs8);

  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_EQ((*loaded)->type(), pair->type());
  EXPECT_TRUE(std::ranges::equal((*loaded)->subject_public_key_info(), pair->subject_public_key_info()));
}

TEST_P(EachKeyType, SignsFromSeveralThreads) {
  const auto pair = provider().generate_key(GetParam().type, GetParam().generate_bits).value();
  const auto key = provider().public_key(pair->subject_public_key_info()).value();
  const SignatureAlgorithm algorithm = GetParam().signs.front();
  std::array<int, 4> good{};
  std::vector<std::thread> threads;
  for (int& count : good) {
    threads.emplace_back([&] {
      for (int i = 0; i < 20; ++i) {
        Bytes signature;
        const bool made = pair->sign(algorithm, as_bytes("text"), signature).has_value();
        if (made && key->verify(algorithm, as_bytes("text"), signature)) ++count;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(good, (std::array{20, 20, 20, 20}));
}

INSTANTIATE_TEST_SUITE_P(All, EachKeyType, ::testing::ValuesIn(private_key_cases), [](const auto& test) {
  std::string name = to_string(test.param.type);
  std::erase_if(name, [](char c) { return c == ' ' || c == '-'; });
  return name;
});

/// RFC 8410 10.1 and 10.3.
TEST(PrivateKey, LoadsTheExampleOfRfc8410) {
  const Bytes pkcs8 = from_base64("MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC").value();
  const Bytes info = from_base64("MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=").value();
  const auto key = provider().private_key(pkcs8);
  ASSERT_TRUE(key) << key.error().message();
  EXPECT_TRUE(std::ranges::equal((*key)->subject_public_key_info(), info));
}

/// RFC 5915: the older form, whose public point may be left out. The key is RFC 6979 A.2.5's.
TEST(PrivateKey, LoadsAnEcPrivateKeyAndFindsItsPoint) {
  const Bytes scalar = testing::hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
  const Bytes point = testing::hex(
      "04 60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6"
      "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299");
  const Bytes sec1 = der(0x30, {Bytes{0x02, 1, 1}, der(0x04, {scalar}), der(0xa0, {secp256r1_oid})});

  const auto key = provider().private_key(sec1);

  ASSERT_TRUE(key) << key.error().message();
  EXPECT_TRUE(
      std::ranges::equal((*key)->subject_public_key_info(), public_key_info(ec_public_key_oid, secp256r1_oid, point)));
}

TEST(PrivateKey, RefusesAnEcKeyWhosePointIsAnothers) {
  const Bytes scalar = testing::hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
  const auto other = provider().generate_key(KeyType::p256).value();
  const ByteView point = other->subject_public_key_info().last(65);
  const Bytes sec1 = der(0x30, {Bytes{0x02, 1, 1}, der(0x04, {scalar}), der(0xa0, {secp256r1_oid}),
                                der(0xa1, {der(0x03, {Bytes{0}, point})})});
  const auto key = provider().private_key(sec1);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code(), ErrorCode::InvalidKey);
}

/// The parameters are those of P-256 itself (SEC 2 2.4.2); that they are spelled out is enough.
TEST(PrivateKey, RefusesExplicitCurveParameters) {
  using testing::hex;
  const Bytes prime = hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF");
  const Bytes a = hex("FFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFC");
  const Bytes b = hex("5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B");
  const Bytes generator =
      hex("046B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296"
          "4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5");
  const Bytes order = hex("FFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551");
  const Bytes prime_field{0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 1, 1};
  const Bytes one{0x02, 1, 1};
  const Bytes parameters =
      der(0x30, {one, der(0x30, {prime_field, der_integer(prime)}), der(0x30, {der(0x04, {a}), der(0x04, {b})}),
                 der(0x04, {generator}), der_integer(order), one});
  const Bytes scalar = hex("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
  const Bytes sec1 = der(0x30, {one, der(0x04, {scalar}), der(0xa0, {parameters})});

  const auto key = provider().private_key(sec1);

  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code(), ErrorCode::InvalidKey);
}

/// RSAPrivateKey (RFC 8017 A.1.2) is what PKCS#8 wraps for RSA.
TEST(PrivateKey, LoadsAnRsaPrivateKeyAndRefusesADamagedOne) {
  const auto pair = provider().generate_key(KeyType::rsa, 2048).value();
  const Bytes pkcs8 = pair->to_pkcs8().value();
  const std::size_t header = 26;  // SEQUENCE, version, rsaEncryption, OCTET STRING
  Bytes inner(pkcs8.begin() + header, pkcs8.end());
  ASSERT_EQ(inner.front(), 0x30);

  const auto loaded = provider().private_key(inner);
  ASSERT_TRUE(loaded) << loaded.error().message();
  EXPECT_TRUE(std::ranges::equal((*loaded)->subject_public_key_info(), pair->subject_public_key_info()));

  inner[inner.size() - 8] ^= 0x10;  // in the CRT coefficient
  const auto damaged = provider().private_key(inner);
  if (damaged) {
    // A coefficient that is only wrong makes libcrypto fall back to the slow way; what comes out must still hold.
    Bytes signature;
    const auto key = provider().public_key(pair->subject_public_key_info()).value();
    ASSERT_TRUE((*damaged)->sign(rsa_pss_sha256, as_bytes("text"), signature));
    EXPECT_TRUE(key->verify(rsa_pss_sha256, as_bytes("text"), signature));
  }
  inner[40] ^= 0x10;  // in the modulus
  EXPECT_FALSE(provider().private_key(inner));
}

TEST(PrivateKey, TellsThatItIsEncryptedAndWhatToDo) {
  const Bytes pbes2{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 5, 13};
  const Bytes encrypted = der(0x30, {der(0x30, {pbes2, der(0x30, {})}), der(0x04, {Bytes(48, 1)})});
  const auto key = provider().private_key(encrypted);
  ASSERT_FALSE(key);
  EXPECT_EQ(key.error().code(), ErrorCode::EncryptedKey);
  EXPECT_FALSE(key.error().advice().empty());
}

TEST(PrivateKey, RefusesWhatIsNoPrivateKey) {
  const auto pair = provider().generate_key(KeyType::p256).value();
  const ByteView info = pair->subject_public_key_info();
  Bytes longer = pair->to_pkcs8().value();
  longer.push_back(0);
  for (const Bytes& data :
       {Bytes{}, Bytes{0x30}, Bytes(100, 0x30), Bytes(100'000, 0), Bytes(info.begin(), info.end()), longer}) {
    const auto key = provider().private_key(data);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code(), ErrorCode::InvalidKey);
  }
}

TEST(PrivateKey, RefusesEveryTruncation) {
  const Bytes pkcs8 = provider().generate_key(KeyType::p256).value()->to_pkcs8().value();
  for (std::size_t size = 0; size < pkcs8.size(); ++size) {
    EXPECT_FALSE(provider().private_key(ByteView(pkcs8).first(size))) << size;
  }
}

TEST(PrivateKey, IsGeneratedInSaneSizesAlone) {
  for (const auto& [type, bits] :
       {std::pair{KeyType::rsa, std::size_t{0}}, {KeyType::rsa, 1024}, {KeyType::rsa, 8193}, {KeyType::p256, 256}}) {
    const auto key = provider().generate_key(type, bits);
    ASSERT_FALSE(key);
    EXPECT_EQ(key.error().code(), ErrorCode::InvalidArgument);
  }
}

TEST(PrivateKey, OfDsaIsNotMade) {
  const auto dsa = provider().generate_key(KeyType::dsa);
  ASSERT_FALSE(dsa);
  EXPECT_EQ(dsa.error().code(), ErrorCode::UnsupportedKey);
}

TEST(PrivateKey, OfMlDsaIsNotMadeWhereLibcryptoHasNone) {
  if (provider().has_signature(mldsa65)) GTEST_SKIP() << "libcrypto has it";
  const auto mldsa = provider().generate_key(KeyType::mldsa65);
  ASSERT_FALSE(mldsa);
  EXPECT_EQ(mldsa.error().code(), ErrorCode::UnsupportedKey);
}

TEST(SignatureSchemes, BindTls13SignaturesToTheKeysTheyNeed) {
  EXPECT_TRUE(fits_tls13(SignatureScheme::ecdsa_secp256r1_sha256, KeyType::p256));
  EXPECT_FALSE(fits_tls13(SignatureScheme::ecdsa_secp256r1_sha256, KeyType::p384));
  EXPECT_TRUE(fits_tls13(SignatureScheme::rsa_pss_rsae_sha256, KeyType::rsa));
  EXPECT_FALSE(fits_tls13(SignatureScheme::rsa_pss_rsae_sha256, KeyType::rsa_pss));
  EXPECT_TRUE(fits_tls13(SignatureScheme::rsa_pss_pss_sha512, KeyType::rsa_pss));
  EXPECT_FALSE(fits_tls13(SignatureScheme::rsa_pss_pss_sha512, KeyType::rsa));
  EXPECT_TRUE(fits_tls13(SignatureScheme::ed25519, KeyType::ed25519));
  for (const auto never :
       {SignatureScheme::rsa_pkcs1_sha1, SignatureScheme::rsa_pkcs1_sha256, SignatureScheme::rsa_pkcs1_sha512,
        SignatureScheme::ecdsa_sha1, SignatureScheme::ed448, SignatureScheme{0x0a0a}}) {
    for (int type = 0; type <= static_cast<int>(KeyType::mldsa87); ++type) {
      EXPECT_FALSE(fits_tls13(never, static_cast<KeyType>(type))) << to_string(never);
    }
  }
}

TEST(SignatureSchemes, NameTheirAlgorithm) {
  EXPECT_EQ(algorithm_of(SignatureScheme::rsa_pss_pss_sha384), rsa_pss_sha384);
  EXPECT_EQ(algorithm_of(SignatureScheme::rsa_pss_rsae_sha384), rsa_pss_sha384);
  EXPECT_EQ(algorithm_of(SignatureScheme::ecdsa_secp521r1_sha512), ecdsa_sha512);
  EXPECT_EQ(algorithm_of(SignatureScheme::ed448), std::nullopt);
  EXPECT_EQ(algorithm_of(SignatureScheme{0x1234}), std::nullopt);
  EXPECT_TRUE(provider().has_signature(rsa_pss_sha256));
  EXPECT_EQ(provider().has_signature(mldsa65), provider().generate_key(KeyType::mldsa65).has_value());
}

}  // namespace
}  // namespace keyway::crypto
