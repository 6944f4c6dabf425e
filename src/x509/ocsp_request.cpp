#include "x509/ocsp_request.hpp"

#include "core/text.hpp"

namespace keyway::x509 {

Bytes encode_ocsp_request(const IssuerHashes& issuer, ByteView serial_number, ByteView nonce) {
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {    // OCSPRequest
      writer.sequence([&] {  // tbsRequest
        writer.sequence([&] { writer.sequence([&] { write_cert_id(writer, issuer, serial_number); }); });
        if (nonce.empty()) return;
        const Bytes value = encode_der([&](DerWriter& inner) { inner.octet_string(nonce); });
        writer.context(
            2, [&] { writer.sequence([&] { write_extension(writer, "1.3.6.1.5.5.7.48.1.2", false, value); }); });
      });
    });
  });
}

std::optional<std::string> ocsp_get_url(std::string_view responder, ByteView request) {
  constexpr std::size_t most = 255;
  std::string url(responder);
  if (!url.ends_with('/')) url.push_back('/');
  for (const char c : to_base64(request)) {
    if (c == '+') {
      url += "%2B";
    } else if (c == '/') {
      url += "%2F";
    } else if (c == '=') {
      url += "%3D";
    } else {
      url.push_back(c);
    }
  }
  return url.size() <= most ? std::optional(std::move(url)) : std::nullopt;
}

}  // namespace keyway::x509
