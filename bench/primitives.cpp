#include "primitives.hpp"

#include <utility>

#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"
#include "material.hpp"

namespace keyway::bench {
namespace {

/// Compressions of SHA-256 in a full handshake of TLS 1.3.
constexpr std::size_t handshake_compressions = 111;
/// A certificate's size, more or less: what is signed there.
constexpr std::size_t certificate_size = 640;
/// What CertificateVerify signs (RFC 8446 4.4.3).
constexpr std::size_t verify_content_size = 130;

const crypto::Provider& provider() {
  return *testing::provider();
}
const crypto::HashFunction& sha256() {
  return *provider().hash(crypto::HashAlgorithm::sha256);
}
const crypto::KeyExchangeGroup& x25519() {
  return *provider().group(NamedGroup::x25519);
}

crypto::SignatureAlgorithm algorithm_in_handshake(LeafKey key) {
  return key == LeafKey::ecdsa_p256 ? crypto::SignatureAlgorithm::ecdsa_sha256
                                    : crypto::SignatureAlgorithm::rsa_pss_sha256;
}
crypto::SignatureAlgorithm algorithm_in_certificate(LeafKey key) {
  return key == LeafKey::ecdsa_p256 ? crypto::SignatureAlgorithm::ecdsa_sha256
                                    : crypto::SignatureAlgorithm::rsa_pkcs1_sha256;
}

Primitive x25519_start() {
  return {"x25519/start", [] {
            std::unique_ptr<crypto::KeyExchange> exchange;
            return time_of([&] { exchange = must(x25519().start(provider().random()), "x25519"); });
          }};
}

Primitive x25519_answer() {
  const auto client = std::shared_ptr(must(x25519().start(provider().random()), "x25519"));
  return {"x25519/answer", [client] {
            return time_of([&] { (void)must(x25519().answer(provider().random(), client->share()), "x25519"); });
          }};
}

Primitive x25519_complete() {
  return {"x25519/complete", [] {
            const auto exchange = must(x25519().start(provider().random()), "x25519");
            const auto answer = must(x25519().answer(provider().random(), exchange->share()), "x25519");
            return time_of([&] { (void)must(exchange->complete(answer.share), "x25519"); });
          }};
}

Primitive sign(LeafKey key) {
  const auto signer = material(key).leaf.key;
  return {"sign/" + std::string(to_string(key)), [signer, key, message = Bytes(verify_content_size, 0x20)] {
            Bytes signature;
            return time_of([&] { must(signer->sign(algorithm_in_handshake(key), message, signature), "sign"); });
          }};
}

/// Verifies, the key's DER parsed first, as a client does with each key that it has never seen.
Primitive verify(LeafKey key, crypto::SignatureAlgorithm algorithm, std::size_t message_size, std::string name) {
  const auto signer = material(key).leaf.key;
  Bytes message(message_size, 0x20);
  Bytes signature;
  must(signer->sign(algorithm, message, signature), "sign");
  return {std::move(name), [signer, algorithm, message = std::move(message), signature = std::move(signature)] {
            return time_of([&] {
              const auto parsed = must(provider().public_key(signer->subject_public_key_info()), "public key");
              if (!parsed->verify(algorithm, message, signature)) give_up("a signature does not hold");
            });
          }};
}

Primitive verify_handshake(LeafKey key) {
  return verify(key, algorithm_in_handshake(key), verify_content_size,
                "verify/" + std::string(to_string(key)) + "/handshake");
}
Primitive verify_certificate(LeafKey key) {
  return verify(key, algorithm_in_certificate(key), certificate_size,
                "verify/" + std::string(to_string(key)) + "/certificate");
}

Primitive hash(std::string name, std::size_t size) {
  return {std::move(name), [data = Bytes(size, 0x36)] {
            std::array<std::uint8_t, crypto::max_hash_size> out{};
            return time_of([&] {
              crypto::HashState state;
              sha256().start(state);
              sha256().update(state, data);
              sha256().finish(state, out);
            });
          }};
}

Primitive symmetric() {
  // The padding fills the last block.
  return hash("symmetric", 64 * handshake_compressions - 9);
}

Primitive hmac() {
  return {"hmac_sha256/64", [data = Bytes(64, 0x36)] {
            HashSecret out(32);
            return time_of([&] { crypto::HmacKey(sha256(), data).mac(data, out.span()); });
          }};
}

Primitive hkdf_expand_label() {
  const auto key = std::make_shared<crypto::HmacKey>(sha256(), Bytes(32, 7));
  return {"hkdf_expand_label/32", [key, context = Bytes(32, 0x36)] {
            HashSecret out(32);
            return time_of([&] { (void)crypto::hkdf_expand_label(*key, "c hs traffic", context, out.span()); });
          }};
}

Primitive random_bytes() {
  return {"random/32", [] {
            std::array<std::uint8_t, 32> out{};
            return time_of([&] { must(provider().random().fill(out), "random"); });
          }};
}

Primitive aead_key(crypto::AeadAlgorithm algorithm, std::string name) {
  return {std::move(name), [algorithm, key = Bytes(crypto::limits(algorithm).key_size, 7)] {
            return time_of([&] { (void)must(provider().aead(algorithm, key), "AEAD"); });
          }};
}

}  // namespace

std::vector<Primitive> all_primitives() {
  std::vector<Primitive> all{x25519_start(), x25519_answer(), x25519_complete()};
  for (const LeafKey key : {LeafKey::ecdsa_p256, LeafKey::rsa_2048}) {
    all.push_back(sign(key));
    all.push_back(verify_handshake(key));
    all.push_back(verify_certificate(key));
  }
  all.push_back(symmetric());
  all.push_back(hash("sha256/16384", 16384));
  all.push_back(hmac());
  all.push_back(hkdf_expand_label());
  all.push_back(random_bytes());
  all.push_back(aead_key(crypto::AeadAlgorithm::aes_128_gcm, "aead_key/aes_128_gcm"));
  all.push_back(aead_key(crypto::AeadAlgorithm::chacha20_poly1305, "aead_key/chacha20_poly1305"));
  return all;
}

std::vector<Primitive> server_primitives(LeafKey key) {
  return {x25519_answer(), sign(key), symmetric()};
}

std::vector<Primitive> client_primitives(LeafKey key) {
  return {x25519_start(),          x25519_complete(),     verify_certificate(key),
          verify_certificate(key), verify_handshake(key), symmetric()};
}

}  // namespace keyway::bench
