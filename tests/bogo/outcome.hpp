#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include <keyway/error.hpp>

namespace keyway::bogo {

/// What the runner makes of the shim's exit code.
namespace exit_code {
inline constexpr int well = 0;
inline constexpr int failed = 1;
inline constexpr int unimplemented = 89;
}  // namespace exit_code

/// Why a test ends here: the code to exit with, what stands on stderr, and the library's error if there was one.
struct Failure {
  int exit_code = exit_code::failed;
  std::string text;
  std::optional<Error> error;
};

template <typename T>
using Outcome = std::expected<T, Failure>;

/// The test needs something that Keyway or the shim lacks. The runner skips it.
[[nodiscard]] inline std::unexpected<Failure> unimplemented(std::string_view what) {
  return std::unexpected(Failure{exit_code::unimplemented, "unimplemented: " + std::string(what), std::nullopt});
}

/// The library did not do what a flag expects.
[[nodiscard]] inline std::unexpected<Failure> mismatch(std::string_view what) {
  return std::unexpected(Failure{exit_code::failed, std::string(what), std::nullopt});
}

/// The library returned an error. Its text begins with the names that bogo_config.json maps: `:BadFinished:`, and for
/// an alert of the peer `:AlertReceived:access_denied:`.
[[nodiscard]] inline std::unexpected<Failure> broke(Error error) {
  // A libcrypto before 3.5 has no ML-DSA, and the peer's certificate is the first to tell.
  if (error.code() == ErrorCode::UnsupportedKey && error.where().find("ML-DSA") != std::string::npos) {
    return unimplemented("keys of ML-DSA: " + error.message());
  }
  std::string text = ":" + std::string(name(error.code())) + ":";
  if (error.code() == ErrorCode::AlertReceived && error.alert()) text += to_string(*error.alert()) + ":";
  text += " " + error.message();
  return std::unexpected(Failure{exit_code::failed, std::move(text), std::move(error)});
}

}  // namespace keyway::bogo
