#include "tls/wire/extensions/delegated_credential.hpp"

#include "core/reader.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {
namespace {

constexpr std::string_view delegated_credential_place = "extension delegated_credential";

}  // namespace

Result<DelegatedCredentialOffered> DelegatedCredentialOffered::parse(ByteView body) {
  Reader in(body, delegated_credential_place);
  const DelegatedCredentialOffered extension{read_list16<SignatureScheme>(in, "supported_signature_algorithms")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

Result<DelegatedCredential> DelegatedCredential::parse(ByteView body) {
  Reader in(body, delegated_credential_place);
  DelegatedCredential extension;
  extension.valid_time = in.u32("valid_time");
  extension.dc_cert_verify_algorithm = in.value<SignatureScheme>("dc_cert_verify_algorithm");
  extension.subject_public_key_info = in.vector24("ASN1_subjectPublicKeyInfo", 1);
  extension.algorithm = in.value<SignatureScheme>("algorithm");
  extension.signature = in.vector16("signature", 1);
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void DelegatedCredential::write_unsigned(Writer& out) const {
  out.u32(valid_time);
  out.value(dc_cert_verify_algorithm);
  out.vector24(subject_public_key_info);
  out.value(algorithm);
}

void DelegatedCredential::write(Writer& out) const {
  write_unsigned(out);
  out.vector16(signature);
}

Bytes delegated_credential_content(Side of, ByteView certificate, const DelegatedCredential& credential) {
  const bool is_server = of == Side::server;
  Bytes content = content_to_sign(is_server ? "TLS, server delegated credentials" : "TLS, client delegated credentials",
                                  certificate);
  Writer out(content);
  credential.write_unsigned(out);
  return content;
}

}  // namespace keyway::tls
