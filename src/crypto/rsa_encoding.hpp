#pragma once

#include <cstddef>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

namespace keyway::crypto {

/// The greatest modulus, in bytes.
inline constexpr std::size_t max_modulus_size = 16384 / 8;

/// RFC 8017 9.2, EMSA-PKCS1-v1_5: fills `encoded`, which has the modulus's size, with the one encoding of a digest
/// that there is. A verifier makes it too and compares whole blocks: there is no padding to parse, and so nothing to
/// parse wrongly. False when the modulus is too short.
[[nodiscard]] bool encode_pkcs1(HashAlgorithm hash, ByteView digest, ByteSpan encoded) noexcept;

/// RFC 8017 9.1.1, EMSA-PSS-ENCODE with MGF1 of the same hash, for a modulus of `modulus_bits`. `encoded` has the
/// modulus's size. False when the modulus is too short.
[[nodiscard]] bool encode_pss(const HashFunction& hash, ByteView digest, ByteView salt, std::size_t modulus_bits,
                              ByteSpan encoded) noexcept;

/// RFC 8017 9.1.2, EMSA-PSS-VERIFY with a salt as long as the hash (RFC 8446 4.2.3). Changes `encoded`.
[[nodiscard]] bool verify_pss(const HashFunction& hash, ByteView digest, std::size_t modulus_bits,
                              ByteSpan encoded) noexcept;

}  // namespace keyway::crypto
