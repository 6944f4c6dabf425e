#include "tls/session/session.hpp"

#include <limits>

#include "core/reader.hpp"
#include "core/text.hpp"

namespace keyway::tls {
namespace {

constexpr std::uint8_t format = 4;
/// Until the year 9999: far from where sums of times overflow.
constexpr std::uint64_t max_time = 253'402'300'799;

Time read_time(Reader& in, std::string_view field) noexcept {
  const std::uint64_t seconds = in.u64(field);
  if (seconds > max_time) in.reject(ErrorCode::InvalidValue, field);
  return Time(std::chrono::seconds(in.ok() ? static_cast<std::int64_t>(seconds) : 0));
}

void write_time(Writer& out, Time time) {
  const std::int64_t seconds = time.time_since_epoch().count();
  out.u64(seconds < 0 ? 0 : static_cast<std::uint64_t>(seconds));
}

}  // namespace

Session Session::clone() const {
  return {version,
          cipher_suite,
          secret.clone(),
          server_name,
          alpn,
          configuration,
          peer_scheme,
          client_identity,
          peer_certificate_type,
          own_certificate_type,
          client,
          issued_at,
          authenticated_at,
          lifetime,
          age_add,
          group,
          max_early_data,
          extended_master_secret,
          is_over_quic};
}

bool Session::is_alive(Time now, std::chrono::seconds skew) const noexcept {
  const auto too_old = [&](Time since, std::chrono::seconds limit) {
    return now + skew < since || now - since > limit;
  };
  return !too_old(issued_at, lifetime) && !too_old(authenticated_at, max_session_lifetime);
}

Result<Session> Session::parse(ByteView bytes) {
  Reader in(bytes, "session");
  if (in.u8("format") != format) in.reject(ErrorCode::InvalidValue, "format");
  Session session;
  session.version = in.value<ProtocolVersion>("version");
  session.cipher_suite = in.value<CipherSuite>("cipher_suite");
  session.secret = HashSecret(in.vector8("secret", 1, HashSecret::capacity()));
  session.server_name = as_text(in.vector8("server_name"));
  session.alpn = as_text(in.vector8("alpn"));
  session.configuration = in.array<32>("configuration");
  session.peer_scheme = in.value<SignatureScheme>("peer_scheme");
  session.peer_certificate_type = in.value<CertificateType>("peer_certificate_type");
  session.own_certificate_type = in.value<CertificateType>("own_certificate_type");
  const ByteView identity = in.vector8("client_identity", 0, 32);
  if (!identity.empty() && identity.size() != 32) in.reject(ErrorCode::LengthOutOfRange, "client_identity");
  session.client_identity.assign(identity.begin(), identity.end());
  const bool has_client = in.boolean("has_client");
  if (in.ok() && has_client) session.client = ClientProof::read(in);
  session.issued_at = read_time(in, "issued_at");
  session.authenticated_at = read_time(in, "authenticated_at");
  session.lifetime = std::chrono::seconds(in.u32("lifetime"));
  if (session.lifetime > max_session_lifetime) in.reject(ErrorCode::InvalidValue, "lifetime");
  session.age_add = in.u32("age_add");
  session.group = in.value<NamedGroup>("group");
  session.max_early_data = in.u32("max_early_data");
  session.extended_master_secret = in.boolean("extended_master_secret");
  session.is_over_quic = in.boolean("is_over_quic");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return session;
}

void Session::write(Writer& out) const {
  out.u8(format);
  out.value(version);
  out.value(cipher_suite);
  out.vector8(secret.view());
  out.vector8(as_bytes(server_name));
  out.vector8(as_bytes(alpn));
  out.bytes(configuration);
  out.value(peer_scheme);
  out.value(peer_certificate_type);
  out.value(own_certificate_type);
  out.vector8(client_identity);
  out.u8(client ? 1 : 0);
  if (client) client->write(out);
  write_time(out, issued_at);
  write_time(out, authenticated_at);
  out.u32(static_cast<std::uint32_t>(lifetime.count()));
  out.u32(age_add);
  out.value(group);
  out.u32(max_early_data);
  out.u8(extended_master_secret ? 1 : 0);
  out.u8(is_over_quic ? 1 : 0);
}

std::size_t Session::written_size() const noexcept {
  constexpr std::size_t numbers = 1 + 1 + 1 + 2 + 2 + 2 + 1 + 8 + 8 + 4 + 4 + 2 + 4 + 1 + 1;
  constexpr std::size_t lengths = 4;
  return numbers + lengths + secret.size() + server_name.size() + alpn.size() + configuration.size() +
         client_identity.size() + (client ? client->written_size() : 0);
}

}  // namespace keyway::tls
