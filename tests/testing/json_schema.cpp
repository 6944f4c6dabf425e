#include "testing/json_schema.hpp"

#include <algorithm>
#include <cstdlib>
#include <iostream>
#include <set>

namespace keyway::testing {
namespace {

using nlohmann::json;

const std::set<std::string> known{"$schema", "title",    "description", "$defs",    "$ref",
                                  "type",    "const",    "enum",        "required", "properties",
                                  "items",   "minItems", "minimum",     "maximum",  "additionalProperties"};

bool is_of_type(const json& value, const std::string& type) {
  if (type == "object") return value.is_object();
  if (type == "array") return value.is_array();
  if (type == "string") return value.is_string();
  if (type == "integer") return value.is_number_integer();
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_boolean();
  return type == "null" && value.is_null();
}

bool has_type(const json& types, const json& value) {
  if (types.is_string()) return is_of_type(value, types);
  return std::ranges::any_of(types, [&](const json& type) { return is_of_type(value, type); });
}

class Check {
 public:
  explicit Check(const json& document) : document_(document) {}

  std::string run(const json& schema, const json& value, const std::string& at) const {
    if (schema.is_boolean()) return schema.get<bool>() ? "" : at + ": not allowed";
    for (const auto& [keyword, unused] : schema.items()) {
      if (known.contains(keyword)) continue;
      std::cerr << "the schema has " << keyword << ", which is not known\n";
      std::abort();
    }
    if (schema.contains("$ref")) {
      const std::string target = schema["$ref"].get<std::string>().substr(1);
      if (auto wrong = run(document_.at(json::json_pointer(target)), value, at); !wrong.empty()) return wrong;
    }
    if (schema.contains("type") && !has_type(schema["type"], value)) return at + ": of another type";
    if (schema.contains("const") && schema["const"] != value) return at + ": another value";
    if (schema.contains("enum") && std::ranges::find(schema["enum"], value) == schema["enum"].end()) {
      return at + ": none of the values: " + value.dump();
    }
    if (schema.contains("minimum") && value < schema["minimum"]) return at + ": too small";
    if (schema.contains("maximum") && schema["maximum"] < value) return at + ": too large";
    if (value.is_array()) return run_array(schema, value, at);
    return value.is_object() ? run_object(schema, value, at) : "";
  }

 private:
  std::string run_array(const json& schema, const json& value, const std::string& at) const {
    if (schema.contains("minItems") && value.size() < schema["minItems"]) return at + ": too few";
    if (!schema.contains("items")) return "";
    for (std::size_t i = 0; i < value.size(); ++i) {
      if (auto wrong = run(schema["items"], value[i], at + "/" + std::to_string(i)); !wrong.empty()) return wrong;
    }
    return "";
  }
  std::string run_object(const json& schema, const json& value, const std::string& at) const {
    for (const auto& name : schema.value("required", json::array())) {
      if (!value.contains(name.get<std::string>())) return at + ": lacks " + name.get<std::string>();
    }
    const json properties = schema.value("properties", json::object());
    const json others = schema.value("additionalProperties", json(true));
    for (const auto& [name, field] : value.items()) {
      const json& rule = properties.contains(name) ? properties[name] : others;
      if (auto wrong = run(rule, field, at + "/" + name); !wrong.empty()) return wrong;
    }
    return "";
  }

  const json& document_;
};

}  // namespace

std::string violation(const json& schema, const json& value) {
  return Check(schema).run(schema, value, "");
}

}  // namespace keyway::testing
