// Certificate compression (RFC 8879) between whole connections.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>
#include <utility>
#include <vector>

#include "testing/client_identity.hpp"
#include "testing/pair.hpp"
#include "testing/tls12_wire.hpp"
#include "tls/certificate_messages.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum CertificateCompressionAlgorithm;

/// Counts how often it compresses; leaves out nothing, and says so or not.
class Counting final : public CertificateCompressor {
 public:
  explicit Counting(CertificateCompressionAlgorithm algorithm, bool is_worth_it = true)
      : algorithm_(algorithm), is_worth_it_(is_worth_it) {}
  CertificateCompressionAlgorithm algorithm() const noexcept override { return algorithm_; }
  std::optional<Bytes> compress(ByteView certificate) const override {
    ++compressed;
    if (!is_worth_it_) return std::nullopt;
    return Bytes(certificate.begin(), certificate.end());
  }
  bool decompress(ByteView data, ByteSpan out) const override {
    ++decompressed;
    if (data.size() != out.size()) return false;
    std::ranges::copy(data, out.begin());
    return true;
  }
  mutable std::atomic<int> compressed = 0;
  mutable std::atomic<int> decompressed = 0;

 private:
  CertificateCompressionAlgorithm algorithm_;
  bool is_worth_it_;
};

std::shared_ptr<const CertificateCompressor> had(CertificateCompressionAlgorithm algorithm) {
  for (const auto& compressor : certificate_compressors()) {
    if (compressor->algorithm() == algorithm) return compressor;
  }
  return nullptr;
}

Pair pair_of(CertificateCompressors client, CertificateCompressors server) {
  auto client_config = client_builder();
  client_config.certificate_compression(std::move(client));
  auto server_config = server_builder();
  server_config.certificate_compression(std::move(server));
  return make_tls_pair(build(std::move(client_config)), build(std::move(server_config)));
}

TEST(CertificateCompression, IsUsedByDefaultWithTheFirstThatTheBuildHas) {
  if (certificate_compressors().empty()) GTEST_SKIP() << "built without";
  Pair pair = make_tls_pair();

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.info().certificate_compression, certificate_compressors().front()->algorithm());
  EXPECT_EQ(pair.server.info().certificate_compression, certificate_compressors().front()->algorithm());
  EXPECT_EQ(pair.client.peer_chain(), shared_leaf().chain);
  EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
}

TEST(CertificateCompression, WorksWithEachAlgorithm) {
  for (const auto& compressor : certificate_compressors()) {
    Pair pair = pair_of({compressor}, certificate_compressors());

    ASSERT_TRUE(pair.run()) << to_string(compressor->algorithm());
    EXPECT_EQ(pair.client.info().certificate_compression, compressor->algorithm());
  }
}

TEST(CertificateCompression, FollowsTheServersOrder) {
  const auto a = std::make_shared<Counting>(zstd);
  const auto b = std::make_shared<Counting>(zlib);
  Pair pair = pair_of({a, b}, {b, a});

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.info().certificate_compression, zlib);
  EXPECT_EQ(b->decompressed, 1);
  EXPECT_EQ(a->compressed, 0);
}

TEST(CertificateCompression, IsLeftOutWhereOneSideHasNone) {
  const auto a = std::make_shared<Counting>(zstd);
  const auto b = std::make_shared<Counting>(zlib);
  const std::vector<std::pair<CertificateCompressors, CertificateCompressors>> cases{{{}, {a}}, {{a}, {}}, {{a}, {b}}};
  for (const auto& [client, server] : cases) {
    Pair pair = pair_of(client, server);

    ASSERT_TRUE(pair.run());
    EXPECT_FALSE(pair.client.info().certificate_compression);
    EXPECT_FALSE(pair.server.info().certificate_compression);
  }
  EXPECT_EQ(a->compressed + b->compressed, 0);
}

TEST(CertificateCompression, IsLeftOutInTls12) {
  Pair pair = make_tls_pair(client_with(Policy::compatible_2026()), server_with(tls12_policy()));

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.info().version, ProtocolVersion::TLS1_2);
  EXPECT_FALSE(pair.client.info().certificate_compression);
}

TEST(CertificateCompression, TakesTheNextWhereOneIsNotWorthIt) {
  const auto useless = std::make_shared<Counting>(zstd, /*is_worth_it=*/false);
  const auto useful = std::make_shared<Counting>(zlib);
  Pair pair = pair_of({useless, useful}, {useless, useful});

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(pair.client.info().certificate_compression, zlib);
}

TEST(CertificateCompression, IsDoneOnceForACredentialWhateverTheThreads) {
  const auto counting = std::make_shared<Counting>(zlib);
  auto server_config = server_builder();
  server_config.certificate_compression({counting});
  const auto server = build(std::move(server_config));
  auto client_config = client_builder();
  client_config.certificate_compression({counting});
  const auto client = build(std::move(client_config));

  std::atomic<int> connected = 0;
  std::vector<std::jthread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 3; ++round) {
        Pair pair = make_tls_pair(client, server);
        if (pair.run()) ++connected;
      }
    });
  }
  threads.clear();

  EXPECT_EQ(connected, 12);
  EXPECT_EQ(counting->compressed, 1);
}

TEST(CertificateCompression, ShowsItselfPlainToMoreCompressorsThanAreKept) {
  const auto credential = shared_credential();
  for (int i = 0; i < 16; ++i) {
    EXPECT_FALSE(credential->messages().compressed(std::make_shared<Counting>(zlib), {}).empty());
  }

  EXPECT_TRUE(credential->messages().compressed(std::make_shared<Counting>(zlib), {}).empty());
}

TEST(CertificateCompression, RefusesAConfigurationThatNamesAnAlgorithmTwiceOrNone) {
  auto twice = client_builder();
  twice.certificate_compression({std::make_shared<Counting>(zlib), std::make_shared<Counting>(zlib)});
  auto null = server_builder();
  null.certificate_compression({nullptr});

  EXPECT_EQ(twice.build().error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(null.build().error().code(), ErrorCode::InvalidConfiguration);
}

TEST(CertificateCompression, IsUsedForTheClientsCertificateToo) {
  const auto counting = std::make_shared<Counting>(zlib);
  auto client = client_builder();
  client.certificate_compression({counting}).add_credential(shared_client_credential());
  auto server = server_builder();
  server.certificate_compression({counting}).require_client_certificate(shared_trust());
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(counting->decompressed, 2);
  EXPECT_FALSE(pair.server.peer_chain().empty());
}

TEST(CertificateCompression, IsNotUsedForTheClientsCertificateUnasked) {
  const auto counting = std::make_shared<Counting>(zlib);
  auto client = client_builder();
  client.certificate_compression({counting}).add_credential(shared_client_credential());
  auto server = server_builder();
  server.certificate_compression({}).require_client_certificate(shared_trust());
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));

  ASSERT_TRUE(pair.run());

  EXPECT_EQ(counting->compressed, 0);
}

TEST(CertificateCompression, GoesThroughAHelloRetryRequest) {
  if (!had(zlib)) GTEST_SKIP() << "built without zlib";
  Policy only_p384 = Policy::modern_2026();
  only_p384.groups = {NamedGroup::secp384r1};
  only_p384.key_shares = {NamedGroup::secp384r1};
  auto server = server_builder();
  server.policy(only_p384).certificate_compression({had(zlib)});
  Pair pair = make_tls_pair(nullptr, build(std::move(server)));

  ASSERT_TRUE(pair.run());

  EXPECT_TRUE(pair.client.info().after_hello_retry_request);
  EXPECT_EQ(pair.client.info().certificate_compression, zlib);
}

}  // namespace
}  // namespace keyway
