#include "tool/serve.hpp"

#include <charconv>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <keyway/clock.hpp>
#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/delegated_credential.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "explain/log_observer.hpp"
#include "net/server.hpp"
#include "net/site.hpp"
#include "tool/access_line.hpp"
#include "tool/development.hpp"
#include "tool/identity_options.hpp"
#include "tool/kernel_option.hpp"
#include "tool/psk_file.hpp"
#include "tool/serve_options.hpp"
#include "tool/tls_options.hpp"

namespace keyway::tool {
namespace {

struct Endpoint {
  std::string address;
  std::uint16_t port = 0;
};

/// "ADDR:PORT", "[ADDR]:PORT", or a port alone, which means 127.0.0.1.
[[nodiscard]] Result<Endpoint> parse_endpoint(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  std::string_view address = colon == std::string_view::npos ? "127.0.0.1" : text.substr(0, colon);
  const std::string_view port_text = colon == std::string_view::npos ? text : text.substr(colon + 1);
  if (address.starts_with('[') && address.ends_with(']')) address = address.substr(1, address.size() - 2);
  if (address == "localhost") address = "127.0.0.1";
  Endpoint endpoint{.address = std::string(address), .port = 0};
  const char* last = std::to_address(port_text.end());
  const auto [end, problem] = std::from_chars(port_text.data(), last, endpoint.port);
  if (problem == std::errc() && end == last && IpAddress::parse(address)) return endpoint;
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("--listen")
                             .expected("ADDR:PORT")
                             .received(printable(text))
                             .advice("for example 127.0.0.1:8443, [::1]:8443, or 0.0.0.0:8443 for every address"));
}

[[nodiscard]] std::string day_of(Time time) {
  return fmt::format("{:%Y-%m-%d %H:%M} UTC", fmt::gmtime(std::chrono::system_clock::to_time_t(time)));
}

/// Clients would refuse these certificates: better told here than found out there.
[[nodiscard]] Result<void> check_validity(const ToolContext& context, const Credential& credential,
                                          const std::string& file, bool takes_expired) {
  const Time now = SystemClock().now();
  for (const x509::Certificate& certificate : credential.chain()) {
    const x509::CertificateView& view = certificate.view();
    const std::string whose = fmt::format("{}, {}", printable(file), printable(view.subject.to_string()));
    if (view.not_after < now && !takes_expired) {
      return std::unexpected(
          fail(ErrorCode::CertificateExpired)
              .at(whose)
              .expected("an end after now")
              .received(day_of(view.not_after))
              .advice("have it renewed (keyway ca issue …); --allow-expired serves it all the same"));
    }
    if (view.not_after < now) warn(context, fmt::format("{}: expired on {}", whose, day_of(view.not_after)));
    if (view.not_before > now) {
      warn(context, fmt::format("{}: not valid before {}; clients refuse it until then. Is the clock right?", whose,
                                day_of(view.not_before)));
    }
    if (view.not_after >= now && view.not_after < now + std::chrono::days(14)) {
      warn(context, fmt::format("{}: expires on {}; have it renewed", whose, day_of(view.not_after)));
    }
  }
  return {};
}

/// One run of the command.
class Serve {
 public:
  Serve(const ToolContext& context, const ServeOptions& options) : context_(context), options_(options) {}

  [[nodiscard]] int run() {
    auto server = start();
    if (!server) return report(context_, server.error());
    tell_where(**server);
    (*server)->run_until_signal([&] { read_anew(**server); });
    note(context_, "stopped");
    return ok();
  }

 private:
  /// Certificates, keys, staples and clients' authorities, as the files now have them.
  void read_anew(net::FileServer& server) {
    auto config = build_config();
    auto further = load_further();
    if (!config || !further) {
      static_cast<void>(report(context_, config ? further.error() : config.error()));
      return note(context_, "goes on with what was read before");
    }
    server.use(std::move(*config), std::move(*further));
    note(context_, "its files are read anew, for connections to come");
  }

  [[nodiscard]] Result<std::unique_ptr<net::FileServer>> start() {
    auto endpoint = parse_endpoint(options_.listen);
    if (!endpoint) return std::unexpected(std::move(endpoint.error()));
    endpoint_ = std::move(*endpoint);
    // Nothing is made for a folder that can't be served.
    if (auto site = net::Site::open(options_.folder); !site) return std::unexpected(std::move(site.error()));
    if (auto fit = check_late_requests(); !fit) return std::unexpected(std::move(fit.error()));
    auto config = build_config();
    if (!config) return std::unexpected(std::move(config.error()));
    for (const std::string& weakening : (*config)->weakenings()) warn(context_, weakening);
    auto further = load_further();
    if (!further) return std::unexpected(std::move(further.error()));
    policy_ = (*config)->common().policy.name;

    net::FileServerOptions serving;
    serving.folder = options_.folder;
    serving.address = endpoint_.address;
    serving.port = endpoint_.port;
    serving.threads = options_.threads;
    serving.max_connections = options_.max_connections;
    serving.holds_signals = true;
    serving.drain_timeout = std::chrono::seconds(options_.drain_seconds);
    serving.listings = !options_.has_no_listings;
    serving.asks_for_certificate_at = options_.asks_for_certificate_at;
    if (options_.uses_kernel_tls) serving.kernel_tls = probe_kernel(context_);
    serving.hand_over = options_.hand_over;
    serving.further_identities = std::move(*further);
    serving.on_note = [this](const std::string& line) { note(context_, line); };
    if (options_.is_verbose) serving.observer = &narrating_;
    if (!options_.is_quiet) {
      // A line at a time, whatever standard output is: a log is read while it is written.
      std::setvbuf(stdout, nullptr, _IOLBF, BUFSIZ);
      serving.on_access = [](const net::AccessRecord& record) {
        const std::string line = access_line(record);
        std::fwrite(line.data(), 1, line.size(), stdout);
      };
    }
    return net::FileServer::start(std::move(*config), std::move(serving));
  }

  /// Each of --also-cert. Errors: those of load_credentials() and of check_validity().
  [[nodiscard]] Result<net::FurtherIdentities> load_further() {
    const auto& files = options_.further_certificates;
    if (files.empty() && options_.further_keys.empty()) return net::FurtherIdentities{};
    auto provider = crypto::make_provider();
    if (!provider) return std::unexpected(std::move(provider.error()));
    auto credentials = load_credentials(files, options_.further_keys, **provider, "also-");
    if (!credentials) return credentials;
    for (std::size_t i = 0; i < credentials->size(); ++i) {
      auto checked = check_validity(context_, *(*credentials)[i], files[i], options_.takes_expired);
      if (!checked) return std::unexpected(std::move(checked.error()));
    }
    return credentials;
  }

  /// Errors: InvalidArgument, where what is asked for later can't be asked for.
  [[nodiscard]] Result<void> check_late_requests() const {
    if (options_.asks_for_certificate_at.empty()) return {};
    const auto refuse = [](std::string_view expected, std::string_view advice) {
      return std::unexpected(
          fail(ErrorCode::InvalidArgument).at("--ask-for-cert-at").expected(expected).advice(advice));
    };
    if (options_.client_anchors.empty()) {
      return refuse("--client-ca FILE", "name the authority that clients' certificates are to come from");
    }
    if (options_.requires_client_certificate || !options_.identity.pins.empty()) {
      return refuse("neither --require-client-cert nor --pin", "those ask every client, in the handshake");
    }
    return {};
  }

  [[nodiscard]] Result<std::shared_ptr<const ServerConfig>> build_config() {
    auto provider = crypto::make_provider();
    if (!provider) return std::unexpected(std::move(provider.error()));
    ServerConfig::Builder builder;
    builder.provider(*provider);
    if (auto applied = apply(options_.tls, builder); !applied) return std::unexpected(std::move(applied.error()));
    auto added = add_credentials(builder, *provider);
    if (!added) return std::unexpected(std::move(added.error()));
    if (options_.takes_early) builder.take_early_data();
    if (options_.retries_statelessly) builder.stateless_retry();
    if (options_.uses_kernel_tls || !options_.hand_over.empty()) builder.allow_secret_extraction();
    if (!options_.ech.empty()) {
      auto ech_keys = load_ech_keys(options_.ech, *provider);
      if (!ech_keys) return std::unexpected(std::move(ech_keys.error()));
      builder.ech_keys(std::move(*ech_keys));
    }
    if (auto asked = ask_clients(builder); !asked) return std::unexpected(std::move(asked.error()));
    // One certificate is for whoever comes: the client judges it. Of several, nobody gets another customer's.
    const bool uses_first =
        options_.unknown_name == "first" || (options_.unknown_name.empty() && options_.certificates.size() <= 1);
    builder.session_store(std::make_shared<InMemoryServerSessionStore>());  // for clients without tickets
    builder.unknown_name(uses_first ? UnknownName::use_default : UnknownName::refuse);
    return builder.build();
  }

  /// Errors: InvalidArgument, those of files.
  [[nodiscard]] Result<void> ask_clients(ServerConfig::Builder& builder) {
    const bool is_required = options_.requires_client_certificate;
    if (has_pins_) {
      const auto anchors = load_anchors("--client-ca", options_.client_anchors);
      if (!anchors) return std::unexpected(anchors.error());
      if (is_required) builder.require_client_certificate(options_.client_anchors.empty() ? nullptr : *anchors);
      if (!is_required) builder.ask_for_client_certificate(options_.client_anchors.empty() ? nullptr : *anchors);
      return {};
    }
    if (options_.client_anchors.empty()) {
      if (!is_required) return {};
      return std::unexpected(fail(ErrorCode::InvalidArgument)
                                 .at("--require-client-cert")
                                 .expected("--client-ca FILE")
                                 .advice("name the authority that clients' certificates are to come from"));
    }
    auto anchors = load_anchors("--client-ca", options_.client_anchors);
    if (!anchors) return std::unexpected(std::move(anchors.error()));
    if (is_required) {
      builder.require_client_certificate(std::move(*anchors));
    } else {
      builder.ask_for_client_certificate(std::move(*anchors));
    }
    if (!options_.asks_for_certificate_at.empty()) builder.ask_clients_later();
    return {};
  }

  /// What there is to show: certificates, raw keys, keys that both ends have; without any, a development certificate.
  [[nodiscard]] Result<void> add_credentials(ServerConfig::Builder& builder,
                                             const std::shared_ptr<const crypto::Provider>& provider) {
    auto identities = load_identities(options_.identity, Side::server, *provider);
    if (!identities) return std::unexpected(std::move(identities.error()));
    has_pins_ = !identities->pins.empty();
    for (Bytes& pin : identities->pins) builder.pin_client_key(std::move(pin));
    for (auto& key : identities->raw_keys) builder.add_credential(std::move(key));
    for (auto& psk : identities->psks) builder.add_psk(std::move(psk));
    if (!options_.psk_file.empty()) {
      auto file =
          PskFile::open(options_.psk_file, options_.identity, [this](std::string_view line) { note(context_, line); });
      if (!file) return std::unexpected(std::move(file.error()));
      builder.psk_resolver(std::move(*file),
                           options_.identity.has_plain_psks ? ResolvedPsks::any : ResolvedPsks::imported);
    }
    if (!options_.certificates.empty()) return add_files(builder, *provider);
    const bool has_other =
        options_.identity.shows_raw_key() || options_.identity.has_psks() || !options_.psk_file.empty();
    return has_other ? Result<void>() : add_development(builder, provider);
  }

  [[nodiscard]] Result<void> add_files(ServerConfig::Builder& builder, const crypto::Provider& provider) {
    // First, so that clients which take them are shown them.
    if (auto added = add_delegated(builder, provider); !added) return added;
    if (options_.keys.empty() && !options_.delegations.empty()) return {};
    auto credentials = load_credentials(options_.certificates, options_.keys, provider);
    if (!credentials) return std::unexpected(std::move(credentials.error()));
    for (std::size_t i = 0; i < credentials->size(); ++i) {
      auto& credential = (*credentials)[i];
      auto checked = check_validity(context_, *credential, options_.certificates[i], options_.takes_expired);
      if (!checked) return checked;
      auto stapled = staple(std::move(credential), i);
      if (!stapled) return std::unexpected(std::move(stapled.error()).at("--ocsp"));
      builder.add_credential(std::move(*stapled));
    }
    return {};
  }

  /// Errors: InvalidArgument, those of files and of Credential::delegated().
  [[nodiscard]] Result<void> add_delegated(ServerConfig::Builder& builder, const crypto::Provider& provider) const {
    if (options_.delegations.size() > options_.certificates.size()) {
      return std::unexpected(fail(ErrorCode::InvalidArgument)
                                 .at("--delegated-credential")
                                 .expected("one at most for each --cert, in the same order"));
    }
    for (std::size_t i = 0; i < options_.delegations.size(); ++i) {
      const std::string& file = options_.delegations[i];
      auto chain = read_file(options_.certificates[i]);
      if (!chain) return std::unexpected(std::move(chain.error()));
      auto pem = read_file(file);
      if (!pem) return std::unexpected(std::move(pem.error()));
      auto credential = Credential::delegated_from_pem(as_text(*chain), as_text(*pem), provider);
      wipe(*pem);
      if (!credential) return std::unexpected(std::move(credential.error()).at(file));
      if (auto fit = check_delegation(file, **credential); !fit) return fit;
      auto stapled = staple(std::move(*credential), i);
      if (!stapled) return std::unexpected(std::move(stapled.error()).at("--ocsp"));
      builder.add_credential(std::move(*stapled));
    }
    return {};
  }

  /// Clients would refuse it: better told here.
  [[nodiscard]] Result<void> check_delegation(const std::string& file, const Credential& credential) const {
    if (!may_delegate(credential.leaf().view())) {
      return std::unexpected(fail(ErrorCode::DelegationNotAllowed)
                                 .at(file)
                                 .advice("have a certificate issued for it: keyway ca issue NAME --delegation-usage"));
    }
    const Time until = credential.delegation()->until;
    if (credential.delegation()->is_timely(SystemClock().now())) {
      note(context_, fmt::format("{}: good until {}", printable(file), day_of(until)));
      return {};
    }
    return std::unexpected(fail(ErrorCode::DelegatedCredentialExpired)
                               .at(file)
                               .expected("an end within 7 days from now")
                               .received(day_of(until))
                               .advice("have a new one made: keyway ca delegate …"));
  }

  /// With the OCSP response that was given for the credential at `index`, if one was. Errors: those of files.
  [[nodiscard]] Result<std::shared_ptr<const Credential>> staple(std::shared_ptr<const Credential> credential,
                                                                 std::size_t index) const {
    if (index >= options_.ocsp_responses.size()) return credential;
    constexpr std::size_t max_response = std::size_t{1} << 16U;
    auto response = read_file(options_.ocsp_responses[index], max_response);
    if (!response) return std::unexpected(std::move(response.error()));
    return credential->with_proofs({.ocsp_responses = {std::move(*response)}, .sct_lists = {}});
  }

  [[nodiscard]] Result<void> add_development(ServerConfig::Builder& builder,
                                             const std::shared_ptr<const crypto::Provider>& provider) {
    if (!options_.keys.empty()) {
      return std::unexpected(fail(ErrorCode::InvalidArgument).at("--key").received("no --cert").advice("give both"));
    }
    auto folder = development_folder();
    if (!folder) return std::unexpected(std::move(folder.error()));
    auto development = prepare_development(*folder, provider);
    if (!development) return std::unexpected(std::move(development.error()));
    if (development->is_new) note(context_, "made an authority for development in " + folder->native());
    instructions_ = trust_instructions(development->root);
    builder.add_credential(std::move(development->credential));
    return {};
  }

  void tell_where(const net::FileServer& server) const {
    const bool is_v6 = endpoint_.address.find(':') != std::string::npos;
    const std::string host = is_v6 ? "[" + endpoint_.address + "]" : endpoint_.address;
    std::string instructions = instructions_;
    const std::string usual = "localhost:8443";
    const std::string actual = "localhost:" + std::to_string(server.port());
    for (std::size_t at = 0; (at = instructions.find(usual, at)) != std::string::npos; at += actual.size()) {
      instructions.replace(at, usual.size(), actual);
    }
    fmt::print(stderr, "{}", instructions);
    note(context_, fmt::format("serving {} on https://{}:{}/, policy {}", printable(options_.folder), host,
                               server.port(), policy_));
  }

  const ToolContext& context_;
  const ServeOptions& options_;
  Endpoint endpoint_;
  bool has_pins_ = false;
  explain::LogObserver narrating_{explain::LogLevel::debug,
                                  [](explain::LogLevel, std::string_view line) { fmt::print(stderr, "{}\n", line); }};
  std::string instructions_;
  std::string policy_;  ///< its name, as it is narrowed
};

}  // namespace

void add_serve_command(CLI::App& app, ToolContext& context) {
  auto options = std::make_shared<ServeOptions>();
  CLI::App* command = app.add_subcommand("serve", "Serve a folder over HTTPS");
  add_serve_options(*command, *options);
  command->callback(
      [options, &context] { context.run = [options, &context] { return Serve(context, *options).run(); }; });
}

}  // namespace keyway::tool
