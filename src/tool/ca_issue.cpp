#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "authority/layout.hpp"
#include "core/files.hpp"
#include "core/text.hpp"
#include "tool/ca_common.hpp"

namespace keyway::tool {
namespace {

using authority::Authority;

struct IssueOptions : CaOptions {
  std::vector<std::string> names;
  std::string organization;
  std::string key = "p256";
  std::string out = ".";
  std::optional<std::int64_t> days;
  std::string ttl;
  bool force = false;
  bool may_delegate = false;
};

/// Where the certificate and its key go.
struct IssuedFiles {
  std::filesystem::path certificate;
  std::filesystem::path key;
};

/// The first name as the start of a file name: no `*`, no colon, nothing that a path could be made of.
std::string file_stem(std::string_view name) {
  std::string stem(name);
  if (stem.starts_with("*.")) stem.replace(0, 1, "_wildcard");
  std::ranges::replace(stem, ':', '_');
  return stem;
}

IssuedFiles files_for(const IssueOptions& options, std::string_view name) {
  const std::filesystem::path folder(options.out);
  const std::string stem = file_stem(name);
  return {(folder / (stem + ".pem")).lexically_normal(), (folder / (stem + "-key.pem")).lexically_normal()};
}

Result<std::optional<std::chrono::seconds>> lifetime_of(const IssueOptions& options) {
  if (!options.ttl.empty()) return parse_ttl(options.ttl);
  if (!options.days) return std::nullopt;
  if (*options.days >= 0 && *options.days <= 1'000'000) return std::chrono::days(*options.days);
  return std::unexpected(fail(ErrorCode::InvalidArgument).at("--days").received(std::to_string(*options.days)));
}

/// Refused before anything is made, so that a slip costs nothing.
Result<void> check_files(const IssueOptions& options, const IssuedFiles& files) {
  std::error_code ignored;
  if (options.force || !std::filesystem::exists(std::filesystem::symlink_status(files.key, ignored))) return {};
  return std::unexpected(fail(ErrorCode::FileUnwritable)
                             .at(files.key.string())
                             .received("a key that is there already")
                             .advice("choose another folder with --out, or replace it with --force"));
}

Result<void> write_files(const IssueOptions& options, const IssuedFiles& files,
                         const authority::IssuedCertificate& issued) {
  auto key_pem = issued.key_pem();
  if (!key_pem) return std::unexpected(std::move(key_pem.error()));
  auto written = write_file(files.certificate, as_bytes(issued.chain_pem()), 0644);
  if (written) {
    const auto existing = options.force ? Existing::replace : Existing::refuse;
    written = write_file(files.key, as_bytes(*key_pem), 0600, existing);
  }
  authority::wipe_text(*key_pem);
  return written;
}

void print_issued(const ToolContext& context, const authority::IssuedCertificate& issued, const IssuedFiles& files) {
  const authority::CertificateRecord& record = issued.record;
  fmt::print("{}\n\n", context.out.green(fmt::format("A certificate for {}, issued to {}.",
                                                     fmt::join(record.names, ", "), printable(record.owner))));
  fmt::print("  certificate  {}   with the intermediate behind it\n", files.certificate.string());
  fmt::print("  key          {}   keep it secret: only you can read it\n", files.key.string());
  fmt::print("  valid        until {}\n", utc_text(record.not_after));
  fmt::print("  serial       {}\n\n", record.serial_hex());
  fmt::print("Next: keyway serve DIR --cert '{}' --key '{}'\n", files.certificate.string(), files.key.string());
}

int run_issue(const ToolContext& context, const IssueOptions& options) {
  const auto lifetime = lifetime_of(options);
  if (!lifetime) return report(context, lifetime.error());
  auto opened = Authority::open(options.folder);
  if (!opened) return report(context, opened.error());
  const auto first = authority::normalise_name(options.names.front());
  if (!first) return report(context, first.error());
  const IssuedFiles files = files_for(options, *first);
  if (auto made = make_folder(options.out, 0755); !made) return report(context, made.error());
  if (auto free = check_files(options, files); !free) return report(context, free.error());

  authority::IssueRequest request;
  request.names = options.names;
  request.lifetime = *lifetime;
  request.key = authority::key_kind_from(options.key).value_or(authority::KeyKind::p256);
  request.may_delegate = options.may_delegate;
  if (!options.organization.empty()) request.organization = options.organization;
  const auto issued = opened->issue(request);
  if (!issued) return report(context, issued.error());
  if (auto written = write_files(options, files, *issued); !written) {
    const int code = report(context, written.error());
    note(context, "the register has it as " + issued->record.serial_hex() + ", whose key is gone; revoke that one");
    return code;
  }
  if (issued->shortened) warn(context, "it ends earlier than asked, together with the intermediate that signs it");
  if (options.json) {
    nlohmann::json json = to_json(issued->record, SystemClock().now());
    json["certificate_file"] = files.certificate.string();
    json["key_file"] = files.key.string();
    json["shortened"] = issued->shortened;
    print_json(json);
  } else {
    print_issued(context, *issued, files);
  }
  return ok();
}

}  // namespace

void add_ca_issue_command(CLI::App& ca, ToolContext& context) {
  auto options = std::make_shared<IssueOptions>();
  CLI::App* command = ca.add_subcommand("issue", "Make a key and a certificate for a server");
  command->add_option("NAME", options->names, "Host names (the first label may be *) and IP addresses")
      ->required()
      ->type_name("");
  command->add_option("--org", options->organization, "The organisation in it; else the authority's own")
      ->type_name("ORG");
  CLI::Option* days =
      command->add_option("--days", options->days, "How many days it lasts; 397 at most, and if not said")
          ->type_name("N");
  command->add_option("--ttl", options->ttl, "How long it lasts: 24h, 90m, 7d")->type_name("TIME")->excludes(days);
  command->add_option("--key", options->key, "The kind of key")
      ->check(CLI::IsMember({"p256", "p384", "ed25519", "rsa2048", "rsa3072"}))
      ->type_name("KIND")
      ->capture_default_str();
  command->add_option("--out", options->out, "The folder that the files go to")
      ->type_name("DIR")
      ->capture_default_str();
  command->add_flag("--delegation-usage", options->may_delegate,
                    "Let its key sign delegated credentials (RFC 9345; keyway ca delegate)");
  command->add_flag("--force", options->force, "Replace a key file that is there");
  add_ca_options(*command, *options);
  command->footer(
      "Writes NAME.pem (the certificate, then the intermediate) and NAME-key.pem.\n\n"
      "Examples:\n"
      "  keyway ca issue shop.localhost\n"
      "  keyway ca issue shop.example.com www.shop.example.com 192.0.2.7 --org \"Example Shop\" --out /etc/shop\n"
      "  keyway ca issue '*.example.com' --days 90 --key rsa2048\n"
      "  keyway ca issue short.example.com --ttl 24h");
  command->callback(
      [options, &context] { context.run = [options, &context] { return run_issue(context, *options); }; });
}

}  // namespace keyway::tool
