#include "tool/inspect.hpp"

#include <charconv>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/name.hpp>
#include <keyway/trust.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "explain/json_story.hpp"
#include "explain/plain_words.hpp"
#include "explain/terminal.hpp"
#include "explain/trust_steps.hpp"
#include "tool/exchange.hpp"
#include "tool/inspect_items.hpp"
#include "tool/log_list.hpp"
#include "tool/revocation_options.hpp"

namespace keyway::tool {
namespace {

using explain::Step;
using explain::Tone;
using explain::Viewpoint;

/// Larger than any bundle of certificates.
constexpr std::size_t max_file = std::size_t{64} << 20U;

struct InspectOptions {
  std::string target;
  std::string trust_file;
  std::vector<std::string> resolve;
  RevocationOptions revocation;
  TransparencyOptions transparency;
  bool json = false;
};

/// A server to ask: "shop.localhost:8443", "https://shop.localhost/", "[::1]:8443".
struct Target {
  ServerName host;
  std::uint16_t port;
};
[[nodiscard]] std::optional<Target> parse_target(std::string_view text) {
  const bool is_url = text.starts_with("https://");
  if (is_url) text.remove_prefix(8);
  if (is_url) text = text.substr(0, text.find_first_of("/?#"));
  std::uint16_t port = 443;
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && text.find(']', colon) == std::string_view::npos;
  if (!has_port && !is_url) return std::nullopt;
  if (has_port) {
    const std::string_view digits = text.substr(colon + 1);
    const char* const end = std::to_address(digits.end());
    const auto [rest, failure] = std::from_chars(std::to_address(digits.begin()), end, port);
    if (failure != std::errc{} || rest != end || port == 0) return std::nullopt;
    text = text.substr(0, colon);
  }
  auto host = ServerName::parse(text);
  if (!host) return std::nullopt;
  return Target{std::move(*host), port};
}

/// What was found, for people or programs.
int show(const ToolContext& context, const InspectOptions& options, std::span<const Step> steps) {
  if (options.json) {
    explain::JsonStory story;
    for (const Step& step : steps) story.take(step);
    explain::Json items = explain::Json::array();
    for (const explain::Json& step : story.steps()) {
      explain::Json item = {{"type", step.at("step")}};
      item.update(step);
      item.erase("step");
      items.push_back(std::move(item));
    }
    fmt::print("{}", explain::json_text({{"source", printable(options.target)}, {"items", std::move(items)}}));
    return ok();
  }
  explain::Terminal terminal(stdout,
                             {.width = 100, .colour = context.out.has_colour(), .numbers = false, .label_width = 24});
  for (const Step& step : steps) terminal.take(step);
  return ok();
}

// ------------------------------------------------------------------------------------------------ a file

int inspect_file(const ToolContext& context, const InspectOptions& options, const Viewpoint& from) {
  std::error_code ignored;
  if (std::filesystem::is_directory(options.target, ignored)) {
    return report(context, fail(ErrorCode::FileUnreadable)
                               .at(printable(options.target))
                               .expected("a file")
                               .received("a folder")
                               .advice("name one of the files in it"));
  }
  auto contents = read_file(options.target, max_file);
  if (!contents && contents.error().code() == ErrorCode::FileNotFound) {
    return report(context, std::move(contents).error().advice("name a file, or a server as HOST:PORT"));
  }
  if (!contents) return report(context, contents.error());
  const auto steps = inspect_bytes(*contents, options.target, from);
  wipe(*contents);
  if (steps) return show(context, options, *steps);
  // Whatever is wrong with its bytes: it is the file that is not as it should be.
  (void)report(context, steps.error());
  return static_cast<int>(ExitCode::environment);
}

// ------------------------------------------------------------------------------------------------ a server

[[nodiscard]] Step tell_connection(const Exchange& exchange, const Target& target) {
  Step step;
  step.kind = "server";
  step.headline = fmt::format("{} at {}", target.host.to_string(), exchange.address);
  step.data = {{"name", target.host.to_string()}, {"address", exchange.address}};
  if (exchange.tls) {
    step.facts.push_back(
        {"speaks", fmt::format("{}, {}, {}", to_string(exchange.tls->version), to_string(exchange.tls->cipher_suite),
                               to_string(exchange.tls->group))});
    step.facts.push_back({"proved its key with", to_string(exchange.tls->signature_scheme)});
    step.data["version"] = to_string(exchange.tls->version);
    step.data["cipher_suite"] = to_string(exchange.tls->cipher_suite);
    step.data["group"] = to_string(exchange.tls->group);
    step.data["signature_scheme"] = to_string(exchange.tls->signature_scheme);
  }
  if (exchange.failure) {
    step.facts.push_back({"but then", exchange.failure->message(), Tone::warning});
    step.data["error"] = explain::error_json(*exchange.failure);
  }
  return step;
}

[[nodiscard]] Result<std::shared_ptr<const x509::TrustStore>> trust_store(const InspectOptions& options) {
  auto store =
      options.trust_file.empty() ? x509::TrustStore::system() : x509::TrustStore::from_file(options.trust_file);
  if (!store) return std::unexpected(std::move(store).error());
  return std::make_shared<const x509::TrustStore>(std::move(*store));
}

[[nodiscard]] Result<net::ConnectOptions> connect_options(const InspectOptions& options) {
  net::ConnectOptions connect;
  for (const std::string& text : options.resolve) {
    auto override = net::ResolveOverride::parse(text);
    if (!override) return std::unexpected(std::move(override.error()));
    connect.overrides.push_back(std::move(*override));
  }
  return connect;
}

/// What a client that checks would say. The certificates are shown whatever it says.
[[nodiscard]] Result<Step> tell_what_a_client_would_say(const Exchange& exchange, const Target& target,
                                                        const InspectOptions& options,
                                                        std::shared_ptr<const x509::TrustStore> anchors,
                                                        const std::shared_ptr<const crypto::Provider>& provider,
                                                        Time now) {
  auto crls = load_crls(options.revocation);
  if (!crls) return std::unexpected(std::move(crls.error()));
  x509::Verifier::Options how;
  how.revocation = revocation_policy(options.revocation);
  how.fetching = fetching(options.revocation, provider);
  if (auto applied = apply(options.transparency, provider, how); !applied) {
    return std::unexpected(std::move(applied.error()));
  }
  const x509::Verifier verifier(provider, std::move(anchors), std::move(*crls), {}, how);
  const std::vector<ByteView> chain(exchange.peer_chain.begin(), exchange.peer_chain.end());
  const std::vector<ByteView> staples(exchange.staples.begin(), exchange.staples.end());
  x509::Verification question(verifier, chain, &target.host, x509::Purpose::server, now, std::span(staples),
                              exchange.sct_list);
  net::EvidenceFetcher fetcher =
      make_fetcher(options.revocation, connect_options(options).value_or(net::ConnectOptions{}), provider);
  const x509::Verdict verdict = settle(question, fetcher, now);
  Step step = explain::tell_verdict(verdict, chain, target.host.to_string());
  step.kind = "verdict";
  if (!verdict.accepted())
    step.headline = "A client would refuse this: " + step.headline.substr(step.headline.find(' ') + 1);
  for (const std::string& line : fetcher.story()) step.facts.push_back({"fetched", line});
  return step;
}

[[nodiscard]] Step tell_no_verdict(const Error& error) {
  Step step = explain::tell_error(error);
  step.kind = "verdict";
  step.headline = "Nobody can say whether a client would trust this: " + fail(error.code()).message();
  step.tone = Tone::warning;
  return step;
}

int inspect_server(const ToolContext& context, const InspectOptions& options, const Target& target,
                   const std::shared_ptr<const crypto::Provider>& provider, const Viewpoint& from) {
  ExchangeOptions exchange_options;
  auto connect = connect_options(options);
  if (!connect) return report(context, connect.error());
  exchange_options.connect = std::move(*connect);
  // A broken --cacert is told before the server is asked; a system without anchors is only a remark.
  auto anchors = trust_store(options);
  if (!anchors && !options.trust_file.empty()) return report(context, anchors.error());
  const auto config = ClientConfig::Builder()
                          .without_certificate_verification()
                          .signed_certificate_timestamps(!options.transparency.logs.empty())
                          .provider(provider)
                          .build();
  if (!config) return report(context, config.error());

  const Exchange exchange = exchange_over_tls(target.host, target.port, *config, exchange_options);
  if (exchange.peer_chain.empty())
    return report(context, exchange.failure.value_or(fail(ErrorCode::NoCertificateSent)));
  std::vector<Step> steps{tell_connection(exchange, target)};
  for (Step& step : inspect_chain(exchange.peer_chain, from)) steps.push_back(std::move(step));
  if (anchors) {
    auto verdict = tell_what_a_client_would_say(exchange, target, options, std::move(*anchors), provider, from.now);
    if (!verdict) return report(context, verdict.error());
    steps.push_back(std::move(*verdict));
  } else {
    steps.push_back(tell_no_verdict(anchors.error()));
  }
  return show(context, options, steps);
}

int run_inspect(const ToolContext& context, const InspectOptions& options) {
  auto provider = crypto::make_provider();
  if (!provider) return report(context, provider.error());
  const Viewpoint from{SystemClock().now(), provider->get()};

  std::error_code ignored;
  const auto target = parse_target(options.target);
  if (!target || std::filesystem::exists(options.target, ignored)) {
    // What is no server's name and no file is told as a file that is missing.
    if (std::filesystem::exists(options.target, ignored) || options.target.find(':') == std::string::npos) {
      return inspect_file(context, options, from);
    }
    return report(context, fail(ErrorCode::InvalidArgument)
                               .at(printable(options.target))
                               .expected("a file that exists, or HOST:PORT")
                               .advice("write a server like example.org:443 or [::1]:8443"));
  }
  return inspect_server(context, options, *target, *provider, from);
}

}  // namespace

void add_inspect_command(CLI::App& app, ToolContext& context) {
  auto options = std::make_shared<InspectOptions>();
  CLI::App* command = app.add_subcommand("inspect", "Show certificates, of a file or a server");
  command->add_option("target", options->target, "A file (PEM or DER), or a server")
      ->type_name("FILE|HOST:PORT")
      ->required();
  command->add_flag("--json", options->json, "One JSON document");
  command->add_option("--cacert", options->trust_file, "Whom the verdict on a server trusts; else the system's store")
      ->type_name("FILE");
  command->add_option("--resolve", options->resolve, "Where to find a host, whatever DNS says")
      ->type_name("HOST:PORT:ADDR");
  add_revocation_options(*command, options->revocation);
  add_transparency_options(*command, options->transparency);
  command->footer(
      "A server is asked without trusting it, and the verdict of a client that checks stands below.\n"
      "Private keys are named, never shown.\n\n"
      "Examples:\n"
      "  keyway inspect shop.localhost.pem\n"
      "  keyway inspect example.org:443\n"
      "  keyway inspect shop.localhost:8443 --cacert root.pem\n"
      "  keyway inspect example.org:443 --fetch\n"
      "  keyway inspect chain.pem --json | jq '.items[].names'");
  command->callback(
      [options, &context] { context.run = [options, &context] { return run_inspect(context, *options); }; });
}

}  // namespace keyway::tool
