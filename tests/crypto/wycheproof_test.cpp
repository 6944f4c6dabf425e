#include <gtest/gtest.h>

#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "crypto/libcrypto/aead.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

HashAlgorithm hash_named(const std::string& name) {
  if (name == "SHA-1") return HashAlgorithm::sha1;
  if (name == "SHA-384") return HashAlgorithm::sha384;
  if (name == "SHA-512") return HashAlgorithm::sha512;
  return HashAlgorithm::sha256;
}

/// Seals and opens one test with one implementation.
void check_aead(Aead& aead, const nlohmann::json& test) {
  Nonce nonce{};
  std::ranges::copy(bytes_of(test["iv"]), nonce.begin());
  const Bytes associated = bytes_of(test["aad"]);
  const Bytes message = bytes_of(test["msg"]);
  Bytes given = bytes_of(test["ct"]);
  const Bytes tag = bytes_of(test["tag"]);
  given.insert(given.end(), tag.begin(), tag.end());

  Bytes opened = given;
  ASSERT_EQ(aead.open(nonce, associated, opened), is_valid(test));
  if (!is_valid(test)) return;
  opened.resize(opened.size() - aead_tag_size);
  EXPECT_EQ(opened, message);
  Bytes sealed(message.size() + aead_tag_size);
  const ByteView part = message;
  ASSERT_TRUE(aead.seal(nonce, associated, {&part, 1}, sealed));
  EXPECT_EQ(sealed, given);
}

/// Both implementations, where there are two. Other nonce sizes than TLS's are not offered.
void check_aead_file(const std::string& name) {
  const auto libcrypto_only = libcrypto::AeadSet::load().value();
  for_each_test(name, [&](const auto& group, const auto& test) {
    const std::size_t key_bits = group["keySize"];
    if (group["ivSize"] != 96 || key_bits == 192) return;
    const auto algorithm = name.starts_with("chacha20") ? AeadAlgorithm::chacha20_poly1305
                           : key_bits == 128            ? AeadAlgorithm::aes_128_gcm
                                                        : AeadAlgorithm::aes_256_gcm;
    const Bytes key = bytes_of(test["key"]);
    check_aead(*provider().aead(algorithm, key).value(), test);
    check_aead(*libcrypto_only.make(algorithm, key).value(), test);
  });
}

TEST(Wycheproof, AesGcmHolds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/aes_gcm_test.json");
  check_aead_file("aes_gcm_test.json");
}

TEST(Wycheproof, ChaCha20Poly1305Holds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/chacha20_poly1305_test.json");
  check_aead_file("chacha20_poly1305_test.json");
}

TEST(Wycheproof, HmacHolds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/hmac_sha256_test.json");
  const std::pair<const char*, HashAlgorithm> files[] = {{"hmac_sha1_test.json", HashAlgorithm::sha1},
                                                         {"hmac_sha256_test.json", HashAlgorithm::sha256},
                                                         {"hmac_sha384_test.json", HashAlgorithm::sha384},
                                                         {"hmac_sha512_test.json", HashAlgorithm::sha512}};
  for (const auto& [name, algorithm] : files) {
    for_each_test(name, [&](const auto& group, const auto& test) {
      const HmacKey key(*provider().hash(algorithm), bytes_of(test["key"]));
      Bytes tag(key.output_size());
      key.mac(bytes_of(test["msg"]), tag);
      tag.resize(group["tagSize"].template get<std::size_t>() / 8);
      EXPECT_EQ(tag == bytes_of(test["tag"]), is_valid(test));
    });
  }
}

TEST(Wycheproof, HkdfHolds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/hkdf_sha256_test.json");
  const std::pair<const char*, HashAlgorithm> files[] = {{"hkdf_sha256_test.json", HashAlgorithm::sha256},
                                                         {"hkdf_sha384_test.json", HashAlgorithm::sha384},
                                                         {"hkdf_sha512_test.json", HashAlgorithm::sha512}};
  for (const auto& [name, algorithm] : files) {
    for_each_test(name, [&](const auto&, const auto& test) {
      const HashFunction& function = *provider().hash(algorithm);
      HashSecret extracted;
      hkdf_extract(function, bytes_of(test["salt"]), bytes_of(test["ikm"]), extracted);
      Bytes output(test["size"].template get<std::size_t>());
      const bool made = hkdf_expand(HmacKey(function, extracted.view()), bytes_of(test["info"]), output);
      EXPECT_EQ(made, is_valid(test));
      if (made) {
        EXPECT_EQ(output, bytes_of(test["okm"]));
      }
    });
  }
}

TEST(Wycheproof, X25519HoldsAndRefusesAllZeroSecrets) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/x25519_test.json");
  const KeyExchangeGroup& group = *provider().group(NamedGroup::x25519);
  for_each_test("x25519_test.json", [&](const auto&, const auto& test) {
    const GivenRandom random(bytes_of(test["private"]));
    const Bytes peer = bytes_of(test["public"]);

    const auto completed = group.start(random).value()->complete(peer);
    const auto answered = group.answer(random, peer);

    if (has_flag(test, "ZeroSharedSecret")) {
      ASSERT_FALSE(completed);
      EXPECT_EQ(completed.error().code(), ErrorCode::InvalidKeyShare);
      ASSERT_FALSE(answered);
      EXPECT_EQ(answered.error().code(), ErrorCode::InvalidKeyShare);
      return;
    }
    ASSERT_TRUE(completed) << completed.error().message();
    ASSERT_TRUE(answered) << answered.error().message();
    const Bytes expected = bytes_of(test["shared"]);
    EXPECT_TRUE(std::ranges::equal(completed->view(), expected));
    EXPECT_TRUE(std::ranges::equal(answered->secret.view(), expected));
  });
}

/// Tests with a context are not TLS's, which has none (draft-ietf-tls-mldsa).
void check_mldsa(const std::string& name, SignatureAlgorithm algorithm) {
  if (!provider().has_signature(algorithm)) GTEST_SKIP() << "libcrypto has ML-DSA from 3.5 on";
  for_each_test(name, [&](const auto& group, const auto& test) {
    if (test.contains("ctx")) return;
    const auto key = provider().public_key(bytes_of(group["publicKeyDer"]));
    const bool holds = key && (*key)->verify(algorithm, bytes_of(test["msg"]), bytes_of(test["sig"]));
    EXPECT_EQ(holds, is_valid(test));
  });
}

TEST(Wycheproof, MlDsaHolds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/mldsa_65_verify_test.json");
  check_mldsa("mldsa_44_verify_test.json", SignatureAlgorithm::mldsa44);
  check_mldsa("mldsa_65_verify_test.json", SignatureAlgorithm::mldsa65);
}

void check_ecdh(const std::string& name, NamedGroup id, std::size_t size) {
  const KeyExchangeGroup& group = *provider().group(id);
  for_each_test(name, [&](const auto&, const auto& test) {
    Bytes scalar = bytes_of(test["private"]);
    while (scalar.size() > size && scalar.front() == 0) scalar.erase(scalar.begin());
    scalar.insert(scalar.begin(), size - scalar.size(), 0);

    const auto exchange = group.start(GivenRandom(scalar));
    ASSERT_TRUE(exchange) << exchange.error().message();
    const auto secret = (*exchange)->complete(bytes_of(test["public"]));

    // "acceptable" is a compressed point, which TLS 1.3 does not have.
    ASSERT_EQ(secret.has_value(), is_valid(test));
    if (secret) {
      EXPECT_TRUE(std::ranges::equal(secret->view(), bytes_of(test["shared"])));
    } else {
      EXPECT_EQ(secret.error().code(), ErrorCode::InvalidKeyShare);
    }
  });
}

TEST(Wycheproof, EcdhOnP256Holds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/ecdh_secp256r1_ecpoint_test.json");
  check_ecdh("ecdh_secp256r1_ecpoint_test.json", NamedGroup::secp256r1, 32);
}
TEST(Wycheproof, EcdhOnP384Holds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/ecdh_secp384r1_ecpoint_test.json");
  check_ecdh("ecdh_secp384r1_ecpoint_test.json", NamedGroup::secp384r1, 48);
}
TEST(Wycheproof, EcdhOnP521Holds) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/ecdh_secp521r1_ecpoint_test.json");
  check_ecdh("ecdh_secp521r1_ecpoint_test.json", NamedGroup::secp521r1, 66);
}

/// The same vectors with SubjectPublicKeyInfo around the point: broken DER, explicit parameters, foreign curves.
TEST(Wycheproof, PublicKeysThatAreNotPlainAreRefused) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/ecdh_secp256r1_test.json");
  const std::pair<const char*, KeyType> files[] = {{"ecdh_secp256r1_test.json", KeyType::p256},
                                                   {"ecdh_secp384r1_test.json", KeyType::p384}};
  for (const auto& [name, type] : files) {
    for_each_test(name, [&](const auto&, const auto& test) {
      const auto key = provider().public_key(bytes_of(test["public"]));
      // A sound key on another curve than the other side's is invalid to them alone.
      EXPECT_EQ(key && (*key)->type() == type, is_valid(test));
    });
  }
}

void check_signatures(const std::string& name, SignatureAlgorithm algorithm) {
  for_each_test(name, [&](const auto& group, const auto& test) {
    const auto key = provider().public_key(bytes_of(group["publicKeyDer"]));
    ASSERT_TRUE(key) << key.error().message();
    // "acceptable" is a PKCS#1 DigestInfo without its NULL: refused here.
    EXPECT_EQ((*key)->verify(algorithm, bytes_of(test["msg"]), bytes_of(test["sig"])), is_valid(test));
  });
}

struct SignatureFile {
  const char* name;
  SignatureAlgorithm algorithm;
};

class WycheproofSignatures : public ::testing::TestWithParam<SignatureFile> {};

TEST_P(WycheproofSignatures, Hold) {
  KEYWAY_REQUIRE_VECTORS(std::string("wycheproof/") + GetParam().name);
  check_signatures(GetParam().name, GetParam().algorithm);
}

INSTANTIATE_TEST_SUITE_P(
    All, WycheproofSignatures,
    ::testing::Values(SignatureFile{"ecdsa_secp256r1_sha256_test.json", SignatureAlgorithm::ecdsa_sha256},
                      SignatureFile{"ecdsa_secp256r1_sha512_test.json", SignatureAlgorithm::ecdsa_sha512},
                      SignatureFile{"ecdsa_secp384r1_sha256_test.json", SignatureAlgorithm::ecdsa_sha256},
                      SignatureFile{"ecdsa_secp384r1_sha384_test.json", SignatureAlgorithm::ecdsa_sha384},
                      SignatureFile{"ecdsa_secp384r1_sha512_test.json", SignatureAlgorithm::ecdsa_sha512},
                      SignatureFile{"ecdsa_secp521r1_sha512_test.json", SignatureAlgorithm::ecdsa_sha512},
                      SignatureFile{"ed25519_test.json", SignatureAlgorithm::ed25519},
                      SignatureFile{"rsa_signature_2048_sha256_test.json", SignatureAlgorithm::rsa_pkcs1_sha256},
                      SignatureFile{"rsa_signature_2048_sha384_test.json", SignatureAlgorithm::rsa_pkcs1_sha384},
                      SignatureFile{"rsa_signature_2048_sha512_test.json", SignatureAlgorithm::rsa_pkcs1_sha512},
                      SignatureFile{"rsa_signature_3072_sha256_test.json", SignatureAlgorithm::rsa_pkcs1_sha256},
                      SignatureFile{"rsa_signature_3072_sha384_test.json", SignatureAlgorithm::rsa_pkcs1_sha384},
                      SignatureFile{"rsa_signature_4096_sha256_test.json", SignatureAlgorithm::rsa_pkcs1_sha256},
                      SignatureFile{"rsa_signature_4096_sha384_test.json", SignatureAlgorithm::rsa_pkcs1_sha384},
                      SignatureFile{"rsa_signature_4096_sha512_test.json", SignatureAlgorithm::rsa_pkcs1_sha512},
                      SignatureFile{"rsa_pss_2048_sha256_mgf1_32_test.json", SignatureAlgorithm::rsa_pss_sha256},
                      SignatureFile{"rsa_pss_2048_sha384_mgf1_48_test.json", SignatureAlgorithm::rsa_pss_sha384},
                      SignatureFile{"rsa_pss_3072_sha256_mgf1_32_test.json", SignatureAlgorithm::rsa_pss_sha256},
                      SignatureFile{"rsa_pss_4096_sha256_mgf1_32_test.json", SignatureAlgorithm::rsa_pss_sha256},
                      SignatureFile{"rsa_pss_4096_sha384_mgf1_48_test.json", SignatureAlgorithm::rsa_pss_sha384},
                      SignatureFile{"rsa_pss_4096_sha512_mgf1_64_test.json", SignatureAlgorithm::rsa_pss_sha512},
                      SignatureFile{"rsa_pss_2048_sha256_mgf1_32_params_test.json", SignatureAlgorithm::rsa_pss_sha256},
                      SignatureFile{"rsa_pss_4096_sha512_mgf1_64_params_test.json",
                                    SignatureAlgorithm::rsa_pss_sha512}),
    [](const auto& file) {
      std::string name = file.param.name;
      return name.substr(0, name.size() - std::string("_test.json").size());
    });

/// Signatures whose salt, hash and mask differ from what RFC 8446 4.2.3 lays down are valid RSA-PSS, and not ours.
TEST(Wycheproof, RsaPssWithAnotherSaltOrMaskIsRefused) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/rsa_pss_misc_test.json");
  for_each_test("rsa_pss_misc_test.json", [](const auto& group, const auto& test) {
    const auto key = provider().public_key(bytes_of(group["publicKeyDer"])).value();
    const HashAlgorithm hash = hash_named(group["sha"]);
    const bool is_ours = (group["sha"] == "SHA-256" || group["sha"] == "SHA-384" || group["sha"] == "SHA-512") &&
                         group["sha"] == group["mgfSha"] && group["sLen"] == provider().hash(hash)->output_size();
    const auto algorithm = hash == HashAlgorithm::sha384   ? SignatureAlgorithm::rsa_pss_sha384
                           : hash == HashAlgorithm::sha512 ? SignatureAlgorithm::rsa_pss_sha512
                                                           : SignatureAlgorithm::rsa_pss_sha256;
    EXPECT_EQ(key->verify(algorithm, bytes_of(test["msg"]), bytes_of(test["sig"])), is_ours);
  });
}

TEST(Wycheproof, RsaPssKeysWithForeignParametersAreRefused) {
  KEYWAY_REQUIRE_VECTORS("wycheproof/rsa_pss_misc_params_test.json");
  for_each_test("rsa_pss_misc_params_test.json", [](const auto& group, const auto&) {
    const auto key = provider().public_key(bytes_of(group["publicKeyDer"]));
    const std::string sha = group["sha"];
    const bool is_ours = (sha == "SHA-256" || sha == "SHA-384" || sha == "SHA-512") && group["mgfSha"] == sha &&
                         group["sLen"].template get<std::size_t>() <= provider().hash(hash_named(sha))->output_size();
    EXPECT_EQ(key.has_value(), is_ours) << group["sha"] << ' ' << group["mgfSha"] << ' ' << group["sLen"];
  });
}

}  // namespace
}  // namespace keyway::crypto
