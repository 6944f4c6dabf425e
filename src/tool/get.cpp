#include "tool/get.hpp"

#include <cerrno>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>

#include <keyway/config.hpp>
#include <keyway/verification.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "explain/certificate_facts.hpp"
#include "explain/json_story.hpp"
#include "explain/narrator.hpp"
#include "explain/terminal.hpp"
#include "explain/trust_steps.hpp"
#include "net/fetch.hpp"
#include "tool/ech_options.hpp"
#include "tool/files.hpp"
#include "tool/identity_options.hpp"
#include "tool/kernel_option.hpp"
#include "tool/log_list.hpp"
#include "tool/progress.hpp"
#include "tool/prove_also.hpp"
#include "tool/revocation_options.hpp"
#include "tool/session_file.hpp"
#include "tool/tls_options.hpp"

namespace keyway::tool {
namespace {

using explain::Json;

constexpr std::size_t most_redirects = 10;
constexpr std::size_t most_body_in_json = 1U << 20U;

struct GetOptions {
  TlsOptions tls;
  IdentityOptions identity;
  std::string url;
  std::vector<std::string> anchors;
  RevocationOptions revocation;
  TransparencyOptions transparency;
  std::vector<std::string> resolve;
  std::vector<std::string> certificates;
  std::vector<std::string> keys;
  std::string output;
  std::string session_file;
  EchOptions ech;
  std::vector<std::string> further_names;
  unsigned timeout = 30;
  bool is_verbose = false;
  bool is_json = false;
  bool is_head = false;
  bool follows = false;
  bool requires_revocation_answer = false;
  bool takes_delegated = false;
  bool sends_early = false;
  bool uses_kernel_tls = false;
};

/// Where the body goes.
class Body {
 public:
  Body(const GetOptions& options, bool shows_progress) : options_(options), progress_(shows_progress) {}

  void begin(unsigned status, std::optional<std::uint64_t> size) {
    progress_.expect(size);
    // An error's page must not take the place of a file that was fine.
    is_dropped_ = !options_.output.empty() && (status < 200 || status >= 300);
  }
  [[nodiscard]] Result<void> take(ByteView bytes) {
    if (is_dropped_) return {};
    progress_.advance(bytes.size());
    if (options_.output.empty()) return options_.is_json ? keep(bytes) : print(bytes);
    if (!file_) {
      if (auto opened = open(); !opened) return opened;
    }
    return file_->write(bytes);
  }
  [[nodiscard]] Result<void> finish() {
    if (is_dropped_ || options_.output.empty()) return {};
    if (!file_) {
      if (auto opened = open(); !opened) return opened;
    }
    return file_->commit();
  }
  [[nodiscard]] bool is_dropped() const noexcept { return is_dropped_; }
  /// What is to stand in the JSON.
  [[nodiscard]] Json to_json() const {
    if (!options_.output.empty()) return options_.output;
    if (is_too_large_) return nullptr;
    return kept_;
  }

 private:
  [[nodiscard]] Result<void> open() {
    auto file = OutputFile::create(options_.output);
    if (!file) return std::unexpected(std::move(file.error()));
    file_ = std::move(*file);
    return {};
  }
  [[nodiscard]] static Result<void> print(ByteView bytes) {
    if (std::fwrite(bytes.data(), 1, bytes.size(), stdout) == bytes.size()) return {};
    return std::unexpected(file_error(errno, "standard output", ErrorCode::FileUnwritable));
  }
  [[nodiscard]] Result<void> keep(ByteView bytes) {
    is_too_large_ = is_too_large_ || kept_.size() + bytes.size() > most_body_in_json;
    if (!is_too_large_) kept_ += as_text(bytes);
    return {};
  }

  const GetOptions& options_;
  Progress progress_;
  std::optional<OutputFile> file_;
  std::string kept_;
  bool is_dropped_ = false;
  bool is_too_large_ = false;
};

[[nodiscard]] Result<std::shared_ptr<const ClientConfig>> build_config(const GetOptions& options, const net::Url& url,
                                                                       std::shared_ptr<SessionStore> sessions,
                                                                       const std::optional<EchConfigList>& better_ech) {
  ClientConfig::Builder builder;
  auto provider = crypto::make_provider();
  if (!provider) return std::unexpected(std::move(provider.error()));
  builder.provider(*provider);
  if (sessions) builder.session_store(std::move(sessions));
  auto identities = load_identities(options.identity, Side::client, **provider);
  if (!identities) return std::unexpected(std::move(identities.error()));
  for (auto& key : identities->raw_keys) builder.add_credential(std::move(key));
  for (Bytes& pin : identities->pins) builder.pin_server_key(std::move(pin));
  for (auto& psk : identities->psks) builder.add_psk(std::move(psk));
  if (options.sends_early) builder.allow_early_data();
  if (options.takes_delegated) builder.take_delegated_credentials();
  auto credentials = load_credentials(options.certificates, options.keys, **provider);
  if (!credentials) return std::unexpected(std::move(credentials.error()));
  for (auto& credential : *credentials) builder.add_credential(std::move(credential));
  // A connection that may be asked later can't go to the kernel.
  if (options.uses_kernel_tls) builder.allow_secret_extraction();
  if (!options.certificates.empty() && !options.uses_kernel_tls) builder.allow_late_authentication();
  if (auto applied = apply(options.tls, builder); !applied) return std::unexpected(std::move(applied.error()));
  if (auto applied = apply(options.ech, url, better_ech, builder); !applied)
    return std::unexpected(std::move(applied.error()));
  if (!options.anchors.empty()) {
    auto trust = load_anchors("--cacert", options.anchors);
    if (!trust) return std::unexpected(std::move(trust.error()));
    builder.trust(std::move(*trust));
  }
  auto crls = load_crls(options.revocation);
  if (!crls) return std::unexpected(std::move(crls.error()));
  for (x509::Crl& crl : *crls) builder.add_crl(std::move(crl));
  builder.revocation(options.requires_revocation_answer ? x509::RevocationPolicy::hard_fail
                                                        : revocation_policy(options.revocation));
  builder.fetching(fetching(options.revocation, *provider));
  auto logs = load_ct_logs(options.transparency, *provider);
  if (!logs) return std::unexpected(std::move(logs.error()));
  if (*logs) builder.certificate_transparency(std::move(*logs), ct_policy(options.transparency));
  return builder.build();
}

[[nodiscard]] Json to_json(const net::Url& url, const net::Response& response, const crypto::Provider* provider) {
  Json fields = Json::array();
  for (const auto& [name, value] : response.fields) fields.push_back({{"name", name}, {"value", value}});
  Json chain = Json::array();
  for (const Bytes& der : response.peer_chain) {
    const auto certificate = x509::CertificateView::parse(der);
    if (certificate) chain.push_back(explain::certificate_json(*certificate, {SystemClock().now(), provider}));
  }
  Json json{
      {"url", url.to_string()},
      {"address", response.address},
      {"status", response.status},
      {"reason", response.reason},
      {"fields", std::move(fields)},
      {"body_bytes", response.body_bytes},
      {"tls",
       {{"version", to_string(response.tls.version)},
        {"cipher_suite", to_string(response.tls.cipher_suite)},
        {"group", to_string(response.tls.group)},
        {"signature_scheme", to_string(response.tls.signature_scheme)},
        {"client_signature_scheme", response.tls.client_signature_scheme == SignatureScheme{}
                                        ? Json(nullptr)
                                        : Json(to_string(response.tls.client_signature_scheme))},
        {"alpn", response.tls.alpn},
        {"is_resumption", response.tls.is_resumption},
        {"is_delegated", response.tls.is_delegated},
        {"early_data", to_string(response.tls.early_data)},
        {"late_authentication", to_string(response.tls.late_authentication)},
        {"kernel", response.is_in_kernel},
        {"ech", to_string(response.tls.ech)},
        {"certificate_compression",
         response.tls.certificate_compression ? Json(to_string(*response.tls.certificate_compression)) : Json(nullptr)},
        {"after_hello_retry_request", response.tls.after_hello_retry_request}}},
      {"certificates", std::move(chain)},
      {"microseconds",
       {{"resolve", response.resolved_in.count()},
        {"connect", response.connected_in.count()},
        {"handshake", response.handshake_in.count()},
        {"total", response.total.count()}}}};
  if (response.verdict) json["verdict"] = explain::verdict_json(*response.verdict);
  return json;
}

[[nodiscard]] explain::Step policy_step(const Policy& policy) {
  explain::Step step;
  step.kind = "policy";
  step.headline = "By policy " + policy.name + ", nothing else is offered";
  step.data["policy"] = policy.name;
  return step;
}

/// One run of the command.
class Get {
 public:
  Get(const ToolContext& context, const GetOptions& options)
      : context_(context), options_(options), terminal_(stderr, {.colour = context.err.has_colour()}) {}

  [[nodiscard]] int run() {
    auto outcome = fetch_all();
    // Also after a failure: a session that was offered is not offered again.
    if (sessions_) {
      auto saved = sessions_->save();
      if (!saved && outcome) outcome = std::unexpected(std::move(saved.error()).at("--session-file"));
    }
    if (outcome) return *outcome;
    if (!options_.is_json) return report(context_, outcome.error());
    const int code = static_cast<int>(exit_code_for(outcome.error()));
    Json json{{"url", options_.url}, {"exit_code", code}, {"error", explain::error_json(outcome.error())}};
    if (options_.is_verbose) json["steps"] = story_.steps();
    fmt::print("{}", explain::json_text(json));
    return code;
  }

 private:
  [[nodiscard]] Result<void> prepare(const net::Url& url) {
    auto names = parse_further_names(options_.further_names);
    if (!names) return std::unexpected(std::move(names.error()));
    further_names_ = std::move(*names);
    if (options_.uses_kernel_tls) kernel_tls_ = probe_kernel(context_);
    if (!options_.session_file.empty()) {
      auto sessions = SessionFile::open(options_.session_file);
      if (!sessions) return std::unexpected(std::move(sessions.error()).at("--session-file"));
      sessions_ = std::move(*sessions);
    }
    return prepare_config(url);
  }

  [[nodiscard]] Result<void> prepare_config(const net::Url& url) {
    auto config = build_config(options_, url, sessions_, better_ech_);
    if (!config) return std::unexpected(std::move(config.error()));
    config_ = std::move(*config);
    if (sessions_) sessions_->use(*config_);
    return {};
  }

  [[nodiscard]] Result<int> fetch_all() {
    auto url = net::Url::parse(options_.url);
    if (!url) return std::unexpected(std::move(url.error()));
    for (const std::string& text : options_.resolve) {
      auto entry = net::ResolveOverride::parse(text);
      if (!entry) return std::unexpected(std::move(entry.error()));
      overrides_.push_back(std::move(*entry));
    }
    if (auto ready = prepare(*url); !ready) return std::unexpected(std::move(ready.error()));
    for (const std::string& weakening : config_->weakenings()) warn(context_, weakening);
    for (std::size_t redirects = 0;; ++redirects) {
      auto next = fetch_one(*url);
      if (!next) return std::unexpected(std::move(next.error()));
      if (!next->has_value()) return exit_code_;
      if (redirects == most_redirects) {
        return std::unexpected(fail(ErrorCode::HttpFailed)
                                   .at(url->authority())
                                   .received("more than " + std::to_string(most_redirects) + " redirects")
                                   .advice("the server sends its visitors round in circles"));
      }
      if (auto ready = move_on(*url, **next); !ready) return std::unexpected(std::move(ready.error()));
      url = std::move(**next);
    }
  }

  /// What is known of one server is not for another: neither what it sent nor what DNS said.
  [[nodiscard]] Result<void> move_on(const net::Url& from, const net::Url& to) {
    const bool has_own = better_ech_ || options_.ech.is_looked_up();
    if (from.authority() == to.authority() || !has_own) return {};
    better_ech_.reset();
    came_back_ = false;
    return prepare_config(to);
  }

  /// One exchange. A URL: go there next.
  [[nodiscard]] Result<std::optional<net::Url>> fetch_one(const net::Url& url) {
    explain::StepSink& sink = options_.is_json ? static_cast<explain::StepSink&>(story_) : terminal_;
    const std::shared_ptr<const ClientConfig> config = config_;  // the narrator's, also when there is another one
    explain::Narrator narrator(sink, {.provider = config->common().provider.get()});
    Body body(options_, context_.err_is_terminal && !options_.output.empty());

    net::FetchOptions fetching;
    fetching.connect.overrides = overrides_;
    fetching.connect.timeout = std::chrono::seconds(options_.timeout);
    fetching.handshake_timeout = std::chrono::seconds(options_.timeout);
    fetching.stall_timeout = std::chrono::seconds(options_.timeout);
    fetching.method = options_.is_head ? "HEAD" : "GET";
    if (options_.is_verbose) {
      narrator.tell(policy_step(config_->common().policy));
      narrator.start_clock();
      fetching.observer = &narrator;
      fetching.on_connected = [&](const net::TcpConnection& tcp) { narrator.tcp_connected(tcp.address); };
    }
    bool is_redirect = false;
    fetching.on_head = [&](unsigned status, std::optional<std::uint64_t> size) {
      is_redirect = status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
      body.begin(status, size);
    };
    fetching.on_body = [&](ByteView bytes) {
      return is_redirect && options_.follows ? Result<void>() : body.take(bytes);
    };
    std::optional<net::EvidenceFetcher> evidence;
    if (may_fetch(options_.revocation)) {
      evidence = make_fetcher(options_.revocation, fetching.connect, config_->common().provider);
      fetching.on_pause = [&](Connection& connection, Pause) { return judge_pause(connection, *evidence); };
    }
    if (!further_names_.empty()) {
      fetching.on_established = [&](BlockingStream& stream) {
        return prove_further(stream, url, sink, evidence ? &*evidence : nullptr);
      };
    }
    fetching.on_refused = [&](const Connection& connection) { keep_better_ech(connection); };
    fetching.sends_early = options_.sends_early;
    fetching.kernel_tls = kernel_tls_;
    auto response = net::fetch(url, config_, fetching);
    if (!response && response.error().code() == ErrorCode::EchRejected && better_ech_ && !came_back_) {
      // RFC 9849 6.1.6: once, with what the public name's server has vouched for.
      came_back_ = true;
      note(context_, "the server has another ECH configuration than was known, and sent it: once more, with that");
      if (auto built = prepare_config(url); !built) return std::unexpected(std::move(built.error()));
      response = net::fetch(url, config_, fetching);
    }
    if (response && response->status == 425 && response->tls.early_data == EarlyData::accepted) {  // RFC 8470 5.2
      note(context_, "425: too early for the server; asked again");
      fetching.sends_early = false;
      response = net::fetch(url, config_, fetching);
    }
    if (response && options_.sends_early && options_.is_verbose) tell_early(response->tls.early_data);
    if (response && response->is_in_kernel && options_.is_verbose) note(context_, "records: sealed by the kernel");
    if (evidence && options_.is_verbose) {
      for (const std::string& line : evidence->story()) note(context_, "fetched: " + line);
    }
    if (!response) return std::unexpected(std::move(response.error()));

    const auto location = response->field("Location");
    if (is_redirect && location) {
      auto target = url.resolve(*location);
      if (options_.follows) {
        if (!target) return std::unexpected(std::move(target.error()).at("the redirect of " + url.authority()));
        if (options_.is_verbose) note(context_, fmt::format("{}: on to {}", response->status, target->to_string()));
        return std::optional(std::move(*target));
      }
      note(context_, fmt::format("{}: the page is at {}; --location goes there", response->status,
                                 printable(target ? target->to_string() : *location)));
    }
    if (auto finished = body.finish(); !finished) return std::unexpected(std::move(finished.error()));
    return conclude(url, *response, body);
  }

  void tell_early(EarlyData outcome) const {
    note(context_, "early data: " + std::string(to_string(outcome)) +
                       (is_refused(outcome) ? "; the request was sent again after the handshake" : ""));
  }

  /// The verdict on the server, with what had to be fetched for it.
  [[nodiscard]] static Answer judge_pause(const Connection& connection, net::EvidenceFetcher& evidence) {
    auto question = connection.verification();
    if (!question) return answer::Refuse{};
    return answer::Verified{settle(*question, evidence, SystemClock().now())};
  }

  /// --prove-also, before anything is asked for.
  [[nodiscard]] Result<void> prove_further(BlockingStream& stream, const net::Url& url, explain::StepSink& sink,
                                           net::EvidenceFetcher* evidence) {
    auto proofs = prove_further_names(stream, url, further_names_, *config_, evidence);
    if (!proofs) return std::unexpected(std::move(proofs.error()));
    further_proofs_ = std::move(*proofs);
    if (!options_.is_verbose) return {};
    for (const FurtherProof& proof : further_proofs_)
      sink.take(tell_further_proof(proof, config_->common().provider.get()));
    return {};
  }

  void keep_better_ech(const Connection& connection) {
    const EchDetails* ech = connection.ech();
    if (ech == nullptr || ech->retry_configs.empty()) return;
    if (auto configs = EchConfigList::parse(ech->retry_configs)) better_ech_ = std::move(*configs);
  }

  [[nodiscard]] std::optional<net::Url> conclude(const net::Url& url, const net::Response& response, const Body& body) {
    exit_code_ = response.status >= 400 ? static_cast<int>(ExitCode::http_status) : ok();
    if (options_.is_json) {
      Json json = to_json(url, response, config_->common().provider.get());
      json["exit_code"] = exit_code_;
      json["body"] = body.to_json();
      if (!further_proofs_.empty()) {
        Json& proved = json["also_proved"] = Json::array();
        for (const FurtherProof& proof : further_proofs_)
          proved.push_back(tool::to_json(proof, config_->common().provider.get()));
      }
      if (options_.is_verbose) json["steps"] = story_.steps();
      fmt::print("{}", explain::json_text(json));
      return std::nullopt;
    }
    if (options_.is_verbose || options_.is_head) print_head(response);
    if (exit_code_ != ok())
      note(context_, fmt::format("{} answered {} {}", url.authority(), response.status, printable(response.reason)));
    if (body.is_dropped()) note(context_, options_.output + " was left as it is");
    return std::nullopt;
  }

  /// With -v beside the story; with --head it is what was asked for.
  void print_head(const net::Response& response) const {
    std::FILE* stream = options_.is_head ? stdout : stderr;
    fmt::print(stream, "HTTP/1.1 {} {}\n", response.status, printable(response.reason));
    for (const auto& [name, value] : response.fields)
      fmt::print(stream, "{}: {}\n", printable(name), printable(value, 2000));
  }

  const ToolContext& context_;
  const GetOptions& options_;
  explain::Terminal terminal_;
  explain::JsonStory story_;
  std::vector<net::ResolveOverride> overrides_;
  std::shared_ptr<SessionFile> sessions_;
  std::shared_ptr<const ClientConfig> config_;
  std::optional<EchConfigList> better_ech_;  ///< that the server has sent
  bool came_back_ = false;
  std::vector<ServerName> further_names_;     ///< of --prove-also
  std::vector<FurtherProof> further_proofs_;  ///< of the present connection
  KernelTls kernel_tls_;                      ///< what there is to use of it; nothing where nobody asked
  int exit_code_ = ok();
};

}  // namespace

void add_get_command(CLI::App& app, ToolContext& context) {
  auto options = std::make_shared<GetOptions>();
  CLI::App* command = app.add_subcommand("get", "Fetch a URL over HTTPS, with every check");
  command->add_option("URL", options->url, "https://HOST[:PORT]/PATH")->required();
  command
      ->add_option("--cacert", options->anchors, "Trust the certificates in FILE (PEM or DER) instead of the system's")
      ->type_name("FILE")
      ->allow_extra_args(false);
  add_revocation_options(*command, options->revocation);
  add_transparency_options(*command, options->transparency);
  command
      ->add_option("--cert", options->certificates,
                   "Shown to servers that ask who the client is, in the handshake or after it: the certificate and its "
                   "intermediates, PEM; several: the first that the server takes")
      ->type_name("CHAIN.pem")
      ->allow_extra_args(false);
  command->add_option("--key", options->keys, "The private key to it, PEM")
      ->type_name("KEY.pem")
      ->allow_extra_args(false);
  command->add_flag("--require-revocation-answer", options->requires_revocation_answer,
                    "The same as --revocation hard-fail");
  command->add_flag("--delegated-credentials", options->takes_delegated,
                    "Take a key that the certificate's key has delegated for some days (RFC 9345)");
  command->add_option("--resolve", options->resolve, "Find HOST:PORT at ADDR, whatever DNS says")
      ->type_name("HOST:PORT:ADDR")
      ->allow_extra_args(false);
  add_identity_options(*command, options->identity);
  command->add_flag("--early-data", options->sends_early,
                    "Send the request at once where a session of --session-file allows it. Weakens: it can come to the "
                    "server again, and has no forward secrecy");
  command->add_flag(
      "--kernel-tls", options->uses_kernel_tls,
      "Have the kernel seal and open records, where it offers that. Weakens: the keys leave this process; "
      "no certificate is shown after the handshake");
  add_tls_options(*command, options->tls, "Application protocols to offer, in order; 'none' for none");
  command->add_option("-o,--output", options->output, "Write to FILE, which appears when it is complete")
      ->type_name("FILE");
  command
      ->add_option("--session-file", options->session_file,
                   "Come back with the sessions in FILE, and keep new ones there (mode 0600: they are secrets)")
      ->type_name("FILE");
  add_ech_options(*command, options->ech);
  command
      ->add_option("--prove-also", options->further_names,
                   "Have the server prove that it is NAME, too, for this connection, before anything is asked for (RFC "
                   "9261; only Keyway's servers know how: serve --also-cert)")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->excludes("--early-data");
  command->add_option("--timeout", options->timeout, "Seconds of silence after which to give up")
      ->type_name("SECONDS")
      ->check(CLI::Range(1, 86'400))
      ->capture_default_str();
  command->add_flag("-I,--head", options->is_head, "Ask for the head alone and print it");
  command->add_flag("-L,--location", options->follows, "Follow redirects, up to 10, to https URLs alone");
  command->add_flag("-v,--verbose", options->is_verbose, "Tell the handshake step by step, on standard error");
  command->add_flag("--json", options->is_json, "Print one JSON object with all that is known of the exchange");
  command->footer(
      "Examples:\n"
      "  keyway get https://example.org/\n"
      "  keyway get https://localhost:8443/ --cacert root.pem -v\n"
      "  keyway get https://shop.localhost:8443/big.iso -o big.iso --resolve shop.localhost:8443:127.0.0.1\n"
      "  keyway get https://localhost:8443/ --cacert root.pem --crl revoked.crl --json\n"
      "  keyway get https://example.org/ --tls-max 1.2 --ciphers ECDHE-RSA-AES128-GCM-SHA256 -v\n"
      "  keyway get https://example.org/ --fetch --revocation hard-fail\n"
      "  keyway get https://example.org/ --session-file sessions -v    the second time it resumes\n"
      "  keyway get https://example.org/ --session-file sessions --early-data -v\n"
      "  keyway get https://device.example/ --pin device-public.pem\n"
      "  keyway get https://device.example/ --psk device7:key.hex\n"
      "  keyway get https://shop.localhost:8443/ --ech ech.pem -v    nobody on the way reads the name\n"
      "  keyway get https://example.org/ --ech dns --dns-server 127.0.0.1:5353\n"
      "  keyway get https://shop.example/ --prove-also market.example -v\n"
      "  keyway get https://members.example/ --cert me.pem --key me-key.pem\n\n" +
      std::string(exit_codes_help()));
  command->callback(
      [options, &context] { context.run = [options, &context] { return Get(context, *options).run(); }; });
}

}  // namespace keyway::tool
