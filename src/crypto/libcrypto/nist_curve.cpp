#include "crypto/libcrypto/nist_curve.hpp"

#include <array>
#include <utility>

#include <openssl/obj_mac.h>

#include "crypto/key_share.hpp"

namespace keyway::crypto::libcrypto {
namespace {

constexpr std::size_t max_coordinate_size = 66;
constexpr std::uint8_t uncompressed = 4;  // SEC 1 2.3.3

struct CurveFacts {
  int nid;
  std::size_t bits;
  NamedGroup group;
};

CurveFacts facts_of(KeyType type) noexcept {
  switch (type) {
    case KeyType::p384:
      return {NID_secp384r1, 384, NamedGroup::secp384r1};
    case KeyType::p521:
      return {NID_secp521r1, 521, NamedGroup::secp521r1};
    default:
      return {NID_X9_62_prime256v1, 256, NamedGroup::secp256r1};
  }
}

Error curve_failed(const NistCurve& curve) {
  return failed(ErrorCode::CryptoFailed).at(keyway::to_string(facts_of(curve.type()).group));
}

/// A scalar from 1 to the order less 1, by rejection: the order of each curve fills its top byte, or all of it that
/// counts, so hardly any draw is refused; a Random that gives only unusable values is given up on.
Result<Number> make_scalar(const NistCurve& curve, const Random& random) {
  constexpr int max_draws = 64;
  SecretBuffer<max_coordinate_size> bytes(curve.coordinate_size());
  Number scalar(BN_secure_new());
  if (scalar == nullptr) return std::unexpected(curve_failed(curve));
  for (int draw = 0; draw < max_draws; ++draw) {
    if (auto filled = random.fill(bytes.span()); !filled) return std::unexpected(std::move(filled.error()));
    if (curve.bits() % 8 != 0) bytes.span()[0] &= static_cast<std::uint8_t>((1U << (curve.bits() % 8)) - 1);
    if (BN_bin2bn(bytes.view().data(), static_cast<int>(bytes.size()), scalar.get()) == nullptr) break;
    BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
    if (!BN_is_zero(scalar.get()) && BN_cmp(scalar.get(), curve.order()) < 0) return scalar;
  }
  return std::unexpected(failed(ErrorCode::RandomFailed).at("a private scalar"));
}

struct KeyPair {
  Number scalar;
  std::array<std::uint8_t, 1 + 2 * max_coordinate_size> share{};
};

/// One that is there already.
Result<Number> read_scalar(const NistCurve& curve, ByteView bytes) {
  Number scalar(BN_secure_new());
  if (scalar == nullptr) return std::unexpected(curve_failed(curve));
  const bool is_read = bytes.size() == curve.coordinate_size() &&
                       BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), scalar.get()) != nullptr;
  BN_set_flags(scalar.get(), BN_FLG_CONSTTIME);
  if (is_read && !BN_is_zero(scalar.get()) && BN_cmp(scalar.get(), curve.order()) < 0) return scalar;
  return std::unexpected(
      fail(ErrorCode::InvalidKey)
          .at(keyway::to_string(facts_of(curve.type()).group) + ", private key")
          .expected("a scalar below the order, " + std::to_string(curve.coordinate_size()) + " bytes"));
}

Result<KeyPair> make_pair(const NistCurve& curve, Result<Number> scalar, BN_CTX* context) {
  if (!scalar) return std::unexpected(std::move(scalar.error()));
  KeyPair pair{.scalar = std::move(*scalar)};
  const Point point(EC_POINT_new(curve.group()));
  // SAFETY: the point is written into the array's own size.
  if (point == nullptr || EC_POINT_mul(curve.group(), point.get(), pair.scalar.get(), nullptr, nullptr, context) != 1 ||
      EC_POINT_point2oct(curve.group(), point.get(), POINT_CONVERSION_UNCOMPRESSED, pair.share.data(),
                         pair.share.size(), context) != curve.point_size()) {
    return std::unexpected(curve_failed(curve));
  }
  return pair;
}

/// RFC 8446 7.4.2: the x coordinate, with all its leading zeros. On a curve of prime order no valid share gives the
/// point at infinity.
Result<SharedSecret> derive(const NistCurve& curve, const Number& scalar, ByteView peer_share, BN_CTX* context) {
  const Point peer = curve.decode(peer_share, context);
  if (peer == nullptr) {
    ERR_clear_error();
    return refuse_share(facts_of(curve.type()).group,
                        "an uncompressed point on the curve, " + std::to_string(curve.point_size()) + " bytes",
                        std::to_string(peer_share.size()) + " bytes that are none");
  }
  const Point product(EC_POINT_new(curve.group()));
  const Number x(BN_secure_new());
  SharedSecret secret(curve.coordinate_size());
  if (product == nullptr || x == nullptr ||
      EC_POINT_mul(curve.group(), product.get(), nullptr, peer.get(), scalar.get(), context) != 1 ||
      EC_POINT_get_affine_coordinates(curve.group(), product.get(), x.get(), nullptr, context) != 1 ||
      BN_bn2binpad(x.get(), secret.span().data(), static_cast<int>(secret.size())) < 0) {
    return std::unexpected(curve_failed(curve));
  }
  return secret;
}

/// For one operation on secrets: what it leaves in the context is wiped with it.
NumberContext make_context() {
  return NumberContext(BN_CTX_secure_new());
}

class Exchange final : public KeyExchange {
 public:
  Exchange(const NistCurve& curve, KeyPair pair) noexcept : curve_(&curve), pair_(std::move(pair)) {}

  [[nodiscard]] NamedGroup group() const noexcept override { return facts_of(curve_->type()).group; }
  [[nodiscard]] ByteView share() const noexcept override { return ByteView(pair_.share).first(curve_->point_size()); }
  [[nodiscard]] Result<SharedSecret> complete(ByteView peer_share) override {
    const NumberContext context = make_context();
    return derive(*curve_, pair_.scalar, peer_share, context.get());
  }

 private:
  const NistCurve* curve_;
  KeyPair pair_;
};

}  // namespace

Result<NistCurve> NistCurve::load(KeyType type) {
  const CurveFacts facts = facts_of(type);
  Group group(EC_GROUP_new_by_curve_name(facts.nid));
  if (group == nullptr) {
    return std::unexpected(
        failed(ErrorCode::CryptoFailed).at(to_string(type)).advice("use a libcrypto built with this curve"));
  }
  return NistCurve(std::move(group), type, facts.bits);
}

Point NistCurve::decode(ByteView encoded, BN_CTX* context) const {
  if (encoded.size() != point_size() || encoded.front() != uncompressed) return nullptr;
  Point point(EC_POINT_new(group()));
  // libcrypto checks that the coordinates are below the prime and fulfil the equation.
  if (point == nullptr || EC_POINT_oct2point(group(), point.get(), encoded.data(), encoded.size(), context) != 1) {
    return nullptr;
  }
  return point;
}

NamedGroup NistGroup::id() const noexcept {
  return facts_of(curve_->type()).group;
}

Result<std::unique_ptr<KeyExchange>> NistGroup::start(const Random& random) const {
  const NumberContext context = make_context();
  auto pair = make_pair(*curve_, make_scalar(*curve_, random), context.get());
  if (!pair) return std::unexpected(std::move(pair.error()));
  return std::make_unique<Exchange>(*curve_, std::move(*pair));
}

Result<std::unique_ptr<KeyExchange>> NistGroup::load(ByteView private_key) const {
  const NumberContext context = make_context();
  auto pair = make_pair(*curve_, read_scalar(*curve_, private_key), context.get());
  if (!pair) return std::unexpected(std::move(pair.error()));
  return std::make_unique<Exchange>(*curve_, std::move(*pair));
}

Result<KeyExchangeAnswer> NistGroup::answer(const Random& random, ByteView client_share) const {
  const NumberContext context = make_context();
  auto pair = make_pair(*curve_, make_scalar(*curve_, random), context.get());
  if (!pair) return std::unexpected(std::move(pair.error()));
  auto secret = derive(*curve_, pair->scalar, client_share, context.get());
  if (!secret) return std::unexpected(std::move(secret.error()));
  const ByteView share = ByteView(pair->share).first(curve_->point_size());
  return KeyExchangeAnswer{Bytes(share.begin(), share.end()), std::move(*secret)};
}

}  // namespace keyway::crypto::libcrypto
