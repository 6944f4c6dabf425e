#include <utility>

#include <openssl/crypto.h>

#include <keyway/crypto.hpp>

#include "crypto/hybrid.hpp"
#include "crypto/ipsec_mb/aes_gcm.hpp"
#include "crypto/libcrypto/aead.hpp"
#include "crypto/libcrypto/ffdhe.hpp"
#include "crypto/libcrypto/hash.hpp"
#include "crypto/libcrypto/header_protector.hpp"
#include "crypto/libcrypto/message_key.hpp"
#include "crypto/libcrypto/ml_kem.hpp"
#include "crypto/libcrypto/nist_curve.hpp"
#include "crypto/libcrypto/private_key.hpp"
#include "crypto/libcrypto/public_key.hpp"
#include "crypto/libcrypto/random.hpp"
#include "crypto/libcrypto/x25519.hpp"
#include "crypto/mlkem/engine.hpp"
#include "crypto/mlkem/group.hpp"
#include "crypto/signature_facts.hpp"

namespace keyway::crypto {
namespace {

using namespace libcrypto;

Result<void> check_key_size(AeadAlgorithm algorithm, ByteView key) {
  const std::size_t size = limits(algorithm).key_size;
  if (key.size() == size) return {};
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("AEAD key")
                             .expected(std::to_string(size) + " bytes")
                             .received(std::to_string(key.size()) + " bytes"));
}

struct Curves {
  NistCurve p256;
  NistCurve p384;
  NistCurve p521;
};

class OwnProvider final : public Provider {
 public:
  OwnProvider(AeadSet aeads, HeaderProtectorSet header_protectors, Curves curves, X25519 x25519) noexcept
      : aeads_(std::move(aeads)),
        header_protectors_(std::move(header_protectors)),
        curves_(std::move(curves)),
        x25519_(std::move(x25519)) {}

  [[nodiscard]] std::string description() const override {
    std::string text = std::string("libcrypto ") + OpenSSL_version(OPENSSL_VERSION_STRING);
    if (vector_gcm_) text += ", " + vector_gcm_->description();
    if (libcrypto_mlkem768_ && libcrypto_mlkem1024_) return text.append(", ML-KEM of libcrypto");
    return text.append(", ML-KEM of Keyway (").append(mlkem::best_engine().name).append(")");
  }

  [[nodiscard]] const Random& random() const noexcept override { return random_; }
  [[nodiscard]] const HashFunction* hash(HashAlgorithm algorithm) const noexcept override {
    return &hash_function(algorithm);
  }

  [[nodiscard]] const KeyExchangeGroup* group(NamedGroup group) const noexcept override {
    switch (group) {
      case NamedGroup::x25519:
        return &x25519_;
      case NamedGroup::secp256r1:
        return &secp256r1_;
      case NamedGroup::secp384r1:
        return &secp384r1_;
      case NamedGroup::secp521r1:
        return &secp521r1_;
      case NamedGroup::X25519MLKEM768:
        return &x25519_mlkem768_;
      case NamedGroup::SecP256r1MLKEM768:
        return &secp256r1_mlkem768_;
      case NamedGroup::MLKEM768:
        return mlkem768_;
      case NamedGroup::MLKEM1024:
        return mlkem1024_;
      case NamedGroup::ffdhe2048:
        return &ffdhe2048_;
      case NamedGroup::ffdhe3072:
        return &ffdhe3072_;
      default:
        return nullptr;
    }
  }

  [[nodiscard]] bool has_aead(AeadAlgorithm) const noexcept override { return true; }
  [[nodiscard]] bool has_signature(SignatureAlgorithm algorithm) const noexcept override {
    return has_mldsa_ || facts_of(algorithm).family != SignatureFamily::mldsa;
  }

  [[nodiscard]] Result<std::unique_ptr<Aead>> aead(AeadAlgorithm algorithm, ByteView key) const override {
    if (auto fits = check_key_size(algorithm, key); !fits) return std::unexpected(std::move(fits.error()));
    if (vector_gcm_ && algorithm != AeadAlgorithm::chacha20_poly1305) return vector_gcm_->make(algorithm, key);
    return aeads_.make(algorithm, key);
  }

  [[nodiscard]] Result<std::unique_ptr<HeaderProtector>> header_protector(AeadAlgorithm algorithm,
                                                                          ByteView key) const override {
    if (auto fits = check_key_size(algorithm, key); !fits) return std::unexpected(std::move(fits.error()));
    return header_protectors_.make(algorithm, key);
  }

  [[nodiscard]] Result<std::unique_ptr<PublicKey>> public_key(ByteView subject_public_key_info) const override {
    const auto info = parse_public_key_info(subject_public_key_info);
    if (!info) return std::unexpected(info.error());
    switch (info->type) {
      case KeyType::p256:
        return make_ec_public_key(*info, curves_.p256);
      case KeyType::p384:
        return make_ec_public_key(*info, curves_.p384);
      case KeyType::p521:
        return make_ec_public_key(*info, curves_.p521);
      case KeyType::dsa:
        return make_dsa_public_key(subject_public_key_info);
      case KeyType::rsa:
      case KeyType::rsa_pss:
        return make_rsa_public_key(*info);
      default:
        return make_message_public_key(*info);
    }
  }

  [[nodiscard]] Result<std::unique_ptr<PrivateKey>> private_key(ByteView der) const override {
    return load_private_key(der);
  }
  [[nodiscard]] Result<std::unique_ptr<PrivateKey>> generate_key(KeyType type, std::size_t bits) const override {
    return generate_private_key(type, bits);
  }

 private:
  template <typename Own>
  [[nodiscard]] static const KeyExchangeGroup* either(const std::optional<MlKemGroup>& theirs,
                                                      const Own& own) noexcept {
    if (theirs) return &*theirs;
    return &own;
  }
  [[nodiscard]] HybridPart mlkem768_part() const noexcept {
    return {mlkem768_, mlkem::MlKem768Group::client_share_size, mlkem::MlKem768Group::server_share_size};
  }

  SystemRandom random_;
  bool has_mldsa_ = libcrypto::has_mldsa();
  AeadSet aeads_;
  HeaderProtectorSet header_protectors_;
  std::optional<ipsec_mb::AesGcm> vector_gcm_ = ipsec_mb::AesGcm::detect();
  Curves curves_;
  X25519 x25519_;
  NistGroup secp256r1_{curves_.p256};
  NistGroup secp384r1_{curves_.p384};
  NistGroup secp521r1_{curves_.p521};
  // libcrypto's where it has one (docs/decisions/0012-ml-kem.md).
  mlkem::MlKem768Group own_mlkem768_;
  mlkem::MlKem1024Group own_mlkem1024_;
  std::optional<MlKemGroup> libcrypto_mlkem768_ = MlKemGroup::load(NamedGroup::MLKEM768);
  std::optional<MlKemGroup> libcrypto_mlkem1024_ = MlKemGroup::load(NamedGroup::MLKEM1024);
  const KeyExchangeGroup* mlkem768_ = either(libcrypto_mlkem768_, own_mlkem768_);
  const KeyExchangeGroup* mlkem1024_ = either(libcrypto_mlkem1024_, own_mlkem1024_);
  FfdheGroup ffdhe2048_{NamedGroup::ffdhe2048};
  FfdheGroup ffdhe3072_{NamedGroup::ffdhe3072};
  // draft-ietf-tls-ecdhe-mlkem: the part that a standard of NIST names comes first.
  HybridGroup x25519_mlkem768_{NamedGroup::X25519MLKEM768, mlkem768_part(), {&x25519_, 32, 32}};
  HybridGroup secp256r1_mlkem768_{NamedGroup::SecP256r1MLKEM768, {&secp256r1_, 65, 65}, mlkem768_part()};
};

}  // namespace

Result<std::shared_ptr<const Provider>> make_provider() {
  auto aeads = AeadSet::load();
  if (!aeads) return std::unexpected(std::move(aeads.error()));
  auto header_protectors = HeaderProtectorSet::load();
  if (!header_protectors) return std::unexpected(std::move(header_protectors.error()));
  auto x25519 = X25519::load();
  if (!x25519) return std::unexpected(std::move(x25519.error()));
  auto p256 = NistCurve::load(KeyType::p256);
  if (!p256) return std::unexpected(std::move(p256.error()));
  auto p384 = NistCurve::load(KeyType::p384);
  if (!p384) return std::unexpected(std::move(p384.error()));
  auto p521 = NistCurve::load(KeyType::p521);
  if (!p521) return std::unexpected(std::move(p521.error()));
  return std::make_shared<const OwnProvider>(std::move(*aeads), std::move(*header_protectors),
                                             Curves{std::move(*p256), std::move(*p384), std::move(*p521)},
                                             std::move(*x25519));
}

}  // namespace keyway::crypto
