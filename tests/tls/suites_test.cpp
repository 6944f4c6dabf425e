#include "tls/suites.hpp"

#include <gtest/gtest.h>

namespace keyway::tls {
namespace {

TEST(SuitesTls13, AreFoundByTheirNumber) {
  ASSERT_EQ(suites_tls13().size(), 3U);
  for (const SuiteTls13& suite : suites_tls13()) EXPECT_EQ(find_suite_tls13(suite.id), &suite);
}

TEST(SuitesTls13, PairAeadAndHashAsTheirNamesSay) {
  const auto* aes256 = find_suite_tls13(CipherSuite::TLS_AES_256_GCM_SHA384);
  const auto* chacha = find_suite_tls13(CipherSuite::TLS_CHACHA20_POLY1305_SHA256);
  ASSERT_TRUE(aes256 != nullptr && chacha != nullptr);
  EXPECT_EQ(aes256->aead, crypto::AeadAlgorithm::aes_256_gcm);
  EXPECT_EQ(aes256->hash, crypto::HashAlgorithm::sha384);
  EXPECT_EQ(chacha->aead, crypto::AeadAlgorithm::chacha20_poly1305);
  EXPECT_EQ(chacha->hash, crypto::HashAlgorithm::sha256);
}

// Attack 20: what is old or weak is not there to be chosen.
TEST(SuitesTls13, HaveNothingElse) {
  std::size_t found = 0;
  for (std::uint32_t id = 0; id <= 0xffff; ++id) {
    if (find_suite_tls13(static_cast<CipherSuite>(id)) != nullptr) ++found;
  }
  EXPECT_EQ(found, 3U);
}

}  // namespace
}  // namespace keyway::tls
