#include "tool/demo.hpp"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "core/files.hpp"
#include "tool/demo_audience.hpp"
#include "tool/demo_classic.hpp"
#include "tool/demo_more.hpp"
#include "tool/demo_stage.hpp"
#include "tool/demo_steps.hpp"
#include "tool/demo_visit.hpp"
#include "tool/exchange.hpp"

namespace keyway::tool {
namespace {

using std::chrono::nanoseconds;

struct DemoOptions {
  bool json = false;
  bool no_colour = false;
  bool browser = false;
  bool classic = false;
  bool more = false;
  std::string folder;
};

/// The demo, act by act. Each says whether all came out as it should; an error is one of this machine.
class Demo {
 public:
  Demo(DemoStage stage, Audience& audience) : stage_(std::move(stage)), audience_(&audience) {}

  [[nodiscard]] Result<void> open_the_shop(nanoseconds founded_in) {
    audience_->section("The shop gets its certificate");
    audience_->take(tell_authority(stage_.authority(), viewpoint(), founded_in));
    Lap lap;
    auto issued = stage_.issue();
    if (!issued) return std::unexpected(std::move(issued).error());
    audience_->take(tell_issued(*issued, stage_, viewpoint(), lap.take()));
    (void)lap.take();
    auto shop = stage_.open_shop(std::move(*issued));
    if (!shop) return std::unexpected(std::move(shop).error());
    shop_ = std::move(*shop);
    audience_->take(tell_server(*shop_.server, lap.take()));
    return {};
  }

  [[nodiscard]] Result<bool> buy() {
    audience_->section("A customer comes in, and checks whom it talks to");
    auto crls = stage_.sign_crls();
    if (!crls) return std::unexpected(std::move(crls).error());
    auto client = stage_.client(std::move(*crls));
    if (!client) return std::unexpected(std::move(client).error());

    return visit_shop(shop_, *client, stage_, *audience_);
  }

  [[nodiscard]] Result<bool> refuse() {
    audience_->section("What does not fit is refused");
    const auto client = stage_.client({});
    if (!client) return std::unexpected(client.error());
    bool good = true;

    auto refused = attempt({"the same server, asked under another name",
                            "The shop answers, and its certificate is good, but for another name.", "bank.localhost",
                            ErrorCode::NameMismatch},
                           shop_, *client);
    if (!refused) return refused;
    good = good && *refused;

    refused =
        attempt_with(stage_.issue_expired(),
                     {"a certificate that has expired", "The same authority issued it some time ago, for ten minutes.",
                      demo_name, ErrorCode::CertificateExpired},
                     *client);
    if (!refused) return refused;
    good = good && *refused;

    refused = attempt_with(stage_.issue_by_stranger(),
                           {"a certificate of an issuer that nobody here knows",
                            "Somebody founded an authority and made a certificate for the shop's name.", demo_name,
                            ErrorCode::UnknownIssuer},
                           *client);
    if (!refused) return refused;
    good = good && *refused;

    refused = attempt_revoked();
    if (!refused) return refused;
    return good && *refused;
  }

  /// The shop's certificate is revoked by now: it gets a new one.
  [[nodiscard]] Result<void> reopen() {
    auto issued = stage_.issue();
    if (!issued) return std::unexpected(std::move(issued).error());
    auto shop = stage_.open_shop(std::move(*issued));
    if (!shop) return std::unexpected(std::move(shop).error());
    shop_ = std::move(*shop);
    return {};
  }

  [[nodiscard]] std::uint16_t port() const noexcept { return shop_.server->port(); }
  [[nodiscard]] const DemoStage& stage() const noexcept { return stage_; }
  void serve_until_signal() { shop_.server->run_until_signal(); }

 private:
  [[nodiscard]] explain::Viewpoint viewpoint() const noexcept { return {SystemClock().now(), stage_.provider().get()}; }

  [[nodiscard]] Result<bool> attempt(const ExpectedRefusal& expected, const DemoShop& shop,
                                     const std::shared_ptr<const ClientConfig>& client) {
    Lap lap;
    const auto exchange = ask_shop(expected.asked, shop, client, {});
    if (!exchange) return std::unexpected(exchange.error());
    audience_->take(tell_refusal(expected, *exchange, lap.take()));
    return is_as_expected(expected, *exchange);
  }

  [[nodiscard]] Result<bool> attempt_with(Result<authority::IssuedCertificate> issued, const ExpectedRefusal& expected,
                                          const std::shared_ptr<const ClientConfig>& client) {
    if (!issued) return std::unexpected(std::move(issued).error());
    const auto shop = stage_.open_shop(std::move(*issued));
    if (!shop) return std::unexpected(shop.error());
    return attempt(expected, *shop, client);
  }

  [[nodiscard]] Result<bool> attempt_revoked() {
    const auto revoked = stage_.authority().revoke(shop_.record.serial, authority::RevocationReason::key_compromise);
    if (!revoked) return std::unexpected(revoked.error());
    auto crls = stage_.sign_crls();
    if (!crls) return std::unexpected(std::move(crls).error());
    const auto client = stage_.client(std::move(*crls));
    if (!client) return std::unexpected(client.error());
    return attempt({"a certificate that the authority has revoked",
                    "The shop's key was stolen; the authority says so in its signed list, and the client has the list.",
                    demo_name, ErrorCode::CertificateRevoked},
                   shop_, *client);
  }

  DemoStage stage_;
  Audience* audience_;
  DemoShop shop_;
};

constexpr std::string_view server_commands =
    "keyway ca init --name \"My Shop\" --dir my-authority\n"
    "keyway ca issue shop.localhost --dir my-authority\n"
    "mkdir -p site && echo \"Welcome\" > site/index.html\n"
    "keyway serve site --cert shop.localhost.pem --key shop.localhost-key.pem\n";

constexpr std::string_view client_commands =
    "keyway get https://shop.localhost:8443/ --cacert my-authority/root.pem -v\n"
    "keyway inspect shop.localhost:8443 --cacert my-authority/root.pem\n"
    "keyway inspect shop.localhost.pem\n"
    "curl --cacert my-authority/root.pem https://shop.localhost:8443/\n"
    "openssl s_client -connect 127.0.0.1:8443 -servername shop.localhost -CAfile my-authority/root.pem\n";

/// How the shell finds this very program; empty where it does already, or nobody can say.
[[nodiscard]] std::string path_command() {
  std::error_code failure;
  const auto folder = std::filesystem::read_symlink("/proc/self/exe", failure).parent_path().string();
  const char* path = std::getenv("PATH");
  if (failure || path == nullptr) return {};
  const std::string known = fmt::format(":{}:", path);
  return known.find(fmt::format(":{}:", folder)) != std::string::npos
             ? ""
             : fmt::format("export PATH=\"{}:$PATH\"\n", folder);
}

void tell_end(Audience& audience, bool good) {
  audience.section("What to try next");
  audience.paragraph("A shop of your own:");
  audience.verbatim(path_command() + std::string(server_commands));
  audience.paragraph("and, in another terminal, its customers:");
  audience.verbatim(path_command() + std::string(client_commands));
  audience.paragraph("`keyway demo --browser` keeps a shop open for a browser, which then shows the padlock.");
  audience.paragraph(good ? "All came out as it should." : "NOT all came out as it should: see above.");
}

void invite_browser(Audience& audience, const Demo& demo) {
  audience.section("Look with a browser");
  audience.paragraph(
      "Have the browser trust this authority, for as long as you play (in Chromium and Firefox: settings, "
      "certificates, authorities, import):");
  audience.verbatim(fmt::format("{}\n", (demo.stage().folder() / "authority" / "root.pem").string()));
  audience.paragraph("Then open the shop; Ctrl-C closes it.");
  audience.verbatim(fmt::format("https://{}:{}/\n", demo_name, demo.port()));
}

/// --dir: made if need be; never one with something in it.
[[nodiscard]] Result<std::filesystem::path> kept_folder(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::absolute(name);
  std::error_code failure;
  if (std::filesystem::exists(folder, failure) && !std::filesystem::is_empty(folder, failure)) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at(name)
                               .expected("an empty folder, or none")
                               .received(failure ? failure.message() : "one with files in it")
                               .advice("name another folder with --dir"));
  }
  if (auto made = make_folder(folder, 0700); !made) return std::unexpected(std::move(made).error());
  return folder;
}

[[nodiscard]] Result<bool> play(const std::filesystem::path& folder, const DemoOptions& options, Audience& audience) {
  Lap lap;
  auto stage = DemoStage::set(folder);
  if (!stage) return std::unexpected(std::move(stage).error());
  Demo demo(std::move(*stage), audience);
  if (auto opened = demo.open_the_shop(lap.take()); !opened) return std::unexpected(std::move(opened).error());
  const auto bought = demo.buy();
  if (!bought) return bought;
  const auto refused = demo.refuse();
  if (!refused) return refused;
  const bool good = *bought && *refused;
  tell_end(audience, good);
  if (!options.browser) return good;
  if (auto opened = demo.reopen(); !opened) return std::unexpected(std::move(opened).error());
  invite_browser(audience, demo);
  demo.serve_until_signal();
  return good;
}

int run_demo(const ToolContext& context, const DemoOptions& options) {
  std::optional<TemporaryFolder> temporary;
  std::filesystem::path folder;
  if (options.folder.empty()) {
    auto made = TemporaryFolder::make();
    if (!made) return report(context, made.error());
    folder = temporary.emplace(std::move(*made)).path();
  } else {
    auto kept = kept_folder(options.folder);
    if (!kept) return report(context, kept.error());
    folder = std::move(*kept);
  }
  const bool has_colour = context.out.has_colour() && !options.no_colour;
  Audience audience(options.json, has_colour);
  const auto good = options.classic ? play_classic(folder, audience)
                    : options.more  ? play_more(folder, audience)
                                    : play(folder, options, audience);
  if (!good) return report(context, good.error());
  audience.finish(*good);
  return *good ? ok() : static_cast<int>(ExitCode::internal);
}

}  // namespace

void add_demo_command(CLI::App& app, ToolContext& context) {
  auto options = std::make_shared<DemoOptions>();
  CLI::App* command = app.add_subcommand("demo", "The whole way on this machine alone, told step by step");
  command->add_flag("--json", options->json, "Tell it as one JSON document");
  command->add_flag("--no-colour,--no-color", options->no_colour, "Plain text, on a terminal too");
  command->add_option("--dir", options->folder, "Keep the files in this folder (empty, or made)")->type_name("DIR");
  command->add_flag("--browser", options->browser, "Keep the shop open for a browser until Ctrl-C")->excludes("--json");
  command->add_flag("--classic", options->classic, "The classic RSA key transport beside the modern handshake")
      ->excludes("--browser");
  command
      ->add_flag("--more", options->more,
                 "What is off by default, from early data to QUIC: each shown in some lines, with when to use it")
      ->excludes("--browser")
      ->excludes("--classic");
  command->footer(
      "Founds an authority, issues a certificate, opens a shop, visits it, and shows what is refused.\n"
      "Ends with 0 when all came out as it should.\n\n"
      "Examples:\n"
      "  keyway demo\n"
      "  keyway demo --dir demo-files     keep the authority, certificates and keys\n"
      "  keyway demo --classic            the textbooks' handshake, and why it was replaced\n"
      "  keyway demo --more               early data, keys in place of certificates, hidden names, QUIC and more\n"
      "  keyway demo --browser            see the padlock\n"
      "  keyway demo --json | jq '.steps[].headline'");
  command->callback([options, &context] { context.run = [options, &context] { return run_demo(context, *options); }; });
}

}  // namespace keyway::tool
