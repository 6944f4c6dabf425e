#include <keyway/config.hpp>

#include <string>
#include <utility>

#include "tls/client_authentication.hpp"
#include "tls/config_common.hpp"
#include "tls/session/configuration_id.hpp"
#include "tls/session/psk_set.hpp"
#include "tls/session/session.hpp"
#include "tls/session/ticket_sealer.hpp"

namespace keyway {

struct ServerConfig::Builder::Parts {
  CommonConfig common;
  std::vector<std::shared_ptr<const Credential>> credentials;
  std::shared_ptr<const CredentialResolver> resolver;
  std::shared_ptr<const AlpnChooser> alpn_chooser;
  UnknownName unknown_name = UnknownName::refuse;
  bool pauses_for_client_hello = false;
  bool pauses_for_credential = false;
  bool acknowledges_server_name = true;
  TicketOptions tickets;
  std::shared_ptr<TicketKeys> ticket_keys;
  std::string ticket_context;
  std::shared_ptr<ServerSessionStore> session_store;
  bool without_tickets = false;
  tls::ClientAuthenticationPlan clients;
  std::vector<std::shared_ptr<const ExternalPsk>> psks;
  bool prefers_certificates = false;
  bool asks_clients_later = false;
  std::unique_ptr<EarlyDataOptions> early_data;
  std::unique_ptr<StatelessRetry> stateless_retry;
  std::shared_ptr<const EchKeys> ech_keys;
  std::shared_ptr<const PskResolver> psk_resolver;
  ResolvedPsks resolved_psks = ResolvedPsks::imported;

  [[nodiscard]] bool has_credentials() const noexcept {
    return resolver || !credentials.empty() || pauses_for_credential;
  }
  /// After complete(). Errors: InvalidConfiguration.
  [[nodiscard]] Result<void> complete_psks();
  [[nodiscard]] Result<void> complete_early_data();
  /// Errors also: RandomFailed.
  [[nodiscard]] Result<void> complete_stateless_retry();
  /// What is shown and what is taken. A resolver's certificates are its own affair: it answers by name, and names are
  /// bound anyway. Errors: RandomFailed.
  [[nodiscard]] Result<std::array<std::uint8_t, 32>> id() const;
  /// Errors: InvalidConfiguration, RandomFailed.
  [[nodiscard]] Result<void> complete_tickets();
};

Result<std::array<std::uint8_t, 32>> ServerConfig::Builder::Parts::id() const {
  tls::ConfigurationDigest digest(*common.provider, "server");
  digest.add_policy(common.policy);
  digest.add_protocols(common.alpn);
  digest.add_number(common.requires_extended_master_secret ? 1 : 0);
  digest.add_number(common.allows_psk_ke ? 1 : 0);
  digest.add(ticket_context);
  if (ticket_context.empty()) {
    for (const auto& credential : credentials) digest.add(credential->name());
  }
  if (common.psks) common.psks->add_to(digest);
  if (auto added = clients.add_to(digest, common, !ticket_context.empty()); !added) {
    return std::unexpected(std::move(added.error()));
  }
  return digest.finish();
}

Result<void> ServerConfig::Builder::Parts::complete_psks() {
  if (psks.empty() && !psk_resolver) return {};
  if (!has_credentials()) common.policy = common.policy.narrowed_to({ProtocolVersion::TLS1_3});
  if (psk_resolver && !common.policy.has(ProtocolVersion::TLS1_3)) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration).at("psk_resolver").expected("a policy with TLS 1.3"));
  }
  if (psks.empty()) return {};
  auto set = tls::PskSet::make(std::move(psks), Side::server, common);
  if (!set) return std::unexpected(std::move(set.error()));
  common.psks = std::move(*set);
  return {};
}

Result<void> ServerConfig::Builder::Parts::complete_early_data() {
  if (!early_data) return {};
  constexpr std::uint32_t most = std::uint32_t{1} << 24U;
  const auto [size, window, store] = *early_data;
  const bool is_sane = size > 0 && size <= most && window >= std::chrono::seconds(1) &&
                       window <= std::chrono::minutes(5) && (!without_tickets || session_store);
  if (!is_sane) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("ServerConfig, take_early_data")
                               .expected("tickets, 1 to 16777216 bytes, a window of 1 to 300 seconds"));
  }
  if (!store) early_data->store = std::make_shared<InMemorySingleUseStore>(common.clock->now());
  return {};
}

Result<void> ServerConfig::Builder::Parts::complete_stateless_retry() {
  if (!stateless_retry) return {};
  auto& [keys, lifetime] = *stateless_retry;
  const bool is_sane = lifetime >= std::chrono::seconds(1) && lifetime <= std::chrono::minutes(5) && !early_data &&
                       !ech_keys && common.policy.has(ProtocolVersion::TLS1_3) &&
                       (!keys || tls::TicketSealer(*common.provider, *keys).has_keys());
  if (!is_sane) {
    return std::unexpected(
        fail(ErrorCode::InvalidConfiguration)
            .at("ServerConfig, stateless_retry")
            .expected("TLS 1.3, keys, 1 to 300 seconds, and neither early data nor hidden ClientHellos"));
  }
  if (keys) return {};
  auto own = TicketKeys::rotating(common.provider, common.clock, std::chrono::hours(1), common.random);
  if (!own) return std::unexpected(std::move(own.error()));
  keys = std::move(*own);
  return {};
}

Result<void> ServerConfig::Builder::Parts::complete_tickets() {
  constexpr std::size_t max_tickets = 8;
  const bool is_sane = tickets.count <= max_tickets && tickets.lifetime >= std::chrono::minutes(1) &&
                       tickets.lifetime <= tls::max_session_lifetime;
  if (!is_sane) {
    return std::unexpected(
        fail(ErrorCode::InvalidConfiguration)
            .at("ServerConfig, tickets")
            .expected("at most 8 of them, for 60 to 604800 seconds")
            .received(std::to_string(tickets.count) + ", for " + std::to_string(tickets.lifetime.count())));
  }
  if (without_tickets && !session_store) {
    if (!ticket_keys) return {};
    return std::unexpected(
        fail(ErrorCode::InvalidConfiguration).at("ServerConfig").received("both ticket_keys and without_tickets"));
  }
  if (ticket_keys) return {};
  auto keys = TicketKeys::rotating(common.provider, common.clock, tickets.lifetime, common.random);
  if (!keys) return std::unexpected(std::move(keys.error()));
  ticket_keys = std::move(*keys);
  return {};
}

ServerConfig::Builder::Builder() : parts_(std::make_unique<Parts>()) {}
ServerConfig::Builder::~Builder() = default;
ServerConfig::Builder::Builder(Builder&&) noexcept = default;
ServerConfig::Builder& ServerConfig::Builder::operator=(Builder&&) noexcept = default;

ServerConfig::Builder& ServerConfig::Builder::add_credential(std::shared_ptr<const Credential> credential) {
  if (credential) parts_->credentials.push_back(std::move(credential));
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::unknown_name(UnknownName answer) {
  parts_->unknown_name = answer;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::credentials(std::shared_ptr<const CredentialResolver> resolver) {
  parts_->resolver = std::move(resolver);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::add_psk(std::shared_ptr<const ExternalPsk> psk) {
  if (psk) parts_->psks.push_back(std::move(psk));
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::psk_resolver(std::shared_ptr<const PskResolver> resolver,
                                                           ResolvedPsks taken) {
  parts_->psk_resolver = std::move(resolver);
  parts_->resolved_psks = taken;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::take_early_data(EarlyDataOptions options) {
  parts_->early_data = std::make_unique<EarlyDataOptions>(std::move(options));
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::stateless_retry(StatelessRetry options) {
  parts_->stateless_retry = std::make_unique<StatelessRetry>(std::move(options));
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::grease() {
  parts_->common.greases = true;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::ech_keys(std::shared_ptr<const EchKeys> keys) {
  parts_->ech_keys = std::move(keys);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::prefer_certificates() {
  parts_->prefers_certificates = true;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::pause_for_client_hello() {
  parts_->pauses_for_client_hello = true;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::pause_for_credential() {
  parts_->pauses_for_credential = true;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::alpn(std::vector<std::string> protocols) {
  parts_->common.alpn = std::move(protocols);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::alpn_chooser(std::shared_ptr<const AlpnChooser> chooser) {
  parts_->alpn_chooser = std::move(chooser);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::policy(Policy policy) {
  parts_->common.policy = std::move(policy);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::provider(std::shared_ptr<const crypto::Provider> provider) {
  parts_->common.provider = std::move(provider);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::random(std::shared_ptr<const crypto::Random> random) {
  parts_->common.random = std::move(random);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::clock(std::shared_ptr<const Clock> clock) {
  parts_->common.clock = std::move(clock);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::observe(std::shared_ptr<Observer> observer) {
  if (observer) parts_->common.observers.push_back(std::move(observer));
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::padding_block(std::size_t bytes) {
  parts_->common.padding_block = bytes;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::max_fragment(std::size_t bytes) {
  parts_->common.max_fragment = bytes;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::record_size_limit(std::uint16_t bytes) {
  parts_->common.record_size_limit = bytes;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::certificate_compression(CertificateCompressors compressors) {
  parts_->common.certificate_compressors = std::move(compressors);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::max_records_per_key(std::uint64_t records) {
  parts_->common.max_records_per_key = records;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::max_handshake_message(std::size_t bytes) {
  parts_->common.max_handshake_message = bytes;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::without_server_name_acknowledgement() {
  parts_->acknowledges_server_name = false;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::require_client_certificate(
    std::shared_ptr<const x509::TrustStore> anchors) {
  parts_->clients.asks = parts_->clients.is_required = true;
  parts_->clients.anchors = std::move(anchors);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::ask_for_client_certificate(
    std::shared_ptr<const x509::TrustStore> anchors) {
  parts_->clients.asks = true;
  parts_->clients.is_required = false;
  parts_->clients.anchors = std::move(anchors);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::ask_clients_later() {
  parts_->asks_clients_later = true;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::pin_client_key(Bytes subject_public_key_info) {
  parts_->clients.pinned_keys.push_back(std::move(subject_public_key_info));
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::client_certificate_types(std::vector<CertificateType> types) {
  parts_->clients.types = std::move(types);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::add_client_intermediate(x509::Certificate certificate) {
  parts_->clients.intermediates.push_back(std::move(certificate));
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::add_client_crl(x509::Crl crl) {
  parts_->clients.crls.push_back(std::move(crl));
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::client_revocation(x509::RevocationPolicy policy) {
  parts_->clients.options.revocation = policy;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::client_certificate_rules(x509::Profile profile,
                                                                       x509::Conformance conformance) {
  parts_->clients.options.profile = profile;
  parts_->clients.options.conformance = conformance;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::client_certificate_policies(x509::PolicyInputs inputs) {
  parts_->clients.options.policies = std::move(inputs);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::client_path_budget(x509::PathBudget budget) {
  parts_->clients.options.budget = budget;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::client_authorities(std::vector<Bytes> names) {
  parts_->clients.authorities = std::move(names);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::pause_for_verification() {
  parts_->clients.pauses = true;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::tickets(std::size_t count, std::chrono::seconds lifetime) {
  parts_->tickets = {count, lifetime};
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::ticket_keys(std::shared_ptr<TicketKeys> keys) {
  parts_->ticket_keys = std::move(keys);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::ticket_context(std::string context) {
  parts_->ticket_context = std::move(context);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::without_tickets() {
  parts_->without_tickets = true;
  return *this;
}

ServerConfig::Builder& ServerConfig::Builder::session_store(std::shared_ptr<ServerSessionStore> store) {
  parts_->session_store = std::move(store);
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::allow_psk_ke() {
  parts_->common.allows_psk_ke = true;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::allow_secret_extraction() {
  parts_->common.allows_secret_extraction = true;
  return *this;
}
ServerConfig::Builder& ServerConfig::Builder::allow_missing_extended_master_secret() {
  parts_->common.requires_extended_master_secret = false;
  return *this;
}

Result<std::shared_ptr<const ServerConfig>> ServerConfig::Builder::build() {
  if (!parts_)
    return std::unexpected(fail(ErrorCode::NotReady).at("ServerConfig::Builder").received("a spent builder"));
  if (auto completed = tls::complete(parts_->common); !completed) {
    return std::unexpected(std::move(completed.error()).at("ServerConfig"));
  }
  if (parts_->resolver && !parts_->credentials.empty()) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("ServerConfig")
                               .received("both a resolver and credentials of its own"));
  }
  if (parts_->alpn_chooser && !parts_->common.alpn.empty()) {
    return std::unexpected(
        fail(ErrorCode::InvalidConfiguration).at("ServerConfig, alpn").received("both an order and a chooser"));
  }
  if (!parts_->has_credentials() && parts_->psks.empty() && !parts_->psk_resolver) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("ServerConfig")
                               .expected("a credential")
                               .received("none")
                               .advice("Call add_credential() with a certificate chain and its key."));
  }
  const tls::ClientAuthenticationPlan& clients = parts_->clients;
  const bool may_ask_later = clients.asks && clients.pinned_keys.empty();
  if (parts_->asks_clients_later && !may_ask_later) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("ServerConfig, ask_clients_later")
                               .expected("clients that are asked, for chains"));
  }
  if (auto completed = parts_->complete_psks(); !completed) {
    return std::unexpected(std::move(completed.error()).at("ServerConfig"));
  }
  if (auto completed = parts_->complete_early_data(); !completed) return std::unexpected(std::move(completed.error()));
  if (auto completed = parts_->complete_tickets(); !completed) return std::unexpected(std::move(completed.error()));
  if (auto completed = parts_->complete_stateless_retry(); !completed) {
    return std::unexpected(std::move(completed.error()));
  }
  if (parts_->ech_keys && !parts_->common.policy.has(ProtocolVersion::TLS1_3)) {
    return std::unexpected(
        fail(ErrorCode::InvalidConfiguration).at("ServerConfig, ech_keys").expected("a policy with TLS 1.3"));
  }
  const std::unique_ptr<Parts> parts = std::move(parts_);
  const std::shared_ptr<ServerConfig> config(new ServerConfig());
  config->tickets_ = parts->tickets;
  config->ech_keys_ = std::move(parts->ech_keys);
  config->alpn_chooser_ = std::move(parts->alpn_chooser);
  config->psk_resolver_ = std::move(parts->psk_resolver);
  config->resolved_psks_ = parts->resolved_psks;
  if (config->psk_resolver_ && config->resolved_psks_ == ResolvedPsks::any) {
    config->weakenings_.emplace_back("keys without an importer are taken of the resolver: they are bound to no names");
  }
  config->ticket_keys_ = std::move(parts->ticket_keys);
  config->session_store_ = std::move(parts->session_store);
  config->gives_tickets_ = !parts->without_tickets;
  if (config->ticket_keys_) {
    auto id = parts->id();
    if (!id) return std::unexpected(std::move(id.error()).at("ServerConfig"));
    config->id_ = *id;
  }
  if (parts->clients.options.revocation == x509::RevocationPolicy::off) {
    config->weakenings_.emplace_back("revocation of clients' certificates is not checked");
  }
  if (parts->clients.options.profile == x509::Profile::rfc5280) {
    config->weakenings_.emplace_back("clients' certificates are held to RFC 5280 alone: one may show an authority's");
  }
  auto authentication = tls::make_client_authentication(std::move(parts->clients), parts->common);
  if (!authentication) return std::unexpected(std::move(authentication.error()));
  config->client_authentication_ = std::move(*authentication);
  if (parts->resolver) {
    config->credentials_ = std::move(parts->resolver);
  } else if (!parts->credentials.empty()) {
    auto by_name = std::make_shared<CredentialsByName>(parts->unknown_name);
    for (auto& credential : parts->credentials) by_name->add(std::move(credential));
    config->credentials_ = std::move(by_name);
  }
  config->asks_clients_later_ = parts->asks_clients_later;
  config->pauses_for_client_hello_ = parts->pauses_for_client_hello;
  config->pauses_for_credential_ = parts->pauses_for_credential;
  if (parts->early_data) {
    config->weakenings_.emplace_back("early data is taken: it can be replayed, and has no forward secrecy");
  }
  config->early_data_ = std::move(parts->early_data);
  config->stateless_retry_ = std::move(parts->stateless_retry);
  config->prefers_certificates_ = parts->prefers_certificates;
  config->acknowledges_server_name_ = parts->acknowledges_server_name;
  tls::add_weakenings(parts->common, config->weakenings_);
  config->common_ = std::move(parts->common);
  return config;
}

}  // namespace keyway
