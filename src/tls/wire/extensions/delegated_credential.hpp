#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 9345 4.1.1 in a ClientHello: the schemes that a delegated credential may be for.
struct DelegatedCredentialOffered {
  static constexpr ExtensionType type = ExtensionType::delegated_credential;

  WireList<SignatureScheme> supported_signature_algorithms;

  /// Errors also: ListEmpty, ListMisaligned.
  [[nodiscard]] static Result<DelegatedCredentialOffered> parse(ByteView body);
  void write(Writer& out) const { out.vector16(supported_signature_algorithms.bytes()); }
};

/// RFC 9345 4, beside the certificate that it is made under.
struct DelegatedCredential {
  static constexpr ExtensionType type = ExtensionType::delegated_credential;

  std::uint32_t valid_time = 0;  ///< seconds after the certificate's notBefore
  SignatureScheme dc_cert_verify_algorithm{};
  ByteView subject_public_key_info;  ///< at least a byte
  SignatureScheme algorithm{};       ///< of the signature
  ByteView signature;                ///< 1 to 65535 bytes

  [[nodiscard]] static Result<DelegatedCredential> parse(ByteView body);
  void write(Writer& out) const;
  /// What comes before the signature: the credential, and the algorithm.
  void write_unsigned(Writer& out) const;
};

/// What a certificate's key signs (RFC 9345 4): 64 spaces, the context string of the side whose it is, a zero byte, the
/// certificate's DER, the credential and the algorithm.
[[nodiscard]] Bytes delegated_credential_content(Side of, ByteView certificate, const DelegatedCredential& credential);

}  // namespace keyway::tls
