#include <keyway/secret.hpp>

#include <algorithm>
#include <cstdlib>
#include <new>
#include <type_traits>

#include <gtest/gtest.h>

namespace keyway {
namespace {

using Secret = SecretBuffer<8>;

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret> && std::is_nothrow_move_assignable_v<Secret>);
template <typename T>
concept Comparable = requires(const T& a) { a == a; };
static_assert(!Comparable<Secret>, "secrets are compared in constant time only");

constexpr std::array<std::uint8_t, 4> some{1, 2, 3, 4};

bool all_zero(ByteView bytes) {
  return std::ranges::all_of(bytes, [](std::uint8_t byte) { return byte == 0; });
}

/// Reads memory that no object lives in any more, as somebody who found it would.
bool is_zero_memory(const volatile unsigned char* at, std::size_t size) {
  bool zero = true;
  for (std::size_t i = 0; i < size; ++i) zero = zero && at[i] == 0;
  return zero;
}

TEST(SecretBuffer, WipesItselfWhenItGoes) {
  void* memory = std::malloc(sizeof(Secret));
  auto* secret = new (memory) Secret(ByteView(some));
  ASSERT_TRUE(std::ranges::equal(secret->view(), some));
  const volatile unsigned char* place = secret->view().data();
  ASSERT_FALSE(is_zero_memory(place, Secret::capacity()));

  secret->~Secret();

  EXPECT_TRUE(is_zero_memory(place, Secret::capacity()));
  std::free(memory);
}

TEST(SecretBuffer, WipesWhatItIsMovedFrom) {
  Secret first{ByteView(some)};
  const Secret second = std::move(first);
  EXPECT_TRUE(first.empty());
  first.resize(Secret::capacity());
  EXPECT_TRUE(all_zero(first.view()));
  EXPECT_TRUE(std::ranges::equal(second.view(), some));

  Secret third;
  Secret source{ByteView(some)};
  third = std::move(source);
  EXPECT_TRUE(source.empty());
  EXPECT_TRUE(std::ranges::equal(third.view(), some));
}

TEST(SecretBuffer, ShrinkingWipesWhatFallsOff) {
  Secret secret{ByteView(some)};
  secret.resize(1);
  secret.resize(4);
  EXPECT_TRUE(std::ranges::equal(secret.view(), std::array<std::uint8_t, 4>{1, 0, 0, 0}));
  secret.clear();
  EXPECT_TRUE(secret.empty());
}

TEST(SecretBuffer, CutsWhatIsBeyondItsCapacity) {
  EXPECT_EQ(Secret(100).size(), 8U);
  EXPECT_EQ(Secret(ByteView(Bytes(100, 1))).size(), 8U);
  Secret secret;
  secret.resize(100);
  EXPECT_EQ(secret.size(), 8U);
}

TEST(SecretBuffer, ClonesByNameAlone) {
  const Secret secret{ByteView(some)};
  const Secret copy = secret.clone();
  EXPECT_TRUE(equal_in_constant_time(secret.view(), copy.view()));
}

TEST(ConstantTimeComparison, FindsEveryDifference) {
  const Bytes a{1, 2, 3, 4};
  EXPECT_TRUE(equal_in_constant_time(a, Bytes{1, 2, 3, 4}));
  EXPECT_TRUE(equal_in_constant_time({}, {}));
  EXPECT_FALSE(equal_in_constant_time(a, Bytes{1, 2, 3}));
  for (std::size_t bit = 0; bit < 32; ++bit) {
    Bytes b = a;
    b[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
    EXPECT_FALSE(equal_in_constant_time(a, b));
  }
}

}  // namespace
}  // namespace keyway
