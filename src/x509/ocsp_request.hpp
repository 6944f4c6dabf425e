#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <keyway/bytes.hpp>

#include "x509/ocsp_builder.hpp"

namespace keyway::x509 {

/// DER of an unsigned OCSPRequest (RFC 6960 4.1.1) about one certificate. `serial_number` is the contents octets of the
/// INTEGER. `nonce` (RFC 9654) may be empty: none then stands in it.
[[nodiscard]] Bytes encode_ocsp_request(const IssuerHashes& issuer, ByteView serial_number, ByteView nonce);

/// The URL by which a request is made with GET (RFC 6960 A.1): nothing for one that is longer than 255 bytes then, which
/// is to be made with POST.
[[nodiscard]] std::optional<std::string> ocsp_get_url(std::string_view responder, ByteView request);

/// Bytes of a nonce (RFC 9654 2.1).
inline constexpr std::size_t ocsp_nonce_size = 32;

}  // namespace keyway::x509
