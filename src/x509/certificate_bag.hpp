#pragma once

#include <vector>

#include <keyway/bytes.hpp>

namespace keyway::x509 {

/// The certificates of what a caIssuers URL leads to (RFC 5280 4.2.2.1): one in DER, or a "certs-only" CMS message
/// (RFC 5652, RFC 8551 3.8), as views of `file`. What does not parse is left out; at most 16 are looked at.
[[nodiscard]] std::vector<ByteView> read_certificate_bag(ByteView file);

}  // namespace keyway::x509
