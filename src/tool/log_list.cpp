#include "tool/log_list.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "x509/time_text.hpp"

namespace keyway::tool {
namespace {

using nlohmann::json;
using x509::CtLogState;

constexpr std::size_t max_list_file = std::size_t{8} << 20U;

struct StateName {
  std::string_view name;
  CtLogState state;
};
constexpr std::array state_names{
    StateName{"pending", CtLogState::pending}, StateName{"qualified", CtLogState::qualified},
    StateName{"usable", CtLogState::usable},   StateName{"readonly", CtLogState::read_only},
    StateName{"retired", CtLogState::retired}, StateName{"rejected", CtLogState::rejected},
};

[[nodiscard]] Error malformed(std::string_view expected, std::string_view received) {
  return fail(ErrorCode::FileUnreadable).at("list of logs").expected(expected).received(printable(received));
}

/// The member as text; empty where there is none.
[[nodiscard]] std::string text_of(const json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

/// The member as an array; empty where there is none.
[[nodiscard]] json list_of(const json& object, const char* member) {
  const auto found = object.find(member);
  return found != object.end() && found->is_array() ? *found : json::array();
}

/// `"state": {"usable": {"timestamp": "…"}}`. One that is not known counts for nothing; without any, whoever made the
/// list means the log to count.
void read_state(const json& entry, x509::CtLog& log) {
  const auto state = entry.find("state");
  if (state == entry.end() || !state->is_object() || state->empty()) return;
  const auto known =
      std::ranges::find_if(state_names, [&](const StateName& each) { return each.name == state->begin().key(); });
  log.state = known == state_names.end() ? CtLogState::rejected : known->state;
  if (state->begin()->is_object()) log.state_since = x509::parse_time(text_of(*state->begin(), "timestamp"));
}

[[nodiscard]] Result<x509::CtLog> read_log(const json& entry, const std::string& operator_name) {
  x509::CtLog log;
  log.operator_name = operator_name;
  log.description = text_of(entry, "description");
  auto key = from_base64(text_of(entry, "key"));
  if (!key || key->empty()) return std::unexpected(malformed("a key in base64 for each log", log.description));
  log.public_key = std::move(*key);
  read_state(entry, log);
  return log;
}

/// What a list says a log's identity is; empty where it does not.
[[nodiscard]] Result<Bytes> said_id(const json& entry) {
  const std::string text = text_of(entry, "log_id");
  return text.empty() ? Result<Bytes>(Bytes()) : from_base64(text);
}

[[nodiscard]] Result<void> add_log(const json& entry, const std::string& operator_name, x509::CtLogList& logs) {
  if (!entry.is_object()) return std::unexpected(malformed("an object for each log", entry.type_name()));
  auto log = read_log(entry, operator_name);
  if (!log) return std::unexpected(std::move(log.error()));
  const std::string description = log->description;
  // A key that can't be used can't be believed, either; the others can.
  if (!logs.add(std::move(*log))) return {};
  const auto id = said_id(entry);
  if (id && (id->empty() || logs.find(*id) != nullptr)) return {};
  return std::unexpected(malformed("log_id that is the SHA-256 of the key", description));
}

}  // namespace

void add_transparency_options(CLI::App& command, TransparencyOptions& options) {
  command
      .add_option("--ct-logs", options.logs,
                  "Check signed certificate timestamps by the logs in this file (JSON, as Google's log_list.json, v3)")
      ->type_name("FILE");
  command
      .add_option("--ct-policy", options.policy,
                  "How many timestamps there must be: chrome asks for 2 or 3 of two operators; off only tells of them")
      ->type_name("POLICY")
      ->check(CLI::IsMember({"off", "chrome"}))
      ->capture_default_str();
}

Result<x509::CtLogList> read_log_list(std::string_view text, std::shared_ptr<const crypto::Provider> provider) {
  const json list = json::parse(text, nullptr, false);
  if (list.is_discarded()) return std::unexpected(malformed("JSON", "something else"));
  if (!list.is_object() || !list.contains("operators")) {
    return std::unexpected(malformed("an object with operators", list.type_name()));
  }
  x509::CtLogList logs(std::move(provider));
  for (const json& each : list_of(list, "operators")) {
    if (!each.is_object()) return std::unexpected(malformed("an object for each operator", each.type_name()));
    const std::string name = text_of(each, "name");
    for (const char* const kind : {"logs", "tiled_logs"}) {
      for (const json& entry : list_of(each, kind)) {
        if (auto added = add_log(entry, name, logs); !added) return std::unexpected(std::move(added.error()));
      }
    }
  }
  if (logs.size() == 0) return std::unexpected(malformed("one log at least", "none whose key can be used"));
  return logs;
}

Result<std::shared_ptr<const x509::CtLogList>> load_ct_logs(const TransparencyOptions& options,
                                                            const std::shared_ptr<const crypto::Provider>& provider) {
  if (options.logs.empty()) {
    if (options.policy == "off") return nullptr;
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("--ct-policy")
                               .expected("logs to believe")
                               .advice("name them by --ct-logs"));
  }
  const auto bytes = read_file(options.logs, max_list_file);
  if (!bytes) return std::unexpected(bytes.error());
  auto logs = read_log_list(as_text(*bytes), provider);
  if (!logs) return std::unexpected(std::move(logs.error()).at("--ct-logs " + printable(options.logs)));
  return std::make_shared<const x509::CtLogList>(std::move(*logs));
}

x509::CtPolicy ct_policy(const TransparencyOptions& options) noexcept {
  return options.policy == "chrome" ? x509::CtPolicy::chrome : x509::CtPolicy::off;
}

Result<void> apply(const TransparencyOptions& options, const std::shared_ptr<const crypto::Provider>& provider,
                   x509::Verifier::Options& verifier) {
  auto logs = load_ct_logs(options, provider);
  if (!logs) return std::unexpected(std::move(logs.error()));
  verifier.ct_logs = std::move(*logs);
  verifier.ct_policy = ct_policy(options);
  return {};
}

}  // namespace keyway::tool
