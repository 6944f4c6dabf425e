#include "flags.hpp"

#include <array>
#include <charconv>
#include <string_view>
#include <variant>

namespace keyway::bogo {
namespace {

// --- what a flag does: sets a member of Settings, or something of its own

using Switch = bool Settings::*;
using Number = std::optional<int> Settings::*;
using Text = std::string Settings::*;
using Numbers = std::vector<int> Settings::*;  ///< grows with each appearance

struct Act {
  void (*apply)(Settings&);
};
struct ActWithText {
  void (*apply)(Settings&, std::string_view);
};
struct ActWithNumber {
  void (*apply)(Settings&, std::uint64_t);
};
/// Known, and of no consequence here.
struct Ignored {
  bool has_value;
};

struct Flag {
  std::string_view name;
  std::variant<Switch, Number, Text, Numbers, Act, ActWithText, ActWithNumber, Ignored> action;
};

/// The credential that flags now speak of: the newest, or the default one before any is begun.
CredentialSettings& current_credential(Settings& settings) {
  return settings.credentials.empty() ? settings.default_credential : settings.credentials.back();
}

constexpr auto flags = std::to_array<Flag>({
    // process and connection
    {"port", &Settings::port},
    {"shim-id", ActWithNumber{[](Settings& s, std::uint64_t id) { s.shim_id = id; }}},
    {"ipv6", &Settings::ipv6},
    {"is-handshaker-supported", &Settings::is_handshaker_supported},
    {"server", &Settings::server},
    {"resume-count", &Settings::resume_count},
    {"handshaker-path", Ignored{.has_value = true}},

    // credentials
    {"cert-file",
     ActWithText{[](Settings& s, std::string_view path) { current_credential(s).certificate_file = path; }}},
    {"key-file", ActWithText{[](Settings& s, std::string_view path) { current_credential(s).key_file = path; }}},
    {"signing-prefs", ActWithNumber{[](Settings& s, std::uint64_t scheme) {
       current_credential(s).signing_preferences.push_back(static_cast<int>(scheme));
     }}},
    {"new-x509-credential", Act{[](Settings& s) { s.credentials.emplace_back(); }}},
    {"new-rpk-credential", Act{[](Settings& s) { s.credentials.emplace_back().is_raw_key = true; }}},
    {"new-delegated-credential", Act{[](Settings& s) { s.credentials.emplace_back().is_delegated = true; }}},
    {"delegated-credential",
     ActWithText{[](Settings& s, std::string_view text) { current_credential(s).delegated_credential = text; }}},
    {"new-psk-credential", Act{[](Settings& s) { s.credentials.emplace_back().is_psk = true; }}},
    {"psk-importer-key",
     ActWithText{[](Settings& s, std::string_view text) { current_credential(s).psk_importer_key = text; }}},
    {"psk-importer-identity",
     ActWithText{[](Settings& s, std::string_view text) { current_credential(s).psk_importer_identity = text; }}},
    {"psk-importer-context",
     ActWithText{[](Settings& s, std::string_view text) { current_credential(s).psk_importer_context = text; }}},
    {"psk-importer-sha256", Ignored{.has_value = false}},  // what it is without the next
    {"psk-importer-sha384", Act{[](Settings& s) { current_credential(s).psk_importer_sha384 = true; }}},
    {"must-match-issuer", Act{[](Settings& s) { current_credential(s).must_match_issuer = true; }}},
    {"expect-selected-credential", &Settings::expect_selected_credential},
    {"trust-cert", Ignored{.has_value = true}},

    // versions, groups, signature schemes
    {"min-version", &Settings::min_version},
    {"max-version", &Settings::max_version},
    {"no-tls1", Ignored{.has_value = false}},
    {"no-tls11", Ignored{.has_value = false}},
    {"no-tls12", &Settings::no_tls12},
    {"no-tls13", &Settings::no_tls13},
    {"enable-grease", &Settings::grease},
    {"permute-extensions", &Settings::grease},  // one comes with the other
    {"fallback-scsv", &Settings::fallback_scsv},
    {"cipher", &Settings::cipher},
    {"server-preference", Ignored{.has_value = false}},         // there is no other way
    {"no-legacy-server-connect", Ignored{.has_value = false}},  // the same
    {"expect-certificate-types", &Settings::expect_certificate_types},
    {"max-cert-list", &Settings::max_cert_list},
    {"expect-version", &Settings::expect_version},
    {"expect-cipher", &Settings::expect_cipher},
    {"expect-cipher-aes", &Settings::expect_cipher_aes},
    {"expect-cipher-no-aes", &Settings::expect_cipher_no_aes},
    {"curves", &Settings::curves},
    {"curves-flags", &Settings::curves_flags},
    {"key-shares", &Settings::key_shares},
    {"server-supported-groups-hint", &Settings::server_supported_groups_hint},
    {"no-key-shares", &Settings::no_key_shares},
    {"expect-curve-id", &Settings::expect_curve_id},
    {"expect-hrr", &Settings::expect_hrr},
    {"expect-no-hrr", &Settings::expect_no_hrr},
    {"verify-prefs", &Settings::verify_prefs},
    {"expect-peer-verify-pref", &Settings::expect_peer_verify_pref},
    {"expect-peer-signature-algorithm", &Settings::expect_peer_signature_algorithm},

    // the peer's authentication
    {"verify-peer", &Settings::verify_peer},
    {"require-any-client-certificate", &Settings::require_any_client_certificate},
    {"verify-fail", &Settings::verify_fail},
    {"use-custom-verify-callback", &Settings::use_custom_verify_callback},
    {"expect-verify-result", &Settings::expect_verify_result},
    {"use-client-ca-list", &Settings::use_client_ca_list},
    {"expect-client-ca-list", &Settings::expect_client_ca_list},
    {"accepted-peer-cert-types", &Settings::accepted_peer_cert_types},
    {"available-client-cert-types", &Settings::available_client_cert_types},
    {"expect-peer-certificate-type", &Settings::expect_peer_certificate_type},
    {"expect-peer-rpk-sha256", &Settings::expect_peer_rpk_sha256},
    {"expect-no-peer-cert", &Settings::expect_no_peer_cert},
    {"expect-peer-cert-file", &Settings::expect_peer_cert_file},

    // OCSP responses, signed certificate timestamps
    {"ocsp-response",
     ActWithText{[](Settings& s, std::string_view text) { current_credential(s).ocsp_response = text; }}},
    {"signed-cert-timestamps",
     ActWithText{[](Settings& s, std::string_view text) { current_credential(s).signed_cert_timestamps = text; }}},
    {"enable-ocsp-stapling", &Settings::enable_ocsp_stapling},
    {"expect-ocsp-response", &Settings::expect_ocsp_response},
    {"use-ocsp-callback", &Settings::use_ocsp_callback},
    {"set-ocsp-in-callback", &Settings::set_ocsp_in_callback},
    {"decline-ocsp-callback", &Settings::decline_ocsp_callback},
    {"fail-ocsp-callback", &Settings::fail_ocsp_callback},
    {"enable-signed-cert-timestamps", &Settings::enable_signed_cert_timestamps},
    {"expect-signed-cert-timestamps", &Settings::expect_signed_cert_timestamps},

    // sessions
    {"resumption-delay", &Settings::resumption_delay},
    {"expect-session-miss", &Settings::expect_session_miss},
    {"expect-no-session", &Settings::expect_no_session},
    {"expect-session-id", &Settings::expect_session_id},
    {"expect-no-session-id", &Settings::expect_no_session_id},
    {"expect-ticket-renewal", &Settings::expect_ticket_renewal},
    {"expect-secure-renegotiation", Ignored{.has_value = false}},  // without it there is no connection
    {"expect-extended-master-secret", &Settings::expect_extended_master_secret},
    {"no-ticket", &Settings::no_ticket},
    {"renew-ticket", &Settings::renew_ticket},
    {"skip-ticket", &Settings::skip_ticket},
    {"ticket-key", &Settings::ticket_key},
    {"use-ticket-callback", Ignored{.has_value = false}},  // other ways to say how tickets are sealed
    {"use-ticket-aead-callback", Ignored{.has_value = false}},
    {"tls-unique", &Settings::tls_unique},
    {"reverify-on-resume", &Settings::reverify_on_resume},

    // certificate compression
    {"install-cert-compression-algs", &Settings::install_cert_compression_algs},
    {"install-one-cert-compression-alg", &Settings::install_one_cert_compression_alg},

    // names and protocols
    {"advertise-alpn", &Settings::advertise_alpn},
    {"expect-alpn", &Settings::expect_alpn},
    {"expect-advertised-alpn", &Settings::expect_advertised_alpn},
    {"select-alpn", &Settings::select_alpn},
    {"decline-alpn", &Settings::decline_alpn},
    {"reject-alpn", &Settings::reject_alpn},
    {"select-empty-alpn", &Settings::select_empty_alpn},
    {"allow-unknown-alpn-protos", &Settings::allow_unknown_alpn_protos},
    {"no-server-name-ack", &Settings::no_server_name_ack},
    {"host-name", &Settings::host_name},
    {"expect-server-name", &Settings::expect_server_name},

    // Encrypted ClientHello
    {"ech-config-list", &Settings::ech_config_list},
    {"expect-ech-accept", &Settings::expect_ech_accept},
    {"enable-ech-grease", &Settings::enable_ech_grease},
    {"reject-unusable-ech-config", &Settings::reject_unusable_ech_config},
    {"expect-ech-retry-configs", &Settings::expect_ech_retry_configs},
    {"expect-no-ech-retry-configs", &Settings::expect_no_ech_retry_configs},
    {"expect-ech-name-override", &Settings::expect_ech_name_override},
    {"expect-no-ech-name-override", &Settings::expect_no_ech_name_override},
    {"ech-server-config",
     ActWithText{[](Settings& s, std::string_view text) { s.ech_server_configs.emplace_back(text); }}},
    {"ech-server-key", ActWithText{[](Settings& s, std::string_view text) { s.ech_server_keys.emplace_back(text); }}},
    {"ech-is-retry-config", &Settings::ech_is_retry_config},

    // data
    {"shim-writes-first", &Settings::shim_writes_first},
    {"shim-initial-write", &Settings::shim_initial_write},
    {"repeat-shim-initial-write", &Settings::repeat_shim_initial_write},
    {"read-size", &Settings::read_size},
    {"max-send-fragment", &Settings::max_send_fragment},
    {"shim-shuts-down", &Settings::shim_shuts_down},
    {"check-close-notify", &Settings::check_close_notify},
    {"key-update", &Settings::key_update},
    {"send-alert", &Settings::send_alert},
    {"read-with-unfinished-write", &Settings::read_with_unfinished_write},
    {"export-keying-material", &Settings::export_keying_material},
    {"export-label", &Settings::export_label},
    {"export-context", &Settings::export_context},
    {"use-export-context", &Settings::use_export_context},
    {"export-traffic-secrets", &Settings::export_traffic_secrets},
    {"async", &Settings::async},
    {"implicit-handshake", &Settings::implicit_handshake},
    {"handshake-never-done", &Settings::handshake_never_done},
    {"no-op-extra-handshake", &Settings::no_op_extra_handshake},
    {"expect-msg-callback", &Settings::expect_msg_callback},

    // early data
    {"enable-early-data", &Settings::enable_early_data},
    {"expect-ticket-supports-early-data", &Settings::expect_ticket_supports_early_data},
    {"expect-accept-early-data", &Settings::expect_accept_early_data},
    {"expect-reject-early-data", &Settings::expect_reject_early_data},
    {"expect-no-offer-early-data", &Settings::expect_no_offer_early_data},
    {"expect-ticket-age-skew", &Settings::expect_ticket_age_skew},
    {"early-write-after-message", &Settings::early_write_after_message},
    {"expect-early-data-reason", &Settings::expect_early_data_reason},
    // what QUIC carries; over a stream, parameters are not sent
    {"quic", &Settings::quic},
    {"quic-transport-params", &Settings::quic_transport_params},
    {"expect-quic-transport-params", &Settings::expect_quic_transport_params},
    {"quic-use-legacy-codepoint", &Settings::quic_use_legacy_codepoint},
    {"quic-early-data-context", Ignored{.has_value = true}},  // sessions are bound to the configuration
});

const Flag* find_flag(std::string_view name) {
  for (const Flag& flag : flags) {
    if (flag.name == name) return &flag;
  }
  return nullptr;
}

bool takes_value(const Flag& flag) {
  if (const auto* ignored = std::get_if<Ignored>(&flag.action)) return ignored->has_value;
  return !std::holds_alternative<Switch>(flag.action) && !std::holds_alternative<Act>(flag.action);
}

template <typename T>
std::optional<T> to_number(std::string_view text) {
  T number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Applies a flag to the settings of one connection; false when its value is none.
class Apply {
 public:
  Apply(Settings& settings, std::string_view value) : settings_(settings), value_(value) {}

  bool operator()(Switch member) const { return settings_.*member = true; }
  bool operator()(Text member) const {
    settings_.*member = value_;
    return true;
  }
  bool operator()(Number member) const {
    settings_.*member = to_number<int>(value_);
    return (settings_.*member).has_value();
  }
  bool operator()(Numbers member) const {
    const auto number = to_number<int>(value_);
    if (number) (settings_.*member).push_back(*number);
    return number.has_value();
  }
  bool operator()(const Act& act) const {
    act.apply(settings_);
    return true;
  }
  bool operator()(const ActWithText& act) const {
    act.apply(settings_, value_);
    return true;
  }
  bool operator()(const ActWithNumber& act) const {
    const auto number = to_number<std::uint64_t>(value_);
    if (number) act.apply(settings_, *number);
    return number.has_value();
  }
  bool operator()(const Ignored&) const { return true; }

 private:
  Settings& settings_;
  std::string_view value_;
};

// --- prefixes: for which connections a flag counts

struct Scope {
  bool initial = true;
  bool resume = true;
  bool retry = true;
};

bool strip(std::string_view& name, std::string_view prefix) {
  if (!name.starts_with(prefix)) return false;
  name.remove_prefix(prefix.size());
  return true;
}

Scope read_scope(std::string_view& name) {
  if (strip(name, "on-handshaker-")) return {false, false, false};  // for a process that there is none of
  strip(name, "on-shim-");
  if (strip(name, "on-initial-")) return {true, false, false};
  if (strip(name, "on-resume-")) return {false, true, false};
  if (strip(name, "on-retry-")) return {false, false, true};
  return {};
}

}  // namespace

Outcome<TestSettings> parse_flags(std::span<char* const> arguments) {
  TestSettings settings;
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    std::string_view name = argument;
    strip(name, "-");
    const Scope scope = read_scope(name);
    const Flag* flag = find_flag(name);
    if (flag == nullptr) return unimplemented("flag " + std::string(argument));
    std::string_view value;
    if (takes_value(*flag)) {
      if (++i == arguments.size()) return mismatch("no value for " + std::string(argument));
      value = arguments[i];
    }
    bool good = true;
    if (scope.initial) good = std::visit(Apply(settings.initial, value), flag->action) && good;
    if (scope.resume) good = std::visit(Apply(settings.resume, value), flag->action) && good;
    if (scope.retry) good = std::visit(Apply(settings.retry, value), flag->action) && good;
    if (!good) return mismatch("bad value for " + std::string(argument) + ": " + std::string(value));
  }
  return settings;
}

}  // namespace keyway::bogo
