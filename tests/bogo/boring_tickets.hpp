#pragma once

#include <memory>

#include <keyway/crypto.hpp>
#include <keyway/session.hpp>

namespace keyway::bogo {

/// Tickets in the form that the runner opens and alters: a SEQUENCE of the session's version, its suite and the rest,
/// under AES-128-CBC and HMAC-SHA256. `key`, 48 bytes: the key's name, the HMAC's key, the cipher's key.
[[nodiscard]] std::shared_ptr<TicketProtection> boring_tickets(std::shared_ptr<const crypto::Provider> provider,
                                                               ByteView key);

}  // namespace keyway::bogo
