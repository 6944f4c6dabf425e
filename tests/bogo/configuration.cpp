#include "configuration.hpp"

#include <algorithm>
#include <chrono>
#include <fstream>
#include <iterator>
#include <utility>

#include <keyway/bytes.hpp>

#include "boring_tickets.hpp"
#include "compressors.hpp"
#include "core/text.hpp"
#include "policy.hpp"

namespace keyway::bogo {
namespace {

/// What both sides' builders take.
template <typename Builder>
Outcome<void> apply_common(Builder& builder, const Settings& settings, const Lasting& lasting) {
  auto policy = make_policy(settings, *lasting.provider);
  if (!policy) return std::unexpected(std::move(policy.error()));
  builder.provider(lasting.provider).policy(std::move(*policy)).clock(lasting.clock);
  builder.allow_missing_extended_master_secret();  // as the runner expects; what is required is tested elsewhere
  builder.certificate_compression(mock_compressors(settings));
  if (settings.max_send_fragment) builder.max_fragment(static_cast<std::size_t>(*settings.max_send_fragment));
  if (settings.max_cert_list) builder.max_handshake_message(static_cast<std::size_t>(*settings.max_cert_list));
  return {};
}

/// Answers what the flags say, whatever the client offers.
class AlpnByFlags final : public AlpnChooser {
 public:
  explicit AlpnByFlags(AlpnAnswer answer) : answer_(std::move(answer)) {}
  AlpnAnswer choose(std::span<const std::string>, const ClientHelloView&) const override { return answer_; }

 private:
  AlpnAnswer answer_;
};

AlpnAnswer answer_about_alpn(const Settings& settings) {
  if (settings.reject_alpn) return alpn::Refuse{};
  if (settings.select_empty_alpn) return alpn::Use{};
  if (settings.decline_alpn || settings.select_alpn.empty()) return alpn::Decline{};
  return alpn::Use{settings.select_alpn};
}

Outcome<Bytes> decode(const std::string& base64) {
  auto bytes = from_base64(base64);
  if (!bytes) return broke(std::move(bytes.error()));
  return std::move(*bytes);
}

std::string read_text(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

Outcome<std::shared_ptr<TicketKeys>> keys_of_runner(const std::string& base64,
                                                    const std::shared_ptr<const crypto::Provider>& provider) {
  auto key = decode(base64);
  if (!key) return std::unexpected(std::move(key.error()));
  if (key->size() != 48) return mismatch("-ticket-key is not of 48 bytes");
  auto keys = TicketKeys::behind(boring_tickets(provider, *key));
  if (!keys) return broke(std::move(keys.error()));
  return std::move(*keys);
}

/// The credential with what it carries. The callback is an older way to say what is stapled.
Outcome<std::shared_ptr<const Credential>> with_proofs(const std::shared_ptr<const Credential>& credential,
                                                       const CredentialSettings& of, const Settings& settings) {
  const bool staples = !settings.use_ocsp_callback || !settings.decline_ocsp_callback;
  CarriedProofs proofs;
  if (staples && !of.ocsp_response.empty()) {
    auto response = decode(of.ocsp_response);
    if (!response) return std::unexpected(std::move(response.error()));
    proofs.ocsp_responses.push_back(std::move(*response));
  }
  if (!of.signed_cert_timestamps.empty()) {
    auto list = decode(of.signed_cert_timestamps);
    if (!list) return std::unexpected(std::move(list.error()));
    proofs.sct_lists.push_back(std::move(*list));
  }
  auto carrying = credential->with_proofs(std::move(proofs));
  if (!carrying) return broke(std::move(carrying.error()));
  return std::move(*carrying);
}

Outcome<std::shared_ptr<const Credential>> load(const CredentialSettings& of, const Settings& settings,
                                                const crypto::Provider& provider) {
  auto credential = Credential::from_files(of.certificate_file, of.key_file, provider);
  if (credential) return with_proofs(*credential, of, settings);
  const ErrorCode code = credential.error().code();
  if (code == ErrorCode::UnsupportedKey || code == ErrorCode::UnsupportedAlgorithm) {
    return unimplemented("a key of this kind: " + credential.error().message());
  }
  return broke(std::move(credential.error()));
}

Outcome<std::shared_ptr<const Credential>> load_raw_key(const CredentialSettings& of,
                                                        const crypto::Provider& provider) {
  auto credential = Credential::raw_public_key_from_pem(read_text(of.key_file), provider);
  if (credential) return std::move(*credential);
  const ErrorCode code = credential.error().code();
  if (code == ErrorCode::UnsupportedKey || code == ErrorCode::UnsupportedAlgorithm) {
    return unimplemented("a key of this kind: " + credential.error().message());
  }
  return broke(std::move(credential.error()));
}

Outcome<std::shared_ptr<const Credential>> load_delegated(const CredentialSettings& of, const Settings& settings,
                                                          const crypto::Provider& provider) {
  // The suite signs in an order of its own (the algorithm before the credential), which no client here verifies.
  auto chain = x509::Certificate::all_from(as_bytes(read_text(of.certificate_file)));
  if (!chain) return broke(std::move(chain.error()));
  auto encoded = decode(of.delegated_credential);
  if (!encoded) return std::unexpected(std::move(encoded.error()));
  auto delegation = Delegation::parse(*encoded, chain->front().view());
  if (!delegation) return broke(std::move(delegation.error()));
  auto key = load_raw_key(of, provider);
  if (!key) return std::unexpected(std::move(key.error()));
  const std::shared_ptr<const crypto::PrivateKey> delegated(*key, (*key)->key());
  auto credential = Credential::delegated(std::move(*chain), std::move(*delegation), delegated, provider);
  if (!credential) return broke(std::move(credential.error()));
  return with_proofs(*credential, of, settings);
}

Outcome<std::shared_ptr<const ExternalPsk>> make_psk(const CredentialSettings& of, bool is_server) {
  auto secret = decode(of.psk_importer_key);
  if (!secret) return std::unexpected(std::move(secret.error()));
  auto identity = decode(of.psk_importer_identity);
  if (!identity) return std::unexpected(std::move(identity.error()));
  auto context = decode(of.psk_importer_context);
  if (!context) return std::unexpected(std::move(context.error()));
  const auto hash = of.psk_importer_sha384 ? crypto::HashAlgorithm::sha384 : crypto::HashAlgorithm::sha256;
  const Side side = is_server ? Side::server : Side::client;
  auto psk = ExternalPsk::in_context(side, *context, {*identity, *secret, hash});
  if (!psk) return broke(std::move(psk.error()));
  return std::move(*psk);
}

std::vector<CertificateType> to_types(const std::vector<int>& codes) {
  std::vector<CertificateType> types;
  for (const int code : codes) types.push_back(static_cast<CertificateType>(code));
  return types;
}

Outcome<void> apply_ech(ClientConfig::Builder& builder, const Settings& settings) {
  if (settings.enable_ech_grease) builder.grease_ech();
  const bool is_required = settings.reject_unusable_ech_config;
  if (settings.ech_config_list.empty()) {
    if (is_required) return broke(fail(ErrorCode::NoUsableEchConfig));
    return {};
  }
  auto configs = EchConfigList::from_text(settings.ech_config_list);
  if (!configs) return broke(std::move(configs.error()));
  builder.ech(std::move(*configs), is_required ? EchUse::required : EchUse::when_possible);
  return {};
}

Outcome<std::shared_ptr<const EchKeys>> make_ech_keys(const Settings& settings, const Lasting& lasting) {
  if (settings.ech_server_configs.empty()) return nullptr;
  std::vector<EchKey> keys;
  for (std::size_t i = 0; i < settings.ech_server_configs.size(); ++i) {
    auto config = decode(settings.ech_server_configs[i]);
    if (!config) return std::unexpected(std::move(config.error()));
    auto private_key = decode(settings.ech_server_keys.at(i));
    if (!private_key) return std::unexpected(std::move(private_key.error()));
    auto key = EchKey::from(*lasting.provider, *config, *private_key, settings.ech_is_retry_config.at(i) != 0);
    if (!key) return broke(std::move(key.error()));
    keys.push_back(std::move(*key));
  }
  auto made = EchKeys::make(lasting.provider, std::move(keys));
  if (!made) return broke(std::move(made.error()));
  return std::move(*made);
}

bool is_psk(const Choice& choice) noexcept {
  return choice.psk != nullptr;
}

/// The first credential that the client takes, else the last: the library says what is wrong with it.
class FirstThatFits final : public CredentialResolver {
 public:
  explicit FirstThatFits(std::vector<Choice> choices) : choices_(std::move(choices)) {}
  std::shared_ptr<const Credential> resolve(const ClientHelloView& hello) const override {
    std::shared_ptr<const Credential> last;
    for (const Choice& choice : choices_) {
      if (is_psk(choice)) continue;
      if (hello.takes(*choice.credential)) return choice.credential;
      last = choice.credential;
    }
    return last;
  }

 private:
  std::vector<Choice> choices_;
};

}  // namespace

Outcome<std::vector<Choice>> load_credentials(const Settings& settings, const crypto::Provider& provider) {
  std::vector<Choice> choices;
  for (std::size_t i = 0; i <= settings.credentials.size(); ++i) {
    const bool is_default = i == settings.credentials.size();
    const CredentialSettings& wanted = is_default ? settings.default_credential : settings.credentials[i];
    if (wanted.is_psk) {
      auto psk = make_psk(wanted, settings.server);
      if (!psk) return std::unexpected(std::move(psk.error()));
      choices.push_back({static_cast<int>(i), nullptr, std::move(*psk)});
      continue;
    }
    if (wanted.certificate_file.empty() && !wanted.is_raw_key) continue;
    auto loaded = wanted.is_raw_key     ? load_raw_key(wanted, provider)
                  : wanted.is_delegated ? load_delegated(wanted, settings, provider)
                                        : load(wanted, settings, provider);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    CredentialTerms terms;
    terms.only_to_named_issuers = wanted.must_match_issuer;
    for (const int code : wanted.signing_preferences) {
      terms.signing_schemes.push_back(static_cast<SignatureScheme>(code));
    }
    choices.push_back({is_default ? -1 : static_cast<int>(i), (*loaded)->with_terms(std::move(terms))});
  }
  return choices;
}

Outcome<std::shared_ptr<const ClientConfig>> make_client_config(const Settings& settings,
                                                                const std::vector<Choice>& credentials,
                                                                const Lasting& lasting) {
  ClientConfig::Builder builder;
  if (auto done = apply_common(builder, settings, lasting); !done) return std::unexpected(std::move(done.error()));
  builder.pause_for_verification();
  builder.allow_missing_secure_renegotiation();  // as the runner expects, like the above
  builder.ocsp_stapling(settings.enable_ocsp_stapling);
  builder.signed_certificate_timestamps(settings.enable_signed_cert_timestamps);
  if (settings.allow_unknown_alpn_protos) builder.take_unoffered_alpn();
  for (const Choice& choice : credentials) builder.add_credential(choice.credential).add_psk(choice.psk);
  if (!std::ranges::all_of(credentials, is_psk)) builder.insist_on_credential();
  if (settings.verify_peer) builder.allow_certificates_beside_psks();
  builder.server_certificate_types(to_types(settings.accepted_peer_cert_types));
  builder.client_certificate_types(to_types(settings.available_client_cert_types));
  if (settings.grease) builder.grease();
  if (auto done = apply_ech(builder, settings); !done) return std::unexpected(std::move(done.error()));
  if (settings.enable_early_data) builder.allow_early_data(std::size_t{1} << 20U);
  if (settings.reverify_on_resume) builder.reverify_on_resumption();
  if (settings.no_ticket) {
    builder.without_resumption();
  } else {
    builder.session_store(lasting.client_sessions);
  }
  if (settings.host_name.empty()) builder.without_server_name_extension();
  if (settings.fallback_scsv) builder.as_fallback();
  auto protocols = parse_protocol_list(settings.advertise_alpn);
  if (!protocols) return std::unexpected(std::move(protocols.error()));
  auto config = builder.alpn(std::move(*protocols)).build();
  if (!config) return broke(std::move(config.error()));
  return std::move(*config);
}

Outcome<std::shared_ptr<const ServerConfig>> make_server_config(const Settings& settings,
                                                                const std::vector<Choice>& credentials,
                                                                const Lasting& lasting) {
  ServerConfig::Builder builder;
  if (auto done = apply_common(builder, settings, lasting); !done) return std::unexpected(std::move(done.error()));
  for (const Choice& choice : credentials) builder.add_psk(choice.psk);
  const bool has_psks_alone = !credentials.empty() && std::ranges::all_of(credentials, is_psk);
  if (!has_psks_alone) builder.credentials(std::make_shared<FirstThatFits>(credentials));
  if (!credentials.empty() && !is_psk(credentials.front())) builder.prefer_certificates();
  if (settings.no_server_name_ack) builder.without_server_name_acknowledgement();
  builder.alpn_chooser(std::make_shared<AlpnByFlags>(answer_about_alpn(settings))).pause_for_client_hello();
  // Each connection has a configuration of its own; all judge clients alike.
  builder.session_store(lasting.server_sessions).ticket_keys(lasting.ticket_keys).ticket_context("bogo");
  builder.grease();  // as the suite expects of every server
  if (!settings.ticket_key.empty()) {
    auto keys = keys_of_runner(settings.ticket_key, lasting.provider);
    if (!keys) return std::unexpected(std::move(keys.error()));
    builder.ticket_keys(std::move(*keys));
  }
  if (settings.no_ticket) builder.without_tickets();
  auto ech_keys = make_ech_keys(settings, lasting);
  if (!ech_keys) return std::unexpected(std::move(ech_keys.error()));
  builder.ech_keys(std::move(*ech_keys));
  // As the suite has it; a window of a minute.
  if (settings.enable_early_data) builder.take_early_data({14336, std::chrono::seconds(60), lasting.early_data_store});
  if (settings.no_ticket || settings.skip_ticket) builder.tickets(0, std::chrono::hours(24));
  if (settings.require_any_client_certificate) {
    builder.require_client_certificate(nullptr).pause_for_verification();
  } else if (settings.verify_peer) {
    builder.ask_for_client_certificate(nullptr).pause_for_verification();
  }
  if (settings.require_any_client_certificate || settings.verify_peer) {
    builder.client_certificate_types(to_types(settings.accepted_peer_cert_types));
  }
  if (!settings.use_client_ca_list.empty()) {
    auto names = parse_name_list(settings.use_client_ca_list);
    if (!names) return std::unexpected(std::move(names.error()));
    builder.client_authorities(std::move(*names));
  }
  auto config = builder.build();
  if (!config) return broke(std::move(config.error()));
  return std::move(*config);
}

Outcome<std::vector<Bytes>> parse_name_list(std::string_view text) {
  std::vector<Bytes> names;
  if (text == "<NULL>" || text == "<EMPTY>") return names;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    auto name = from_hex(rest.substr(0, end));
    if (!name) return broke(std::move(name.error()));
    names.push_back(std::move(*name));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return names;
}

Outcome<std::vector<std::string>> parse_protocol_list(std::string_view wire) {
  std::vector<std::string> names;
  while (!wire.empty()) {
    const auto size = static_cast<std::uint8_t>(wire.front());
    if (size == 0 || size >= wire.size()) return mismatch("not a list of protocols");
    names.emplace_back(wire.substr(1, size));
    wire.remove_prefix(1U + size);
  }
  return names;
}

}  // namespace keyway::bogo
