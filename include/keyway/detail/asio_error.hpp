#pragma once
// Keyway's errors as boost::system::error_code.

#include <optional>
#include <string>
#include <type_traits>

#include <boost/system/error_category.hpp>
#include <boost/system/error_code.hpp>

#include <keyway/error.hpp>

namespace keyway {

namespace asio {

/// The category of error codes that stand for a keyway::ErrorCode.
class ErrorCategory final : public boost::system::error_category {
 public:
  [[nodiscard]] const char* name() const noexcept override { return "keyway"; }
  [[nodiscard]] std::string message(int value) const override {
    return std::string(keyway::name(static_cast<ErrorCode>(value - 1)));
  }
};
[[nodiscard]] inline const boost::system::error_category& error_category() noexcept {
  static const ErrorCategory category;
  return category;
}

/// The keyway::ErrorCode that `error` stands for; nothing where it is the transport's.
[[nodiscard]] inline std::optional<ErrorCode> error_code_of(const boost::system::error_code& error) noexcept {
  if (error.category() != error_category() || error.value() <= 0) return std::nullopt;
  return static_cast<ErrorCode>(error.value() - 1);
}

}  // namespace asio

/// So that `error == keyway::ErrorCode::TruncatedStream` compares. One is added to the value: zero would mean success.
[[nodiscard]] inline boost::system::error_code make_error_code(ErrorCode code) noexcept {
  return {static_cast<int>(code) + 1, asio::error_category()};
}

}  // namespace keyway

template <>
struct boost::system::is_error_code_enum<keyway::ErrorCode> : std::true_type {};
