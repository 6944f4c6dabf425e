#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>

/// Hybrid public key encryption (RFC 9180) in its base mode: whoever has the public key may send.
namespace keyway::crypto::hpke {

/// By the numbers of RFC 9180 7; those without a name here are carried, and not supported.
enum class Kem : std::uint16_t { dhkem_p256_hkdf_sha256 = 0x0010, dhkem_x25519_hkdf_sha256 = 0x0020 };
enum class Kdf : std::uint16_t { hkdf_sha256 = 1, hkdf_sha384 = 2, hkdf_sha512 = 3 };
enum class AeadId : std::uint16_t { aes_128_gcm = 1, aes_256_gcm = 2, chacha20_poly1305 = 3 };

struct Suite {
  Kem kem{};
  Kdf kdf{};
  AeadId aead{};
  friend bool operator==(const Suite&, const Suite&) = default;
};

/// True where the provider has all of it.
[[nodiscard]] bool is_supported(const Provider& provider, const Suite& suite) noexcept;
[[nodiscard]] bool is_supported(const Provider& provider, Kem kem) noexcept;
/// The group that the KEM exchanges keys in. `kem` is supported.
[[nodiscard]] NamedGroup group_of(Kem kem) noexcept;

/// A shared key and the number of the next message (RFC 9180 5.2). One direction.
class Context {
 public:
  Context(std::unique_ptr<Aead> aead, const Nonce& base_nonce) noexcept
      : aead_(std::move(aead)), base_nonce_(base_nonce) {}

  /// The ciphertext with its tag. Errors: the AEAD's; SequenceExhausted.
  [[nodiscard]] Result<Bytes> seal(ByteView associated_data, ByteView plaintext);
  /// The plaintext; nothing, with the number unchanged, where the tag does not hold.
  [[nodiscard]] std::optional<Bytes> open(ByteView associated_data, ByteView ciphertext);

 private:
  [[nodiscard]] Nonce next_nonce() const noexcept;

  std::unique_ptr<Aead> aead_;
  Nonce base_nonce_;
  std::uint64_t sequence_ = 0;
};

/// What the sender has: the key, and what tells the recipient of it.
struct Encapsulated {
  Bytes enc;
  Context context;
};

/// SetupBaseS (RFC 9180 5.1.1). Errors: UnsupportedAlgorithm, InvalidKeyShare (of `public_key`), the provider's.
[[nodiscard]] Result<Encapsulated> set_up_sender(const Provider& provider, const Random& random, const Suite& suite,
                                                 ByteView public_key, ByteView info);
/// The same with an ephemeral key that is there already.
[[nodiscard]] Result<Encapsulated> set_up_sender(const Provider& provider, KeyExchange& ephemeral, const Suite& suite,
                                                 ByteView public_key, ByteView info);

/// SetupBaseR. Errors: UnsupportedAlgorithm, InvalidKey, InvalidKeyShare (of `enc`), the provider's.
[[nodiscard]] Result<Context> set_up_recipient(const Provider& provider, const Suite& suite, ByteView enc,
                                               ByteView private_key, ByteView info);

/// A key pair as RFC 9180 7.1 writes it.
struct KeyPair {
  SecretBuffer<32> private_key;
  Bytes public_key;
};
/// Errors: UnsupportedAlgorithm, RandomFailed, the provider's.
[[nodiscard]] Result<KeyPair> generate_key_pair(const Provider& provider, const Random& random, Kem kem);
/// The public key of a private one. Errors: UnsupportedAlgorithm, InvalidKey.
[[nodiscard]] Result<Bytes> public_key_of(const Provider& provider, Kem kem, ByteView private_key);

}  // namespace keyway::crypto::hpke
