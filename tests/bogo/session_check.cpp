#include "session_check.hpp"

namespace keyway::bogo {

Outcome<void> SessionCheck::check_new(bool expects_one) {
  const bool is_new = lasting_.client_sessions->take_count_of_new() > 0;
  if (is_new == expects_one) return {};
  return mismatch(is_new ? "a new session came, and none was expected" : "no new session came, and one was expected");
}

Outcome<void> SessionCheck::after_handshake(const Connection& connection) {
  const ConnectionInfo& info = connection.info();
  const bool expects_resumption = is_resumption_ && !settings_.expect_session_miss;
  if (info.is_resumption != expects_resumption) {
    return mismatch(info.is_resumption ? "the session was resumed" : "the session was not resumed");
  }
  const bool is_stored = lasting_.server_sessions->size() > stored_before_;
  if (!is_resumption_ && settings_.expect_session_id && !is_stored) return mismatch("no session was stored");
  if (!is_resumption_ && settings_.expect_no_session_id && is_stored) return mismatch("a session was stored");
  if (settings_.expect_extended_master_secret && !connection.channel_binding(ChannelBinding::tls_exporter)) {
    return mismatch("there is no extended_master_secret");
  }
  if (settings_.server || info.version == ProtocolVersion::TLS1_3) return {};
  return check_new(!settings_.expect_no_session && (!info.is_resumption || settings_.expect_ticket_renewal));
}

Outcome<void> SessionCheck::after_data(const Connection& connection) {
  if (settings_.server || settings_.no_ticket || connection.info().version != ProtocolVersion::TLS1_3) return {};
  const bool expects_one = !settings_.expect_no_session && !settings_.shim_shuts_down;
  if (expects_one &&
      lasting_.client_sessions->newest_takes_early_data() != settings_.expect_ticket_supports_early_data) {
    return mismatch("the new session takes early data, or not, against what was expected");
  }
  return check_new(expects_one);
}

}  // namespace keyway::bogo
