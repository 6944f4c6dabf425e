#pragma once

#include <algorithm>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <keyway/crypto.hpp>

#include "testing/vectors.hpp"

namespace keyway::crypto {

/// One provider for the whole test program, as a program would have it.
inline const Provider& provider() {
  static const std::shared_ptr<const Provider> made = make_provider().value();
  return *made;
}

inline const KeyExchangeGroup& group_of(NamedGroup id) {
  return *provider().group(id);
}

/// Gives the bytes that it was made with, each time from the start.
class GivenRandom final : public Random {
 public:
  explicit GivenRandom(Bytes bytes) : bytes_(std::move(bytes)) {}
  [[nodiscard]] Result<void> fill(ByteSpan out) const override {
    if (out.size() != bytes_.size()) return std::unexpected(fail(ErrorCode::RandomFailed));
    std::ranges::copy(bytes_, out.begin());
    return {};
  }

 private:
  Bytes bytes_;
};

/// Fails, as a machine without entropy would.
class NoRandom final : public Random {
 public:
  [[nodiscard]] Result<void> fill(ByteSpan) const override { return std::unexpected(fail(ErrorCode::RandomFailed)); }
};

inline Bytes bytes_of(const nlohmann::json& value) {
  return testing::hex(value.get<std::string>());
}

/// Runs `check(group, test)` on every test of a Wycheproof file.
template <typename Check>
void for_each_test(const std::string& name, Check check) {
  const auto file = testing::vector_json("wycheproof/" + name);
  ASSERT_TRUE(file) << name;
  std::size_t seen = 0;
  for (const auto& group : (*file)["testGroups"]) {
    for (const auto& test : group["tests"]) {
      SCOPED_TRACE(name + ", tcId " + std::to_string(test["tcId"].get<int>()) + ": " + test.value("comment", ""));
      check(group, test);
      ++seen;
    }
  }
  EXPECT_EQ(seen, (*file)["numberOfTests"].get<std::size_t>());
}

inline bool is_valid(const nlohmann::json& test) {
  return test["result"] == "valid";
}
inline bool has_flag(const nlohmann::json& test, std::string_view flag) {
  return std::ranges::any_of(test["flags"], [&](const auto& f) { return f == flag; });
}

}  // namespace keyway::crypto
