#pragma once

#include <optional>
#include <string>
#include <vector>

#include <keyway/trust.hpp>
#include <keyway/verdict.hpp>
#include <nlohmann/json.hpp>

namespace keyway::testing {

/// What Keyway made of a case in x509-limbo's form.
struct LimboResult {
  bool was_accepted = false;
  bool was_run = true;  ///< false where the case asks for what there is no question for (an e-mail address)
  std::string reason;   ///< the finding's code and what was received
};

[[nodiscard]] LimboResult run_limbo_case(const nlohmann::json& test_case);

/// RFC 3339 in UTC; nothing for null.
[[nodiscard]] std::optional<Time> parse_rfc3339(const nlohmann::json& text);

}  // namespace keyway::testing
