#include "crypto/rsa_encoding.hpp"

#include <algorithm>
#include <array>

#include <keyway/secret.hpp>

namespace keyway::crypto {
namespace {

// RFC 8017 9.2, note 1: DigestInfo up to the digest.
constexpr auto sha1_prefix = std::to_array<std::uint8_t>(
    {0x30, 0x21, 0x30, 0x09, 0x06, 0x05, 0x2b, 0x0e, 0x03, 0x02, 0x1a, 0x05, 0x00, 0x04, 0x14});
constexpr auto sha256_prefix = std::to_array<std::uint8_t>(
    {0x30, 0x31, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01, 0x05, 0x00, 0x04, 0x20});
constexpr auto sha384_prefix = std::to_array<std::uint8_t>(
    {0x30, 0x41, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02, 0x05, 0x00, 0x04, 0x30});
constexpr auto sha512_prefix = std::to_array<std::uint8_t>(
    {0x30, 0x51, 0x30, 0x0d, 0x06, 0x09, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03, 0x05, 0x00, 0x04, 0x40});

ByteView prefix_of(HashAlgorithm hash) noexcept {
  switch (hash) {
    case HashAlgorithm::sha1:
      return sha1_prefix;
    case HashAlgorithm::sha256:
      return sha256_prefix;
    case HashAlgorithm::sha384:
      return sha384_prefix;
    case HashAlgorithm::sha512:
      return sha512_prefix;
  }
  return {};
}

/// RFC 8017 B.2.1: masks `data` with MGF1 of `seed`.
void mask(const HashFunction& hash, ByteView seed, ByteSpan data) noexcept {
  HashState seeded;
  hash.start(seeded);
  hash.update(seeded, seed);
  std::array<std::uint8_t, max_hash_size> block{};
  for (std::uint32_t counter = 0; !data.empty(); ++counter) {
    const std::array<std::uint8_t, 4> encoded{
        static_cast<std::uint8_t>(counter >> 24U), static_cast<std::uint8_t>(counter >> 16U),
        static_cast<std::uint8_t>(counter >> 8U), static_cast<std::uint8_t>(counter)};
    HashState state = seeded;
    hash.update(state, encoded);
    hash.finish(state, block);
    const std::size_t taken = std::min(hash.output_size(), data.size());
    for (std::size_t i = 0; i < taken; ++i) data[i] ^= block[i];
    data = data.subspan(taken);
  }
}

/// H of RFC 8017 9.1: the hash of eight zeros, the digest and the salt.
void hash_with_salt(const HashFunction& hash, ByteView digest, ByteView salt, ByteSpan out) noexcept {
  constexpr std::array<std::uint8_t, 8> zeros{};
  HashState state;
  hash.start(state);
  hash.update(state, zeros);
  hash.update(state, digest);
  hash.update(state, salt);
  hash.finish(state, out);
}

/// An encoded message: DB, H and the trailer, of the size that the modulus leaves (emBits is one less than its bits).
struct PssBlock {
  ByteSpan masked;
  ByteSpan hash;
  ByteSpan trailer;
  std::uint8_t top_mask = 0xff;  // the bits of masked[0] that lie below emBits
};

/// Where the parts lie in `encoded`. A modulus of 8n + 1 bits has one byte more than its message, a zero in front.
std::optional<PssBlock> split(ByteSpan encoded, std::size_t hash_size, std::size_t modulus_bits) noexcept {
  if (modulus_bits == 0 || encoded.size() != (modulus_bits + 7) / 8) return std::nullopt;
  const std::size_t bits = modulus_bits - 1;
  const std::size_t size = (bits + 7) / 8;
  if (size < 2 * hash_size + 2) return std::nullopt;
  const ByteSpan message = encoded.last(size);
  return PssBlock{.masked = message.first(size - hash_size - 1),
                  .hash = message.subspan(size - hash_size - 1, hash_size),
                  .trailer = message.last(1),
                  .top_mask = static_cast<std::uint8_t>(0xffU >> (8 * size - bits))};
}

constexpr std::uint8_t pss_trailer = 0xbc;

}  // namespace

bool encode_pkcs1(HashAlgorithm hash, ByteView digest, ByteSpan encoded) noexcept {
  const ByteView prefix = prefix_of(hash);
  const std::size_t tail = prefix.size() + digest.size();
  if (encoded.size() < tail + 11) return false;
  const std::size_t padding_end = encoded.size() - tail - 1;
  encoded[0] = 0;
  encoded[1] = 1;
  std::ranges::fill(encoded.subspan(2, padding_end - 2), std::uint8_t{0xff});
  encoded[padding_end] = 0;
  std::ranges::copy(prefix, encoded.subspan(padding_end + 1).begin());
  std::ranges::copy(digest, encoded.last(digest.size()).begin());
  return true;
}

bool encode_pss(const HashFunction& hash, ByteView digest, ByteView salt, std::size_t modulus_bits,
                ByteSpan encoded) noexcept {
  const auto block = split(encoded, hash.output_size(), modulus_bits);
  if (!block || block->masked.size() < salt.size() + 1) return false;
  std::ranges::fill(encoded, std::uint8_t{0});
  block->trailer[0] = pss_trailer;
  hash_with_salt(hash, digest, salt, block->hash);
  block->masked[block->masked.size() - salt.size() - 1] = 1;
  std::ranges::copy(salt, block->masked.last(salt.size()).begin());
  mask(hash, block->hash, block->masked);
  block->masked[0] &= block->top_mask;
  return true;
}

bool verify_pss(const HashFunction& hash, ByteView digest, std::size_t modulus_bits, ByteSpan encoded) noexcept {
  const auto block = split(encoded, hash.output_size(), modulus_bits);
  if (!block || block->trailer[0] != pss_trailer) return false;
  if ((block->masked[0] & ~block->top_mask & 0xff) != 0) return false;
  // The zero byte in front of a message that is one byte shorter than the modulus.
  if (encoded.size() > block->masked.size() + block->hash.size() + 1 && encoded[0] != 0) return false;

  mask(hash, block->hash, block->masked);
  block->masked[0] &= block->top_mask;
  const std::size_t salt_size = hash.output_size();
  const ByteView padding = block->masked.first(block->masked.size() - salt_size - 1);
  if (std::ranges::any_of(padding, [](std::uint8_t byte) { return byte != 0; })) return false;
  if (block->masked[padding.size()] != 1) return false;

  std::array<std::uint8_t, max_hash_size> expected{};
  hash_with_salt(hash, digest, block->masked.last(salt_size), expected);
  return equal_in_constant_time(ByteView(expected).first(hash.output_size()), block->hash);
}

}  // namespace keyway::crypto
