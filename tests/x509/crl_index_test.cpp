// The look-up in long CRLs.

#include <algorithm>
#include <chrono>

#include <gtest/gtest.h>

#include "testing/make_certificate.hpp"
#include "x509/crl.hpp"
#include "x509/crl_builder.hpp"

namespace keyway::testing {
namespace {

using x509::CrlIndex;

/// A serial number of 16 bytes that nobody guesses from the one before.
Bytes serial_of(std::uint64_t number) {
  Bytes serial;
  std::uint64_t state = number * 0x9e3779b97f4a7c15U + 1;
  while (serial.size() < 16) {
    state ^= state >> 29U;
    state *= 0xbf58476d1ce4e5b9U;
    serial.push_back(static_cast<std::uint8_t>(state >> 56U));
  }
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7fU) | 0x40U);
  return serial;
}

Bytes long_list(const IssuedCertificate& issuer, std::size_t entries) {
  x509::CrlFields fields;
  fields.issuer = issuer.subject;
  fields.this_update = test_now - std::chrono::hours(1);
  fields.next_update = test_now + std::chrono::hours(24);
  fields.number = 1;
  fields.entries.reserve(entries);
  for (std::size_t i = 0; i < entries; ++i) fields.entries.push_back({serial_of(i), test_now, std::uint8_t{4}, {}});
  return x509::sign_crl(fields, *issuer.key).value();
}

TEST(CrlIndex, FindsEveryEntryOfALongListAndNoOther) {
  const TestAuthority authority;
  constexpr std::size_t entries = 20'000;
  const auto list = x509::Crl::from_der(long_list(authority.intermediate(), entries)).value();

  ASSERT_EQ(list.size(), entries);
  for (std::size_t i = 0; i < entries; i += 7) EXPECT_TRUE(list.find(serial_of(i)).has_value()) << i;
  for (std::size_t i = entries; i < entries + 2000; ++i) EXPECT_FALSE(list.find(serial_of(i)).has_value()) << i;
}

TEST(CrlIndex, TakesSixBytesOfMemoryForAnEntry) {
  CrlIndex index;
  constexpr std::uint32_t entries = 500'000;
  for (std::uint32_t i = 0; i < entries; ++i) index.add(i * 40, serial_of(i));
  index.finish();

  EXPECT_EQ(index.size(), entries);
  EXPECT_LE(index.memory(), 6U * entries);
}

TEST(CrlIndex, IsMadeInLinearTimeWhateverTheSerialNumbersAre) {
  CrlIndex index;
  const Bytes same{0x01};
  constexpr std::uint32_t entries = 200'000;
  const auto start = std::chrono::steady_clock::now();
  for (std::uint32_t i = 0; i < entries; ++i) index.add(i, same);
  index.finish();

  // Quadratic work would take minutes.
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
  const auto found = index.candidates(same);
  ASSERT_EQ(found.size(), entries);
  EXPECT_TRUE(std::ranges::is_sorted(found));
}

TEST(CrlIndex, IsEmptyForAListWithoutEntries) {
  CrlIndex index;
  index.finish();
  EXPECT_TRUE(index.candidates(Bytes{0x01}).empty());
  EXPECT_EQ(CrlIndex{}.candidates(Bytes{0x01}).size(), 0U);
}

TEST(CrlIndex, KnowsWhichEntryNamesTheIssuerInForce) {
  CrlIndex index;
  for (const std::uint32_t offset : {0U, 10U, 20U, 30U}) index.add(offset, Bytes{0x01});
  index.add_issuer(10);
  index.add_issuer(30);
  index.finish();

  EXPECT_EQ(index.issuer_at(0), nullptr);
  EXPECT_EQ(*index.issuer_at(10), 10U);
  EXPECT_EQ(*index.issuer_at(20), 10U);
  EXPECT_EQ(*index.issuer_at(30), 30U);
}

}  // namespace
}  // namespace keyway::testing
