#include <string>

#include <gtest/gtest.h>

#include "testing/vectors.hpp"
#include "tls/record/record_testing.hpp"
#include "tls/schedule/constants.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/rfc8448_vectors.hpp"

// Where no RFC has a value, the expected ones were computed with another implementation of HMAC (Python's).

namespace keyway::tls {
namespace {

using crypto::HashAlgorithm;
using testing::copy;
using testing::hash_of;
using testing::hex;

constexpr auto first_client_secret = "9e40646ce79a7f9dc05af8889bce6552875afa0b06df0087f792ebb7c17504a5";
constexpr auto exporter_secret = "fe22f881176eda18eb8f44529e6792c50c9a3f89452f68d8ae311b4309d3cf50";

Exporter exporter() {
  return {hash_of(HashAlgorithm::sha256), HashSecret(hex(exporter_secret))};
}

class KeyScheduleOf : public ::testing::TestWithParam<HashAlgorithm> {
 protected:
  const crypto::HashFunction& hash() const { return hash_of(GetParam()); }
};

INSTANTIATE_TEST_SUITE_P(Hashes, KeyScheduleOf, ::testing::Values(HashAlgorithm::sha256, HashAlgorithm::sha384));

TEST_P(KeyScheduleOf, KnowsTheHashOfNothing) {
  crypto::HashState state{};
  hash().start(state);
  Bytes out(hash().output_size());
  hash().finish(state, out);
  EXPECT_EQ(copy(empty_hash(hash()).view()), out);
}

TEST_P(KeyScheduleOf, KnowsTheFirstSaltWithoutAPsk) {
  // A PSK of zeros is what stands for none, and takes the long way.
  const Bytes no_psk(hash().output_size(), 0);
  const auto transcript = Transcript(hash()).hash_with(testing::pattern(100));
  const Bytes shared = testing::pattern(32);

  ASSERT_FALSE(derived_without_psk(hash()).empty());
  const auto shortcut = EarlySchedule(hash()).into_handshake(shared).traffic_secrets(transcript);
  const auto long_way = EarlySchedule(hash(), no_psk).into_handshake(shared).traffic_secrets(transcript);
  EXPECT_EQ(copy(shortcut.client.bytes()), copy(long_way.client.bytes()));
  EXPECT_EQ(copy(shortcut.server.bytes()), copy(long_way.server.bytes()));
}

TEST_P(KeyScheduleOf, TakesZerosWhereThereIsNoSharedSecret) {
  const auto transcript = Transcript(hash()).hash();
  const Bytes psk(32, 5);
  const Bytes zeros(hash().output_size(), 0);
  const auto without = EarlySchedule(hash(), psk).into_handshake({}).traffic_secrets(transcript);
  const auto with_zeros = EarlySchedule(hash(), psk).into_handshake(zeros).traffic_secrets(transcript);
  EXPECT_EQ(copy(without.client.bytes()), copy(with_zeros.client.bytes()));
}

TEST_P(KeyScheduleOf, TellsExternalFromResumptionBinders) {
  const EarlySchedule early(hash(), Bytes(32, 5));
  EXPECT_NE(copy(early.binder_key(PskKind::external).bytes()), copy(early.binder_key(PskKind::resumption).bytes()));
  EXPECT_NE(copy(early.binder_key(PskKind::imported).bytes()), copy(early.binder_key(PskKind::external).bytes()));
}

TEST(TrafficSecrets, FollowEachOtherThroughKeyUpdates) {
  const TrafficSecret first(hash_of(HashAlgorithm::sha256), HashSecret(hex(first_client_secret)));
  const TrafficSecret second = first.next();
  EXPECT_EQ(copy(second.bytes()), hex("fcdfcc72725aaee48bf64e4fd8b749cdbdbab39d90da0b26e2245ca6ea167207"));
  EXPECT_EQ(copy(second.next().bytes()), hex("68474fe58c172143d0a009a76edd231b0d934f3058588ea0852662279e54a573"));
}

TEST(TrafficSecrets, OfSha384GiveKeysOf32BytesAndFinishedOf48) {
  const TrafficSecret secret(hash_of(HashAlgorithm::sha384), HashSecret(Bytes(48, 7)));
  const auto keys = secret.keys(32);
  EXPECT_EQ(copy(keys.key.view()), hex("a4acc85793d22183a2ecfedf56e52abe8cb87220c384ae93049602c51bc07826"));
  EXPECT_EQ(copy(keys.iv), hex("e05377655b035bfa7842bf70"));

  TranscriptHash transcript(48);
  for (auto& byte : transcript.span()) byte = 9;
  EXPECT_EQ(copy(secret.finished(transcript).view()),
            hex("6fabf6a2fd87c74416df63308dabeea8f5d167ea51337e3c10b4c397746374dd"
                "f4fd58f576f836b47ce0fac4df9697b5"));
}

TEST(Exporters, FollowTheRfc) {
  Bytes out(80);
  ASSERT_TRUE(exporter().derive("EXPERIMENTAL keyway", as_bytes("context"), out).has_value());
  EXPECT_EQ(out, hex("71bfda543bf59de64473f740f07206b1be76444a150e77c6b3498c4491899435aa42b092d85feab1e22d24a8dbf851d1"
                     "e66d4324d0dacafaa74163d9caffc1d474fb391b01a76547ef2f5785a6b7bd46"));
}

TEST(Exporters, TakeAnEmptyContext) {
  Bytes out(32);
  ASSERT_TRUE(exporter().derive("EXPERIMENTAL keyway", {}, out).has_value());
  EXPECT_EQ(out, hex("698a0bd924bdd625728f1137a3f1c34ea97416d07f48c0f89010354a9e61de26"));
}

TEST(Exporters, OfSha384FollowTheRfc) {
  const Exporter of_sha384(hash_of(HashAlgorithm::sha384), HashSecret(Bytes(48, 7)));
  Bytes out(64);
  ASSERT_TRUE(of_sha384.derive("EXPERIMENTAL keyway", as_bytes("context"), out).has_value());
  EXPECT_EQ(out, hex("4fc8e7894e397ce36b0475174ef7151d6ce6da8c5f901229e7984e50801b15ebced4725bb8e7222a99cc7f9581f5d26a"
                     "04f933f26b670ec1d10465fab7461589"));
}

TEST(Exporters, GiveUpTo255OutputsOfTheHash) {
  Bytes longest(std::size_t{255} * 32);
  Bytes too_long(longest.size() + 1);
  EXPECT_TRUE(exporter().derive("label", {}, longest).has_value());
  const auto refused = exporter().derive("label", {}, too_long);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code(), ErrorCode::InvalidArgument);
}

TEST(Exporters, BoundTheirLabels) {
  Bytes out(16);
  EXPECT_TRUE(exporter().derive(std::string(249, 'l'), {}, out).has_value());
  EXPECT_FALSE(exporter().derive(std::string(250, 'l'), {}, out).has_value());
  EXPECT_TRUE(exporter().derive("", {}, out).has_value());
}

}  // namespace
}  // namespace keyway::tls
