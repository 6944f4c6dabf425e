#include <algorithm>
#include <memory>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "tool/ca_common.hpp"

namespace keyway::tool {
namespace {

using authority::Authority;
using authority::CertificateRecord;
using authority::RevocationReason;

// ------------------------------------------------------------------------------------------------ revoke

struct RevokeOptions : CaOptions {
  std::string what;
  std::string reason = "unspecified";
};

/// A serial as people copy it from here or from elsewhere: hexadecimal, possibly with 0x or colons.
Result<Bytes> parse_serial(std::string text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.erase(0, 2);
  std::erase(text, ':');
  if (text.size() % 2 != 0) text.insert(0, 1, '0');
  auto serial = from_hex(text);
  if (serial && !serial->empty() && serial->size() <= 21) return serial;
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("certificate to revoke")
                             .expected("a certificate's file, or a serial number in hexadecimal")
                             .received(printable(text))
                             .advice("`keyway ca list` shows the serial numbers"));
}

Result<CertificateRecord> revoke(Authority& opened, const std::string& what, RevocationReason reason) {
  std::error_code ignored;
  if (!std::filesystem::exists(what, ignored)) {
    const auto serial = parse_serial(what);
    if (!serial) return std::unexpected(serial.error());
    return opened.revoke(*serial, reason);
  }
  const auto contents = read_file(what);
  if (!contents) return std::unexpected(contents.error());
  const auto certificates = x509::Certificate::all_from(*contents);
  if (!certificates) return std::unexpected(Error(certificates.error()).at(what));
  return opened.revoke(certificates->front(), reason);
}

int run_revoke(const ToolContext& context, const RevokeOptions& options) {
  const auto reason = authority::revocation_reason_from(options.reason);
  if (!reason) {
    return report(context, fail(ErrorCode::InvalidArgument)
                               .at("--reason")
                               .expected("unspecified, keyCompromise, cACompromise, affiliationChanged, superseded, "
                                         "cessationOfOperation or privilegeWithdrawn")
                               .received(printable(options.reason)));
  }
  auto opened = Authority::open(options.folder);
  if (!opened) return report(context, opened.error());
  const auto revoked = revoke(*opened, options.what, *reason);
  if (!revoked) return report(context, revoked.error());
  if (options.json) {
    print_json(to_json(*revoked, SystemClock().now()));
    return ok();
  }
  fmt::print("{}\n\n",
             context.out.green(fmt::format("The certificate for {} is revoked.", fmt::join(revoked->names, ", "))));
  fmt::print("  serial  {}\n  reason  {}\n\n", revoked->serial_hex(), to_string(revoked->reason));
  fmt::print("Next: keyway ca crl --dir {}   to sign the list that tells others\n", opened->folder().string());
  return ok();
}

// ------------------------------------------------------------------------------------------------ list

int run_list(const ToolContext& context, const CaOptions& options) {
  const auto opened = Authority::open(options.folder);
  if (!opened) return report(context, opened.error());
  const auto records = opened->list();
  if (!records) return report(context, records.error());
  const Time now = SystemClock().now();
  if (options.json) {
    nlohmann::json list = nlohmann::json::array();
    for (const CertificateRecord& record : *records) list.push_back(to_json(record, now));
    print_json(list);
    return ok();
  }
  if (records->empty()) {
    fmt::print("Nothing is issued yet. Next: keyway ca issue shop.localhost --dir {}\n", opened->folder().string());
    return ok();
  }
  fmt::print("{}\n", context.out.bold(fmt::format("{:<8} {:<10} {:<32} {:<20} {}", "STATUS", "ENDS", "SERIAL",
                                                  "ORGANISATION", "NAMES")));
  for (const CertificateRecord& record : *records) {
    const std::string_view status = status_of(record, now);
    const std::string padded = fmt::format("{:<8}", status);
    const Style& style = context.out;
    fmt::print("{} {} {:<32} {:<20} {}\n", status == "valid" ? style.green(padded) : style.red(padded),
               utc_text(record.not_after).substr(0, 10), record.serial_hex(), printable(record.owner),
               fmt::join(record.names, ", "));
  }
  return ok();
}

// ------------------------------------------------------------------------------------------------ crl

struct CrlCommandOptions : CaOptions {
  std::string out;
};

int run_crl(const ToolContext& context, const CrlCommandOptions& options) {
  auto opened = Authority::open(options.folder);
  if (!opened) return report(context, opened.error());
  const auto crl = opened->make_crl();
  if (!crl) return report(context, crl.error());
  const std::filesystem::path file =
      options.out.empty() ? opened->folder() / "intermediate.crl" : std::filesystem::path(options.out);
  const std::string pem = to_pem("X509 CRL", crl->der);
  const ByteView contents = file.extension() == ".pem" ? as_bytes(pem) : ByteView(crl->der);
  if (auto written = write_file(file, contents, 0644); !written) return report(context, written.error());
  if (options.json) {
    print_json({{"file", file.string()},
                {"number", crl->number},
                {"entries", crl->entries},
                {"this_update", utc_iso(crl->this_update)},
                {"next_update", utc_iso(crl->next_update)}});
    return ok();
  }
  fmt::print("{}\n\n",
             context.out.green(fmt::format("Revocation list number {}, with {} revoked.", crl->number, crl->entries)));
  fmt::print("  file     {}\n  until    {}   sign a new one before then\n", file.string(), utc_text(crl->next_update));
  return ok();
}

template <typename Options>
void set_callback(CLI::App& command, ToolContext& context, const std::shared_ptr<Options>& options,
                  int (*run)(const ToolContext&, const Options&)) {
  command.callback(
      [options, run, &context] { context.run = [options, run, &context] { return run(context, *options); }; });
}

}  // namespace

void add_ca_revoke_command(CLI::App& ca, ToolContext& context) {
  auto options = std::make_shared<RevokeOptions>();
  CLI::App* command = ca.add_subcommand("revoke", "Withdraw a certificate that was issued");
  command->add_option("CERTIFICATE", options->what, "Its file, or its serial number")
      ->required()
      ->type_name("FILE|SERIAL");
  command
      ->add_option("--reason", options->reason,
                   "Why: keyCompromise, superseded, affiliationChanged, cessationOfOperation, privilegeWithdrawn")
      ->type_name("REASON")
      ->capture_default_str();
  add_ca_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  keyway ca revoke shop.localhost.pem\n"
      "  keyway ca revoke 5f3e0c8d9b2a47d1a0c4e1b7f6d58293 --reason keyCompromise");
  set_callback(*command, context, options, run_revoke);
}

void add_ca_list_command(CLI::App& ca, ToolContext& context) {
  auto options = std::make_shared<CaOptions>();
  CLI::App* command = ca.add_subcommand("list", "Show everything that was issued, and how it stands");
  add_ca_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  keyway ca list\n"
      "  keyway ca list --json | jq '.[] | select(.status == \"valid\") | .names'");
  set_callback(*command, context, options, run_list);
}

void add_ca_crl_command(CLI::App& ca, ToolContext& context) {
  auto options = std::make_shared<CrlCommandOptions>();
  CLI::App* command = ca.add_subcommand("crl", "Sign the list of revoked certificates, good for a week");
  command
      ->add_option("--out", options->out,
                   "The file: PEM where it ends in .pem, else DER. Else intermediate.crl in the authority's folder")
      ->type_name("FILE");
  add_ca_options(*command, *options);
  command->footer(
      "Examples:\n"
      "  keyway ca crl\n"
      "  keyway ca crl --out /var/www/html/intermediate.crl");
  set_callback(*command, context, options, run_crl);
}

}  // namespace keyway::tool
