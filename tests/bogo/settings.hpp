#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <keyway/types.hpp>

namespace keyway::bogo {

/// One certificate chain and key, or one pre-shared key, as the flags name them.
struct CredentialSettings {
  std::string certificate_file;
  std::string key_file;
  std::vector<int> signing_preferences;
  std::string ocsp_response;           ///< base64
  std::string signed_cert_timestamps;  ///< base64
  std::string delegated_credential;    ///< base64
  bool is_delegated = false;
  bool must_match_issuer = false;
  bool is_psk = false;
  bool is_raw_key = false;
  std::string psk_importer_key;  ///< base64, like the two below
  std::string psk_importer_identity;
  std::string psk_importer_context;
  bool psk_importer_sha384 = false;
};

/// What the flags ask of one connection. Each member is named like its flag; flags.cpp has the table.
struct Settings {
  // --- process and connection
  std::optional<int> port;
  std::optional<int> resume_count;
  std::uint64_t shim_id = 0;
  bool ipv6 = false;
  bool is_handshaker_supported = false;
  bool server = false;

  // --- credentials: those of -new-*-credential in order; the default one comes last when one is chosen
  CredentialSettings default_credential;
  std::vector<CredentialSettings> credentials;
  std::optional<int> expect_selected_credential;

  // --- versions, groups, signature schemes
  std::optional<int> min_version;
  std::optional<int> max_version;
  std::optional<int> expect_version;
  std::optional<int> expect_cipher;
  std::optional<int> expect_cipher_aes;
  std::optional<int> expect_cipher_no_aes;
  std::optional<int> expect_curve_id;
  std::optional<int> expect_peer_signature_algorithm;
  std::string cipher;
  std::vector<int> curves;
  std::vector<int> curves_flags;
  std::vector<int> key_shares;
  std::vector<int> server_supported_groups_hint;
  std::vector<int> verify_prefs;
  std::vector<int> expect_peer_verify_pref;
  std::optional<int> max_cert_list;
  std::string expect_certificate_types;
  bool no_key_shares = false;
  bool fallback_scsv = false;
  bool grease = false;
  bool no_tls12 = false;
  bool no_tls13 = false;
  bool expect_hrr = false;
  bool expect_no_hrr = false;

  // --- the peer's authentication
  std::string expect_peer_cert_file;
  std::string use_client_ca_list;
  std::string expect_client_ca_list;
  std::vector<int> accepted_peer_cert_types;
  std::vector<int> available_client_cert_types;
  std::optional<int> expect_peer_certificate_type;
  std::string expect_peer_rpk_sha256;  ///< base64
  bool expect_no_peer_cert = false;
  bool verify_peer = false;
  bool require_any_client_certificate = false;
  bool verify_fail = false;
  bool use_custom_verify_callback = false;
  bool expect_verify_result = false;

  // --- OCSP responses, signed certificate timestamps
  std::string expect_ocsp_response;           ///< base64
  std::string expect_signed_cert_timestamps;  ///< base64
  bool enable_ocsp_stapling = false;
  bool enable_signed_cert_timestamps = false;
  bool use_ocsp_callback = false;
  bool set_ocsp_in_callback = false;
  bool decline_ocsp_callback = false;
  bool fail_ocsp_callback = false;

  // --- sessions
  std::optional<int> resumption_delay;
  bool expect_session_miss = false;
  bool expect_no_session = false;
  bool expect_session_id = false;
  bool expect_no_session_id = false;
  bool expect_ticket_renewal = false;
  bool expect_extended_master_secret = false;
  bool no_ticket = false;
  bool renew_ticket = false;
  bool skip_ticket = false;
  bool quic = false;
  std::optional<int> quic_use_legacy_codepoint;
  std::string quic_transport_params;         ///< base64
  std::string expect_quic_transport_params;  ///< base64
  std::string ticket_key;                    ///< base64; tickets are sealed as the runner does
  bool tls_unique = false;
  bool reverify_on_resume = false;

  // --- certificate compression
  std::optional<int> install_one_cert_compression_alg;
  bool install_cert_compression_algs = false;

  // --- names and protocols
  std::string advertise_alpn;
  std::string expect_alpn;
  std::string expect_advertised_alpn;
  std::string select_alpn;
  std::string host_name;
  std::string expect_server_name;
  bool no_server_name_ack = false;
  bool decline_alpn = false;
  bool reject_alpn = false;
  bool select_empty_alpn = false;
  bool allow_unknown_alpn_protos = false;

  // --- Encrypted ClientHello
  std::string ech_config_list;           ///< base64
  std::string expect_ech_retry_configs;  ///< base64
  std::string expect_ech_name_override;
  std::vector<std::string> ech_server_configs;  ///< base64, each with the key and the flag of the same place
  std::vector<std::string> ech_server_keys;     ///< base64
  std::vector<int> ech_is_retry_config;
  bool expect_ech_accept = false;
  bool enable_ech_grease = false;
  bool reject_unusable_ech_config = false;
  bool expect_no_ech_retry_configs = false;
  bool expect_no_ech_name_override = false;

  // --- data
  std::string shim_initial_write = "hello";
  std::string export_label;
  std::string export_context;
  std::string expect_msg_callback;
  std::optional<int> repeat_shim_initial_write;
  std::optional<int> read_size;
  std::optional<int> max_send_fragment;
  std::optional<int> export_keying_material;
  bool export_traffic_secrets = false;
  bool use_export_context = false;
  bool shim_writes_first = false;
  bool shim_shuts_down = false;
  bool check_close_notify = false;
  bool key_update = false;
  bool send_alert = false;
  bool read_with_unfinished_write = false;
  bool async = false;
  bool implicit_handshake = false;
  bool handshake_never_done = false;
  bool no_op_extra_handshake = false;

  // --- early data
  std::optional<int> early_write_after_message;
  std::optional<int> expect_ticket_age_skew;
  std::string expect_early_data_reason;
  bool enable_early_data = false;
  bool expect_ticket_supports_early_data = false;
  bool expect_accept_early_data = false;
  bool expect_reject_early_data = false;
  bool expect_no_offer_early_data = false;
};

/// A test's connections: the first one, those that resume it, and the second try after rejected early data.
struct TestSettings {
  Settings initial;
  Settings resume;
  Settings retry;
};

}  // namespace keyway::bogo
