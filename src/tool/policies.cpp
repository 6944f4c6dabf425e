#include "tool/policies.hpp"

#include <memory>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <keyway/policy.hpp>

#include "explain/json_story.hpp"
#include "explain/plain_words.hpp"
#include "explain/terminal.hpp"

namespace keyway::tool {
namespace {

using explain::Json;

struct PoliciesOptions {
  std::string name;
  bool is_json = false;
};

/// One list of a policy, for both kinds of reader.
template <typename E>
void add_list(explain::Step& step, const std::string& label, const std::string& key, const std::vector<E>& values) {
  Json codes = Json::array();
  std::string line = label;
  for (const E value : values) {
    codes.push_back({{"name", to_string(value)}, {"code", static_cast<unsigned>(value)}});
    step.facts.push_back({std::exchange(line, ""), to_string(value)});
  }
  if (values.empty()) step.facts.push_back({label, "none"});
  step.data[key] = std::move(codes);
}

[[nodiscard]] explain::Step tell(const NamedPolicy& named, bool is_default) {
  const Policy& policy = named.policy;
  explain::Step step;
  step.kind = "policy";
  step.headline = policy.name + (is_default ? ", the default" : "");
  step.facts.push_back({"for", std::string(named.purpose)});
  step.data = {{"name", policy.name}, {"default", is_default}, {"purpose", named.purpose}};
  add_list(step, "versions", "versions", policy.versions);
  add_list(step, "cipher suites", "cipher_suites", policy.cipher_suites);
  add_list(step, "groups", "groups", policy.groups);
  add_list(step, "key shares", "key_shares", policy.key_shares);
  add_list(step, "signatures", "signature_schemes", policy.signature_schemes);
  add_list(step, "… in certificates", "signature_schemes_in_certificates", policy.signature_schemes_in_certificates);
  return step;
}

int run_policies(const ToolContext& context, const PoliciesOptions& options) {
  if (!options.name.empty()) {
    const auto found = find_policy(options.name);
    if (!found) return report(context, found.error());
  }
  Json list = Json::array();
  for (const NamedPolicy& named : named_policies()) {
    if (!options.name.empty() && named.policy.name != options.name) continue;
    const bool is_default = &named == &named_policies().front();
    const explain::Step step = tell(named, is_default);
    if (options.is_json) {
      list.push_back(step.data);
    } else {
      fmt::print("{}", explain::render(step, {.colour = context.out.has_colour(), .numbers = false}));
    }
  }
  if (options.is_json) fmt::print("{}", explain::json_text({{"policies", std::move(list)}}));
  return ok();
}

}  // namespace

void add_policies_command(CLI::App& app, ToolContext& context) {
  auto options = std::make_shared<PoliciesOptions>();
  CLI::App* command = app.add_subcommand("policies", "Show what each named policy allows, in full");
  command->add_option("NAME", options->name, "This one alone");
  command->add_flag("--json", options->is_json, "Print one JSON object");
  command->footer(
      "A policy is a named, dated set of versions, cipher suites, groups and signature schemes that never changes; a\n"
      "better one gets another name. `serve` and `get` take one with --policy and narrow it with --tls-max, --ciphers\n"
      "and --groups; the name in their logs then says so.\n\n"
      "Examples:\n"
      "  keyway policies\n"
      "  keyway policies modern-2026\n"
      "  keyway policies --json | jq -r '.policies[].name'");
  command->callback(
      [options, &context] { context.run = [options, &context] { return run_policies(context, *options); }; });
}

}  // namespace keyway::tool
