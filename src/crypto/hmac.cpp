#include "crypto/hmac.hpp"

#include <algorithm>
#include <array>

#include <keyway/secret.hpp>

namespace keyway::crypto {
namespace {

constexpr std::size_t max_block_size = 128;  // SHA-512's

void hash_padded_key(const HashFunction& function, ByteView key, std::uint8_t padding, HashState& state) noexcept {
  std::array<std::uint8_t, max_block_size> buffer{};
  const ByteSpan block = ByteSpan(buffer).first(function.block_size());
  std::ranges::copy(key, block.begin());
  for (std::uint8_t& byte : block) byte ^= padding;
  function.start(state);
  function.update(state, block);
  wipe(block);
}

}  // namespace

HmacKey::HmacKey(const HashFunction& function, ByteView key) noexcept : function_(&function) {
  HashSecret hashed;
  if (key.size() > function.block_size()) {
    hashed.resize(function.output_size());
    HashState state;
    function.start(state);
    function.update(state, key);
    function.finish(state, hashed.span());
    wipe(state.opaque);
    key = hashed.view();
  }
  hash_padded_key(function, key, 0x36, inner_);
  hash_padded_key(function, key, 0x5c, outer_);
}

HmacKey::~HmacKey() {
  wipe(inner_.opaque);
  wipe(outer_.opaque);
}

void HmacKey::mac(ByteView data, ByteSpan out) const noexcept {
  Hmac running(*this);
  running.update(data);
  running.finish(out);
}

Hmac::~Hmac() {
  wipe(state_.opaque);
}

void Hmac::update(ByteView data) noexcept {
  key_->function_->update(state_, data);
}

void Hmac::finish(ByteSpan out) noexcept {
  const HashFunction& function = *key_->function_;
  HashSecret inner(function.output_size());
  function.finish(state_, inner.span());
  state_ = key_->outer_;
  function.update(state_, inner.view());
  function.finish(state_, out);
  state_ = key_->inner_;
}

}  // namespace keyway::crypto
