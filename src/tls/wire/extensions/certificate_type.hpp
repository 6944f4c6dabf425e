#pragma once

#include <keyway/bytes.hpp>
#include <keyway/certificate_type.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 7250 3 in a ClientHello: what the client takes of the server (server_certificate_type), or has to show
/// (client_certificate_type), in its order of preference.
template <ExtensionType Type>
struct CertificateTypesOffered {
  static constexpr ExtensionType type = Type;

  WireList<CertificateType> types;  ///< not empty, and not X.509 alone, which goes without saying

  /// Errors also: ListEmpty, InvalidValue.
  [[nodiscard]] static Result<CertificateTypesOffered> parse(ByteView body);
  void write(Writer& out) const { out.vector8(types.bytes()); }
};

/// RFC 7250 3 in the server's answer.
template <ExtensionType Type>
struct CertificateTypeChosen {
  static constexpr ExtensionType type = Type;

  CertificateType certificate_type{};

  [[nodiscard]] static Result<CertificateTypeChosen> parse(ByteView body);
  void write(Writer& out) const { out.value(certificate_type); }
};

using ServerCertificateTypesOffered = CertificateTypesOffered<ExtensionType::server_certificate_type>;
using ClientCertificateTypesOffered = CertificateTypesOffered<ExtensionType::client_certificate_type>;
using ServerCertificateTypeChosen = CertificateTypeChosen<ExtensionType::server_certificate_type>;
using ClientCertificateTypeChosen = CertificateTypeChosen<ExtensionType::client_certificate_type>;

}  // namespace keyway::tls
