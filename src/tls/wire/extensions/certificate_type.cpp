#include "tls/wire/extensions/certificate_type.hpp"

#include <string>

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {
namespace {

constexpr std::string_view where_of(ExtensionType type) noexcept {
  return type == ExtensionType::server_certificate_type ? "extension server_certificate_type"
                                                        : "extension client_certificate_type";
}

}  // namespace

template <ExtensionType Type>
Result<CertificateTypesOffered<Type>> CertificateTypesOffered<Type>::parse(ByteView body) {
  Reader in(body, where_of(Type));
  const CertificateTypesOffered extension{read_list8<CertificateType>(in, "certificate_types")};
  // RFC 7250 4.1: a client with nothing to say leaves the extension out.
  const auto& types = extension.types;
  const bool says_nothing = types.size() == 1 && types.contains(CertificateType::X509);
  if (in.ok() && says_nothing) in.reject(ErrorCode::InvalidValue, "certificate_types");
  if (auto read = in.finish(); !read) {
    Error error = std::move(read).error();
    const bool is_malformed = error.code() != ErrorCode::ListEmpty && error.code() != ErrorCode::InvalidValue;
    if (is_malformed) return std::unexpected(std::move(error));
    return std::unexpected(std::move(error).alert(AlertDescription::illegal_parameter));
  }
  return extension;
}

template <ExtensionType Type>
Result<CertificateTypeChosen<Type>> CertificateTypeChosen<Type>::parse(ByteView body) {
  Reader in(body, where_of(Type));
  const CertificateTypeChosen extension{in.value<CertificateType>("certificate_type")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

template struct CertificateTypesOffered<ExtensionType::server_certificate_type>;
template struct CertificateTypesOffered<ExtensionType::client_certificate_type>;
template struct CertificateTypeChosen<ExtensionType::server_certificate_type>;
template struct CertificateTypeChosen<ExtensionType::client_certificate_type>;

}  // namespace keyway::tls
