#pragma once

#include <keyway/crypto.hpp>

namespace keyway::crypto {

/// One of the two key exchanges of a hybrid, with the sizes of its shares in bytes.
struct HybridPart {
  const KeyExchangeGroup* group;
  std::size_t client_share_size;
  std::size_t server_share_size;
};

/// Two key exchanges in one (draft-ietf-tls-hybrid-design, draft-ietf-tls-ecdhe-mlkem): shares and secrets stand one
/// after the other, in the order of the parts. It holds as long as either part does.
class HybridGroup final : public KeyExchangeGroup {
 public:
  /// The parts' groups outlive this one and what it starts.
  HybridGroup(NamedGroup id, const HybridPart& first, const HybridPart& second) noexcept
      : id_(id), first_(first), second_(second) {}

  [[nodiscard]] NamedGroup id() const noexcept override { return id_; }
  [[nodiscard]] Result<std::unique_ptr<KeyExchange>> start(const Random& random) const override;
  [[nodiscard]] Result<KeyExchangeAnswer> answer(const Random& random, ByteView client_share) const override;

 private:
  NamedGroup id_;
  HybridPart first_;
  HybridPart second_;
};

}  // namespace keyway::crypto
