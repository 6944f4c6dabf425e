#include "early.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "tls/session/ticket_sealer.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::bogo {
namespace {

/// What the suite calls each outcome.
std::string_view reason_of(EarlyData outcome) {
  switch (outcome) {
    case EarlyData::off:
      return "disabled";
    case EarlyData::no_session:
      return "no_session_offered";
    case EarlyData::not_in_session:
      return "unsupported_for_session";
    case EarlyData::not_in_version:
      return "protocol_version";
    case EarlyData::accepted:
      return "accept";
    case EarlyData::session_refused:
      return "session_not_resumed";
    case EarlyData::retried:
      return "hello_retry_request";
    case EarlyData::not_fresh:
      return "ticket_age_skew";
    case EarlyData::not_for_protocol:
    case EarlyData::other_protocol:
      return "alpn_mismatch";
    default:
      return "peer_declined";
  }
}

/// What is known before the server has spoken: what the session was.
Outcome<void> check_prediction(const Settings& settings, const ConnectionInfo& info) {
  if (info.alpn != settings.expect_alpn) return mismatch("early data is for another protocol: " + info.alpn);
  const bool is_suite_expected =
      !settings.expect_cipher || *settings.expect_cipher == static_cast<int>(info.cipher_suite);
  return is_suite_expected ? Outcome<void>() : mismatch("early data has another suite than expected");
}

}  // namespace

Outcome<EarlyPart> begin_early(const Settings& settings, Stream& stream, const Witness& witness) {
  if (settings.expect_no_offer_early_data) return mismatch("early data is offered");
  if (settings.expect_reject_early_data) {
    if (auto checked = check_prediction(settings, stream.connection().info()); !checked) {
      return std::unexpected(std::move(checked.error()));
    }
  }
  if (settings.export_keying_material) {
    Bytes material(static_cast<std::size_t>(*settings.export_keying_material));
    const auto exported = stream.connection().export_keying_material(settings.export_label, {}, material);
    if (!exported) return broke(exported.error());
  }
  EarlyPart part;
  std::string rest;
  if (settings.early_write_after_message) {
    const auto wanted = static_cast<HandshakeType>(*settings.early_write_after_message);
    auto reached = stream.advance_until([&] { return witness.last_received() == wanted; });
    if (!reached) return std::unexpected(std::move(reached.error()));
  }
  if (settings.read_with_unfinished_write) {
    if (auto begun = stream.begin_write_early(as_bytes(settings.shim_initial_write)); !begun) {
      return std::unexpected(std::move(begun.error()));
    }
    part.has_written = true;
  } else if (settings.shim_writes_first) {
    for (int i = 0; i < settings.repeat_shim_initial_write.value_or(1); ++i) rest += settings.shim_initial_write;
    std::size_t begin = 0;
    while (begin < rest.size() && stream.early_data_left() > 0) {
      const std::string_view one = std::string_view(rest).substr(begin, settings.shim_initial_write.size());
      const auto written = stream.write_early(as_bytes(one));
      if (!written) return std::unexpected(written.error());
      begin += *written;
    }
    rest.erase(0, begin);
    part.has_written = true;
  }
  if (auto done = stream.handshake(); !done) return std::unexpected(std::move(done.error()));
  part.is_refused = is_refused(stream.connection().info().early_data);
  if (part.is_refused || rest.empty()) return part;
  if (auto written = stream.write(as_bytes(rest)); !written) return std::unexpected(std::move(written.error()));
  return part;
}

Outcome<void> check_early_data(const Settings& settings, const ConnectionInfo& info) {
  const bool is_accepted = info.early_data == EarlyData::accepted;
  if (settings.expect_accept_early_data && !is_accepted) {
    return mismatch("early data was not accepted: " + std::string(to_string(info.early_data)));
  }
  if (settings.expect_reject_early_data && is_accepted) return mismatch("early data was accepted");
  const std::string& expected = settings.expect_early_data_reason;
  if (expected.empty() || expected == reason_of(info.early_data)) return {};
  return mismatch("early data: expected " + expected + ", got " + std::string(to_string(info.early_data)));
}

Outcome<void> check_ticket_age(const Settings& settings, const Lasting& lasting, const Witness& witness) {
  if (!settings.expect_ticket_age_skew) return {};
  const ByteView raw = witness.client_hello();
  const auto hello = tls::ClientHello::parse(raw.subspan(std::min(raw.size(), tls::handshake_header_size)));
  if (!hello) return broke(hello.error());
  const auto extensions = tls::ClientHelloExtensions::parse(hello->extensions);
  if (!extensions) return broke(extensions.error());
  if (!extensions->pre_shared_key) return mismatch("the client offers no ticket");
  std::optional<tls::PskIdentity> first;
  extensions->pre_shared_key->for_each([&](const tls::PskIdentity& identity) {
    if (!first) first = identity;
  });
  const auto session = tls::TicketSealer(*lasting.provider, *lasting.ticket_keys).open(first->identity);
  if (!session) return mismatch("the client's ticket is none of ours");
  const std::int64_t told = (first->obfuscated_ticket_age - session->age_add) / 1000U;
  const std::int64_t skew = told - (lasting.clock->now() - session->issued_at).count();
  if (skew == *settings.expect_ticket_age_skew) return {};
  return mismatch("the ticket's age is off by " + std::to_string(skew));
}

}  // namespace keyway::bogo
