#include "configuration.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <keyway/bytes.hpp>

#include "compressors.hpp"
#include "core/text.hpp"
#include "policy.hpp"

namespace keyway::bogo {
namespace {

/// A name of no protocol: whoever must agree on it, can't.
constexpr std::string_view refuses_all_protocols{"\x01", 1};

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

/// The first credential that the client takes, else the last: the library says what is wrong with it.
class FirstThatFits final : public CredentialResolver {
 public:
  explicit FirstThatFits(std::vector<Choice> choices) : choices_(std::move(choices)) {}
  std::shared_ptr<const Credential> resolve(const ClientHelloView& hello) const override {
    std::shared_ptr<const Credential> last;
    for (const Choice& choice : choices_) {
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
    if (wanted.certificate_file.empty()) continue;
    auto loaded = load(wanted, provider);
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
  for (const Choice& choice : credentials) builder.add_credential(choice.credential);
  if (!credentials.empty()) builder.insist_on_credential();
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
  builder.credentials(std::make_shared<FirstThatFits>(credentials));
  if (settings.no_server_name_ack) builder.without_server_name_acknowledgement();
  builder.alpn(server_protocols(settings)).pause_for_client_hello();
  // Each connection has a configuration of its own; all judge clients alike.
  builder.session_store(lasting.server_sessions).ticket_keys(lasting.ticket_keys).ticket_context("bogo");
  if (settings.no_ticket) builder.without_tickets();
  if (settings.no_ticket || settings.skip_ticket) builder.tickets(0, std::chrono::hours(24));
  if (settings.require_any_client_certificate) {
    builder.require_client_certificate(nullptr).pause_for_verification();
  } else if (settings.verify_peer) {
    builder.ask_for_client_certificate(nullptr).pause_for_verification();
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
