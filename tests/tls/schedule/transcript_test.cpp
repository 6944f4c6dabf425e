#include <gtest/gtest.h>

#include "testing/vectors.hpp"
#include "tls/record/record_testing.hpp"
#include "tls/schedule/transcript.hpp"

namespace keyway::tls {
namespace {

using testing::copy;
using testing::hash_of;
using testing::pattern;

class TranscriptOf : public ::testing::TestWithParam<crypto::HashAlgorithm> {
 protected:
  const crypto::HashFunction& hash() const { return hash_of(GetParam()); }

  Bytes hash_of_bytes(ByteView data) const {
    crypto::HashState state{};
    hash().start(state);
    hash().update(state, data);
    Bytes out(hash().output_size());
    hash().finish(state, out);
    return out;
  }
};

INSTANTIATE_TEST_SUITE_P(Hashes, TranscriptOf,
                         ::testing::Values(crypto::HashAlgorithm::sha256, crypto::HashAlgorithm::sha384));

TEST_P(TranscriptOf, HashesTheConcatenationOfMessages) {
  Transcript transcript(hash());
  transcript.add(pattern(70));
  transcript.add({});
  transcript.add(pattern(200, 70));
  EXPECT_EQ(copy(transcript.hash().view()), hash_of_bytes(pattern(270)));
}

TEST_P(TranscriptOf, GoesOnAfterAHashWasTaken) {
  Transcript transcript(hash());
  transcript.add(pattern(10));
  const auto first = transcript.hash();
  EXPECT_EQ(copy(transcript.hash().view()), copy(first.view()));
  transcript.add(pattern(10, 10));
  EXPECT_EQ(copy(transcript.hash().view()), hash_of_bytes(pattern(20)));
}

TEST_P(TranscriptOf, LooksAheadWithoutAdding) {
  Transcript transcript(hash());
  transcript.add(pattern(10));
  EXPECT_EQ(copy(transcript.hash_with(pattern(10, 10)).view()), hash_of_bytes(pattern(20)));
  EXPECT_EQ(copy(transcript.hash().view()), hash_of_bytes(pattern(10)));
}

TEST_P(TranscriptOf, CopiesGoSeparateWays) {
  Transcript one(hash());
  one.add(pattern(10));
  Transcript other = one;
  other.add(pattern(5));
  EXPECT_EQ(copy(one.hash().view()), hash_of_bytes(pattern(10)));
}

TEST_P(TranscriptOf, PutsAMessageHashInPlaceOfTheFirstClientHello) {
  Transcript transcript(hash());
  transcript.add(pattern(300));
  transcript.replace_with_message_hash();
  transcript.add(pattern(50));

  const Bytes digest = hash_of_bytes(pattern(300));
  const Bytes header{254, 0, 0, static_cast<std::uint8_t>(digest.size())};
  EXPECT_EQ(copy(transcript.hash().view()), hash_of_bytes(testing::join({header, digest, pattern(50)})));
}

}  // namespace
}  // namespace keyway::tls
