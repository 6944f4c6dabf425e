#include "tool/ca.hpp"

#include <charconv>
#include <chrono>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "tool/ca_common.hpp"

namespace keyway::tool {
namespace {

std::string utc_parts(Time time, char separator, std::string_view zone) {
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{:04}-{:02}-{:02}{}{:02}:{:02}:{:02}{}", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()), separator,
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(), zone);
}

}  // namespace

void add_ca_commands(CLI::App& app, ToolContext& context) {
  CLI::App* ca = app.add_subcommand("ca", "Run a certificate authority of your own: issue, revoke, list");
  ca->require_subcommand(1);
  ca->footer(
      "An authority lives in one folder: --dir, else $KEYWAY_CA_DIR, else ./keyway-ca. Back that folder up, and let\n"
      "nobody else read it: whoever has its keys can pass for any of your servers.\n\n"
      "Examples:\n"
      "  keyway ca init --name \"Example Shop\"       make the authority\n"
      "  keyway ca issue shop.localhost             a certificate and a key for a server\n"
      "  keyway ca list                             what was issued, and how it stands\n"
      "  keyway ca revoke shop.localhost.pem        withdraw a certificate\n"
      "  keyway ca crl                              sign the list of what is withdrawn");
  add_ca_init_command(*ca, context);
  add_ca_issue_command(*ca, context);
  add_ca_delegate_command(*ca, context);
  add_ca_revoke_command(*ca, context);
  add_ca_list_command(*ca, context);
  add_ca_crl_command(*ca, context);
}

void add_ca_options(CLI::App& command, CaOptions& options) {
  options.folder = "keyway-ca";
  command.add_option("--dir", options.folder, "The authority's folder")
      ->envname("KEYWAY_CA_DIR")
      ->type_name("DIR")
      ->capture_default_str();
  command.add_flag("--json", options.json, "Print the result as JSON");
}

Result<std::chrono::seconds> parse_ttl(std::string_view text) {
  const auto refuse = [&] {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("--ttl")
                               .expected("a number with s, m, h or d behind it")
                               .received(printable(text))
                               .advice("write it like 24h, 90m or 7d"));
  };
  std::int64_t number = 0;
  const char* const end = std::to_address(text.end());
  const auto [rest, failure] = std::from_chars(std::to_address(text.begin()), end, number);
  // 1,000,000 days overflow nothing, and the authority refuses them.
  if (failure != std::errc{} || number < 0 || number > 1'000'000 || end - rest != 1) return refuse();
  switch (*rest) {
    case 's':
      return std::chrono::seconds(number);
    case 'm':
      return std::chrono::minutes(number);
    case 'h':
      return std::chrono::hours(number);
    case 'd':
      return std::chrono::days(number);
    default:
      return refuse();
  }
}

std::string utc_text(Time time) {
  return utc_parts(time, ' ', " UTC");
}
std::string utc_iso(Time time) {
  return utc_parts(time, 'T', "Z");
}

std::string_view status_of(const authority::CertificateRecord& record, Time now) {
  if (record.revoked_at) return "revoked";
  return now > record.not_after ? "expired" : "valid";
}

nlohmann::json to_json(const authority::CertificateRecord& record, Time now) {
  nlohmann::json json{{"serial", record.serial_hex()},
                      {"status", status_of(record, now)},
                      {"subject", record.subject},
                      {"organization", record.owner},
                      {"names", record.names},
                      {"key", to_string(record.key)},
                      {"issued_at", utc_iso(record.issued_at)},
                      {"not_before", utc_iso(record.not_before)},
                      {"not_after", utc_iso(record.not_after)}};
  if (record.revoked_at) {
    json["revoked_at"] = utc_iso(*record.revoked_at);
    json["reason"] = to_string(record.reason);
  }
  return json;
}

void print_json(const nlohmann::json& value) {
  // Replaces what is not UTF-8 rather than throwing: names come from the command line.
  fmt::print("{}\n", value.dump(2, ' ', false, nlohmann::json::error_handler_t::replace));
}

}  // namespace keyway::tool
