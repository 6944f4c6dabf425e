#include "crypto/mlkem/group.hpp"

#include "crypto/key_share.hpp"
#include "crypto/mlkem/mlkem.hpp"

namespace keyway::crypto::mlkem {
namespace {

template <Parameters P, NamedGroup Id>
class Exchange final : public KeyExchange {
 public:
  using Kem = MlKem<P>;

  [[nodiscard]] static Result<std::unique_ptr<KeyExchange>> start(const Random& random) {
    SecretBuffer<2 * seed_size> seeds(2 * seed_size);
    if (auto filled = random.fill(seeds.span()); !filled) return std::unexpected(std::move(filled.error()));
    auto exchange = std::make_unique<Exchange>();
    const auto both = seeds.view().template first<2 * seed_size>();
    Kem().generate(both.template first<seed_size>(), both.template last<seed_size>(),
                   exchange->key_.span().template first<key_size>());
    return exchange;
  }

  [[nodiscard]] NamedGroup group() const noexcept override { return Id; }
  [[nodiscard]] ByteView share() const noexcept override { return Kem::encapsulation_key(key()); }
  [[nodiscard]] Result<SharedSecret> complete(ByteView peer_share) override {
    constexpr std::size_t size = MlKemGroup<P, Id>::server_share_size;
    if (auto checked = check_share_size(Id, peer_share, size); !checked) return std::unexpected(checked.error());
    SharedSecret secret(seed_size);
    Kem().decapsulate(key(), peer_share.first<size>(), secret.span().template first<seed_size>());
    return secret;
  }

 private:
  static constexpr std::size_t key_size = P.decapsulation_key_size();
  [[nodiscard]] typename Kem::DecapsulationKey key() const noexcept { return key_.view().template first<key_size>(); }

  SecretBuffer<key_size> key_{key_size};
};

}  // namespace

template <Parameters P, NamedGroup Id>
Result<std::unique_ptr<KeyExchange>> MlKemGroup<P, Id>::start(const Random& random) const {
  return Exchange<P, Id>::start(random);
}

template <Parameters P, NamedGroup Id>
Result<KeyExchangeAnswer> MlKemGroup<P, Id>::answer(const Random& random, ByteView client_share) const {
  if (auto checked = check_share_size(Id, client_share, client_share_size); !checked) {
    return std::unexpected(checked.error());
  }
  SecretBuffer<seed_size> message(seed_size);
  if (auto filled = random.fill(message.span()); !filled) return std::unexpected(std::move(filled.error()));
  KeyExchangeAnswer answer{Bytes(server_share_size), SharedSecret(seed_size)};
  const bool is_reduced = MlKem<P>().encapsulate(
      client_share.first<client_share_size>(), message.view().template first<seed_size>(),
      ByteSpan(answer.share).first<server_share_size>(), answer.secret.span().template first<seed_size>());
  if (!is_reduced) return refuse_share(Id, "numbers below 3329", "a number that is not");
  return answer;
}

template class MlKemGroup<mlkem768, NamedGroup::MLKEM768>;
template class MlKemGroup<mlkem1024, NamedGroup::MLKEM1024>;

}  // namespace keyway::crypto::mlkem
