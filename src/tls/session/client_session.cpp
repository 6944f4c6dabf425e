#include "tls/session/client_session.hpp"

#include <algorithm>
#include <utility>

#include <keyway/certificate.hpp>
#include <keyway/config.hpp>
#include <keyway/name.hpp>

#include "core/reader.hpp"
#include "core/writer.hpp"
#include "tls/session/kept_proofs.hpp"

namespace keyway {
namespace {

using tls::ClientSession;
using tls::PeerProof;
using tls::Session;

constexpr std::uint8_t format = 2;
constexpr std::size_t max_ticket = 16384;

/// An upper bound of what is written, so that no copy of the secret is left behind by a buffer that grows.
std::size_t written_size(const ClientSession& kept) noexcept {
  return 1 + 2 + kept.session.written_size() + 2 + kept.ticket.size() + 1 + kept.session_id.size() +
         tls::written_size(kept.peer->chain) + tls::written_size(kept.peer->proofs.ocsp_responses) +
         tls::written_size(kept.peer->proofs.sct_lists);
}

/// Judges what the server showed, the chain or the raw public key, as if it came just now.
Result<std::shared_ptr<const PeerProof>> prove(std::vector<Bytes> chain, CarriedProofs proofs, const Session& session,
                                               const ClientConfig& config) {
  if (session.peer_certificate_type == CertificateType::RawPublicKey) {
    auto known = tls::accept_raw_public_key(config.pinned_keys(), chain.empty() ? ByteView() : ByteView(chain.front()));
    if (!known) return std::unexpected(std::move(known.error()));
    return std::make_shared<const PeerProof>(PeerProof{*known, std::move(chain), {}, std::nullopt, Time::max()});
  }
  auto name = ServerName::parse(session.server_name);
  if (!name) return std::unexpected(std::move(name.error()).at("server_name"));
  const std::vector<ByteView> views(chain.begin(), chain.end());
  const std::vector<ByteView> stapled(proofs.ocsp_responses.begin(), proofs.ocsp_responses.end());
  const auto staples = config.asks_for_ocsp() ? x509::Verifier::Staples(stapled) : std::nullopt;
  x509::Verdict verdict = config.verifier()->verify(views, &*name, x509::Purpose::server, config.common().clock->now(),
                                                    staples, {}, proofs.sct_list(0));
  auto accepted = tls::accept_chain(verdict);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  const Time end = tls::end_of_chain(chain, &verdict);
  return std::make_shared<const PeerProof>(
      PeerProof{*accepted, std::move(chain), std::move(proofs), std::move(verdict), end});
}

}  // namespace

Result<Bytes> write_session(const StoredSession& session) {
  if (!session) return std::unexpected(fail(ErrorCode::InvalidArgument).at("write_session").received("no session"));
  Bytes bytes;
  bytes.reserve(written_size(*session));
  Writer out(bytes);
  out.u8(format);
  out.vector16([&] { session->session.write(out); });
  out.vector16(session->ticket);
  out.vector8(session->session_id);
  tls::write_byte_strings(out, session->peer->chain);
  tls::write_byte_strings(out, session->peer->proofs.ocsp_responses);
  tls::write_byte_strings(out, session->peer->proofs.sct_lists);
  if (out.ok() && bytes.size() <= max_written_session) return bytes;
  wipe(bytes);
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("write_session")
                             .expected("at most " + std::to_string(max_written_session) + " bytes"));
}

Result<StoredSession> read_session(ByteView bytes, const ClientConfig& config) {
  if (config.verifier() == nullptr || config.pauses_for_verification()) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                               .at("read_session")
                               .expected("a configuration that verifies certificates itself"));
  }
  if (bytes.size() > max_written_session) {
    return std::unexpected(fail(ErrorCode::LengthOutOfRange).at("stored session"));
  }
  Reader in(bytes, "stored session");
  if (in.u8("format") != format) in.reject(ErrorCode::InvalidValue, "format");
  const ByteView session_bytes = in.vector16("session", 1);
  const ByteView ticket = in.vector16("ticket", 0, max_ticket);
  const ByteView session_id = in.vector8("session_id", 0, 32);
  const ByteView chain_bytes = in.vector24("chain");
  const ByteView responses_bytes = in.vector24("ocsp_responses");
  const ByteView scts_bytes = in.vector24("sct_lists");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  auto chain = tls::read_byte_strings(chain_bytes, "stored session, chain", 1);
  if (!chain) return std::unexpected(std::move(chain).error());
  auto responses = tls::read_byte_strings(responses_bytes, "stored session, ocsp_responses", 0);
  if (!responses) return std::unexpected(std::move(responses).error());
  auto scts = tls::read_byte_strings(scts_bytes, "stored session, sct_lists", 0);
  if (!scts) return std::unexpected(std::move(scts).error());
  auto session = Session::parse(session_bytes);
  if (!session) return std::unexpected(std::move(session).error());
  if (session->configuration != config.session_binding(session->version)) {
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at("stored session, configuration")
                               .received("one that allows or trusts something else"));
  }
  auto peer = prove(std::move(*chain), {std::move(*responses), std::move(*scts)}, *session, config);
  if (!peer) return std::unexpected(std::move(peer.error()).at("stored session, chain"));
  return std::make_shared<const ClientSession>(ClientSession{std::move(*session), Bytes(ticket.begin(), ticket.end()),
                                                             Bytes(session_id.begin(), session_id.end()),
                                                             std::move(*peer)});
}

}  // namespace keyway
