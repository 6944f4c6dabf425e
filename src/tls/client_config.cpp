#include <keyway/config.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

#include "tls/config_common.hpp"
#include "tls/ech/configs.hpp"
#include "tls/session/configuration_id.hpp"
#include "tls/session/psk_set.hpp"

namespace keyway {

struct ClientConfig::Builder::Parts {
  CommonConfig common;
  std::shared_ptr<const x509::TrustStore> anchors;
  std::shared_ptr<const x509::LiveTrust> live_anchors;  ///< whose present store `anchors` is; null: they stay
  std::vector<x509::Certificate> intermediates;
  std::vector<x509::Crl> crls;
  x509::Verifier::Options options;
  std::optional<MaxFragmentLength> max_fragment_length;
  bool asks_for_ocsp = true;
  bool asks_for_scts = false;
  bool takes_unoffered_alpn = false;
  bool sends_server_name = true;
  bool is_fallback = false;
  bool pauses = false;
  bool unverified = false;
  bool without_resumption = false;
  bool reverifies = false;
  std::shared_ptr<SessionStore> session_store;
  std::vector<std::shared_ptr<const Credential>> credentials;
  std::shared_ptr<const ClientCredentialResolver> resolver;
  bool pauses_for_credential = false;
  bool insists_on_credential = false;
  std::vector<std::shared_ptr<const ExternalPsk>> psks;
  bool allows_certificates_beside_psks = false;
  std::size_t max_early_data = 0;
  bool takes_delegated = false;
  bool allows_late_authentication = false;
  std::optional<TicketWish> ticket_wish;
  std::vector<SignatureScheme> delegated_schemes;
  std::optional<EchConfigList> ech_configs;
  EchUse ech_use = EchUse::required;
  bool greases_ech = false;
  std::optional<std::vector<std::string>> ech_outer_alpn;
  std::vector<Bytes> pinned_keys;
  std::vector<CertificateType> server_types;
  std::vector<CertificateType> client_types;
  void trust_nobody() {
    anchors = std::make_shared<const x509::TrustStore>();
    live_anchors = nullptr;
  }
  /// After complete_types(). Errors: InvalidConfiguration.
  [[nodiscard]] Result<void> complete_delegation();
  /// Errors: InvalidConfiguration.
  [[nodiscard]] Result<void> complete_types();

  [[nodiscard]] bool requires_psk() const noexcept { return !psks.empty() && !allows_certificates_beside_psks; }
  /// After complete(). Errors: InvalidConfiguration.
  [[nodiscard]] Result<void> complete_psks();
  /// After the others. Errors: InvalidConfiguration, NoUsableEchConfig.
  [[nodiscard]] Result<std::shared_ptr<const tls::EchPlan>> plan_ech() const;
  /// Everything that says whom to trust and what to take, but the application protocols. Errors: RandomFailed.
  [[nodiscard]] Result<std::array<std::uint8_t, 32>> id() const;
};

Result<std::array<std::uint8_t, 32>> ClientConfig::Builder::Parts::id() const {
  tls::ConfigurationDigest digest(*common.provider, "client");
  digest.add_policy(common.policy);
  digest.add_number(common.requires_extended_master_secret ? 1 : 0);
  digest.add_number(common.requires_secure_renegotiation ? 1 : 0);
  digest.add_number(common.allows_psk_ke ? 1 : 0);
  digest.add_number(sends_server_name ? 1 : 0);
  digest.add_number(unverified ? 1 : 0);
  digest.add_number(asks_for_ocsp ? 1 : 0);
  digest.add_number(takes_unoffered_alpn ? 1 : 0);
  digest.add_judge(options, anchors.get(), intermediates, crls);
  digest.add_number(credentials.size());
  for (const auto& credential : credentials) digest.add(credential->name());
  if (common.psks) common.psks->add_to(digest);
  digest.add_number(requires_psk() ? 1 : 0);
  digest.add_list(std::span<const CertificateType>(server_types));
  digest.add_list(std::span<const CertificateType>(client_types));
  digest.add_list(std::span<const SignatureScheme>(delegated_schemes));
  digest.add_number(pinned_keys.size());
  for (const Bytes& key : pinned_keys) digest.add(key);
  if (pauses || pauses_for_credential || resolver) {
    // What the application accepts or shows, nobody here can tell: its sessions are this configuration's alone.
    std::array<std::uint8_t, 32> unique{};
    if (auto filled = common.randomness().fill(unique); !filled) return std::unexpected(std::move(filled.error()));
    digest.add(unique);
  }
  return digest.finish();
}

Result<void> ClientConfig::Builder::Parts::complete_types() {
  using enum CertificateType;
  if (server_types.empty()) {
    if (!pinned_keys.empty()) server_types.push_back(RawPublicKey);
    if (pinned_keys.empty() || anchors) server_types.push_back(X509);
  }
  if (client_types.empty()) {
    for (const auto& credential : credentials) {
      const CertificateType type = credential->certificate_type();
      if (std::ranges::find(client_types, type) == client_types.end()) client_types.push_back(type);
    }
  }
  const auto has = [](const auto& types, CertificateType type) {
    return std::ranges::find(types, type) != types.end();
  };
  // A chain that is not asked for is not trusted either.
  if (!has(server_types, X509) && !pauses) trust_nobody();
  if (!has(server_types, X509)) unverified = false;
  const bool takes_raw_keys = has(server_types, RawPublicKey);
  const bool is_sound = takes_raw_keys ? !pinned_keys.empty() || pauses : pinned_keys.empty();
  if (is_sound) return {};
  return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                             .at("ClientConfig, server_certificate_types")
                             .expected("RawPublicKey and keys that are pinned for it, or neither"));
}

Result<void> ClientConfig::Builder::Parts::complete_delegation() {
  if (!takes_delegated || requires_psk()) return {};
  if (delegated_schemes.empty()) {
    std::ranges::copy_if(common.policy.signature_schemes, std::back_inserter(delegated_schemes), is_delegable);
  }
  if (!delegated_schemes.empty() && std::ranges::all_of(delegated_schemes, is_delegable)) return {};
  return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                             .at("ClientConfig, take_delegated_credentials")
                             .expected("schemes of TLS 1.3, without rsa_pss_rsae_*"));
}

Result<void> ClientConfig::Builder::Parts::complete_psks() {
  if (psks.empty()) return {};
  if (requires_psk()) {
    // Nothing that is about certificates is offered, and none would be trusted.
    common.certificate_compressors.clear();
    asks_for_ocsp = asks_for_scts = pauses = unverified = false;
    trust_nobody();
  }
  auto set = tls::PskSet::make(psks, Side::client, common);
  if (!set) return std::unexpected(std::move(set.error()));
  common.psks = std::move(*set);
  return {};
}

Result<std::shared_ptr<const tls::EchPlan>> ClientConfig::Builder::Parts::plan_ech() const {
  const bool takes_chains = std::ranges::find(server_types, CertificateType::X509) != server_types.end();
  if (ech_configs && (requires_psk() || !takes_chains)) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("ClientConfig, ech")
                               .expected("certificates taken, by which the public name's server proves itself"));
  }
  if (ech_outer_alpn) {
    if (auto checked = tls::check_alpn(*ech_outer_alpn); !checked) {
      return std::unexpected(std::move(checked.error()).at("ClientConfig, ech_outer_alpn"));
    }
  }
  if (ech_outer_alpn && !ech_configs) {
    return std::unexpected(
        fail(ErrorCode::InvalidConfiguration).at("ClientConfig, ech_outer_alpn").expected("ech() beside it"));
  }
  auto plan =
      tls::plan_ech(*common.provider, common.policy, ech_configs ? &*ech_configs : nullptr, ech_use, greases_ech);
  if (!plan) return std::unexpected(std::move(plan.error()));
  if (*plan) (*plan)->outer_alpn = ech_outer_alpn;
  return std::move(*plan);
}

ClientConfig::Builder::Builder() : parts_(std::make_unique<Parts>()) {}
ClientConfig::Builder::~Builder() = default;
ClientConfig::Builder::Builder(Builder&&) noexcept = default;
ClientConfig::Builder& ClientConfig::Builder::operator=(Builder&&) noexcept = default;

ClientConfig::Builder& ClientConfig::Builder::trust(std::shared_ptr<const x509::TrustStore> anchors) {
  parts_->anchors = std::move(anchors);
  parts_->live_anchors = nullptr;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::trust(std::shared_ptr<const x509::LiveTrust> anchors) {
  parts_->anchors = anchors ? anchors->current() : nullptr;
  parts_->live_anchors = std::move(anchors);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::fetching(x509::Fetching what) {
  parts_->options.fetching = std::move(what);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::add_intermediate(x509::Certificate certificate) {
  parts_->intermediates.push_back(std::move(certificate));
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::add_crl(x509::Crl crl) {
  parts_->crls.push_back(std::move(crl));
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::revocation(x509::RevocationPolicy policy) {
  parts_->options.revocation = policy;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::path_budget(x509::PathBudget budget) {
  parts_->options.budget = budget;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::certificate_rules(x509::Profile profile, x509::Conformance conformance) {
  parts_->options.profile = profile;
  parts_->options.conformance = conformance;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::certificate_policies(x509::PolicyInputs inputs) {
  parts_->options.policies = std::move(inputs);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::alpn(std::vector<std::string> protocols) {
  parts_->common.alpn = std::move(protocols);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::policy(Policy policy) {
  parts_->common.policy = std::move(policy);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::provider(std::shared_ptr<const crypto::Provider> provider) {
  parts_->common.provider = std::move(provider);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::random(std::shared_ptr<const crypto::Random> random) {
  parts_->common.random = std::move(random);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::clock(std::shared_ptr<const Clock> clock) {
  parts_->common.clock = std::move(clock);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::observe(std::shared_ptr<Observer> observer) {
  if (observer) parts_->common.observers.push_back(std::move(observer));
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::padding_block(std::size_t bytes) {
  parts_->common.padding_block = bytes;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::max_fragment(std::size_t bytes) {
  parts_->common.max_fragment = bytes;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::record_size_limit(std::uint16_t bytes) {
  parts_->common.record_size_limit = bytes;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::certificate_compression(CertificateCompressors compressors) {
  parts_->common.certificate_compressors = std::move(compressors);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::max_records_per_key(std::uint64_t records) {
  parts_->common.max_records_per_key = records;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::max_handshake_message(std::size_t bytes) {
  parts_->common.max_handshake_message = bytes;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::as_fallback() {
  parts_->is_fallback = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::without_server_name_extension() {
  parts_->sends_server_name = false;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::ocsp_stapling(bool asks) {
  parts_->asks_for_ocsp = asks;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::signed_certificate_timestamps(bool asks) {
  parts_->asks_for_scts = asks;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::certificate_transparency(std::shared_ptr<const x509::CtLogList> logs,
                                                                       x509::CtPolicy policy) {
  parts_->options.ct_logs = std::move(logs);
  parts_->options.ct_policy = policy;
  parts_->asks_for_scts = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::max_fragment_length(MaxFragmentLength length) {
  parts_->max_fragment_length = length;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::take_unoffered_alpn() {
  parts_->takes_unoffered_alpn = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::pause_for_verification() {
  parts_->pauses = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::add_credential(std::shared_ptr<const Credential> credential) {
  if (credential) parts_->credentials.push_back(std::move(credential));
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::credentials(std::shared_ptr<const ClientCredentialResolver> resolver) {
  parts_->resolver = std::move(resolver);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::pause_for_credential() {
  parts_->pauses_for_credential = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::insist_on_credential() {
  parts_->insists_on_credential = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::add_psk(std::shared_ptr<const ExternalPsk> psk) {
  if (psk) parts_->psks.push_back(std::move(psk));
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::grease() {
  parts_->common.greases = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::ech(EchConfigList configs, EchUse use) {
  parts_->ech_configs = std::move(configs);
  parts_->ech_use = use;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::ech_outer_alpn(std::vector<std::string> protocols) {
  parts_->ech_outer_alpn = std::move(protocols);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::grease_ech() {
  parts_->greases_ech = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::pin_server_key(Bytes subject_public_key_info) {
  parts_->pinned_keys.push_back(std::move(subject_public_key_info));
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::server_certificate_types(std::vector<CertificateType> types) {
  parts_->server_types = std::move(types);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::client_certificate_types(std::vector<CertificateType> types) {
  parts_->client_types = std::move(types);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::allow_late_authentication() {
  parts_->allows_late_authentication = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::request_tickets(TicketWish wish) {
  parts_->ticket_wish = wish;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::take_delegated_credentials(std::vector<SignatureScheme> schemes) {
  parts_->takes_delegated = true;
  parts_->delegated_schemes = std::move(schemes);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::allow_early_data(std::size_t max_size) {
  parts_->max_early_data = std::clamp<std::size_t>(max_size, 1, std::size_t{1} << 24U);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::allow_certificates_beside_psks() {
  parts_->allows_certificates_beside_psks = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::session_store(std::shared_ptr<SessionStore> store) {
  parts_->session_store = std::move(store);
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::without_resumption() {
  parts_->without_resumption = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::reverify_on_resumption() {
  parts_->reverifies = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::without_certificate_verification() {
  parts_->unverified = true;
  return *this;
}

ClientConfig::Builder& ClientConfig::Builder::allow_psk_ke() {
  parts_->common.allows_psk_ke = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::allow_secret_extraction() {
  parts_->common.allows_secret_extraction = true;
  return *this;
}
ClientConfig::Builder& ClientConfig::Builder::allow_missing_secure_renegotiation() {
  parts_->common.requires_secure_renegotiation = false;
  return *this;
}

ClientConfig::Builder& ClientConfig::Builder::allow_missing_extended_master_secret() {
  parts_->common.requires_extended_master_secret = false;
  return *this;
}

Result<std::shared_ptr<const ClientConfig>> ClientConfig::Builder::build() {
  if (!parts_)
    return std::unexpected(fail(ErrorCode::NotReady).at("ClientConfig::Builder").received("a spent builder"));
  if (auto completed = tls::complete(parts_->common); !completed) {
    return std::unexpected(std::move(completed.error()).at("ClientConfig"));
  }
  if (parts_->unverified && parts_->pauses) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("ClientConfig")
                               .received("both pause_for_verification and without_certificate_verification"));
  }
  if (parts_->without_resumption && parts_->session_store) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("ClientConfig")
                               .received("both a session_store and without_resumption"));
  }
  const int choosers =
      (parts_->credentials.empty() ? 0 : 1) + (parts_->resolver ? 1 : 0) + (parts_->pauses_for_credential ? 1 : 0);
  if (choosers > 1) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("ClientConfig")
                               .expected("add_credential(), a resolver or pause_for_credential()")
                               .received("more than one of them"));
  }
  if (auto completed = parts_->complete_types(); !completed) return std::unexpected(std::move(completed.error()));
  if (auto completed = parts_->complete_delegation(); !completed) return std::unexpected(std::move(completed.error()));
  if (auto completed = parts_->complete_psks(); !completed) {
    return std::unexpected(std::move(completed.error()).at("ClientConfig"));
  }
  auto ech = parts_->plan_ech();
  if (!ech) return std::unexpected(std::move(ech.error()));
  const std::unique_ptr<Parts> parts = std::move(parts_);
  const std::shared_ptr<ClientConfig> config(new ClientConfig());
  config->sends_server_name_ = parts->sends_server_name;
  config->is_fallback_ = parts->is_fallback;
  config->requires_psk_ = parts->requires_psk();
  config->max_early_data_ = parts->max_early_data;
  config->delegated_credential_schemes_ = parts->delegated_schemes;
  config->allows_late_authentication_ = parts->allows_late_authentication;
  config->ticket_wish_ = parts->ticket_wish;
  config->ech_ = std::move(*ech);
  config->pinned_keys_ = parts->pinned_keys;
  config->server_certificate_types_ = parts->server_types;
  config->client_certificate_types_ = parts->client_types;
  if (parts->max_early_data != 0) {
    config->weakenings_.emplace_back("data may be sent early: it can be replayed, and has no forward secrecy");
  }
  config->pauses_for_verification_ = parts->pauses;
  config->pauses_for_fetches_ =
      !parts->pauses && (parts->options.fetching.revocation || parts->options.fetching.issuers);
  config->asks_for_ocsp_ = parts->asks_for_ocsp;
  config->asks_for_scts_ = parts->asks_for_scts;
  config->max_fragment_length_ = parts->max_fragment_length;
  config->takes_unoffered_alpn_ = parts->takes_unoffered_alpn;
  if (parts->takes_unoffered_alpn) {
    config->weakenings_.emplace_back("the server may choose an application protocol that was not offered");
  }
  config->pauses_for_credential_ = parts->pauses_for_credential;
  config->insists_on_credential_ = parts->insists_on_credential;
  config->reverifies_on_resumption_ = parts->reverifies || parts->live_anchors != nullptr;
  if (parts->unverified) {
    config->weakenings_.emplace_back("certificates are not verified: anybody can be the server");
  } else if (!parts->pauses || parts->anchors) {
    if (!parts->anchors) {
      auto system = x509::TrustStore::system();
      if (!system) return std::unexpected(std::move(system.error()).at("ClientConfig"));
      parts->anchors = std::make_shared<const x509::TrustStore>(std::move(*system));
    }
  }
  if (!parts->without_resumption) {
    auto id = parts->id();
    if (!id) return std::unexpected(std::move(id.error()).at("ClientConfig"));
    config->id_ = *id;
    tls::ConfigurationDigest with_protocols(*parts->common.provider, "client, protocols");
    with_protocols.add(*id);
    with_protocols.add_protocols(parts->common.alpn);
    config->id_with_protocols_ = with_protocols.finish();
    config->session_store_ =
        parts->session_store ? std::move(parts->session_store) : std::make_shared<InMemorySessionStore>();
  }
  if (!parts->unverified && parts->anchors) {
    const auto verifier = [&](auto anchors) {
      return std::make_unique<x509::Verifier>(parts->common.provider, std::move(anchors), std::move(parts->crls),
                                              std::move(parts->intermediates), parts->options);
    };
    config->verifier_ = parts->live_anchors ? verifier(parts->live_anchors) : verifier(parts->anchors);
  }
  if (parts->options.revocation == x509::RevocationPolicy::off) {
    config->weakenings_.emplace_back("revocation is not checked");
  }
  if (parts->options.profile == x509::Profile::rfc5280) {
    config->weakenings_.emplace_back("certificates are held to RFC 5280 alone: a server may show an authority's");
  }
  config->credentials_ = std::move(parts->credentials);
  config->credential_resolver_ = std::move(parts->resolver);
  tls::add_weakenings(parts->common, config->weakenings_);
  config->common_ = std::move(parts->common);
  return config;
}

}  // namespace keyway
