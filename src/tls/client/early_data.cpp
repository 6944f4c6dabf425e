#include "tls/client/early_data.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "tls/schedule/key_schedule.hpp"

namespace keyway::tls::client {

EarlyData plan_early_data(const Offer& offer) noexcept {
  if (offer.config->max_early_data() == 0) return EarlyData::off;
  if (!offer.config->common().policy.has(ProtocolVersion::TLS1_3)) return EarlyData::not_in_version;
  const ClientSession* kept = offer.offered(ProtocolVersion::TLS1_3);
  if (kept == nullptr) return EarlyData::no_session;
  if (kept->session.max_early_data == 0) return EarlyData::not_in_session;
  // RFC 8446 4.2.10: early data is for the session's protocol. A session without one has nothing to agree on.
  const auto& protocols = offer.config->common().alpn;
  const bool is_for_us =
      kept->session.alpn.empty() || std::ranges::find(protocols, kept->session.alpn) != protocols.end();
  return is_for_us ? EarlyData::offered : EarlyData::not_for_protocol;
}

Result<void> begin_early_data(Flow& flow, const Offer& offer, ByteView client_hello) {
  const Session& session = offer.offered(ProtocolVersion::TLS1_3)->session;
  const SuiteTls13& suite = *find_suite_tls13(session.cipher_suite);
  const crypto::Provider& provider = *offer.config->common().provider;
  const crypto::HashFunction& hash = *provider.hash(suite.hash);
  const TrafficSecret secret =
      EarlySchedule(hash, session.secret.view()).client_early_traffic_secret(Transcript(hash).hash_with(client_hello));
  flow.emit_secret(SecretLabel::CLIENT_EARLY_TRAFFIC_SECRET, secret.bytes(), offer.random);
  if (auto done = flow.send_change_cipher_spec(); !done) return done;
  if (auto done = flow.protect_writing(EncryptionLevel::early_data, provider, suite, secret); !done) return done;
  flow.info().cipher_suite = suite.id;
  flow.info().alpn = session.alpn;
  flow.open_early_data(std::min<std::size_t>(session.max_early_data, offer.config->max_early_data()));
  return {};
}

Result<EarlyDataAccepted> accept_early_data(const Session& session, const SuiteTls13& suite, std::string_view alpn) {
  if (suite.id != session.cipher_suite) {
    return std::unexpected(fail(ErrorCode::EarlyDataSuiteChanged)
                               .at("EncryptedExtensions, early_data")
                               .expected(to_string(session.cipher_suite))
                               .received(to_string(suite.id)));
  }
  if (alpn != session.alpn) {
    return std::unexpected(fail(ErrorCode::EarlyDataAlpnChanged)
                               .at("EncryptedExtensions, application_layer_protocol_negotiation")
                               .expected(printable(session.alpn))
                               .received(printable(alpn)));
  }
  return EarlyDataAccepted();
}

}  // namespace keyway::tls::client
