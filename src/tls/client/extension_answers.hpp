#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls::client {

// What a server answers in EncryptedExtensions, or in TLS 1.2's ServerHello: `message` names which.

/// The application protocols that the ClientHello offers; `is_outer`: the one around a hidden one.
[[nodiscard]] const std::vector<std::string>& offered_protocols(const ClientConfig& config, bool is_outer) noexcept;

/// RFC 7301 3.1, 3.2: exactly one protocol, and one of those offered unless the configuration takes any; empty without
/// an answer. `ech` says whether the server answers the outer ClientHello: only a rejected offer makes it. Errors: the
/// codec's, InvalidValue, AlpnNotOffered.
[[nodiscard]] Result<std::string> chosen_alpn(const ExtensionBlock& extensions, const ClientConfig& config,
                                              EchStatus ech, std::string_view message);

/// Answers whose content does not matter here must still be well-formed. Errors: the codecs', TrailingData.
[[nodiscard]] Result<void> check_plain_answers(const ExtensionBlock& extensions, std::string_view message);

/// Takes what the server answers about records (RFC 6066 4, RFC 8449 4): what is sent is fitted to it at once, and what
/// comes is held to our own limit. Errors: the codecs'; InvalidValue: another length than was asked for, a limit above
/// what the version allows, both answers at once.
[[nodiscard]] Result<void> take_record_limits(const ExtensionBlock& extensions, const ClientConfig& config, Flow& flow,
                                              std::string_view message);

/// Takes what the server answers about certificates (RFC 7250 4.2), into ConnectionInfo. Not for a resumption, where
/// none is shown. Errors: the codecs'; CertificateTypeNotOffered: another type than was offered, by its word or by its
/// silence, which means X.509.
[[nodiscard]] Result<void> take_certificate_types(const ExtensionBlock& extensions, const ClientConfig& config,
                                                  Flow& flow, std::string_view message);

}  // namespace keyway::tls::client
