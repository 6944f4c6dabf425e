#include "crypto/libcrypto/x25519.hpp"

#include <array>
#include <utility>

namespace keyway::crypto::libcrypto {
namespace {

constexpr std::size_t key_size = 32;  // private, public and shared, in bytes
using PublicBytes = std::array<std::uint8_t, key_size>;

std::unexpected<Error> bad_share(std::string_view expected, std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidKeyShare).at("x25519").expected(expected).received(received));
}

/// A private key from fresh randomness.
Result<Key> make_private(const Random& random) {
  SecretBuffer<key_size> bytes(key_size);
  if (auto filled = random.fill(bytes.span()); !filled) return std::unexpected(std::move(filled.error()));
  Key key(EVP_PKEY_new_raw_private_key(EVP_PKEY_X25519, nullptr, bytes.view().data(), key_size));
  if (key == nullptr) return std::unexpected(failed(ErrorCode::CryptoFailed).at("x25519"));
  return key;
}

Result<void> read_public(const Key& key, std::span<std::uint8_t, key_size> out) {
  std::size_t size = out.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), out.data(), &size) != 1 || size != key_size) {
    return std::unexpected(failed(ErrorCode::CryptoFailed).at("x25519"));
  }
  return {};
}

Result<SharedSecret> derive(const Key& key, ByteView peer_share) {
  if (peer_share.size() != key_size) {
    return bad_share("32 bytes", std::to_string(peer_share.size()) + " bytes");
  }
  const Key peer(EVP_PKEY_new_raw_public_key(EVP_PKEY_X25519, nullptr, peer_share.data(), key_size));
  const KeyContext context(EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr));
  // Any 32 bytes are a public key (RFC 7748 5), so libcrypto need not validate the peer's.
  if (peer == nullptr || context == nullptr || EVP_PKEY_derive_init(context.get()) != 1 ||
      EVP_PKEY_derive_set_peer_ex(context.get(), peer.get(), 0) != 1) {
    return std::unexpected(failed(ErrorCode::CryptoFailed).at("x25519"));
  }
  SharedSecret secret(key_size);
  std::size_t size = key_size;
  // RFC 8446 7.4.2: an all-zero result is refused; that is the one way in which libcrypto fails here.
  if (EVP_PKEY_derive(context.get(), secret.span().data(), &size) != 1 || size != key_size) {
    ERR_clear_error();
    return bad_share("a share that contributes", "a point of small order");
  }
  return secret;
}

class Exchange final : public KeyExchange {
 public:
  Exchange(Key key, const PublicBytes& share) noexcept : key_(std::move(key)), share_(share) {}

  [[nodiscard]] NamedGroup group() const noexcept override { return NamedGroup::x25519; }
  [[nodiscard]] ByteView share() const noexcept override { return share_; }
  [[nodiscard]] Result<SharedSecret> complete(ByteView peer_share) override { return derive(key_, peer_share); }

 private:
  Key key_;
  PublicBytes share_;
};

}  // namespace

Result<X25519> X25519::load() {
  return X25519();
}

Result<std::unique_ptr<KeyExchange>> X25519::start(const Random& random) const {
  auto key = make_private(random);
  if (!key) return std::unexpected(std::move(key.error()));
  PublicBytes share{};
  if (auto read = read_public(*key, share); !read) return std::unexpected(std::move(read.error()));
  return std::make_unique<Exchange>(std::move(*key), share);
}

Result<KeyExchangeAnswer> X25519::answer(const Random& random, ByteView client_share) const {
  auto key = make_private(random);
  if (!key) return std::unexpected(std::move(key.error()));
  auto secret = derive(*key, client_share);
  if (!secret) return std::unexpected(std::move(secret.error()));
  PublicBytes share{};
  if (auto read = read_public(*key, share); !read) return std::unexpected(std::move(read.error()));
  return KeyExchangeAnswer{Bytes(share.begin(), share.end()), std::move(*secret)};
}

}  // namespace keyway::crypto::libcrypto
