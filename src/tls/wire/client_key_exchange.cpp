#include "tls/wire/client_key_exchange.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<ClientKeyExchange> ClientKeyExchange::parse(ByteView body) {
  Reader in(body, "ClientKeyExchange");
  const ClientKeyExchange message{in.vector8("ecdh_Yc", 1)};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return message;
}

Result<EncryptedPremasterSecret> EncryptedPremasterSecret::parse(ByteView body) {
  Reader in(body, "ClientKeyExchange");
  const EncryptedPremasterSecret message{in.vector16("encrypted_pre_master_secret")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return message;
}

void EncryptedPremasterSecret::write(Writer& out) const {
  out.vector16(encrypted);
}

void ClientKeyExchange::write(Writer& out) const {
  out.vector8(public_key);
}

}  // namespace keyway::tls
