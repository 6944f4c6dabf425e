#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/certificate_type.hpp>
#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

#include "tls/wire/certificate.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

// Raw public keys (RFC 7250), for both sides and versions.

/// The first of ours, in our order, that the peer has, too. `theirs`: nothing where it did not say, which means X.509.
[[nodiscard]] std::optional<CertificateType> choose_certificate_type(
    std::span<const CertificateType> ours, const std::optional<WireList<CertificateType>>& theirs) noexcept;

/// True when such a list is worth sending: it says more than X.509.
[[nodiscard]] bool says_something(std::span<const CertificateType> types) noexcept;

/// The key that a peer shows in a certificate's place. Errors: InvalidRawPublicKey.
[[nodiscard]] Result<std::unique_ptr<crypto::PublicKey>> parse_raw_public_key(ByteView key,
                                                                              const crypto::Provider& provider);

/// RFC 7250 3: a key comes alone. Errors: InvalidRawPublicKey.
[[nodiscard]] Result<void> check_raw_public_key(const CertificateMessage& message);

/// TLS 1.2's Certificate of this type (RFC 7250 3): the one entry is the key itself. Empty: nothing is shown. Errors:
/// Truncated, TrailingData.
[[nodiscard]] Result<ByteView> parse_raw_public_key_tls12(ByteView body);

}  // namespace keyway::tls
