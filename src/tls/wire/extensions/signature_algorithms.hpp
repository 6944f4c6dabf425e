#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.3: in CertificateVerify (and, where its sibling is missing, in certificates).
struct SignatureAlgorithmsExtension {
  static constexpr ExtensionType type = ExtensionType::signature_algorithms;

  WireList<SignatureScheme> supported_signature_algorithms;

  [[nodiscard]] static Result<SignatureAlgorithmsExtension> parse(ByteView body);
  void write(Writer& out) const;
};

/// RFC 8446 4.2.3: in certificates alone.
struct SignatureAlgorithmsCertExtension {
  static constexpr ExtensionType type = ExtensionType::signature_algorithms_cert;

  WireList<SignatureScheme> supported_signature_algorithms;

  [[nodiscard]] static Result<SignatureAlgorithmsCertExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
