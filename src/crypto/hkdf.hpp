#pragma once

#include <cstddef>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/secret.hpp>

#include "crypto/hmac.hpp"

namespace keyway::crypto {

/// RFC 5869 2.2, HKDF-Extract. An empty `salt` stands for as many zeros as the hash puts out.
void hkdf_extract(const HashFunction& function, ByteView salt, ByteView input_key,
                  HashSecret& pseudorandom_key) noexcept;

/// RFC 5869 2.3, HKDF-Expand: fills `out`. False, with `out` all zero, for more than 255 outputs of the hash.
bool hkdf_expand(const HmacKey& pseudorandom_key, ByteView info, ByteSpan out) noexcept;

/// What the one-byte lengths of HkdfLabel leave for the label (without its "tls13 ") and the context.
inline constexpr std::size_t max_hkdf_label = 249;
inline constexpr std::size_t max_hkdf_context = 255;

/// RFC 8446 7.1, HKDF-Expand-Label; "tls13 " is put before `label` here. False, with `out` all zero, when the label,
/// the context or `out` is longer than the encoding can say: the caller of an exporter checks before.
bool hkdf_expand_label(const HmacKey& secret, std::string_view label, ByteView context, ByteSpan out) noexcept;

}  // namespace keyway::crypto
