#include "tls/session/client_session.hpp"

#include <algorithm>
#include <utility>

#include <keyway/certificate.hpp>
#include <keyway/config.hpp>
#include <keyway/name.hpp>

#include "core/reader.hpp"
#include "core/writer.hpp"
#include "tls/wire/certificate.hpp"

namespace keyway {
namespace {

using tls::ClientSession;
using tls::PeerProof;
using tls::Session;

constexpr std::uint8_t format = 2;
constexpr std::size_t max_ticket = 16384;

/// An upper bound of what is written, so that no copy of the secret is left behind by a buffer that grows.
std::size_t written_size(const ClientSession& kept) noexcept {
  std::size_t size = 1 + 2 + kept.session.written_size() + 2 + kept.ticket.size() + 1 + kept.session_id.size() + 3;
  for (const Bytes& certificate : kept.peer->chain) size += 3 + certificate.size();
  return size;
}

/// Judges the chain as if it came from the server just now.
Result<std::shared_ptr<const PeerProof>> prove(std::vector<Bytes> chain, const std::string& server_name,
                                               const ClientConfig& config) {
  auto name = ServerName::parse(server_name);
  if (!name) return std::unexpected(std::move(name.error()).at("server_name"));
  const std::vector<ByteView> views(chain.begin(), chain.end());
  x509::Verdict verdict = config.verifier()->verify(views, &*name, x509::Purpose::server, config.common().clock->now());
  auto accepted = tls::accept_chain(verdict);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  const Time end = tls::end_of_chain(chain, &verdict);
  return std::make_shared<const PeerProof>(PeerProof{*accepted, std::move(chain), std::move(verdict), end});
}

Result<std::vector<Bytes>> read_chain(ByteView bytes) {
  std::vector<Bytes> chain;
  Reader in(bytes, "stored session, chain");
  while (in.ok() && !in.empty()) {
    if (chain.size() == tls::max_certificate_entries) in.reject(ErrorCode::LengthOutOfRange, "certificates");
    const ByteView certificate = in.vector24("certificate", 1);
    chain.emplace_back(certificate.begin(), certificate.end());
  }
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return chain;
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
  out.vector24([&] {
    for (const Bytes& certificate : session->peer->chain) out.vector24(certificate);
  });
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
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  auto chain = read_chain(chain_bytes);
  if (!chain) return std::unexpected(std::move(chain).error());
  auto session = Session::parse(session_bytes);
  if (!session) return std::unexpected(std::move(session).error());
  if (session->configuration != config.id()) {
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at("stored session, configuration")
                               .received("one that allows or trusts something else"));
  }
  auto peer = prove(std::move(*chain), session->server_name, config);
  if (!peer) return std::unexpected(std::move(peer.error()).at("stored session, chain"));
  return std::make_shared<const ClientSession>(ClientSession{std::move(*session), Bytes(ticket.begin(), ticket.end()),
                                                             Bytes(session_id.begin(), session_id.end()),
                                                             std::move(*peer)});
}

}  // namespace keyway
