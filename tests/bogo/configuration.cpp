#include "configuration.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <keyway/bytes.hpp>

#include "compressors.hpp"
#include "policy.hpp"

namespace keyway::bogo {
namespace {

/// A name of no protocol: whoever must agree on it, can't.
constexpr std::string_view refuses_all_protocols{"\x01", 1};

/// What both sides' builders take.
template <typename Builder>
Outcome<void> apply_common(Builder& builder, const Settings& settings, std::span<const int> schemes,
                           const Lasting& lasting) {
  auto policy = make_policy(settings, schemes, *lasting.provider);
  if (!policy) return std::unexpected(std::move(policy.error()));
  builder.provider(lasting.provider).policy(std::move(*policy)).clock(lasting.clock);
  builder.allow_missing_extended_master_secret();  // as the runner expects; what is required is tested elsewhere
  builder.certificate_compression(mock_compressors(settings));
  if (settings.max_send_fragment) builder.max_fragment(static_cast<std::size_t>(*settings.max_send_fragment));
  return {};
}

std::vector<std::string> server_protocols(const Settings& settings) {
  if (settings.reject_alpn) return {std::string(refuses_all_protocols)};
  if (settings.decline_alpn || settings.select_alpn.empty()) return {};
  return {settings.select_alpn};
}

Outcome<std::shared_ptr<const Credential>> load(const CredentialSettings& settings, const crypto::Provider& provider) {
  auto credential = Credential::from_files(settings.certificate_file, settings.key_file, provider);
  if (credential) return std::move(*credential);
  const ErrorCode code = credential.error().code();
  if (code == ErrorCode::UnsupportedKey || code == ErrorCode::UnsupportedAlgorithm) {
    return unimplemented("a key of this kind: " + credential.error().message());
  }
  return broke(std::move(credential.error()));
}

/// Answers every name with the one credential, or none.
class SameForAll final : public CredentialResolver {
 public:
  explicit SameForAll(std::shared_ptr<const Credential> credential) : credential_(std::move(credential)) {}
  std::shared_ptr<const Credential> resolve(const ClientHelloView&) const override { return credential_; }

 private:
  std::shared_ptr<const Credential> credential_;
};

Outcome<ServerChoice> make_choice(int index, const CredentialSettings& credential, const Settings& settings,
                                  const Lasting& lasting) {
  ServerChoice choice{index, nullptr, nullptr};
  if (!credential.certificate_file.empty()) {
    auto loaded = load(credential, *lasting.provider);
    if (!loaded) return std::unexpected(std::move(loaded.error()));
    choice.credential = std::move(*loaded);
  }
  ServerConfig::Builder builder;
  if (auto done = apply_common(builder, settings, credential.signing_preferences, lasting); !done) {
    return std::unexpected(std::move(done.error()));
  }
  builder.credentials(std::make_shared<SameForAll>(choice.credential));
  builder.alpn(server_protocols(settings)).pause_for_client_hello();
  builder.session_store(lasting.server_sessions).ticket_keys(lasting.ticket_keys);
  if (settings.no_ticket) builder.without_tickets();
  if (settings.no_ticket || settings.skip_ticket) builder.tickets(0, std::chrono::hours(24));
  auto config = builder.build();
  if (!config) return broke(std::move(config.error()));
  choice.config = std::move(*config);
  return choice;
}

bool can_sign_for(const ServerChoice& choice, const ClientHelloView& hello) {
  if (!choice.credential) return false;
  const Policy& policy = choice.config->common().policy;
  const auto versions = hello.versions();
  const bool is_tls13 =
      policy.has(ProtocolVersion::TLS1_3) && std::ranges::find(versions, ProtocolVersion::TLS1_3) != versions.end();
  const auto fits = is_tls13 ? crypto::fits_tls13 : crypto::fits_tls12;
  const auto theirs = hello.signature_schemes();
  return std::ranges::any_of(policy.signature_schemes, [&](SignatureScheme scheme) {
    return fits(scheme, choice.credential->key_type()) && std::ranges::find(theirs, scheme) != theirs.end();
  });
}

}  // namespace

Outcome<std::shared_ptr<const ClientConfig>> make_client_config(const Settings& settings, const Lasting& lasting) {
  if (!settings.default_credential.certificate_file.empty() || !settings.credentials.empty()) {
    return unimplemented("client certificates");
  }
  ClientConfig::Builder builder;
  if (auto done = apply_common(builder, settings, settings.verify_prefs, lasting); !done) {
    return std::unexpected(std::move(done.error()));
  }
  builder.pause_for_verification();
  if (settings.reverify_on_resume) builder.reverify_on_resumption();
  if (settings.no_ticket) {
    builder.without_resumption();
  } else {
    builder.session_store(lasting.client_sessions);
  }
  if (settings.host_name.empty()) builder.without_server_name_extension();
  auto protocols = parse_protocol_list(settings.advertise_alpn);
  if (!protocols) return std::unexpected(std::move(protocols.error()));
  auto config = builder.alpn(std::move(*protocols)).build();
  if (!config) return broke(std::move(config.error()));
  return std::move(*config);
}

Outcome<std::vector<ServerChoice>> make_server_choices(const Settings& settings, const Lasting& lasting) {
  if (settings.verify_peer || settings.require_any_client_certificate) return unimplemented("client certificates");
  std::vector<ServerChoice> choices;
  for (std::size_t i = 0; i <= settings.credentials.size(); ++i) {
    const bool is_default = i == settings.credentials.size();
    const auto& credential = is_default ? settings.default_credential : settings.credentials[i];
    if (is_default && credential.certificate_file.empty() && i > 0) continue;
    auto choice = make_choice(is_default ? -1 : static_cast<int>(i), credential, settings, lasting);
    if (!choice) return std::unexpected(std::move(choice.error()));
    choices.push_back(std::move(*choice));
  }
  return choices;
}

const ServerChoice& choose(const std::vector<ServerChoice>& choices, const ClientHelloView& hello) {
  const auto first = std::ranges::find_if(choices, [&](const auto& choice) { return can_sign_for(choice, hello); });
  return first == choices.end() ? choices.back() : *first;
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
