#pragma once

#include <chrono>
#include <filesystem>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include <keyway/authority.hpp>
#include <keyway/clock.hpp>

#include "tool/tool.hpp"

namespace keyway::tool {

/// What each `keyway ca` command takes.
struct CaOptions {
  std::string folder;
  bool json = false;
};

/// Adds --dir and --json.
void add_ca_options(CLI::App& command, CaOptions& options);

void add_ca_init_command(CLI::App& ca, ToolContext& context);
void add_ca_issue_command(CLI::App& ca, ToolContext& context);
void add_ca_delegate_command(CLI::App& ca, ToolContext& context);
void add_ca_revoke_command(CLI::App& ca, ToolContext& context);
void add_ca_list_command(CLI::App& ca, ToolContext& context);
void add_ca_crl_command(CLI::App& ca, ToolContext& context);

/// A value of --ttl: "24h", "90m", "7d", "3600s". Errors: InvalidArgument.
[[nodiscard]] Result<std::chrono::seconds> parse_ttl(std::string_view text);

/// "2026-11-21 12:00:00 UTC" for people.
[[nodiscard]] std::string utc_text(Time time);
/// "2026-11-21T12:00:00Z" (RFC 3339) for programs.
[[nodiscard]] std::string utc_iso(Time time);
/// "valid", "expired" or "revoked".
[[nodiscard]] std::string_view status_of(const authority::CertificateRecord& record, Time now);
[[nodiscard]] nlohmann::json to_json(const authority::CertificateRecord& record, Time now);
void print_json(const nlohmann::json& value);

}  // namespace keyway::tool
