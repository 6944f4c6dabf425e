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

Bytes certificate_verify_content(Side signer, ByteView transcript_hash) {
  constexpr std::size_t padding = 64;
  const std::string_view context =
      signer == Side::server ? "TLS 1.3, server CertificateVerify" : "TLS 1.3, client CertificateVerify";
  Bytes content;
  content.reserve(padding + context.size() + 1 + transcript_hash.size());
  content.assign(padding, 0x20);
  content.insert(content.end(), context.begin(), context.end());
  content.push_back(0);
  content.insert(content.end(), transcript_hash.begin(), transcript_hash.end());
  return content;
}

}  // namespace keyway::tls
