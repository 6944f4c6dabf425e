#include "x509/algorithm.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <string>

#include <keyway/certificate.hpp>

#include "x509/der.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using crypto::SignatureAlgorithm;
using der::Tag;

enum class Parameters : std::uint8_t {
  absent,
  null_or_absent,  ///< RFC 4055 5: both are to be accepted for PKCS#1
  pss,
};

struct KnownAlgorithm {
  ByteView oid;
  Parameters parameters;
  SignatureAlgorithm algorithm;
  std::string_view name;
};

constexpr auto known_algorithms = std::to_array<KnownAlgorithm>({
    {oid::ecdsa_with_sha256, Parameters::absent, SignatureAlgorithm::ecdsa_sha256, "ecdsa-with-SHA256"},
    {oid::sha256_with_rsa, Parameters::null_or_absent, SignatureAlgorithm::rsa_pkcs1_sha256, "sha256WithRSAEncryption"},
    {oid::ecdsa_with_sha384, Parameters::absent, SignatureAlgorithm::ecdsa_sha384, "ecdsa-with-SHA384"},
    {oid::sha384_with_rsa, Parameters::null_or_absent, SignatureAlgorithm::rsa_pkcs1_sha384, "sha384WithRSAEncryption"},
    {oid::sha512_with_rsa, Parameters::null_or_absent, SignatureAlgorithm::rsa_pkcs1_sha512, "sha512WithRSAEncryption"},
    {oid::ecdsa_with_sha512, Parameters::absent, SignatureAlgorithm::ecdsa_sha512, "ecdsa-with-SHA512"},
    {oid::rsassa_pss, Parameters::pss, SignatureAlgorithm::rsa_pss_sha256, "RSASSA-PSS"},
    {oid::ed25519, Parameters::absent, SignatureAlgorithm::ed25519, "Ed25519"},
    {oid::sha1_with_rsa, Parameters::null_or_absent, SignatureAlgorithm::rsa_pkcs1_sha1, "sha1WithRSAEncryption"},
    {oid::ecdsa_with_sha1, Parameters::absent, SignatureAlgorithm::ecdsa_sha1, "ecdsa-with-SHA1"},
    {oid::mldsa44, Parameters::absent, SignatureAlgorithm::mldsa44, "ML-DSA-44"},
    {oid::mldsa65, Parameters::absent, SignatureAlgorithm::mldsa65, "ML-DSA-65"},
    {oid::mldsa87, Parameters::absent, SignatureAlgorithm::mldsa87, "ML-DSA-87"},
    {oid::dsa_with_sha1, Parameters::absent, SignatureAlgorithm::dsa_sha1, "dsaWithSHA1"},
});

const KnownAlgorithm* find_algorithm(ByteView oid) noexcept {
  for (const KnownAlgorithm& known : known_algorithms) {
    if (std::ranges::equal(known.oid, oid)) return &known;
  }
  return nullptr;
}

/// The OID of an AlgorithmIdentifier whose parameters are NULL or absent.
ByteView read_plain_identifier(der::Reader reader) noexcept {
  const ByteView oid = reader.identifier("algorithm");
  if (reader.next_is(Tag::null)) reader.null("parameters");
  reader.end("parameters");
  return oid;
}

/// RFC 4055 3.1: the hash, MGF1 with the same hash, and a salt of the hash's size: the sets that TLS uses too.
std::optional<SignatureAlgorithm> read_pss(der::Reader& parent) noexcept {
  der::Reader parameters = parent.enter(Tag::sequence, "RSASSA-PSS-params");
  der::Reader hash_field = parameters.enter(der::constructed(0), "hashAlgorithm");
  const ByteView hash = read_plain_identifier(hash_field.enter(Tag::sequence, "hashAlgorithm"));
  hash_field.end("hashAlgorithm");
  der::Reader mask_field = parameters.enter(der::constructed(1), "maskGenAlgorithm");
  der::Reader mask = mask_field.enter(Tag::sequence, "maskGenAlgorithm");
  const ByteView mask_oid = mask.identifier("maskGenAlgorithm");
  const ByteView mask_hash = read_plain_identifier(mask.enter(Tag::sequence, "maskGenAlgorithm"));
  mask.end("maskGenAlgorithm");
  mask_field.end("maskGenAlgorithm");
  der::Reader salt_field = parameters.enter(der::constructed(2), "saltLength");
  const std::uint32_t salt = salt_field.small_integer("saltLength");
  salt_field.end("saltLength");
  parameters.end("RSASSA-PSS-params");
  if (!parent.ok() || !oid::is(mask_oid, oid::mgf1) || !std::ranges::equal(hash, mask_hash)) return std::nullopt;
  if (oid::is(hash, oid::sha256) && salt == 32) return SignatureAlgorithm::rsa_pss_sha256;
  if (oid::is(hash, oid::sha384) && salt == 48) return SignatureAlgorithm::rsa_pss_sha384;
  if (oid::is(hash, oid::sha512) && salt == 64) return SignatureAlgorithm::rsa_pss_sha512;
  return std::nullopt;
}

ByteView identifier_of(ByteView algorithm_identifier) noexcept {
  der::Status status;
  return der::Reader(algorithm_identifier, status).enter(Tag::sequence, "AlgorithmIdentifier").identifier("algorithm");
}

std::optional<KeyFacts> curve_facts(der::Reader& algorithm) noexcept {
  const ByteView curve = algorithm.identifier("namedCurve");
  if (oid::is(curve, oid::prime256v1)) return KeyFacts{crypto::KeyType::p256, 256};
  if (oid::is(curve, oid::secp384r1)) return KeyFacts{crypto::KeyType::p384, 384};
  if (oid::is(curve, oid::secp521r1)) return KeyFacts{crypto::KeyType::p521, 521};
  return std::nullopt;
}

std::size_t modulus_bits(ByteView key, der::Status& status) noexcept {
  der::Reader fields = der::Reader(key, status).enter(Tag::sequence, "RSAPublicKey");
  ByteView modulus = fields.integer("modulus");
  (void)fields.integer("publicExponent");
  fields.end("RSAPublicKey");
  if (!modulus.empty() && modulus.front() == 0) modulus = modulus.subspan(1);
  if (!status.ok() || modulus.empty()) return 0;
  return modulus.size() * 8 - static_cast<std::size_t>(std::countl_zero(modulus.front()));
}

}  // namespace

std::optional<SignatureAlgorithm> read_algorithm(ByteView algorithm_identifier) noexcept {
  der::Status status;
  der::Reader fields = der::Reader(algorithm_identifier, status).enter(Tag::sequence, "AlgorithmIdentifier");
  const KnownAlgorithm* known = find_algorithm(fields.identifier("algorithm"));
  if (known == nullptr) return std::nullopt;
  std::optional<SignatureAlgorithm> algorithm = known->algorithm;
  if (known->parameters == Parameters::null_or_absent && fields.next_is(Tag::null)) fields.null("parameters");
  if (known->parameters == Parameters::pss) algorithm = read_pss(fields);
  fields.end("AlgorithmIdentifier");
  return status.ok() ? algorithm : std::nullopt;
}

bool is_weak_algorithm(SignatureAlgorithm algorithm) noexcept {
  return algorithm == SignatureAlgorithm::rsa_pkcs1_sha1 || algorithm == SignatureAlgorithm::ecdsa_sha1;
}

bool is_weak_algorithm(ByteView algorithm_identifier) noexcept {
  const ByteView oid = identifier_of(algorithm_identifier);
  return oid::is(oid, oid::sha1_with_rsa) || oid::is(oid, oid::ecdsa_with_sha1) || oid::is(oid, oid::md5_with_rsa) ||
         oid::is(oid, oid::md2_with_rsa);
}

std::optional<KeyFacts> read_key_facts(ByteView subject_public_key_info) noexcept {
  using crypto::KeyType;
  der::Status status;
  der::Reader fields = der::Reader(subject_public_key_info, status).enter(Tag::sequence, "subjectPublicKeyInfo");
  der::Reader algorithm = fields.enter(Tag::sequence, "algorithm");
  const ByteView type = algorithm.identifier("algorithm");
  const ByteView key = fields.bit_string("subjectPublicKey");
  if (!status.ok()) return std::nullopt;
  if (oid::is(type, oid::ec_public_key)) return curve_facts(algorithm);
  if (oid::is(type, oid::rsa_encryption)) return KeyFacts{KeyType::rsa, modulus_bits(key, status)};
  if (oid::is(type, oid::rsassa_pss)) return KeyFacts{KeyType::rsa_pss, modulus_bits(key, status)};
  if (oid::is(type, oid::ed25519)) return KeyFacts{KeyType::ed25519, 255};
  if (oid::is(type, oid::mldsa44)) return KeyFacts{KeyType::mldsa44, 0};
  if (oid::is(type, oid::mldsa65)) return KeyFacts{KeyType::mldsa65, 0};
  if (oid::is(type, oid::mldsa87)) return KeyFacts{KeyType::mldsa87, 0};
  if (oid::is(type, oid::dsa)) return KeyFacts{KeyType::dsa, 0, algorithm.empty()};
  return std::nullopt;
}

std::optional<SignatureAlgorithm> CertificateView::algorithm() const noexcept {
  return read_algorithm(signature_algorithm);
}

std::string CertificateView::algorithm_name() const {
  const ByteView oid = identifier_of(signature_algorithm);
  const KnownAlgorithm* known = find_algorithm(oid);
  if (known == nullptr) return oid_to_string(oid);
  if (known->parameters != Parameters::pss) return std::string(known->name);
  const auto algorithm = this->algorithm();
  return algorithm ? crypto::to_string(*algorithm) : std::string(known->name);
}

}  // namespace keyway::x509
