#include "tls/wire/extension_rules.hpp"

#include <array>
#include <cstddef>
#include <string>

namespace keyway::tls {
namespace {

constexpr auto CH = static_cast<std::uint16_t>(ExtensionHome::client_hello);
constexpr auto SH = static_cast<std::uint16_t>(ExtensionHome::server_hello);
constexpr auto HRR = static_cast<std::uint16_t>(ExtensionHome::hello_retry_request);
constexpr auto EE = static_cast<std::uint16_t>(ExtensionHome::encrypted_extensions);
constexpr auto CT = static_cast<std::uint16_t>(ExtensionHome::certificate);
constexpr auto CR = static_cast<std::uint16_t>(ExtensionHome::certificate_request);
constexpr auto NST = static_cast<std::uint16_t>(ExtensionHome::new_session_ticket);
constexpr auto SH12 = static_cast<std::uint16_t>(ExtensionHome::server_hello_tls12);

/// RFC 8446 4.2 where nothing else is named; what a TLS 1.2 server may answer stands in the extension's own RFC.
constexpr auto rules = std::to_array<ExtensionRule>({
    {ExtensionType::server_name, CH | EE | SH12},                             // RFC 6066 3
    {ExtensionType::max_fragment_length, CH | EE | SH12},                     // RFC 6066 4
    {ExtensionType::status_request, CH | CR | CT | SH12},                     // RFC 6066 8
    {ExtensionType::supported_groups, CH | EE | SH12},                        // RFC 8422 5.1.1; SH12 by old servers
    {ExtensionType::ec_point_formats, CH | SH12},                             // RFC 8422 5.1.2
    {ExtensionType::signature_algorithms, CH | CR},                           //
    {ExtensionType::use_srtp, CH | EE | SH12},                                // RFC 5764 4.1
    {ExtensionType::heartbeat, CH | EE | SH12},                               // RFC 6520 2
    {ExtensionType::application_layer_protocol_negotiation, CH | EE | SH12},  // RFC 7301 3.1
    {ExtensionType::signed_certificate_timestamp, CH | CR | CT | SH12},       // RFC 6962 3.3.1
    {ExtensionType::client_certificate_type, CH | EE | SH12},                 // RFC 7250 3
    {ExtensionType::server_certificate_type, CH | EE | SH12},                 // RFC 7250 3
    {ExtensionType::padding, CH},                                             // RFC 7685 3
    {ExtensionType::encrypt_then_mac, CH | SH12},                             // RFC 7366 2
    {ExtensionType::extended_master_secret, CH | SH12},                       // RFC 7627 5.1
    {ExtensionType::compress_certificate, CH | CR},                           // RFC 8879 3
    {ExtensionType::record_size_limit, CH | EE | SH12},                       // RFC 8449 4
    {ExtensionType::delegated_credential, CH | CR | CT},                      // RFC 9345 4.1
    {ExtensionType::session_ticket, CH | SH12},                               // RFC 5077 3.2
    {ExtensionType::pre_shared_key, CH | SH},                                 //
    {ExtensionType::early_data, CH | EE | NST},                               //
    {ExtensionType::supported_versions, CH | SH | HRR},                       //
    {ExtensionType::cookie, CH | HRR},                                        //
    {ExtensionType::psk_key_exchange_modes, CH},                              //
    {ExtensionType::certificate_authorities, CH | CR},                        //
    {ExtensionType::oid_filters, CR},                                         //
    {ExtensionType::post_handshake_auth, CH},                                 //
    {ExtensionType::signature_algorithms_cert, CH | CR},                      //
    {ExtensionType::key_share, CH | SH | HRR},                                //
    {ExtensionType::quic_transport_parameters, CH | EE},                      // RFC 9001 8.2
    {ExtensionType::ticket_request, CH | EE},                                 // RFC 9149 3
    {ExtensionType::ech_outer_extensions, 0},                                 // RFC 9849 5.1: nowhere in the clear
    {ExtensionType::encrypted_client_hello, CH | HRR | EE},                   // RFC 9849 5
    {ExtensionType::renegotiation_info, CH | SH12},                           // RFC 5746 3.2
});
static_assert(rules.size() <= 64, "ExtensionSet has a bit for each row");

constexpr std::size_t no_row = rules.size();

/// The row of each type below 64, where all but a few are.
constexpr auto rows_of_low_types = [] {
  std::array<std::uint8_t, 64> rows{};
  rows.fill(static_cast<std::uint8_t>(no_row));
  for (std::size_t row = 0; row < rules.size(); ++row) {
    const auto code = static_cast<std::size_t>(rules[row].type);
    if (code < rows.size()) rows[code] = static_cast<std::uint8_t>(row);
  }
  return rows;
}();

std::size_t row_of(ExtensionType type) noexcept {
  const auto code = static_cast<std::size_t>(type);
  if (code < rows_of_low_types.size()) return rows_of_low_types[code];
  for (std::size_t row = no_row; row-- > 0;) {
    if (rules[row].type == type) return row;
    if (static_cast<std::size_t>(rules[row].type) < rows_of_low_types.size()) break;  // rows ascend by type
  }
  return no_row;
}

/// A message that speaks first: what it carries answers nothing.
bool is_offer(ExtensionHome home) noexcept {
  return home == ExtensionHome::client_hello || home == ExtensionHome::certificate_request ||
         home == ExtensionHome::new_session_ticket;
}

std::unexpected<Error> refuse(ErrorCode code, std::string_view message, ExtensionType type) {
  return std::unexpected(fail(code).at(std::string(message) + ", extension " + to_string(type)));
}

}  // namespace

std::span<const ExtensionRule> extension_rules() noexcept {
  return rules;
}

ExtensionSet ExtensionSet::of(const ExtensionBlock& block) noexcept {
  ExtensionSet set;
  for (const ExtensionView extension : block) set.add(extension.type);
  return set;
}

bool ExtensionSet::has(ExtensionType type) const noexcept {
  const std::size_t row = row_of(type);
  return row != no_row && (bits_ >> row & 1U) != 0;
}

void ExtensionSet::add(ExtensionType type) noexcept {
  const std::size_t row = row_of(type);
  if (row != no_row) bits_ |= std::uint64_t{1} << row;
}

void ExtensionSet::remove(ExtensionType type) noexcept {
  const std::size_t row = row_of(type);
  if (row != no_row) bits_ &= ~(std::uint64_t{1} << row);
}

Result<void> check_extensions(const ExtensionBlock& block, ExtensionHome home, const ExtensionSet& asked,
                              std::string_view message) {
  const auto home_bit = static_cast<std::uint16_t>(home);
  const bool must_answer = !is_offer(home);
  for (const ExtensionView extension : block) {
    const std::size_t row = row_of(extension.type);
    // RFC 8446 4.2: one that is recognised, and not specified for this message, is illegal_parameter.
    if (row != no_row && (rules[row].homes & home_bit) == 0) {
      return refuse(ErrorCode::MisplacedExtension, message, extension.type);
    }
    if (!must_answer || asked.has(extension.type)) continue;
    // RFC 8446 4.2.2: the cookie is the one extension that a server may send unasked.
    if (home == ExtensionHome::hello_retry_request && extension.type == ExtensionType::cookie) continue;
    return refuse(ErrorCode::UnsolicitedExtension, message, extension.type);
  }
  return {};
}

}  // namespace keyway::tls
