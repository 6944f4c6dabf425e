#pragma once

#include <optional>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>

#include "tls/server/hello_in_hand.hpp"
#include "tls/server12/negotiation.hpp"
#include "tls/wire/client_hello.hpp"

namespace keyway::tls::server12 {

/// What a ServerHello of TLS 1.2 says.
struct HelloContents {
  const ServerConfig& config;
  const HelloRandom& random;
  CipherSuite suite;
  ByteView session_id;  ///< empty: the session has none
  const server::HelloInHand& hello;
  const Choice& choice;
  const Credential* credential;  ///< null: the session is resumed, and no certificate is shown
  bool promises_ticket;
  CertificateType own_type;                         ///< of what is shown, or was when the session began
  std::optional<CertificateType> client_type = {};  ///< nothing: no certificate is asked for
};

/// The CertificateStatus that follows this credential's Certificate, header included; empty where none is asked for, or
/// there is none.
[[nodiscard]] ByteView stapled_status(const server::HelloInHand& hello, const Credential& credential) noexcept;

/// Adds it to `to`, handshake header included (RFC 5246 7.4.1.3).
void write_server_hello(Bytes& to, const HelloContents& contents);

/// RFC 8446 4.1.3: a server that has TLS 1.3 says so even here, where only the client can read it unforged. Errors:
/// RandomFailed.
[[nodiscard]] Result<HelloRandom> make_random(const CommonConfig& config);

}  // namespace keyway::tls::server12
