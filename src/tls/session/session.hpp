#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include <keyway/bytes.hpp>
#include <keyway/certificate_type.hpp>
#include <keyway/clock.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/session/client_proof.hpp"
#include "tls/session/configuration_id.hpp"

namespace keyway::tls {

/// RFC 8446 4.6.1: nobody goes on with a session for longer.
inline constexpr std::chrono::seconds max_session_lifetime = std::chrono::hours(24 * 7);

/// RFC 9001 4.6.1: the one size that a ticket may name where QUIC carries the handshake.
inline constexpr std::uint32_t quic_early_data_size = 0xffffffff;

/// What a session is and what it is bound to. The server seals this into its tickets; the client keeps the same beside
/// the ticket. Holds for every version: `secret` is the PSK of TLS 1.3 or the master secret of TLS 1.2.
struct Session {
  ProtocolVersion version{};
  CipherSuite cipher_suite{};
  HashSecret secret;
  std::string server_name;          ///< up to 255 bytes; on the server, what the client asked for; empty: nothing
  std::string alpn;                 ///< up to 255 bytes; empty: none
  ConfigurationId configuration{};  ///< of the side that keeps the session
  SignatureScheme peer_scheme{};    ///< of the peer's proof; 0 where it showed no certificate
  /// On a server, digest of the client's certificate or of the identity of a key from outside, 32 bytes; empty without
  /// either.
  Bytes client_identity;
  CertificateType peer_certificate_type = CertificateType::X509;  ///< of what the peer showed
  CertificateType own_certificate_type = CertificateType::X509;   ///< of what a server showed
  std::shared_ptr<const ClientProof> client;  ///< on a server, of a client that showed a certificate; else null
  Time issued_at{};
  Time authenticated_at{};  ///< when certificates were last shown: the start of the first of a chain of sessions
  std::chrono::seconds lifetime{};
  std::uint32_t age_add = 0;           ///< RFC 8446 4.6.1
  NamedGroup group{};                  ///< in TLS 1.2, of the key exchange that the secret comes from
  std::uint32_t max_early_data = 0;    ///< bytes that the ticket lets be sent early; 0: none
  bool extended_master_secret = true;  ///< RFC 7627; always, in effect, in TLS 1.3
  bool is_over_quic = false;           ///< made where QUIC carries the handshake, and good there alone

  [[nodiscard]] Session clone() const;

  /// True when the session may be gone on with at `now`: neither itself nor the authentication behind it is too old.
  /// `skew` is how far in the future it may seem to be issued.
  [[nodiscard]] bool is_alive(Time now, std::chrono::seconds skew) const noexcept;

  /// Keyway's own format, versioned and strict: what parse() accepts, write() writes the same. Contains the secret.
  [[nodiscard]] static Result<Session> parse(ByteView bytes);
  void write(Writer& out) const;
  /// An upper bound of what write() writes, so that no copy of the secret is left behind by a buffer that grows.
  [[nodiscard]] std::size_t written_size() const noexcept;
};

}  // namespace keyway::tls
