#include "crypto/mlkem/group.hpp"

#include "crypto/mlkem/mlkem.hpp"

namespace keyway::crypto::mlkem {
namespace {

using Kem = MlKem<mlkem768>;

std::unexpected<Error> refuse(std::string_view expected, std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidKeyShare).at("MLKEM768").expected(expected).received(received));
}

std::unexpected<Error> wrong_size(std::size_t expected, std::size_t received) {
  return refuse(std::to_string(expected) + " bytes", std::to_string(received) + " bytes");
}

class Exchange final : public KeyExchange {
 public:
  [[nodiscard]] static Result<std::unique_ptr<KeyExchange>> start(const Random& random) {
    SecretBuffer<2 * seed_size> seeds(2 * seed_size);
    if (auto filled = random.fill(seeds.span()); !filled) return std::unexpected(std::move(filled.error()));
    auto exchange = std::make_unique<Exchange>();
    const auto both = seeds.view().first<2 * seed_size>();
    Kem().generate(both.first<seed_size>(), both.last<seed_size>(), exchange->key_.span().first<key_size>());
    return exchange;
  }

  [[nodiscard]] NamedGroup group() const noexcept override { return NamedGroup::MLKEM768; }
  [[nodiscard]] ByteView share() const noexcept override { return Kem::encapsulation_key(key()); }
  [[nodiscard]] Result<SharedSecret> complete(ByteView peer_share) override {
    constexpr std::size_t size = MlKem768Group::server_share_size;
    if (peer_share.size() != size) return wrong_size(size, peer_share.size());
    SharedSecret secret(seed_size);
    Kem().decapsulate(key(), peer_share.first<size>(), secret.span().first<seed_size>());
    return secret;
  }

 private:
  static constexpr std::size_t key_size = mlkem768.decapsulation_key_size();
  [[nodiscard]] Kem::DecapsulationKey key() const noexcept { return key_.view().first<key_size>(); }

  SecretBuffer<key_size> key_{key_size};
};

}  // namespace

Result<std::unique_ptr<KeyExchange>> MlKem768Group::start(const Random& random) const {
  return Exchange::start(random);
}

Result<KeyExchangeAnswer> MlKem768Group::answer(const Random& random, ByteView client_share) const {
  if (client_share.size() != client_share_size) return wrong_size(client_share_size, client_share.size());
  SecretBuffer<seed_size> message(seed_size);
  if (auto filled = random.fill(message.span()); !filled) return std::unexpected(std::move(filled.error()));
  KeyExchangeAnswer answer{Bytes(server_share_size), SharedSecret(seed_size)};
  if (!Kem().encapsulate(client_share.first<client_share_size>(), message.view().first<seed_size>(),
                         ByteSpan(answer.share).first<server_share_size>(), answer.secret.span().first<seed_size>())) {
    return refuse("numbers below 3329", "a number that is not");
  }
  return answer;
}

}  // namespace keyway::crypto::mlkem
