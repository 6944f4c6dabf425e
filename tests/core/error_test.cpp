#include <keyway/error.hpp>

#include <set>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace keyway {
namespace {

TEST(Error, TellsWhereWhatWasExpectedAndWhatCame) {
  const Error error = fail(ErrorCode::Truncated)
                          .at("key_share")
                          .at("ClientHello")
                          .expected("4 bytes")
                          .received("2 bytes")
                          .advice("ask the peer");
  EXPECT_EQ(error.code(), ErrorCode::Truncated);
  EXPECT_EQ(error.category(), ErrorCategory::decode);
  EXPECT_EQ(error.alert(), AlertDescription::decode_error);
  EXPECT_EQ(error.where(), "ClientHello, key_share");
  EXPECT_EQ(error.message(),
            "ClientHello, key_share: the data ends before it should; expected 4 bytes, received 2 bytes");
  EXPECT_EQ(error.advice(), "ask the peer");
}

TEST(Error, SaysOnlyWhatItKnows) {
  EXPECT_EQ(Error(ErrorCode::BadFinished).message(),
            "the Finished does not match: the two sides saw different handshakes");
  EXPECT_EQ(fail(ErrorCode::InvalidHex).received("\"zz\"").message(), "this is not hexadecimal; received \"zz\"");
}

TEST(Error, IsARegularValueOfOnePointer) {
  static_assert(sizeof(Error) == sizeof(void*));
  Error first = fail(ErrorCode::BadFinished).at("here");
  const Error copy = first;
  Error moved = std::move(first);
  EXPECT_EQ(copy.where(), "here");
  EXPECT_EQ(moved.where(), "here");
  moved = copy;
  EXPECT_EQ(moved.code(), ErrorCode::BadFinished);
}

TEST(Error, SendsTheAlertOfItsCodeUnlessToldOtherwise) {
  EXPECT_EQ(Error(ErrorCode::BadRecordMac).alert(), AlertDescription::bad_record_mac);
  EXPECT_EQ(Error(ErrorCode::InvalidPem).alert(), std::nullopt);
  EXPECT_EQ(fail(ErrorCode::InvalidPem).alert(AlertDescription::internal_error).alert(),
            AlertDescription::internal_error);
}

TEST(Error, EveryCodeHasANameOfItsOwn) {
  std::set<std::string_view> names;
  std::size_t codes = 0;
#define KEYWAY_ERROR(code, category_of, alert_of, text)             \
  EXPECT_EQ(name(ErrorCode::code), #code);                          \
  EXPECT_EQ(category(ErrorCode::code), ErrorCategory::category_of); \
  EXPECT_FALSE(std::string_view(text).empty());                     \
  names.insert(#code);                                              \
  ++codes;
#include <keyway/detail/error_codes.inc>
#undef KEYWAY_ERROR
  EXPECT_EQ(names.size(), codes);
}

}  // namespace
}  // namespace keyway
