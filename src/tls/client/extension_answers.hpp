#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <keyway/error.hpp>

#include "tls/wire/extension_block.hpp"

namespace keyway::tls::client {

// What a server answers in EncryptedExtensions, or in TLS 1.2's ServerHello: `message` names which.

/// RFC 7301 3.1, 3.2: exactly one protocol, and one of those offered; empty without an answer. Errors: the codec's,
/// InvalidValue, AlpnNotOffered.
[[nodiscard]] Result<std::string> chosen_alpn(const ExtensionBlock& extensions, const std::vector<std::string>& offered,
                                              std::string_view message);

/// Answers whose content does not matter here must still be well-formed. Errors: the codecs', TrailingData.
[[nodiscard]] Result<void> check_plain_answers(const ExtensionBlock& extensions, std::string_view message);

}  // namespace keyway::tls::client
