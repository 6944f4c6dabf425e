#pragma once
/// \file
/// The primitives behind an interface: what a configuration is built with. Keyway's own Provider wraps libcrypto
/// and, where the processor has the instructions, Intel's vector AES-GCM; another can be put in its place.
///
/// Everything here is thread-safe for concurrent use through const, except the objects that a call hands out for one
/// connection's use (Aead, KeyExchange).

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>
#include <keyway/types.hpp>

namespace keyway::crypto {

// ------------------------------------------------------------------------------------------------ randomness

/// A source of unpredictable bytes. Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  /// Fills all of `out`. Errors: RandomFailed, after which `out` holds nothing of use.
  [[nodiscard]] virtual Result<void> fill(ByteSpan out) const = 0;
};

// ------------------------------------------------------------------------------------------------ hashes

enum class HashAlgorithm : std::uint8_t { sha1, sha256, sha384, sha512 };

/// The most that any hash puts out, in bytes.
inline constexpr std::size_t max_hash_size = 64;

/// A running hash, held in place: copying it forks the hash, at the cost of a copy of some 200 bytes and no
/// allocation. Meaningful only to the HashFunction that started it.
struct alignas(16) HashState {
  std::array<std::uint8_t, 232> opaque;
};

/// One hash algorithm (FIPS 180-4). Immutable; lives as long as its Provider. No call allocates or fails.
class HashFunction {
 public:
  virtual ~HashFunction() = default;
  [[nodiscard]] virtual HashAlgorithm algorithm() const noexcept = 0;
  [[nodiscard]] virtual std::size_t output_size() const noexcept = 0;  ///< in bytes
  [[nodiscard]] virtual std::size_t block_size() const noexcept = 0;   ///< in bytes

  virtual void start(HashState& state) const noexcept = 0;
  virtual void update(HashState& state, ByteView data) const noexcept = 0;
  /// Writes output_size() bytes to the front of `out`, which must hold as many; the state is spent.
  virtual void finish(HashState& state, ByteSpan out) const noexcept = 0;

  /// A running hash as bytes that read_state() of any provider takes: the hash value after the last whole block (FIPS
  /// 180-4 6.2.2, 6.4.2), how many bytes it has seen (64 bits), both big-endian, and those of the block that is not
  /// whole yet. Nothing where the algorithm or its provider does not tell.
  [[nodiscard]] virtual std::optional<Bytes> write_state(const HashState& /*state*/) const { return std::nullopt; }
  /// Starts `state` where `written` left off. False, with the state undefined, where these are not such bytes.
  [[nodiscard]] virtual bool read_state(HashState& /*state*/, ByteView /*written*/) const noexcept { return false; }
};

// ------------------------------------------------------------------------------------------------ AEAD

enum class AeadAlgorithm : std::uint8_t { aes_128_gcm, aes_256_gcm, chacha20_poly1305 };

inline constexpr std::size_t aead_tag_size = 16;
inline constexpr std::size_t aead_nonce_size = 12;
using Nonce = std::array<std::uint8_t, aead_nonce_size>;

/// One key of an AEAD (RFC 5116), in one direction of one connection. Not thread-safe. No call allocates.
class Aead {
 public:
  virtual ~Aead() = default;

  /// Encrypts the concatenation of `plaintext` into `out` (as many bytes, then the 16-byte tag). `out` and the parts
  /// don't overlap, but for a part that begins exactly where its ciphertext will. Errors: OutputTooSmall, CryptoFailed.
  [[nodiscard]] virtual Result<void> seal(const Nonce& nonce, ByteView associated_data,
                                          std::span<const ByteView> plaintext, ByteSpan out) = 0;

  /// Decrypts `sealed` (ciphertext, then tag) in place; the plaintext is everything before the last 16 bytes.
  /// False, with the contents undefined, when the tag does not hold or `sealed` is shorter than a tag.
  [[nodiscard]] virtual bool open(const Nonce& nonce, ByteView associated_data, ByteSpan sealed) = 0;
};

/// The constant facts of an AEAD.
struct AeadLimits {
  std::size_t key_size;              ///< in bytes
  std::uint64_t max_records_sealed;  ///< confidentiality: a key update is due before (RFC 8446 5.5, RFC 9147 4.5.3)
  std::uint64_t max_packets_sealed;  ///< confidentiality, in packets of QUIC under one key (RFC 9001 6.6)
  std::uint64_t max_packets_forged;  ///< integrity: packets that did not open, under all keys of a connection
};
[[nodiscard]] AeadLimits limits(AeadAlgorithm algorithm) noexcept;

inline constexpr std::size_t header_sample_size = 16;
using HeaderSample = std::span<const std::uint8_t, header_sample_size>;
using HeaderMask = std::array<std::uint8_t, 5>;

/// What QUIC hides the headers of its packets with (RFC 9001 5.4): one key, of one direction. Not thread-safe. No call
/// allocates.
class HeaderProtector {
 public:
  virtual ~HeaderProtector() = default;
  /// What first byte and packet number are combined with, made of a sample of the ciphertext: one block of AES (5.4.3),
  /// or the key stream of ChaCha20 (5.4.4). Errors: CryptoFailed.
  [[nodiscard]] virtual Result<HeaderMask> mask(HeaderSample sample) = 0;
};

// ------------------------------------------------------------------------------------------------ key exchange

/// What both sides of a key exchange end up with.
using SharedSecret = SecretBuffer<384>;

/// A key exchange begun by the client: its share is out, the private part waits for the server's share.
class KeyExchange {
 public:
  virtual ~KeyExchange() = default;
  [[nodiscard]] virtual NamedGroup group() const noexcept = 0;
  /// The bytes of `KeyShareEntry.key_exchange`.
  [[nodiscard]] virtual ByteView share() const noexcept = 0;
  /// Finishes with the server's share. To be called once. Errors: InvalidKeyShare (wrong length, not on the curve,
  /// an all-zero result), CryptoFailed.
  [[nodiscard]] virtual Result<SharedSecret> complete(ByteView peer_share) = 0;
};

/// What the server gets when it answers a share.
struct KeyExchangeAnswer {
  Bytes share;
  SharedSecret secret;
};

/// One group or KEM of `supported_groups`. Immutable.
class KeyExchangeGroup {
 public:
  virtual ~KeyExchangeGroup() = default;
  [[nodiscard]] virtual NamedGroup id() const noexcept = 0;
  /// Client: makes an ephemeral key.
  [[nodiscard]] virtual Result<std::unique_ptr<KeyExchange>> start(const Random& random) const = 0;
  /// The same with a private key that is there already, in the form of RFC 9180 7.1.2: for HPKE, whose keys last.
  /// Errors: InvalidKey; UnsupportedAlgorithm, where the group has no such keys.
  [[nodiscard]] virtual Result<std::unique_ptr<KeyExchange>> load(ByteView private_key) const;
  /// Server: makes its own share in answer to the client's, and the secret. Errors: InvalidKeyShare, CryptoFailed.
  [[nodiscard]] virtual Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const = 0;
};

// ------------------------------------------------------------------------------------------------ signatures

enum class KeyType : std::uint8_t {
  rsa,
  rsa_pss,
  p256,
  p384,
  p521,
  ed25519,
  mldsa44,
  mldsa65,
  mldsa87,
  dsa,  ///< verified alone, and in certificates alone
};

[[nodiscard]] std::string to_string(KeyType type);

/// What is fixed about a signature, apart from the key. X.509 leaves the curve of ECDSA open; TLS 1.3 does not
/// (see key_type_of()).
enum class SignatureAlgorithm : std::uint8_t {
  rsa_pkcs1_sha1,
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
  rsa_pss_sha256,
  rsa_pss_sha384,
  rsa_pss_sha512,
  ecdsa_sha1,
  ecdsa_sha256,
  ecdsa_sha384,
  ecdsa_sha512,
  ed25519,
  mldsa44,
  mldsa65,
  mldsa87,
  dsa_sha1,
};

[[nodiscard]] std::string to_string(SignatureAlgorithm algorithm);

/// The algorithm of a TLS scheme; nothing for a scheme that Keyway does not know.
[[nodiscard]] std::optional<SignatureAlgorithm> algorithm_of(SignatureScheme scheme) noexcept;

/// True where a key of this type may make TLS 1.3 signatures of this scheme (RFC 8446 4.2.3: the curve is part of
/// the scheme, rsae and pss differ by the key's OID, PKCS#1 and SHA-1 never).
[[nodiscard]] bool fits_tls13(SignatureScheme scheme, KeyType key) noexcept;

/// The same for TLS 1.2 (RFC 5246 7.4.1.4.1, RFC 8422 5.4): ECDSA leaves the curve open, PKCS#1 is allowed, SHA-1
/// never.
[[nodiscard]] bool fits_tls12(SignatureScheme scheme, KeyType key) noexcept;

/// A public key, parsed and checked: on its curve, of a sane size. Immutable, thread-safe.
class PublicKey {
 public:
  virtual ~PublicKey() = default;
  [[nodiscard]] virtual KeyType type() const noexcept = 0;
  [[nodiscard]] virtual std::size_t bits()
      const noexcept = 0;  ///< the modulus of RSA, the field of a curve; 0 of ML-DSA
  /// True when `signature` over `message` holds. False for anything else, malformed signatures and algorithms that
  /// don't fit the key included.
  [[nodiscard]] virtual bool verify(SignatureAlgorithm algorithm, ByteView message, ByteView signature) const = 0;
  /// RSA alone: encrypts `message` by PKCS#1 v1.5 (RFC 8017 7.2.1) and appends the result to `out`. For TLS 1.2's key
  /// transport, and nothing else. Errors: UnsupportedAlgorithm, InvalidArgument (too long), RandomFailed, CryptoFailed.
  [[nodiscard]] virtual Result<void> encrypt_pkcs1(const Random& random, ByteView message, Bytes& out) const;
};

/// The longest signature of any supported key, in bytes (ML-DSA-87).
inline constexpr std::size_t max_signature_size = 4627;

/// A private key that can sign. Immutable, thread-safe. Implement it for a key that lives elsewhere and answers at
/// once; for one that answers later, see Pause::signature.
class PrivateKey {
 public:
  virtual ~PrivateKey() = default;
  [[nodiscard]] virtual KeyType type() const noexcept = 0;
  [[nodiscard]] virtual std::size_t bits() const noexcept = 0;
  /// DER of the SubjectPublicKeyInfo (RFC 5280 4.1.2.7).
  [[nodiscard]] virtual ByteView subject_public_key_info() const noexcept = 0;
  /// Signs `message`; appends the signature to `out`. Errors: SigningFailed, UnsupportedAlgorithm.
  [[nodiscard]] virtual Result<void> sign(SignatureAlgorithm algorithm, ByteView message, Bytes& out) const = 0;
  /// RSA alone: decrypts by PKCS#1 v1.5 (RFC 8017 7.2.2) a message of `out.size()` bytes to `out`. What is no such
  /// message leaves `out` as it was, without an error and without a difference in time: fill it with random bytes
  /// before, and nobody learns which it was (RFC 5246 7.4.7.1). Errors: UnsupportedAlgorithm, which every key of a type
  /// other than `rsa` gives.
  [[nodiscard]] virtual Result<void> decrypt_pkcs1(ByteView ciphertext, ByteSpan out) const;
  /// PKCS#8 DER (RFC 5208), in memory that the caller wipes; InvalidArgument where the key can't leave.
  [[nodiscard]] virtual Result<Bytes> to_pkcs8() const = 0;
};

// ------------------------------------------------------------------------------------------------ the set

/// The set of primitives that a configuration is built with. Immutable, thread-safe, shared by configurations.
class Provider {
 public:
  virtual ~Provider() = default;

  /// For messages: "libcrypto 3.0.19, ipsec-mb 1.3 (VAES)".
  [[nodiscard]] virtual std::string description() const = 0;

  [[nodiscard]] virtual const Random& random() const noexcept = 0;

  /// Null where the provider lacks it.
  [[nodiscard]] virtual const HashFunction* hash(HashAlgorithm algorithm) const noexcept = 0;
  [[nodiscard]] virtual const KeyExchangeGroup* group(NamedGroup group) const noexcept = 0;
  [[nodiscard]] virtual bool has_aead(AeadAlgorithm algorithm) const noexcept = 0;
  [[nodiscard]] virtual bool has_signature(SignatureAlgorithm algorithm) const noexcept = 0;

  /// Readies a key. `key` has limits(algorithm).key_size bytes. Errors: UnsupportedAlgorithm, InvalidArgument,
  /// CryptoFailed.
  [[nodiscard]] virtual Result<std::unique_ptr<Aead>> aead(AeadAlgorithm algorithm, ByteView key) const = 0;

  /// Readies a key of QUIC's header protection that goes with `algorithm`, of limits(algorithm).key_size bytes. A
  /// provider that leaves this out serves records alone. Errors: UnsupportedAlgorithm, InvalidArgument, CryptoFailed.
  [[nodiscard]] virtual Result<std::unique_ptr<HeaderProtector>> header_protector(AeadAlgorithm algorithm,
                                                                                  ByteView key) const;

  /// Parses the DER of a SubjectPublicKeyInfo (RFC 5280 4.1.2.7, RFC 3279, RFC 5480, RFC 8410). Errors:
  /// InvalidKey (not on the curve, explicit parameters, modulus or exponent out of range), UnsupportedKey.
  [[nodiscard]] virtual Result<std::unique_ptr<PublicKey>> public_key(ByteView subject_public_key_info) const = 0;

  /// Parses a private key in DER: PKCS#8, or the older RSAPrivateKey and ECPrivateKey. Errors: InvalidKey,
  /// UnsupportedKey, EncryptedKey.
  [[nodiscard]] virtual Result<std::unique_ptr<PrivateKey>> private_key(ByteView der) const = 0;

  /// Makes a key pair. `bits` is for RSA alone: 2048 to 8192.
  [[nodiscard]] virtual Result<std::unique_ptr<PrivateKey>> generate_key(KeyType type, std::size_t bits = 0) const = 0;
};

/// Keyway's own provider: libcrypto, with vector AES-GCM where the processor has it. Made anew at each call; make
/// one and share it. Errors: CryptoFailed, where libcrypto lacks something that TLS can't do without.
[[nodiscard]] Result<std::shared_ptr<const Provider>> make_provider();

}  // namespace keyway::crypto
