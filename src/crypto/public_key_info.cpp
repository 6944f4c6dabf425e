#include "crypto/public_key_info.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "crypto/der.hpp"

namespace keyway::crypto {
namespace {

using der::Elements;
using der::Tag;

// Contents of OBJECT IDENTIFIERs, with the RFC that assigns them.
constexpr auto rsa_encryption = std::to_array<std::uint8_t>({0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1});  // RFC 3279
constexpr auto mgf1 = std::to_array<std::uint8_t>({0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 8});            // RFC 4055
constexpr auto rsassa_pss = std::to_array<std::uint8_t>({0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 10});     // RFC 4055
constexpr auto ec_public_key = std::to_array<std::uint8_t>({0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1});            // RFC 5480
constexpr auto secp256r1 = std::to_array<std::uint8_t>({0x2a, 0x86, 0x48, 0xce, 0x3d, 3, 1, 7});             // RFC 5480
constexpr auto secp384r1 = std::to_array<std::uint8_t>({0x2b, 0x81, 0x04, 0, 34});                           // RFC 5480
constexpr auto secp521r1 = std::to_array<std::uint8_t>({0x2b, 0x81, 0x04, 0, 35});                           // RFC 5480
constexpr auto ed25519 = std::to_array<std::uint8_t>({0x2b, 0x65, 0x70});                                    // RFC 8410
constexpr auto dsa = std::to_array<std::uint8_t>({0x2a, 0x86, 0x48, 0xce, 0x38, 4, 1});                      // RFC 3279
constexpr auto sha2 = std::to_array<std::uint8_t>({0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2});                     // RFC 4055

constexpr auto mldsa = std::to_array<std::uint8_t>({0x60, 0x86, 0x48, 1, 0x65, 3, 4, 3});  // RFC 9881

constexpr std::size_t min_modulus_bits = 1024;
constexpr std::size_t max_modulus_bits = 16384;
constexpr std::size_t max_exponent_size = 8;  // in bytes

bool is(ByteView a, ByteView b) noexcept {
  return std::ranges::equal(a, b);
}

std::unexpected<Error> invalid(std::string_view expected, std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidKey).at("SubjectPublicKeyInfo").expected(expected).received(received));
}
std::unexpected<Error> not_der() {
  return invalid("the DER of a public key", "something else");
}
std::unexpected<Error> unsupported(std::string_view expected, std::string_view received) {
  return std::unexpected(
      fail(ErrorCode::UnsupportedKey).at("SubjectPublicKeyInfo").expected(expected).received(received));
}

/// RFC 4055 2.1: the parameters of a hash are NULL or left out.
std::optional<HashAlgorithm> parse_hash(Elements algorithm) noexcept {
  const ByteView oid = algorithm.take(Tag::object_identifier);
  if (!algorithm.empty() && !algorithm.take(Tag::null).empty()) return std::nullopt;
  if (!algorithm.finished() || oid.size() != sha2.size() + 1 || !is(oid.first(sha2.size()), sha2)) return std::nullopt;
  switch (oid.back()) {
    case 1:
      return HashAlgorithm::sha256;
    case 2:
      return HashAlgorithm::sha384;
    case 3:
      return HashAlgorithm::sha512;
    default:
      return std::nullopt;
  }
}

constexpr std::size_t size_of(HashAlgorithm hash) noexcept {
  return hash == HashAlgorithm::sha256 ? 32 : hash == HashAlgorithm::sha384 ? 48 : 64;
}

/// RFC 4055 3.1, RSASSA-PSS-params: one hash for the message and for MGF1, and a salt that RFC 8446's, which is as
/// long as the hash, satisfies. The defaults all mean SHA-1, which nothing here uses.
std::optional<HashAlgorithm> parse_pss_parameters(Elements parameters) noexcept {
  const auto hash = parse_hash(parameters.enter(Tag::explicit_0).enter_last(Tag::sequence));
  Elements mask = parameters.enter(Tag::explicit_1).enter_last(Tag::sequence);
  const bool is_mgf1 = is(mask.take(Tag::object_identifier), mgf1);
  const auto mask_hash = parse_hash(mask.enter_last(Tag::sequence));
  if (!hash || hash != mask_hash || !is_mgf1) return std::nullopt;
  if (parameters.next_is(Tag::explicit_2)) {
    Elements salt = parameters.enter(Tag::explicit_2);
    const ByteView size = salt.take(Tag::integer);
    if (!salt.finished() || size.size() != 1 || size.front() > size_of(*hash)) return std::nullopt;
  }
  return parameters.finished() ? hash : std::nullopt;
}

Result<PublicKeyInfo> parse_rsa(KeyType type, ByteView key) {
  Elements outer(key);
  Elements numbers = outer.enter(Tag::sequence);
  PublicKeyInfo info{.type = type,
                     .point = {},
                     .modulus = numbers.take_positive_integer(),
                     .exponent = numbers.take_positive_integer()};
  if (!numbers.finished() || !outer.finished()) return invalid("a modulus and an exponent in DER", "something else");

  const std::size_t bits = info.modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(info.modulus.front()));
  if (bits < min_modulus_bits || bits > max_modulus_bits || info.modulus.back() % 2 == 0) {
    return invalid("an odd modulus of 1024 to 16384 bits", std::to_string(bits) + " bits");
  }
  const bool is_one = info.exponent.size() == 1 && info.exponent.front() == 1;
  if (is_one || info.exponent.size() > max_exponent_size || info.exponent.back() % 2 == 0) {
    return invalid("an odd public exponent from 3 to 2^64 - 1", "another");
  }
  return info;
}

Result<PublicKeyInfo> parse_ec(Elements parameters, ByteView point) {
  if (parameters.next_is(Tag::sequence)) {
    // RFC 5480 2.1.1. A curve of the sender's own choosing is how CVE-2020-0601 worked.
    return invalid("a named curve", "explicit curve parameters");
  }
  const ByteView curve = parameters.take(Tag::object_identifier);
  if (!parameters.finished()) return not_der();
  PublicKeyInfo info{.type = KeyType::p256, .point = point, .modulus = {}, .exponent = {}};
  std::size_t coordinate = 32;
  if (is(curve, secp384r1)) {
    info.type = KeyType::p384;
    coordinate = 48;
  } else if (is(curve, secp521r1)) {
    info.type = KeyType::p521;
    coordinate = 66;
  } else if (!is(curve, secp256r1)) {
    return unsupported("one of the curves P-256, P-384 and P-521", "another");
  }
  if (point.size() != 1 + 2 * coordinate || point.front() != 4) {
    return invalid("an uncompressed point of the curve's size", "something else");
  }
  return info;
}

struct MldsaKey {
  std::uint8_t arc;  ///< the last of the OID
  KeyType type;
  std::size_t size;  ///< FIPS 204, table 2; in bytes
};
constexpr std::array mldsa_keys{MldsaKey{17, KeyType::mldsa44, 1312}, MldsaKey{18, KeyType::mldsa65, 1952},
                                MldsaKey{19, KeyType::mldsa87, 2592}};

const MldsaKey* find_mldsa(ByteView oid) noexcept {
  if (oid.size() != mldsa.size() + 1 || !is(oid.first(mldsa.size()), mldsa)) return nullptr;
  const auto found = std::ranges::find(mldsa_keys, oid.back(), &MldsaKey::arc);
  return found != mldsa_keys.end() ? &*found : nullptr;
}

Result<PublicKeyInfo> parse_without_parameters(KeyType type, Elements parameters, ByteView key, std::size_t size) {
  if (!parameters.finished() || key.size() != size) {
    return invalid(std::to_string(size) + " bytes without parameters", "something else");
  }
  return PublicKeyInfo{.type = type, .point = key, .modulus = {}, .exponent = {}};
}

}  // namespace

Result<PublicKeyInfo> parse_public_key_info(ByteView der) {
  Elements outer(der);
  Elements info = outer.enter(Tag::sequence);
  Elements algorithm = info.enter(Tag::sequence);
  const ByteView oid = algorithm.take(Tag::object_identifier);
  const ByteView key = info.take_bit_string();
  if (!outer.finished() || !info.finished() || !algorithm.ok()) return not_der();

  if (is(oid, rsa_encryption)) {
    // RFC 3279 2.3.1 wants NULL here.
    if (!algorithm.take(Tag::null).empty() || !algorithm.finished()) return not_der();
    return parse_rsa(KeyType::rsa, key);
  }
  if (is(oid, rsassa_pss)) {
    auto parsed = parse_rsa(KeyType::rsa_pss, key);
    if (!parsed || algorithm.empty()) return parsed;
    parsed->pss_hash = parse_pss_parameters(algorithm.enter(Tag::sequence));
    if (!parsed->pss_hash || !algorithm.finished()) return unsupported("RSA-PSS with one SHA-2 for all", "another");
    return parsed;
  }
  if (is(oid, ec_public_key)) return parse_ec(algorithm, key);
  if (is(oid, ed25519)) return parse_without_parameters(KeyType::ed25519, algorithm, key, 32);
  if (const MldsaKey* known = find_mldsa(oid)) {
    return parse_without_parameters(known->type, algorithm, key, known->size);
  }
  if (is(oid, dsa)) {
    // RFC 3279 2.3.2 lets a key go without parameters, which are then its issuer's: it is of no use alone.
    (void)algorithm.enter(Tag::sequence);
    if (!algorithm.finished()) return invalid("a DSA key with its parameters", "one without");
    return PublicKeyInfo{.type = KeyType::dsa, .point = {}, .modulus = {}, .exponent = {}};
  }
  return unsupported("an RSA, ECDSA, Ed25519 or ML-DSA key", "another kind");
}

}  // namespace keyway::crypto
