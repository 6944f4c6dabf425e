#include "material.hpp"

namespace keyway::bench {
namespace {

Material make(crypto::KeyType type) {
  testing::TestAuthority authority({.key_type = type});
  testing::IssuedCertificate leaf = authority.issue({.names = {std::string(host_name)}, .key_type = type});
  return {std::move(authority), std::move(leaf)};
}

}  // namespace

const Material& material(LeafKey key) {
  static const Material ecdsa = make(crypto::KeyType::p256);
  static const Material rsa = make(crypto::KeyType::rsa);
  return key == LeafKey::ecdsa_p256 ? ecdsa : rsa;
}

}  // namespace keyway::bench
