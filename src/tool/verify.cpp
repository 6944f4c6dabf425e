#include "tool/verify.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <keyway/crypto.hpp>
#include <keyway/name.hpp>
#include <keyway/trust.hpp>
#include <keyway/verification.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "explain/certificate_facts.hpp"
#include "explain/json_story.hpp"
#include "explain/plain_words.hpp"
#include "explain/terminal.hpp"
#include "explain/trust_steps.hpp"
#include "tool/log_list.hpp"
#include "tool/revocation_options.hpp"
#include "tool/tls_options.hpp"
#include "x509/time_text.hpp"

namespace keyway::tool {
namespace {

using explain::Json;

constexpr std::size_t max_certificate_file = std::size_t{16} << 20U;

struct VerifyOptions {
  std::vector<std::string> files;
  std::string host;
  std::string at;
  std::vector<std::string> anchors;
  std::vector<std::string> staples;
  std::vector<std::string> resolve;
  std::string profile = "web-pki";
  RevocationOptions revocation;
  TransparencyOptions transparency;
  std::string sct_list;
  bool is_client = false;
  bool is_json = false;
};

/// What is asked, read and ready.
struct Question {
  std::vector<x509::Certificate> chain;
  std::vector<Bytes> staples;
  Bytes sct_list;
  std::optional<ServerName> host;
  Time at;
  std::shared_ptr<const x509::TrustStore> anchors;
  std::vector<x509::Crl> crls;
  x509::Verifier::Options options;
  net::ConnectOptions connect;
};

[[nodiscard]] Result<std::vector<x509::Certificate>> load_chain(const std::vector<std::string>& files) {
  std::vector<x509::Certificate> chain;
  for (const std::string& file : files) {
    auto bytes = read_file(file, max_certificate_file);
    if (!bytes) return std::unexpected(std::move(bytes.error()));
    auto all = x509::Certificate::all_from(*bytes);
    if (!all) return std::unexpected(std::move(all.error()).at(printable(file)));
    std::ranges::move(*all, std::back_inserter(chain));
  }
  return chain;
}

[[nodiscard]] Error usage(std::string_view option, std::string_view expected, std::string_view received) {
  return fail(ErrorCode::InvalidArgument).at(option).expected(expected).received(printable(received));
}

/// What the command line alone says; nothing is read yet.
[[nodiscard]] Result<void> read_arguments(const VerifyOptions& options, Question& question) {
  question.at = SystemClock().now();
  if (!options.at.empty()) {
    const auto at = x509::parse_time(options.at);
    if (!at) return std::unexpected(usage("--at", "a moment like 2026-11-21 or 2026-11-21T12:00:00Z", options.at));
    question.at = *at;
  }
  if (!options.host.empty()) {
    auto host = ServerName::parse(options.host);
    if (!host) return std::unexpected(std::move(host.error()).at("--host"));
    question.host = std::move(*host);
  } else if (!options.is_client) {
    return std::unexpected(
        usage("--host", "the name of the server that is meant", "none").advice("for a client's certificate: --client"));
  }
  for (const std::string& text : options.resolve) {
    auto entry = net::ResolveOverride::parse(text);
    if (!entry) return std::unexpected(std::move(entry.error()));
    question.connect.overrides.push_back(std::move(*entry));
  }
  return {};
}

[[nodiscard]] Result<Question> prepare(const VerifyOptions& options,
                                       const std::shared_ptr<const crypto::Provider>& provider) {
  Question question;
  if (auto read = read_arguments(options, question); !read) return std::unexpected(std::move(read.error()));
  auto chain = load_chain(options.files);
  if (!chain) return std::unexpected(std::move(chain.error()));
  question.chain = std::move(*chain);
  for (const std::string& file : options.staples) {
    auto staple = read_file(file);
    if (!staple) return std::unexpected(std::move(staple.error()).at("--ocsp"));
    question.staples.push_back(std::move(*staple));
  }
  if (!options.sct_list.empty()) {
    auto list = read_file(options.sct_list);
    if (!list) return std::unexpected(std::move(list.error()).at("--sct"));
    question.sct_list = std::move(*list);
  }
  if (auto applied = apply(options.transparency, provider, question.options); !applied) {
    return std::unexpected(std::move(applied.error()));
  }
  auto anchors = load_anchors_or_system("--trust", options.anchors);
  if (!anchors) return std::unexpected(std::move(anchors.error()));
  question.anchors = std::move(*anchors);
  auto crls = load_crls(options.revocation);
  if (!crls) return std::unexpected(std::move(crls.error()));
  question.crls = std::move(*crls);
  question.options.revocation = revocation_policy(options.revocation);
  question.options.fetching = fetching(options.revocation, provider);
  question.options.profile = options.profile == "rfc5280" ? x509::Profile::rfc5280 : x509::Profile::web_pki;
  return question;
}

/// The verdict and how it came about.
struct Judged {
  x509::Verdict verdict;
  std::vector<std::string> story;
};

/// There is no handshake here: what would end one is a certificate that breaks a rule.
[[nodiscard]] int exit_code_of(const x509::Verdict& verdict) {
  const x509::Finding* finding = verdict.finding();
  if (finding == nullptr) return ok();
  const ExitCode code = exit_code_for(finding->code);
  return static_cast<int>(code == ExitCode::handshake ? ExitCode::untrusted : code);
}

/// A handshake finds out when it comes to use the leaf's key. There is none here, so the key is looked at.
[[nodiscard]] x509::Verdict with_usable_key(x509::Verdict verdict, const x509::Certificate& leaf,
                                            const crypto::Provider& provider) {
  if (!verdict.accepted()) return verdict;
  const auto key = provider.public_key(leaf.view().subject_public_key_info);
  if (key) return verdict;
  x509::Finding finding;
  finding.code = key.error().code();
  finding.subject = leaf.view().subject.to_string();
  finding.rule = "RFC 5280 4.1.2.7";
  finding.expected = "a public key";
  finding.received = "one that is not valid";
  finding.advice = "no server can prove that it holds this key: have the certificate issued anew";
  std::vector<x509::Check> checks = verdict.checks();
  for (x509::Check& check : checks) {
    if (check.kind == x509::CheckKind::purpose) check.outcome = x509::CheckOutcome::failed;
  }
  return x509::Verdict::refuse({{verdict.path(), std::move(finding)}}, std::move(checks));
}

/// Without --ocsp nobody has asked for a staple, so none is missed; a client would have.
[[nodiscard]] x509::Verdict with_word_on_staple(x509::Verdict verdict, const x509::Certificate& leaf,
                                                bool has_staples) {
  if (verdict.accepted() && leaf.view().requires_staple && !has_staples) {
    verdict.add_remark(
        "the certificate promises a stapled OCSP response (RFC 7633): without a good one clients refuse it. Give it by "
        "--ocsp to have it judged");
  }
  return verdict;
}

[[nodiscard]] Judged judge(const VerifyOptions& options, Question& question,
                           const std::shared_ptr<const crypto::Provider>& provider) {
  const x509::Verifier verifier(provider, question.anchors, std::move(question.crls), {}, question.options);
  std::vector<ByteView> chain;
  chain.reserve(question.chain.size());
  for (const x509::Certificate& certificate : question.chain) chain.push_back(certificate.der());
  const std::vector<ByteView> staples(question.staples.begin(), question.staples.end());
  x509::Verifier::Staples given;
  if (!staples.empty()) given = std::span(staples);
  x509::Verification asked(verifier, chain, question.host ? &*question.host : nullptr,
                           options.is_client ? x509::Purpose::client : x509::Purpose::server, question.at, given,
                           question.sct_list);
  net::EvidenceFetcher fetcher = make_fetcher(options.revocation, question.connect, provider);
  x509::Verdict verdict = with_usable_key(settle(asked, fetcher, question.at), question.chain.front(), *provider);
  return {with_word_on_staple(std::move(verdict), question.chain.front(), given.has_value()), fetcher.story()};
}

[[nodiscard]] Json to_json(const VerifyOptions& options, const Question& question, const Judged& judged, int code,
                           const explain::Viewpoint& from) {
  Json certificates = Json::array();
  for (const x509::Certificate& certificate : question.chain) {
    certificates.push_back(explain::certificate_json(certificate.view(), from));
  }
  Json files = Json::array();
  for (const std::string& file : options.files) files.push_back(printable(file, 4096));
  return {{"version", 1},
          {"files", std::move(files)},
          {"host", question.host ? Json(question.host->to_string()) : Json(nullptr)},
          {"purpose", options.is_client ? "client" : "server"},
          {"at", explain::time_json(question.at)},
          {"profile", options.profile},
          {"revocation_policy", options.revocation.policy},
          {"ct_policy", options.transparency.policy},
          {"anchors", question.anchors->size()},
          {"certificates", std::move(certificates)},
          {"fetched", judged.story},
          {"verdict", explain::verdict_json(judged.verdict)},
          {"exit_code", code}};
}

void tell(const ToolContext& context, const VerifyOptions& options, const Question& question, const Judged& judged,
          const explain::Viewpoint& from) {
  explain::Terminal terminal(stdout,
                             {.width = 100, .colour = context.out.has_colour(), .numbers = false, .label_width = 24});
  explain::Step leaf;
  leaf.kind = "certificate";
  leaf.headline = fmt::format("{}, judged at {}", printable(options.files.front()), explain::time_text(question.at));
  leaf.facts = explain::summary_facts(question.chain.front().view(), from);
  leaf.facts.push_back({"with it", explain::count_of(question.chain.size() - 1, "further certificate")});
  for (const std::string& line : judged.story) leaf.facts.push_back({"fetched", line});
  terminal.take(leaf);

  std::vector<ByteView> chain;
  chain.reserve(question.chain.size());
  for (const x509::Certificate& certificate : question.chain) chain.push_back(certificate.der());
  terminal.take(explain::tell_verdict(judged.verdict, chain, question.host ? question.host->to_string() : ""));
}

int run_verify(const ToolContext& context, const VerifyOptions& options) {
  auto provider = crypto::make_provider();
  if (!provider) return report(context, provider.error());
  auto question = prepare(options, *provider);
  if (!question) {
    const int code = report(context, question.error());
    // A file that holds something else: it is not the certificate that is at fault.
    return code == static_cast<int>(ExitCode::usage) ? code : static_cast<int>(ExitCode::environment);
  }
  const explain::Viewpoint from{question->at, provider->get()};
  const Judged judged = judge(options, *question, *provider);
  const int code = exit_code_of(judged.verdict);
  if (options.is_json) {
    fmt::print("{}", explain::json_text(to_json(options, *question, judged, code, from)));
  } else {
    tell(context, options, *question, judged, from);
  }
  return code;
}

}  // namespace

void add_verify_command(CLI::App& app, ToolContext& context) {
  auto options = std::make_shared<VerifyOptions>();
  CLI::App* command = app.add_subcommand("verify", "Judge certificates of files, and say why");
  command->add_option("FILE", options->files, "The certificate and those that go with it, PEM or DER")->required();
  command->add_option("--host", options->host, "The name of the server that is meant")->type_name("NAME");
  command->add_flag("--client", options->is_client, "The certificate is a client's, which has no name to compare");
  command->add_option("--at", options->at, "Judge as of this moment: 2026-11-21, 2026-11-21T12:00:00Z; else now")
      ->type_name("TIME");
  command
      ->add_option("--trust", options->anchors, "Trust the certificates in FILE (PEM or DER) instead of the system's")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      ->add_option("--ocsp", options->staples,
                   "An OCSP response in DER as the server would staple it: the first is the certificate's, the next "
                   "those of the others in their order")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command->add_option("--profile", options->profile, "Whose rules count beside RFC 5280's: web-pki or rfc5280 alone")
      ->type_name("PROFILE")
      ->check(CLI::IsMember({"web-pki", "rfc5280"}))
      ->capture_default_str();
  add_revocation_options(*command, options->revocation);
  add_transparency_options(*command, options->transparency);
  command
      ->add_option("--sct", options->sct_list,
                   "The signed certificate timestamps that came in the handshake: the TLS extension's contents")
      ->type_name("FILE");
  command->add_option("--resolve", options->resolve, "Find HOST:PORT at ADDR, whatever DNS says")
      ->type_name("HOST:PORT:ADDR")
      ->allow_extra_args(false);
  command->add_flag("--json", options->is_json, "Print one JSON object; its schema is docs/verdict.schema.json");
  command->footer(
      "Nothing leaves this machine without --fetch or --fetch-issuers.\n\n"
      "Examples:\n"
      "  keyway verify shop.localhost.pem --host shop.localhost --trust root.pem\n"
      "  keyway verify leaf.pem chain.pem --host example.org --at 2026-11-21\n"
      "  keyway verify leaf.pem chain.pem --host example.org --fetch --revocation hard-fail\n"
      "  keyway verify leaf.pem chain.pem --host example.org --ct-logs log_list.json --ct-policy chrome\n"
      "  keyway verify me.pem --client --trust root.pem --json | jq .verdict.finding\n\n" +
      std::string(exit_codes_help()));
  command->callback(
      [options, &context] { context.run = [options, &context] { return run_verify(context, *options); }; });
}

}  // namespace keyway::tool
