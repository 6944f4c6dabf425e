#pragma once

#include <string>

#include <nlohmann/json.hpp>

namespace keyway::testing {

/// What is wrong with `value` by a JSON Schema (2020-12), with its place; empty where nothing is. Knows the keywords
/// that the project's schemas use: $ref into the document, type, const, enum, required, properties,
/// additionalProperties, items, minItems, minimum, maximum. Aborts on another one.
[[nodiscard]] std::string violation(const nlohmann::json& schema, const nlohmann::json& value);

}  // namespace keyway::testing
