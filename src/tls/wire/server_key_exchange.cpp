#include "tls/wire/server_key_exchange.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

namespace {

constexpr std::uint8_t named_curve = 3;  // RFC 8422 5.4: the only ECCurveType that is left

}  // namespace

void ServerEcdhParams::write(Writer& out) const {
  out.u8(named_curve);
  out.value(group);
  out.vector8(public_key);
}

Result<ServerKeyExchange> ServerKeyExchange::parse(ByteView body) {
  Reader in(body, "ServerKeyExchange");
  ServerKeyExchange message;
  const std::uint8_t curve_type = in.u8("curve_type");
  if (in.ok() && curve_type != named_curve) in.reject(ErrorCode::InvalidValue, "curve_type");
  message.params.group = in.value<NamedGroup>("namedcurve");
  message.params.public_key = in.vector8("public", 1);
  if (in.ok()) message.raw_params = body.first(body.size() - in.remaining());
  message.algorithm = in.value<SignatureScheme>("algorithm");
  message.signature = in.vector16("signature");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void ServerKeyExchange::write(Writer& out) const {
  params.write(out);
  out.value(algorithm);
  out.vector16(signature);
}

Bytes server_key_exchange_content(ByteView client_random, ByteView server_random, ByteView raw_params) {
  Bytes content;
  content.reserve(client_random.size() + server_random.size() + raw_params.size());
  content.insert(content.end(), client_random.begin(), client_random.end());
  content.insert(content.end(), server_random.begin(), server_random.end());
  content.insert(content.end(), raw_params.begin(), raw_params.end());
  return content;
}

}  // namespace keyway::tls
