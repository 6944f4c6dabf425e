#pragma once

#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

namespace keyway::tls {

/// RFC 5246 7.4.7.1: the pre-master secret of the RSA key transport is the version that the ClientHello offers, and 46
/// random bytes.
inline constexpr std::size_t rsa_premaster_size = 48;

/// What an observer is told when a connection uses it.
inline constexpr std::string_view rsa_transport_in_use =
    "this connection's keys come from the RSA key transport: no forward secrecy, whoever gets the key reads them later";

struct SentPremaster;
/// The secret went out for the leaf's key alone to read: that the server holds it shows when its Finished holds. A
/// value that only send_premaster() can make.
class SentToLeaf {
 private:
  SentToLeaf() noexcept = default;
  friend Result<SentPremaster> send_premaster(const crypto::Random& random, const crypto::PublicKey& leaf,
                                              ProtocolVersion offered);
};

/// What a client sends to the server's key, and keeps.
struct SentPremaster {
  Bytes encrypted;
  crypto::SharedSecret secret;
  SentToLeaf proof;
};

/// Makes a pre-master secret and encrypts it to the leaf's key. `offered`: the ClientHello's legacy_version. Errors:
/// those of PublicKey::encrypt_pkcs1().
[[nodiscard]] Result<SentPremaster> send_premaster(const crypto::Random& random, const crypto::PublicKey& leaf,
                                                   ProtocolVersion offered);

/// Decrypts what a client sent. Where it is no pre-master secret, or holds another version than `offered`, the result
/// is random bytes, and nothing tells so: neither an error nor the time. Then the client's Finished will not hold.
/// Errors: RandomFailed, UnsupportedAlgorithm (the key can't decrypt at all).
[[nodiscard]] Result<crypto::SharedSecret> receive_premaster(const crypto::Random& random,
                                                             const crypto::PrivateKey& key, ByteView encrypted,
                                                             ProtocolVersion offered);

}  // namespace keyway::tls
