#pragma once
/// \file
/// The part of a handshake that is about trust: certificates, the checks on them, and why something was refused.

#include <span>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>
#include <keyway/verdict.hpp>

#include "explain/certificate_facts.hpp"
#include "explain/story.hpp"

namespace keyway::explain {

/// A Certificate message, from its body, which the versions write differently. `sender`: "server" or "client".
[[nodiscard]] Step tell_certificates(ByteView body, ProtocolVersion version, std::string_view sender,
                                     const Viewpoint& from);
/// The same for a CompressedCertificate (RFC 8879 4).
[[nodiscard]] Step tell_compressed_certificates(ByteView body, std::string_view sender, const Viewpoint& from);
/// A CertificateRequest, likewise.
[[nodiscard]] Step tell_certificate_request(ByteView body, ProtocolVersion version);

/// Each check with its outcome. `chain` is as the peer sent it. `server_name`: empty for a client's chain.
[[nodiscard]] Step tell_verdict(const x509::Verdict& verdict, std::span<const ByteView> chain,
                                std::string_view server_name);

/// The verdict as it stands in JSON.
[[nodiscard]] Json verdict_json(const x509::Verdict& verdict);

/// An error with what was expected and what came, the alert that goes with it, and what to do.
[[nodiscard]] Step tell_error(const Error& error);
[[nodiscard]] Json error_json(const Error& error);

}  // namespace keyway::explain
