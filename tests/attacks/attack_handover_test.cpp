// Connections on their way to another process, and those whose records are in other hands.

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

#include <keyway/handover.hpp>

#include "testing/pair.hpp"

namespace keyway::testing {
namespace {

class AttackOnHandover : public ::testing::Test {
 protected:
  static std::shared_ptr<const ServerConfig> make_config() {
    ServerConfig::Builder builder = server_builder();
    builder.allow_secret_extraction();
    return build(std::move(builder));
  }

  std::shared_ptr<const ServerConfig> config = make_config();
  Pair pair = make_connected_pair(nullptr, config);
  HandoverKey key = *HandoverKey::generate(*provider());
};

TEST_F(AttackOnHandover, WhoeverSeesTheBytesSeesNoSecret) {
  Pair same = make_connected_pair(nullptr, config);
  const Bytes exported = *same.server.export_idle(key);
  EXPECT_TRUE(std::ranges::search(exported, as_bytes("shop.localhost")).empty()) << "nor whom it is about";
  const auto secrets = pair.server.extract_secrets();
  ASSERT_TRUE(secrets);
  const Bytes again = *make_connected_pair(nullptr, config).server.export_idle(key);
  EXPECT_NE(Bytes(exported.begin() + 1, exported.begin() + 13), Bytes(again.begin() + 1, again.begin() + 13))
      << "each has a nonce of its own";
}

TEST_F(AttackOnHandover, WhoeverAltersTheBytesMakesNoConnection) {
  const Bytes exported = *pair.server.export_idle(key);
  for (std::size_t at = 0; at < exported.size(); at += 11) {
    Bytes altered = exported;
    altered[at] ^= 0x80;
    EXPECT_EQ(Connection::import_idle(config, key, altered).error().code(), ErrorCode::InvalidHandover) << at;
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, std::size_t{28}, std::size_t{29}, exported.size() - 1}) {
    EXPECT_FALSE(Connection::import_idle(config, key, ByteView(exported).first(size))) << size;
  }
  EXPECT_FALSE(Connection::import_idle(config, key, Bytes(Connection::max_exported + 1, 1)));
}

TEST_F(AttackOnHandover, TheEndThatWasLeftNeverSealsAgain) {
  const Bytes exported = *pair.server.export_idle(key);
  Bytes out(1000);
  EXPECT_FALSE(pair.server.send(as_bytes("once more"), out));
  EXPECT_FALSE(pair.server.update_keys(false));
  pair.server.abort(AlertDescription::internal_error);
  pair.server.close();
  EXPECT_TRUE(pair.server.output().empty());
  pair.server = *Connection::import_idle(config, key, exported);
  EXPECT_EQ(pair.transfer(Side::server, "first word of the other process"), "first word of the other process");
}

TEST_F(AttackOnHandover, FloodsAreCountedWhereRecordsAreOpenedElsewhere) {
  ASSERT_TRUE(pair.server.extract_secrets());
  const Bytes key_update{22, 3, 3, 0, 5, 24, 0, 0, 1, 1};
  std::size_t taken = 0;
  while (pair.server.error() == nullptr && taken < 1000) {
    static_cast<void>(feed(pair.server, key_update));
    ++taken;
    EXPECT_LE(pair.server.output().size(), 32U) << "one answer waits, whatever is asked";
  }
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::TooManyKeyUpdates);
  EXPECT_LE(taken, 33U);
}

TEST_F(AttackOnHandover, WithoutLeaveNoKeyLeaves) {
  Pair strict = make_connected_pair();
  EXPECT_FALSE(strict.server.extract_secrets());
  EXPECT_FALSE(strict.server.export_idle(key));
  EXPECT_FALSE(strict.client.extract_secrets());
  EXPECT_EQ(strict.transfer(Side::client, "as before"), "as before");
}

}  // namespace
}  // namespace keyway::testing
