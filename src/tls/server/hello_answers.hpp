#pragma once

#include <optional>

#include <keyway/config.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/certificate_messages.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/server/hello_in_hand.hpp"

namespace keyway::tls::server {

// What the server answers to a ClientHello in every version, in EncryptedExtensions or in TLS 1.2's ServerHello.

/// Which proofs the client wants to see beside the certificate.
[[nodiscard]] ProofsAsked proofs_asked(const HelloInHand& hello) noexcept;

/// What the client is to show, of what it says it has; nothing where it is not asked. Errors: NoCommonCertificateType.
[[nodiscard]] Result<std::optional<CertificateType>> choose_client_type(const ServerConfig& config,
                                                                        const HelloInHand& hello);

/// Writes the answers about certificates (RFC 7250 4.2), to a client that asked. `own`: of what is shown, or was when
/// the session began. `client_type`: of choose_client_type().
void write_certificate_types(Writer& out, const HelloInHand& hello, CertificateType own,
                             std::optional<CertificateType> client_type);

/// Writes the answer about the length of records: our own record_size_limit (RFC 8449 4), or else the client's
/// max_fragment_length (RFC 6066 4), which is always agreed to.
void write_record_limits(Writer& out, const ServerConfig& config, const HelloInHand& hello, ProtocolVersion version);

/// Holds to it what is sent and what comes. After `info().version` is set, and before keys are.
void agree_on_record_limits(Flow& flow, const ServerConfig& config, const HelloInHand& hello) noexcept;

}  // namespace keyway::tls::server
