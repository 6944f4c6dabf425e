#include "tls/wire/extensions/encrypted_client_hello.hpp"

#include "core/reader.hpp"
#include "tls/wire/ech_config.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {

Result<EncryptedClientHelloExtension> EncryptedClientHelloExtension::parse(ByteView body) {
  Reader in(body, "extension encrypted_client_hello");
  EncryptedClientHelloExtension extension;
  extension.kind = in.value<Kind>("type");
  if (extension.kind == Kind::outer) {
    extension.kdf_id = in.u16("kdf_id");
    extension.aead_id = in.u16("aead_id");
    extension.config_id = in.u8("config_id");
    extension.enc = in.vector16("enc");
    extension.payload = in.vector16("payload", 1);
  } else if (extension.kind != Kind::inner) {
    in.reject(ErrorCode::InvalidValue, "type");
  }
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void EncryptedClientHelloExtension::write(Writer& out) const {
  out.value(kind);
  if (kind != Kind::outer) return;
  out.u16(kdf_id);
  out.u16(aead_id);
  out.u8(config_id);
  out.vector16(enc);
  out.vector16(payload);
}

Result<EchConfirmationExtension> EchConfirmationExtension::parse(ByteView body) {
  Reader in(body, "extension encrypted_client_hello");
  const EchConfirmationExtension extension{in.array<8>("confirmation")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

Result<EchRetryConfigsExtension> EchRetryConfigsExtension::parse(ByteView body) {
  if (auto configs = parse_ech_config_list(body); !configs) {
    return std::unexpected(
        std::move(configs).error().at("extension encrypted_client_hello").alert(AlertDescription::decode_error));
  }
  return EchRetryConfigsExtension{body};
}

Result<EchOuterExtensions> EchOuterExtensions::parse(ByteView body) {
  Reader in(body, "extension ech_outer_extensions");
  const EchOuterExtensions extension{read_list8<ExtensionType>(in, "outer_extensions")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

}  // namespace keyway::tls
