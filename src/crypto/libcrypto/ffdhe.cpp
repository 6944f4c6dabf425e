// libcrypto's table of RFC 7919's primes is behind functions that OpenSSL 3.0 deprecates.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/libcrypto/ffdhe.hpp"

#include <string>
#include <utility>

#include <openssl/dh.h>
#include <openssl/obj_mac.h>

#include "crypto/key_share.hpp"

namespace keyway::crypto::libcrypto {
namespace {

using Parameters = Handle<DH, DH_free>;

/// Bytes of a private exponent: twice the strength that RFC 7919 A puts on the group, and above its minimum of 225 and
/// 275 bits.
constexpr std::size_t max_exponent_size = 40;
std::size_t exponent_size(NamedGroup id) noexcept {
  return id == NamedGroup::ffdhe2048 ? 32 : max_exponent_size;
}

Error ffdhe_failed(NamedGroup id) {
  return failed(ErrorCode::CryptoFailed).at(keyway::to_string(id));
}

/// The arithmetic of one group, for one exchange: this is a rare way to do things, and keeps nothing between.
class Field {
 public:
  static Result<Field> open(NamedGroup id) {
    Field field(id);
    field.parameters_.reset(DH_new_by_nid(id == NamedGroup::ffdhe2048 ? NID_ffdhe2048 : NID_ffdhe3072));
    field.context_.reset(BN_CTX_secure_new());
    if (field.parameters_ == nullptr || field.context_ == nullptr) return std::unexpected(ffdhe_failed(id));
    return field;
  }

  [[nodiscard]] NamedGroup id() const noexcept { return id_; }
  [[nodiscard]] const BIGNUM* prime() const noexcept { return DH_get0_p(parameters_.get()); }
  [[nodiscard]] const BIGNUM* generator() const noexcept { return DH_get0_g(parameters_.get()); }
  [[nodiscard]] std::size_t size() const noexcept { return static_cast<std::size_t>(BN_num_bytes(prime())); }

  /// A private exponent. Its top bit is set: every exponent is then as long as the next.
  [[nodiscard]] Result<Number> draw(const Random& random) const {
    SecretBuffer<max_exponent_size> bytes(exponent_size(id_));
    if (auto filled = random.fill(bytes.span()); !filled) return std::unexpected(std::move(filled.error()));
    bytes.span()[0] |= 0x80;
    Number exponent(BN_secure_new());
    if (exponent == nullptr ||
        BN_bin2bn(bytes.view().data(), static_cast<int>(bytes.size()), exponent.get()) == nullptr) {
      return std::unexpected(ffdhe_failed(id_));
    }
    BN_set_flags(exponent.get(), BN_FLG_CONSTTIME);
    return exponent;
  }

  /// base ^ exponent mod p to `out`, which is as long as the prime.
  [[nodiscard]] Result<void> raise(const BIGNUM* base, const Number& exponent, ByteSpan out) const {
    const Number power(BN_secure_new());
    const bool is_done =
        power != nullptr &&
        BN_mod_exp_mont_consttime(power.get(), base, exponent.get(), prime(), context_.get(), nullptr) == 1 &&
        BN_bn2binpad(power.get(), out.data(), static_cast<int>(out.size())) >= 0;
    if (!is_done) return std::unexpected(ffdhe_failed(id_));
    return {};
  }

  [[nodiscard]] Result<SharedSecret> derive(const Number& exponent, ByteView peer_share) const {
    auto peer = read(peer_share);
    if (!peer) return std::unexpected(std::move(peer.error()));
    SharedSecret secret(size());
    if (auto raised = raise(peer->get(), exponent, secret.span()); !raised) {
      return std::unexpected(std::move(raised.error()));
    }
    return secret;
  }

 private:
  explicit Field(NamedGroup id) noexcept : id_(id) {}

  /// RFC 7919 5.1: 1 < share < p - 1. In a group of this kind that leaves none of small order.
  [[nodiscard]] Result<Number> read(ByteView share) const {
    const auto refuse = [&](std::string_view received) {
      return refuse_share(id_, std::to_string(size()) + " bytes, above 1 and below p - 1", received);
    };
    if (share.size() != size()) return refuse(std::to_string(share.size()) + " bytes");
    Number number(BN_bin2bn(share.data(), static_cast<int>(share.size()), nullptr));
    const Number last(BN_dup(prime()));
    if (number == nullptr || last == nullptr || BN_sub_word(last.get(), 1) != 1) {
      return std::unexpected(ffdhe_failed(id_));
    }
    const bool is_inside = BN_cmp(number.get(), BN_value_one()) > 0 && BN_cmp(number.get(), last.get()) < 0;
    if (!is_inside) return refuse("a number outside");
    return number;
  }

  NamedGroup id_;
  Parameters parameters_;
  NumberContext context_;
};

struct KeyPair {
  Number exponent;
  Bytes share;
};

Result<KeyPair> make_pair(const Field& field, const Random& random) {
  auto exponent = field.draw(random);
  if (!exponent) return std::unexpected(std::move(exponent.error()));
  KeyPair pair{std::move(*exponent), Bytes(field.size())};
  if (auto raised = field.raise(field.generator(), pair.exponent, pair.share); !raised) {
    return std::unexpected(std::move(raised.error()));
  }
  return pair;
}

class Exchange final : public KeyExchange {
 public:
  Exchange(Field field, KeyPair pair) noexcept : field_(std::move(field)), pair_(std::move(pair)) {}

  [[nodiscard]] NamedGroup group() const noexcept override { return field_.id(); }
  [[nodiscard]] ByteView share() const noexcept override { return pair_.share; }
  [[nodiscard]] Result<SharedSecret> complete(ByteView peer_share) override {
    return field_.derive(pair_.exponent, peer_share);
  }

 private:
  Field field_;
  KeyPair pair_;
};

}  // namespace

Result<std::unique_ptr<KeyExchange>> FfdheGroup::start(const Random& random) const {
  auto field = Field::open(id_);
  if (!field) return std::unexpected(std::move(field.error()));
  auto pair = make_pair(*field, random);
  if (!pair) return std::unexpected(std::move(pair.error()));
  return std::make_unique<Exchange>(std::move(*field), std::move(*pair));
}

Result<KeyExchangeAnswer> FfdheGroup::answer(const Random& random, ByteView client_share) const {
  const auto field = Field::open(id_);
  if (!field) return std::unexpected(field.error());
  auto pair = make_pair(*field, random);
  if (!pair) return std::unexpected(std::move(pair.error()));
  auto secret = field->derive(pair->exponent, client_share);
  if (!secret) return std::unexpected(std::move(secret.error()));
  return KeyExchangeAnswer{std::move(pair->share), std::move(*secret)};
}

}  // namespace keyway::crypto::libcrypto
