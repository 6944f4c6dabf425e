#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 5246 7.4.4, `ClientCertificateType`, with RFC 8422 5.5.
enum class ClientCertificateType : std::uint8_t { rsa_sign = 1, ecdsa_sign = 64 };

/// RFC 5246 7.4.4: TLS 1.2's CertificateRequest.
struct CertificateRequestTls12 {
  static constexpr HandshakeType type = HandshakeType::certificate_request;

  WireList<ClientCertificateType> certificate_types;
  WireList<SignatureScheme> supported_signature_algorithms;
  ByteView certificate_authorities;  ///< contents of the list: names of DER with a two-byte length, well-framed

  [[nodiscard]] static Result<CertificateRequestTls12> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
