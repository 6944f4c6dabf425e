#pragma once
/// \file
/// What stands in a Certificate message (RFC 7250): a chain, or a key and nothing else.

#include <cstdint>
#include <string>

namespace keyway {

/// IANA, TLS Certificate Types.
enum class CertificateType : std::uint8_t {
  X509 = 0,
  RawPublicKey = 2,  ///< a SubjectPublicKeyInfo, which its receiver knows from elsewhere
};
[[nodiscard]] std::string to_string(CertificateType type);

}  // namespace keyway
