#include "material.hpp"

namespace keyway::bench {
namespace {

Material make(crypto::KeyType type) {
  testing::TestAuthority authority({.key_type = type});
  testing::IssuedCertificate leaf = authority.issue({.names = {std::string(host_name)}, .key_type = type});
  testing::IssuedCertificate client_leaf =
      authority.issue({.names = {"alice"}, .key_type = type, .extended_key_usage = {{"1.3.6.1.5.5.7.3.2"}}});
  return {std::move(authority), std::move(leaf), std::move(client_leaf)};
}

}  // namespace

const Material& material(LeafKey key) {
  static const Material ecdsa = make(crypto::KeyType::p256);
  static const Material rsa = make(crypto::KeyType::rsa);
  return key == LeafKey::ecdsa_p256 ? ecdsa : rsa;
}

}  // namespace keyway::bench
