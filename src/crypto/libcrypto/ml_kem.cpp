#include "crypto/libcrypto/ml_kem.hpp"

#include <array>
#include <utility>

#include <openssl/params.h>

#include "crypto/key_share.hpp"

namespace keyway::crypto::libcrypto {
namespace {

using mlkem::seed_size;
using Method = Handle<EVP_KEM, EVP_KEM_free>;

// Parameters that the headers of libcrypto 3.0 have no names for.
constexpr const char* seed_parameter = "seed";  // d and z of ML-KEM.KeyGen_internal
constexpr const char* ikme_parameter = "ikme";  // m of ML-KEM.Encaps_internal

const char* name_of(NamedGroup id) noexcept {
  return id == NamedGroup::MLKEM768 ? "ML-KEM-768" : "ML-KEM-1024";
}

constexpr mlkem::Parameters parameters_of(NamedGroup id) noexcept {
  return id == NamedGroup::MLKEM768 ? mlkem::mlkem768 : mlkem::mlkem1024;
}

Error kem_failed(NamedGroup id) {
  return failed(ErrorCode::CryptoFailed).at(keyway::to_string(id));
}

using OneParameter = std::array<OSSL_PARAM, 2>;
OneParameter parameter(const char* name, ByteSpan value) noexcept {
  return {OSSL_PARAM_construct_octet_string(name, value.data(), value.size()), OSSL_PARAM_construct_end()};
}

/// ML-KEM.KeyGen_internal.
Key generate(NamedGroup id, ByteSpan seeds) {
  const KeyContext context(EVP_PKEY_CTX_new_from_name(nullptr, name_of(id), nullptr));
  OneParameter seed = parameter(seed_parameter, seeds);
  EVP_PKEY* made = nullptr;
  if (context == nullptr || EVP_PKEY_keygen_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_params(context.get(), seed.data()) != 1 || EVP_PKEY_generate(context.get(), &made) != 1) {
    return nullptr;
  }
  return Key(made);
}

Result<Bytes> encapsulation_key(NamedGroup id, const Key& key) {
  Bytes share(parameters_of(id).encapsulation_key_size());
  std::size_t size = share.size();
  // SAFETY: libcrypto is told how much room there is.
  if (EVP_PKEY_get_raw_public_key(key.get(), share.data(), &size) != 1 || size != share.size()) {
    return std::unexpected(kem_failed(id));
  }
  return share;
}

class Exchange final : public KeyExchange {
 public:
  Exchange(NamedGroup id, Key key, Bytes share) noexcept : id_(id), key_(std::move(key)), share_(std::move(share)) {}

  [[nodiscard]] NamedGroup group() const noexcept override { return id_; }
  [[nodiscard]] ByteView share() const noexcept override { return share_; }
  [[nodiscard]] Result<SharedSecret> complete(ByteView peer_share) override {
    if (auto size = check_share_size(id_, peer_share, parameters_of(id_).ciphertext_size()); !size) {
      return std::unexpected(std::move(size.error()));
    }
    const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    SharedSecret secret(seed_size);
    std::size_t size = secret.size();
    if (context == nullptr || EVP_PKEY_decapsulate_init(context.get(), nullptr) != 1 ||
        EVP_PKEY_decapsulate(context.get(), secret.span().data(), &size, peer_share.data(), peer_share.size()) != 1 ||
        size != secret.size()) {
      return std::unexpected(kem_failed(id_));
    }
    return secret;
  }

 private:
  NamedGroup id_;
  Key key_;
  Bytes share_;
};

}  // namespace

std::optional<MlKemGroup> MlKemGroup::load(NamedGroup id) {
  const Method method(EVP_KEM_fetch(nullptr, name_of(id), nullptr));
  if (method != nullptr) return MlKemGroup(id);
  ERR_clear_error();
  return std::nullopt;
}

Result<std::unique_ptr<KeyExchange>> MlKemGroup::start(const Random& random) const {
  SecretBuffer<2 * seed_size> seeds(2 * seed_size);
  if (auto filled = random.fill(seeds.span()); !filled) return std::unexpected(std::move(filled.error()));
  Key key = generate(id_, seeds.span());
  if (key == nullptr) return std::unexpected(kem_failed(id_));
  auto share = encapsulation_key(id_, key);
  if (!share) return std::unexpected(std::move(share.error()));
  return std::make_unique<Exchange>(id_, std::move(key), std::move(*share));
}

Result<KeyExchangeAnswer> MlKemGroup::answer(const Random& random, ByteView client_share) const {
  const mlkem::Parameters sizes = parameters_of(id_);
  if (auto size = check_share_size(id_, client_share, sizes.encapsulation_key_size()); !size) {
    return std::unexpected(std::move(size.error()));
  }
  const Key key(
      EVP_PKEY_new_raw_public_key_ex(nullptr, name_of(id_), nullptr, client_share.data(), client_share.size()));
  if (key == nullptr) {
    ERR_clear_error();
    return refuse_share(id_, "numbers below 3329", "a number that is not");
  }
  SecretBuffer<seed_size> message(seed_size);
  if (auto filled = random.fill(message.span()); !filled) return std::unexpected(std::move(filled.error()));
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  OneParameter ikme = parameter(ikme_parameter, message.span());
  KeyExchangeAnswer answer{Bytes(sizes.ciphertext_size()), SharedSecret(seed_size)};
  std::size_t share_size = answer.share.size();
  std::size_t secret_size = answer.secret.size();
  if (context == nullptr || EVP_PKEY_encapsulate_init(context.get(), ikme.data()) != 1 ||
      EVP_PKEY_encapsulate(context.get(), answer.share.data(), &share_size, answer.secret.span().data(),
                           &secret_size) != 1 ||
      share_size != answer.share.size() || secret_size != answer.secret.size()) {
    return std::unexpected(kem_failed(id_));
  }
  return answer;
}

}  // namespace keyway::crypto::libcrypto
