#pragma once

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

namespace keyway::crypto {

/// A key of HMAC (RFC 2104) with both padded key blocks already hashed: each code then costs only what its data
/// costs, plus one compression. Held in place, wiped when it goes.
class HmacKey {
 public:
  /// A key longer than the hash's block is hashed first. The function must outlive the key.
  HmacKey(const HashFunction& function, ByteView key) noexcept;
  HmacKey(const HmacKey&) noexcept = default;
  HmacKey& operator=(const HmacKey&) noexcept = default;
  ~HmacKey();

  [[nodiscard]] const HashFunction& function() const noexcept { return *function_; }
  [[nodiscard]] std::size_t output_size() const noexcept { return function_->output_size(); }

  /// The code of `data`, to the front of `out`, which holds at least output_size() bytes.
  void mac(ByteView data, ByteSpan out) const noexcept;

 private:
  friend class Hmac;
  const HashFunction* function_;
  HashState inner_;
  HashState outer_;
};

/// A code that is fed piece by piece. The key must outlive it.
class Hmac {
 public:
  explicit Hmac(const HmacKey& key KEYWAY_LIFETIMEBOUND) noexcept : key_(&key), state_(key.inner_) {}
  Hmac(const Hmac&) noexcept = default;
  Hmac& operator=(const Hmac&) noexcept = default;
  ~Hmac();

  void update(ByteView data) noexcept;
  /// Writes output_size() bytes to the front of `out`, which holds as many, and starts anew.
  void finish(ByteSpan out) noexcept;

 private:
  const HmacKey* key_;
  HashState state_;
};

}  // namespace keyway::crypto
