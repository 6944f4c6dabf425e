#include "crypto/hybrid.hpp"

#include <algorithm>

#include "crypto/key_share.hpp"

namespace keyway::crypto {
namespace {

Bytes join(ByteView first, ByteView second) {
  Bytes both;
  both.reserve(first.size() + second.size());
  both.insert(both.end(), first.begin(), first.end());
  both.insert(both.end(), second.begin(), second.end());
  return both;
}

SharedSecret join_secrets(const SharedSecret& first, const SharedSecret& second) {
  SharedSecret both(first.size() + second.size());
  std::ranges::copy(first.view(), both.span().begin());
  std::ranges::copy(second.view(), both.span().last(second.size()).begin());
  return both;
}

class Exchange final : public KeyExchange {
 public:
  struct Part {
    std::unique_ptr<KeyExchange> exchange;
    std::size_t server_share_size;
  };

  Exchange(NamedGroup id, Part first, Part second)
      : id_(id),
        first_(std::move(first)),
        second_(std::move(second)),
        share_(join(first_.exchange->share(), second_.exchange->share())) {}

  [[nodiscard]] NamedGroup group() const noexcept override { return id_; }
  [[nodiscard]] ByteView share() const noexcept override { return share_; }
  [[nodiscard]] Result<SharedSecret> complete(ByteView peer_share) override {
    // Neither part sees a share of another size, so that no byte can be moved from one to the other.
    if (auto size = check_share_size(id_, peer_share, first_.server_share_size + second_.server_share_size); !size) {
      return std::unexpected(std::move(size.error()));
    }
    const auto first = first_.exchange->complete(peer_share.first(first_.server_share_size));
    if (!first) return std::unexpected(first.error());
    const auto second = second_.exchange->complete(peer_share.subspan(first_.server_share_size));
    if (!second) return std::unexpected(second.error());
    return join_secrets(*first, *second);
  }

 private:
  NamedGroup id_;
  Part first_;
  Part second_;
  Bytes share_;
};

}  // namespace

Result<std::unique_ptr<KeyExchange>> HybridGroup::start(const Random& random) const {
  auto first = first_.group->start(random);
  if (!first) return first;
  auto second = second_.group->start(random);
  if (!second) return second;
  return std::make_unique<Exchange>(id_, Exchange::Part{std::move(*first), first_.server_share_size},
                                    Exchange::Part{std::move(*second), second_.server_share_size});
}

Result<KeyExchangeAnswer> HybridGroup::answer(const Random& random, ByteView client_share) const {
  if (auto size = check_share_size(id_, client_share, first_.client_share_size + second_.client_share_size); !size) {
    return std::unexpected(std::move(size.error()));
  }
  const auto first = first_.group->answer(random, client_share.first(first_.client_share_size));
  if (!first) return std::unexpected(first.error());
  const auto second = second_.group->answer(random, client_share.subspan(first_.client_share_size));
  if (!second) return std::unexpected(second.error());
  return KeyExchangeAnswer{join(first->share, second->share), join_secrets(first->secret, second->secret)};
}

}  // namespace keyway::crypto
