// RFC 8446 4.6.3: a KeyUpdate that asks for one is answered before the next application data, once for all that came.

#include <gtest/gtest.h>

#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

TEST(KeyUpdateAnswers, WaitForTheNextData) {
  Pair pair = make_connected_pair();
  ASSERT_TRUE(pair.client.update_keys(true));
  EXPECT_EQ(pair.transfer(Side::client, "a"), "a");

  EXPECT_TRUE(pair.server.output().empty());
  const std::size_t with_answer = pair.server.sealed_size(1);
  EXPECT_EQ(pair.transfer(Side::server, "b"), "b");
  EXPECT_LT(pair.server.sealed_size(1), with_answer) << "the answer was counted, and has gone";
}

TEST(KeyUpdateAnswers, AreOneForManyRequests) {
  Pair pair = make_connected_pair();
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(pair.client.update_keys(true));
  EXPECT_EQ(pair.transfer(Side::client, "a"), "a");

  Bytes out(pair.server.sealed_size(1));
  const auto sent = pair.server.send(as_bytes("b"), out);
  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(sent->consumed, 1U);
  EXPECT_EQ(sent->written, out.size());
  EXPECT_EQ(out.size(), 27U + 23U) << "one KeyUpdate, one record of a byte";
}

}  // namespace
}  // namespace keyway
