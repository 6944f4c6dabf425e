/// libcrypto keeps its errors in a queue of the thread. What one connection leaves there, another would find.

#include <gtest/gtest.h>

#include "crypto/libcrypto/aead.hpp"
#include "crypto/libcrypto/handles.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

class ErrorQueue : public ::testing::Test {
 protected:
  void SetUp() override { ERR_clear_error(); }
  void TearDown() override { EXPECT_EQ(ERR_peek_error(), 0U) << ERR_reason_error_string(ERR_peek_error()); }
};

TEST_F(ErrorQueue, IsEmptyAfterSuccess) {
  for (const KeyType type : {KeyType::p256, KeyType::p384, KeyType::p521, KeyType::ed25519}) {
    const auto pair = provider().generate_key(type).value();
    const auto loaded = provider().private_key(pair->to_pkcs8().value());
    EXPECT_TRUE(loaded);
    EXPECT_TRUE(provider().public_key(pair->subject_public_key_info()));
    EXPECT_EQ(ERR_peek_error(), 0U) << to_string(type);
  }
  EXPECT_TRUE(provider().private_key(provider().generate_key(KeyType::rsa, 2048).value()->to_pkcs8().value()));
}

TEST_F(ErrorQueue, IsEmptyAfterBadKeys) {
  const auto pair = provider().generate_key(KeyType::p256).value();
  Bytes off_curve(pair->subject_public_key_info().begin(), pair->subject_public_key_info().end());
  off_curve.back() ^= 1;
  EXPECT_FALSE(provider().public_key(off_curve));
  EXPECT_EQ(ERR_peek_error(), 0U);
  EXPECT_FALSE(provider().private_key(Bytes(100, 0x30)));
  EXPECT_EQ(ERR_peek_error(), 0U);
  EXPECT_EQ(provider().generate_key(KeyType::mldsa44).has_value(),
            provider().has_signature(SignatureAlgorithm::mldsa44));
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST_F(ErrorQueue, IsEmptyAfterBadSignatures) {
  for (const auto& [type, bits, algorithm] :
       {std::tuple{KeyType::p256, std::size_t{0}, SignatureAlgorithm::ecdsa_sha256},
        {KeyType::rsa, std::size_t{2048}, SignatureAlgorithm::rsa_pss_sha256},
        {KeyType::rsa, std::size_t{2048}, SignatureAlgorithm::rsa_pkcs1_sha256},
        {KeyType::ed25519, std::size_t{0}, SignatureAlgorithm::ed25519}}) {
    const auto pair = provider().generate_key(type, bits).value();
    const auto key = provider().public_key(pair->subject_public_key_info()).value();
    Bytes signature;
    ASSERT_TRUE(pair->sign(algorithm, as_bytes("text"), signature));
    signature.back() ^= 1;
    EXPECT_FALSE(key->verify(algorithm, as_bytes("text"), signature));
    EXPECT_FALSE(key->verify(algorithm, as_bytes("text"), Bytes(signature.size(), 0xff)));
    EXPECT_EQ(ERR_peek_error(), 0U) << to_string(algorithm);
  }
}

TEST_F(ErrorQueue, IsEmptyAfterBadSharesAndRecords) {
  for (const NamedGroup id :
       {NamedGroup::x25519, NamedGroup::secp256r1, NamedGroup::secp384r1, NamedGroup::secp521r1}) {
    const std::size_t size = provider().group(id)->start(provider().random()).value()->share().size();
    EXPECT_FALSE(provider().group(id)->answer(provider().random(), Bytes(size)));
    EXPECT_EQ(ERR_peek_error(), 0U) << to_string(id);
  }
  const auto aeads = libcrypto::AeadSet::load().value();
  Bytes sealed(100);
  EXPECT_FALSE(aeads.make(AeadAlgorithm::chacha20_poly1305, Bytes(32)).value()->open({}, {}, sealed));
  EXPECT_FALSE(aeads.make(AeadAlgorithm::aes_128_gcm, Bytes(16)).value()->open({}, {}, sealed));
}

}  // namespace
}  // namespace keyway::crypto
