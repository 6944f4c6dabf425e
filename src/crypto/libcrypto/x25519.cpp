// docs/decisions/0005-x25519-through-evp.md has the figures behind the way this takes through EVP.
#include "crypto/libcrypto/x25519.hpp"

#include <array>
#include <string>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/params.h>

#include "crypto/key_share.hpp"
#include "crypto/libcrypto/handles.hpp"
#include "crypto/libcrypto/pool.hpp"

namespace keyway::crypto::libcrypto {
namespace {

constexpr std::size_t key_size = 32;  // private, public and shared, in bytes
using PublicBytes = std::array<std::uint8_t, key_size>;

/// RFC 7748 4.1: the public key is the product of the private one and the point with u = 9.
constexpr PublicBytes base_point{9};

Error x25519_failed() {
  return failed(ErrorCode::CryptoFailed).at("x25519");
}

/// What one thread at a time needs, and what is never changed in a way that others could see.
struct Bench {
  KeyContext importer;  // EVP_PKEY_fromdata() for X25519, with the look-up done
  Key peer;             // takes each peer's public key in its turn
};

std::unique_ptr<Bench> make_bench() {
  auto bench = std::make_unique<Bench>();
  bench->importer.reset(EVP_PKEY_CTX_new_from_name(nullptr, "X25519", nullptr));
  bench->peer.reset(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, base_point.data(), key_size));
  if (bench->importer == nullptr || bench->peer == nullptr || EVP_PKEY_fromdata_init(bench->importer.get()) != 1) {
    return nullptr;
  }
  return bench;
}

}  // namespace

/// The benches, and the base point as a key.
class X25519::Workshop {
 public:
  explicit Workshop(Key base) noexcept : base_(std::move(base)) {}

  [[nodiscard]] EVP_PKEY* base() const noexcept { return base_.get(); }
  [[nodiscard]] std::unique_ptr<Bench> take() {
    auto bench = benches_.take();
    return bench != nullptr ? std::move(bench) : make_bench();
  }
  void give_back(std::unique_ptr<Bench> bench) noexcept { benches_.give_back(std::move(bench)); }

 private:
  Key base_;
  Pool<Bench> benches_;
};

namespace {

/// A bench for the length of a scope.
class Borrowed {
 public:
  explicit Borrowed(X25519::Workshop& workshop) : workshop_(&workshop), bench_(workshop.take()) {}
  Borrowed(const Borrowed&) = delete;
  Borrowed& operator=(const Borrowed&) = delete;
  ~Borrowed() {
    if (bench_ != nullptr) workshop_->give_back(std::move(bench_));
  }
  [[nodiscard]] Bench* get() const noexcept { return bench_.get(); }

 private:
  X25519::Workshop* workshop_;
  std::unique_ptr<Bench> bench_;
};

/// A private key that is ready to be multiplied with points.
class Scalar {
 public:
  static Result<Scalar> make(const Random& random, const Bench& bench) {
    SecretBuffer<key_size> bytes(key_size);
    if (auto filled = random.fill(bytes.span()); !filled) return std::unexpected(std::move(filled.error()));
    return of(std::move(bytes), bench);
  }

  static Result<Scalar> of(SecretBuffer<key_size> bytes, const Bench& bench) {
    // With a public key given too, libcrypto does not compute one. What is given is not read: the share is computed
    // below, by the same multiplication that later makes the secret.
    PublicBytes unread = base_point;
    std::array<OSSL_PARAM, 3> parameters{
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PRIV_KEY, bytes.span().data(), key_size),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, unread.data(), key_size),
        OSSL_PARAM_construct_end()};
    EVP_PKEY* made = nullptr;
    if (EVP_PKEY_fromdata(bench.importer.get(), &made, EVP_PKEY_KEYPAIR, parameters.data()) != 1) {
      return std::unexpected(x25519_failed());
    }
    Key key(made);
    KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
    if (context == nullptr || EVP_PKEY_derive_init(context.get()) != 1) return std::unexpected(x25519_failed());
    return Scalar(std::move(context));
  }

  /// The product with `point`, to the first 32 bytes of `out`. False for an all-zero product, too.
  [[nodiscard]] bool multiply(EVP_PKEY* point, std::span<std::uint8_t, key_size> out) const {
    std::size_t size = out.size();
    // Any 32 bytes are a public key (RFC 7748 5), so there is nothing for libcrypto to validate.
    return EVP_PKEY_derive_set_peer_ex(context_.get(), point, 0) == 1 &&
           EVP_PKEY_derive(context_.get(), out.data(), &size) == 1 && size == key_size;
  }

 private:
  // The context holds the key.
  explicit Scalar(KeyContext context) noexcept : context_(std::move(context)) {}
  KeyContext context_;
};

Result<PublicBytes> make_share(const Scalar& scalar, const X25519::Workshop& workshop) {
  PublicBytes share{};
  if (!scalar.multiply(workshop.base(), share)) return std::unexpected(x25519_failed());
  return share;
}

Result<SharedSecret> derive(const Scalar& scalar, const Bench& bench, ByteView peer_share) {
  if (auto size = check_share_size(NamedGroup::x25519, peer_share, key_size); !size) {
    return std::unexpected(std::move(size.error()));
  }
  if (EVP_PKEY_set1_encoded_public_key(bench.peer.get(), peer_share.data(), key_size) != 1) {
    return std::unexpected(x25519_failed());
  }
  SharedSecret secret(key_size);
  // RFC 8446 7.4.2: an all-zero result is refused; that is the one reason for libcrypto to fail here.
  if (!scalar.multiply(bench.peer.get(), secret.span().first<key_size>())) {
    ERR_clear_error();
    return refuse_share(NamedGroup::x25519, "a share that contributes", "a point of small order");
  }
  return secret;
}

class Exchange final : public KeyExchange {
 public:
  Exchange(std::shared_ptr<X25519::Workshop> workshop, Scalar scalar, const PublicBytes& share) noexcept
      : workshop_(std::move(workshop)), scalar_(std::move(scalar)), share_(share) {}

  [[nodiscard]] NamedGroup group() const noexcept override { return NamedGroup::x25519; }
  [[nodiscard]] ByteView share() const noexcept override { return share_; }
  [[nodiscard]] Result<SharedSecret> complete(ByteView peer_share) override {
    const Borrowed bench(*workshop_);
    if (bench.get() == nullptr) return std::unexpected(x25519_failed());
    return derive(scalar_, *bench.get(), peer_share);
  }

 private:
  std::shared_ptr<X25519::Workshop> workshop_;
  Scalar scalar_;
  PublicBytes share_;
};

Result<std::unique_ptr<KeyExchange>> begin(const std::shared_ptr<X25519::Workshop>& workshop, Result<Scalar> scalar) {
  if (!scalar) return std::unexpected(std::move(scalar.error()));
  auto share = make_share(*scalar, *workshop);
  if (!share) return std::unexpected(std::move(share.error()));
  return std::make_unique<Exchange>(workshop, std::move(*scalar), *share);
}

}  // namespace

X25519::X25519(std::shared_ptr<Workshop> workshop) noexcept : workshop_(std::move(workshop)) {}
X25519::X25519(X25519&&) noexcept = default;
X25519::~X25519() = default;

Result<X25519> X25519::load() {
  Key base(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, base_point.data(), key_size));
  auto bench = make_bench();
  if (base == nullptr || bench == nullptr) {
    return std::unexpected(x25519_failed().advice("use a libcrypto built with X25519"));
  }
  auto workshop = std::make_shared<Workshop>(std::move(base));
  workshop->give_back(std::move(bench));
  return X25519(std::move(workshop));
}

Result<std::unique_ptr<KeyExchange>> X25519::start(const Random& random) const {
  const Borrowed bench(*workshop_);
  if (bench.get() == nullptr) return std::unexpected(x25519_failed());
  return begin(workshop_, Scalar::make(random, *bench.get()));
}

Result<std::unique_ptr<KeyExchange>> X25519::load(ByteView private_key) const {
  if (private_key.size() != key_size) {
    return std::unexpected(fail(ErrorCode::InvalidKey)
                               .at("x25519, private key")
                               .expected("32 bytes")
                               .received(std::to_string(private_key.size())));
  }
  const Borrowed bench(*workshop_);
  if (bench.get() == nullptr) return std::unexpected(x25519_failed());
  return begin(workshop_, Scalar::of(SecretBuffer<key_size>(private_key), *bench.get()));
}

Result<KeyExchangeAnswer> X25519::answer(const Random& random, ByteView client_share) const {
  const Borrowed bench(*workshop_);
  if (bench.get() == nullptr) return std::unexpected(x25519_failed());
  auto scalar = Scalar::make(random, *bench.get());
  if (!scalar) return std::unexpected(std::move(scalar.error()));
  auto secret = derive(*scalar, *bench.get(), client_share);
  if (!secret) return std::unexpected(std::move(secret.error()));
  auto share = make_share(*scalar, *workshop_);
  if (!share) return std::unexpected(std::move(share.error()));
  return KeyExchangeAnswer{Bytes(share->begin(), share->end()), std::move(*secret)};
}

}  // namespace keyway::crypto::libcrypto
