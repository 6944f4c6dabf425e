#include "crypto/hkdf.hpp"

#include <algorithm>
#include <array>

namespace keyway::crypto {
namespace {

/// HkdfLabel of RFC 8446 7.1 in a buffer of its greatest size.
class HkdfLabel {
 public:
  HkdfLabel(std::size_t length, std::string_view label, ByteView context) noexcept {
    constexpr std::string_view prefix = "tls13 ";
    put(static_cast<std::uint8_t>(length >> 8U));
    put(static_cast<std::uint8_t>(length & 0xffU));
    put(static_cast<std::uint8_t>(prefix.size() + label.size()));
    put(as_bytes(prefix));
    put(as_bytes(label));
    put(static_cast<std::uint8_t>(context.size()));
    put(context);
  }

  [[nodiscard]] ByteView view() const noexcept { return ByteView(bytes_).first(size_); }

 private:
  void put(std::uint8_t byte) noexcept { bytes_[size_++] = byte; }
  void put(ByteView bytes) noexcept {
    std::ranges::copy(bytes, ByteSpan(bytes_).subspan(size_).begin());
    size_ += bytes.size();
  }

  std::array<std::uint8_t, 2 + 1 + 255 + 1 + 255> bytes_;
  std::size_t size_ = 0;
};

}  // namespace

void hkdf_extract(const HashFunction& function, ByteView salt, ByteView input_key,
                  HashSecret& pseudorandom_key) noexcept {
  // HMAC pads its key with zeros, so an empty salt is the string of zeros that RFC 5869 asks for.
  const HmacKey key(function, salt);
  pseudorandom_key.resize(function.output_size());
  key.mac(input_key, pseudorandom_key.span());
}

bool hkdf_expand(const HmacKey& pseudorandom_key, ByteView info, ByteSpan out) noexcept {
  const std::size_t size = pseudorandom_key.output_size();
  if (out.size() > 255 * size) {
    wipe(out);
    return false;
  }
  Hmac running(pseudorandom_key);
  HashSecret block(size);
  for (std::uint8_t counter = 1; !out.empty(); ++counter) {
    if (counter > 1) running.update(block.view());
    running.update(info);
    running.update(ByteView(&counter, 1));
    running.finish(block.span());
    const std::size_t taken = std::min(size, out.size());
    std::ranges::copy(block.view().first(taken), out.begin());
    out = out.subspan(taken);
  }
  return true;
}

bool hkdf_expand_label(const HmacKey& secret, std::string_view label, ByteView context, ByteSpan out) noexcept {
  if (label.size() > max_hkdf_label || context.size() > max_hkdf_context || out.size() > 0xffff) {
    wipe(out);
    return false;
  }
  return hkdf_expand(secret, HkdfLabel(out.size(), label, context).view(), out);
}

}  // namespace keyway::crypto
