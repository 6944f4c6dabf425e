// Running hashes as bytes.

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "crypto/support.hpp"

namespace keyway::crypto {
namespace {

constexpr std::array sha2{HashAlgorithm::sha256, HashAlgorithm::sha384, HashAlgorithm::sha512};

Bytes finished(const HashFunction& function, HashState state) {
  Bytes out(function.output_size());
  function.finish(state, out);
  return out;
}

TEST(HashStates, GoOnWhereTheyWereWritten) {
  Bytes data(700);
  for (std::size_t i = 0; i < data.size(); ++i) data[i] = static_cast<std::uint8_t>(i * 7);
  for (const HashAlgorithm algorithm : sha2) {
    const HashFunction& function = *provider().hash(algorithm);
    for (std::size_t cut = 0; cut <= 300; ++cut) {
      HashState whole{};
      function.start(whole);
      function.update(whole, ByteView(data).first(cut));
      const auto written = function.write_state(whole);
      ASSERT_TRUE(written);
      HashState read{};
      ASSERT_TRUE(function.read_state(read, *written)) << cut;
      EXPECT_EQ(*function.write_state(read), *written);
      function.update(whole, ByteView(data).subspan(cut));
      function.update(read, ByteView(data).subspan(cut));
      ASSERT_EQ(finished(function, read), finished(function, whole)) << cut;
    }
  }
}

TEST(HashStates, AreInTheFormThatTheHeaderTellsOf) {
  // FIPS 180-4 5.3.3: the first values of SHA-256; then none seen, or three bytes of a block.
  const HashFunction& function = *provider().hash(HashAlgorithm::sha256);
  const Bytes values = *from_hex("6a09e667bb67ae853c6ef372a54ff53a510e527f9b05688c1f83d9ab5be0cd19");
  HashState state{};
  function.start(state);
  Bytes expected = values;
  expected.insert(expected.end(), 8, 0);
  EXPECT_EQ(*function.write_state(state), expected);
  function.update(state, as_bytes("abc"));
  expected.back() = 3;
  expected.insert(expected.end(), {'a', 'b', 'c'});
  EXPECT_EQ(*function.write_state(state), expected);
}

TEST(HashStates, AreRefusedWhereTheyAreCutLongerOrImpossible) {
  for (const HashAlgorithm algorithm : sha2) {
    const HashFunction& function = *provider().hash(algorithm);
    HashState state{};
    function.start(state);
    function.update(state, as_bytes("some bytes of a block"));
    const Bytes written = *function.write_state(state);
    HashState read{};
    for (std::size_t size = 0; size < written.size(); ++size) {
      EXPECT_FALSE(function.read_state(read, ByteView(written).first(size))) << size;
    }
    Bytes longer = written;
    longer.push_back(0);
    EXPECT_FALSE(function.read_state(read, longer));
    Bytes endless = written;
    endless[8 * (algorithm == HashAlgorithm::sha256 ? 4 : 8)] = 0x20;  // of the count
    EXPECT_FALSE(function.read_state(read, endless));
  }
}

}  // namespace
}  // namespace keyway::crypto
