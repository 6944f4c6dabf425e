#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include <keyway/bytes.hpp>

namespace keyway::testing {

/// The folder of outside test data: $KEYWAY_VECTORS, or `shared/vectors` beside the checkout. Nothing where there is
/// none, as on a user's machine: the test then says GTEST_SKIP().
[[nodiscard]] std::optional<std::filesystem::path> vectors_folder();

/// A file of it, whole; nothing where it is missing.
[[nodiscard]] std::optional<Bytes> vector_file(const std::filesystem::path& relative);
[[nodiscard]] std::optional<nlohmann::json> vector_json(const std::filesystem::path& relative);

/// Hexadecimal with white space anywhere, for literals in tests. Aborts the test program on a bad digit.
[[nodiscard]] Bytes hex(std::string_view text);

}  // namespace keyway::testing

/// Leaves a test as skipped, saying why, when the outside data is not on this machine.
#define KEYWAY_REQUIRE_VECTORS(path)                                                       \
  do {                                                                                     \
    if (!::keyway::testing::vector_file(path)) GTEST_SKIP() << "no outside data: " << (path); \
  } while (false)
