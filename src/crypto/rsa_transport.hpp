#pragma once

#include <cstddef>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

namespace keyway::crypto {

/// What PKCS#1 v1.5 encryption adds to a message, at least: 00 02, eight bytes of padding, 00 (RFC 8017 7.2.1).
inline constexpr std::size_t pkcs1_overhead = 11;

/// RFC 8017 7.2.1, EME-PKCS1-v1_5: fills `encoded`, which has the modulus's size. Errors: InvalidArgument (the modulus
/// is too short), RandomFailed.
[[nodiscard]] Result<void> pad_pkcs1(const Random& random, ByteView message, ByteSpan encoded);

/// RFC 8017 7.2.2, the last step of decryption, for a message whose length is known: where `encoded` (of the modulus's
/// size, which is public) holds a message of just `out.size()` bytes, that goes to `out`. Where it does not, `out`
/// keeps what it held. Nothing tells which it was: not the result, nor the time, nor an address.
void unpad_pkcs1(ByteView encoded, ByteSpan out) noexcept;

/// Makes `kept` what `other` is unless the first bytes of `kept` are `prefix`, in a time that tells nothing. `other` is
/// as long as `kept`, and `prefix` not longer.
void replace_unless_begins_with(ByteView prefix, ByteSpan kept, ByteView other) noexcept;

}  // namespace keyway::crypto
