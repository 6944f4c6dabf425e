#pragma once

#include <keyway/crypto.hpp>

#include "tls/schedule/transcript.hpp"

namespace keyway::tls {

/// Hash("") (RFC 8446 7.1: the context of each "derived").
[[nodiscard]] TranscriptHash empty_hash(const crypto::HashFunction& hash) noexcept;

/// Derive-Secret(Early Secret, "derived", "") when there is no PSK: nothing in it is secret, so for the hashes of
/// TLS 1.3 it is known beforehand. Empty for any other hash.
[[nodiscard]] ByteView derived_without_psk(const crypto::HashFunction& hash) noexcept;

}  // namespace keyway::tls
