#pragma once

#include <initializer_list>

#include <keyway/bytes.hpp>

namespace keyway::crypto {

/// One DER element around the concatenation of `parts`; lengths up to 65535.
inline Bytes der(std::uint8_t tag, std::initializer_list<ByteView> parts) {
  std::size_t size = 0;
  for (const ByteView part : parts) size += part.size();
  Bytes out{tag};
  if (size >= 0x100) {
    out.push_back(0x82);
    out.push_back(static_cast<std::uint8_t>(size >> 8U));
  } else if (size >= 0x80) {
    out.push_back(0x81);
  }
  out.push_back(static_cast<std::uint8_t>(size));
  for (const ByteView part : parts) {
    for (const std::uint8_t byte : part) out.push_back(byte);
  }
  return out;
}

/// A positive INTEGER; a sign byte is put in front where it takes one.
inline Bytes der_integer(ByteView number) {
  const Bytes sign(!number.empty() && number.front() >= 0x80 ? 1 : 0);
  return der(0x02, {sign, number});
}

inline const Bytes rsa_encryption_oid{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1};
inline const Bytes rsassa_pss_oid{0x06, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10};
inline const Bytes ec_public_key_oid{0x06, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1};
inline const Bytes secp256r1_oid{0x06, 8, 0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7};
inline const Bytes der_null{0x05, 0};

/// A SubjectPublicKeyInfo of any algorithm.
inline Bytes public_key_info(ByteView algorithm, ByteView parameters, ByteView key) {
  const Bytes no_unused_bits{0};
  return der(0x30, {der(0x30, {algorithm, parameters}), der(0x03, {no_unused_bits, key})});
}

inline Bytes rsa_public_key_info(ByteView modulus, ByteView exponent) {
  return public_key_info(rsa_encryption_oid, der_null, der(0x30, {der_integer(modulus), der_integer(exponent)}));
}

}  // namespace keyway::crypto
