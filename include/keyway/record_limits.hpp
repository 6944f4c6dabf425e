#pragma once
/// \file
/// Limits on records that the two sides agree on.

#include <cstdint>

namespace keyway {

/// RFC 6066 4: the most bytes of plaintext in a record, in both directions. record_size_limit (RFC 8449) has taken its
/// place: it lets each side say its own.
enum class MaxFragmentLength : std::uint8_t { bytes_512 = 1, bytes_1024 = 2, bytes_2048 = 3, bytes_4096 = 4 };

}  // namespace keyway
