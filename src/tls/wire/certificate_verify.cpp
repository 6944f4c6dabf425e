#include "tls/wire/certificate_verify.hpp"

#include <string_view>

#include "core/reader.hpp"

namespace keyway::tls {

Result<CertificateVerify> CertificateVerify::parse(ByteView body) {
  Reader in(body, "CertificateVerify");
  CertificateVerify message;
  message.algorithm = in.value<SignatureScheme>("algorithm");
  message.signature = in.vector16("signature");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void CertificateVerify::write(Writer& out) const {
  out.value(algorithm);
  out.vector16(signature);
}

Bytes content_to_sign(std::string_view context, ByteView rest) {
  constexpr std::size_t padding = 64;
  Bytes content;
  content.reserve(padding + context.size() + 1 + rest.size());
  content.assign(padding, 0x20);
  content.insert(content.end(), context.begin(), context.end());
  content.push_back(0);
  content.insert(content.end(), rest.begin(), rest.end());
  return content;
}

Bytes certificate_verify_content(Side signer, ByteView transcript_hash) {
  const bool is_server = signer == Side::server;
  return content_to_sign(is_server ? "TLS 1.3, server CertificateVerify" : "TLS 1.3, client CertificateVerify",
                         transcript_hash);
}

}  // namespace keyway::tls
