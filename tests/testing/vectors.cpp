#include "testing/vectors.hpp"

#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>

#include "core/text.hpp"

namespace keyway::testing {

std::optional<std::filesystem::path> vectors_folder() {
  std::filesystem::path folder = std::filesystem::path(KEYWAY_SOURCE_DIR) / ".." / "shared" / "vectors";
  if (const char* set = std::getenv("KEYWAY_VECTORS"); set != nullptr) folder = set;
  std::error_code ignored;
  if (!std::filesystem::is_directory(folder, ignored)) return std::nullopt;
  return folder;
}

std::optional<Bytes> vector_file(const std::filesystem::path& relative) {
  const auto folder = vectors_folder();
  if (!folder) return std::nullopt;
  std::ifstream in(*folder / relative, std::ios::binary);
  if (!in) return std::nullopt;
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

std::optional<nlohmann::json> vector_json(const std::filesystem::path& relative) {
  const auto file = vector_file(relative);
  if (!file) return std::nullopt;
  return nlohmann::json::parse(file->begin(), file->end());
}

Bytes hex(std::string_view text) {
  std::string digits;
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r') digits += c;
  }
  auto bytes = from_hex(digits);
  if (!bytes) {
    std::cerr << "bad hexadecimal in a test: " << text << '\n';
    std::abort();
  }
  return std::move(*bytes);
}

}  // namespace keyway::testing
