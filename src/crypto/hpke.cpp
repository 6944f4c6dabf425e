#include "crypto/hpke.hpp"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <limits>
#include <string_view>

#include "crypto/hkdf.hpp"
#include "crypto/hmac.hpp"

namespace keyway::crypto::hpke {
namespace {

/// Both KEMs here have HKDF-SHA256 inside, whose output is the shared secret's size (RFC 9180 7.1).
constexpr HashAlgorithm kem_hash = HashAlgorithm::sha256;
constexpr std::size_t shared_secret_size = 32;
constexpr std::size_t private_key_size = 32;

std::optional<HashAlgorithm> hash_of(Kdf kdf) noexcept {
  switch (kdf) {
    case Kdf::hkdf_sha256:
      return HashAlgorithm::sha256;
    case Kdf::hkdf_sha384:
      return HashAlgorithm::sha384;
    case Kdf::hkdf_sha512:
      return HashAlgorithm::sha512;
  }
  return std::nullopt;
}

std::optional<AeadAlgorithm> algorithm_of(AeadId aead) noexcept {
  switch (aead) {
    case AeadId::aes_128_gcm:
      return AeadAlgorithm::aes_128_gcm;
    case AeadId::aes_256_gcm:
      return AeadAlgorithm::aes_256_gcm;
    case AeadId::chacha20_poly1305:
      return AeadAlgorithm::chacha20_poly1305;
  }
  return std::nullopt;
}

Bytes join(std::initializer_list<ByteView> parts) {
  Bytes joined;
  for (const ByteView part : parts) joined.insert(joined.end(), part.begin(), part.end());
  return joined;
}

template <typename E>
std::array<std::uint8_t, 2> two_bytes(E number) noexcept {
  const auto value = static_cast<unsigned>(number);
  return {static_cast<std::uint8_t>(value >> 8U), static_cast<std::uint8_t>(value & 0xffU)};
}

/// LabeledExtract and LabeledExpand (RFC 9180 4) of one suite_id.
class Labeled {
 public:
  Labeled(const HashFunction& hash, Bytes suite_id) : hash_(&hash), suite_id_(std::move(suite_id)) {}

  [[nodiscard]] HashSecret extract(ByteView salt, std::string_view label, ByteView input) const {
    const HmacKey key(*hash_, salt);
    Hmac running(key);
    running.update(as_bytes(version));
    running.update(suite_id_);
    running.update(as_bytes(label));
    running.update(input);
    HashSecret out(hash_->output_size());
    running.finish(out.span());
    return out;
  }

  void expand(const HashSecret& secret, std::string_view label, ByteView info, ByteSpan out) const {
    const auto length = two_bytes(out.size());
    const Bytes labeled = join({length, as_bytes(version), suite_id_, as_bytes(label), info});
    (void)hkdf_expand(HmacKey(*hash_, secret.view()), labeled, out);  // far below 255 outputs
  }

 private:
  static constexpr std::string_view version = "HPKE-v1";
  const HashFunction* hash_;
  Bytes suite_id_;
};

using KemSecret = SecretBuffer<shared_secret_size>;

/// ExtractAndExpand (RFC 9180 4.1).
KemSecret extract_and_expand(const Provider& provider, Kem kem, const SharedSecret& exchanged, ByteView enc,
                             ByteView public_key) {
  const Labeled labeled(*provider.hash(kem_hash), join({as_bytes("KEM"), two_bytes(kem)}));
  const HashSecret extracted = labeled.extract({}, "eae_prk", exchanged.view());
  KemSecret secret(shared_secret_size);
  labeled.expand(extracted, "shared_secret", join({enc, public_key}), secret.span());
  return secret;
}

/// KeySchedule (RFC 9180 5.1) in mode_base: no PSK, no name of one.
Result<Context> make_context(const Provider& provider, const Suite& suite, const KemSecret& shared, ByteView info) {
  const AeadAlgorithm aead = *algorithm_of(suite.aead);
  const Labeled labeled(*provider.hash(*hash_of(suite.kdf)),
                        join({as_bytes("HPKE"), two_bytes(suite.kem), two_bytes(suite.kdf), two_bytes(suite.aead)}));
  const HashSecret no_psk = labeled.extract({}, "psk_id_hash", {});
  const HashSecret info_hash = labeled.extract({}, "info_hash", info);
  constexpr std::array<std::uint8_t, 1> mode_base{0};
  const Bytes context = join({mode_base, no_psk.view(), info_hash.view()});
  const HashSecret secret = labeled.extract(shared.view(), "secret", {});
  SecretBuffer<32> key(limits(aead).key_size);
  labeled.expand(secret, "key", context, key.span());
  Nonce base_nonce{};
  labeled.expand(secret, "base_nonce", context, base_nonce);
  auto ready = provider.aead(aead, key.view());
  if (!ready) return std::unexpected(std::move(ready.error()));
  return Context(std::move(*ready), base_nonce);
}

Result<void> check_supported(const Provider& provider, const Suite& suite) {
  if (is_supported(provider, suite)) return {};
  return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("HPKE suite"));
}

Result<std::unique_ptr<KeyExchange>> load(const Provider& provider, Kem kem, ByteView private_key) {
  if (!is_supported(provider, kem)) return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("HPKE, KEM"));
  return provider.group(group_of(kem))->load(private_key);
}

}  // namespace

NamedGroup group_of(Kem kem) noexcept {
  return kem == Kem::dhkem_p256_hkdf_sha256 ? NamedGroup::secp256r1 : NamedGroup::x25519;
}

bool is_supported(const Provider& provider, Kem kem) noexcept {
  const bool is_known = kem == Kem::dhkem_p256_hkdf_sha256 || kem == Kem::dhkem_x25519_hkdf_sha256;
  return is_known && provider.group(group_of(kem)) != nullptr && provider.hash(kem_hash) != nullptr;
}

bool is_supported(const Provider& provider, const Suite& suite) noexcept {
  const auto hash = hash_of(suite.kdf);
  const auto aead = algorithm_of(suite.aead);
  return is_supported(provider, suite.kem) && hash && provider.hash(*hash) != nullptr && aead &&
         provider.has_aead(*aead);
}

Nonce Context::next_nonce() const noexcept {
  Nonce nonce = base_nonce_;
  for (std::size_t i = 0; i < 8; ++i) {
    nonce[nonce.size() - 1 - i] ^= static_cast<std::uint8_t>(sequence_ >> (8U * i));
  }
  return nonce;
}

Result<Bytes> Context::seal(ByteView associated_data, ByteView plaintext) {
  if (sequence_ == std::numeric_limits<std::uint64_t>::max()) {
    return std::unexpected(fail(ErrorCode::SequenceExhausted).at("HPKE"));
  }
  Bytes sealed(plaintext.size() + aead_tag_size);
  const std::array<ByteView, 1> parts{plaintext};
  if (auto done = aead_->seal(next_nonce(), associated_data, parts, sealed); !done) {
    return std::unexpected(std::move(done.error()));
  }
  ++sequence_;
  return sealed;
}

std::optional<Bytes> Context::open(ByteView associated_data, ByteView ciphertext) {
  if (ciphertext.size() < aead_tag_size || sequence_ == std::numeric_limits<std::uint64_t>::max()) return std::nullopt;
  Bytes opened(ciphertext.begin(), ciphertext.end());
  if (!aead_->open(next_nonce(), associated_data, opened)) return std::nullopt;
  ++sequence_;
  opened.resize(opened.size() - aead_tag_size);
  return opened;
}

Result<Encapsulated> set_up_sender(const Provider& provider, KeyExchange& ephemeral, const Suite& suite,
                                   ByteView public_key, ByteView info) {
  if (auto supported = check_supported(provider, suite); !supported) {
    return std::unexpected(std::move(supported.error()));
  }
  auto exchanged = ephemeral.complete(public_key);
  if (!exchanged) return std::unexpected(std::move(exchanged.error()));
  const ByteView enc = ephemeral.share();
  auto context =
      make_context(provider, suite, extract_and_expand(provider, suite.kem, *exchanged, enc, public_key), info);
  if (!context) return std::unexpected(std::move(context.error()));
  return Encapsulated{Bytes(enc.begin(), enc.end()), std::move(*context)};
}

Result<Encapsulated> set_up_sender(const Provider& provider, const Random& random, const Suite& suite,
                                   ByteView public_key, ByteView info) {
  if (auto supported = check_supported(provider, suite); !supported) {
    return std::unexpected(std::move(supported.error()));
  }
  auto ephemeral = provider.group(group_of(suite.kem))->start(random);
  if (!ephemeral) return std::unexpected(std::move(ephemeral.error()));
  return set_up_sender(provider, **ephemeral, suite, public_key, info);
}

Result<Context> set_up_recipient(const Provider& provider, const Suite& suite, ByteView enc, ByteView private_key,
                                 ByteView info) {
  if (auto supported = check_supported(provider, suite); !supported) {
    return std::unexpected(std::move(supported.error()));
  }
  auto own = load(provider, suite.kem, private_key);
  if (!own) return std::unexpected(std::move(own.error()));
  auto exchanged = (*own)->complete(enc);
  if (!exchanged) return std::unexpected(std::move(exchanged.error()));
  return make_context(provider, suite, extract_and_expand(provider, suite.kem, *exchanged, enc, (*own)->share()), info);
}

Result<KeyPair> generate_key_pair(const Provider& provider, const Random& random, Kem kem) {
  // Any 32 bytes are a key of X25519, and all but one in 2^32 one of P-256.
  constexpr int max_draws = 8;
  KeyPair pair;
  pair.private_key.resize(private_key_size);
  for (int draw = 0; draw < max_draws; ++draw) {
    if (auto filled = random.fill(pair.private_key.span()); !filled) return std::unexpected(std::move(filled.error()));
    auto public_key = public_key_of(provider, kem, pair.private_key.view());
    if (!public_key && public_key.error().code() == ErrorCode::InvalidKey) continue;
    if (!public_key) return std::unexpected(std::move(public_key.error()));
    pair.public_key = std::move(*public_key);
    return pair;
  }
  return std::unexpected(fail(ErrorCode::RandomFailed).at("HPKE, key pair"));
}

Result<Bytes> public_key_of(const Provider& provider, Kem kem, ByteView private_key) {
  auto pair = load(provider, kem, private_key);
  if (!pair) return std::unexpected(std::move(pair.error()));
  const ByteView share = (*pair)->share();
  return Bytes(share.begin(), share.end());
}

}  // namespace keyway::crypto::hpke
