#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <keyway/error.hpp>

#include "core/text.hpp"

namespace keyway::tls::testing {

/// Expects that `result` failed as `code`, at a place whose name starts with `where`, and that the peer gets `alert`.
template <typename T>
void expect_error(const Result<T>& result, ErrorCode code, std::string_view where, AlertDescription alert) {
  ASSERT_FALSE(result.has_value());
  EXPECT_EQ(name(result.error().code()), name(code));
  EXPECT_THAT(result.error().where(), ::testing::StartsWith(std::string(where)));
  EXPECT_EQ(result.error().alert(), std::optional(alert));
}

/// The bytes that `text` spells in hexadecimal.
inline Bytes hex(std::string_view text) {
  return from_hex(text).value();
}

}  // namespace keyway::tls::testing
