#pragma once

#include <cstddef>
#include <iterator>
#include <optional>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/types.hpp>

#include "core/reader.hpp"
#include "core/writer.hpp"

namespace keyway::tls {

/// One extension as it stands (RFC 8446 4.2).
struct ExtensionView {
  ExtensionType type{};
  ByteView body;
};

/// `Extension extensions<…>` as a view of its bytes: framing is sound and no type stands twice.
class ExtensionBlock {
 public:
  ExtensionBlock() noexcept = default;

  /// Reads the vector with its two-byte length. Fails the reader with Truncated or DuplicateExtension; the time is
  /// linear in the bytes, whatever they are.
  [[nodiscard]] static ExtensionBlock read(Reader& in, std::string_view field);

  /// For a message of our own: `contents` are well-formed extensions, one after the other.
  [[nodiscard]] static ExtensionBlock of_own(ByteView contents) noexcept { return ExtensionBlock(contents); }

  void write(Writer& out) const { out.vector16(contents_); }

  /// The body of the extension of this type.
  [[nodiscard]] std::optional<ByteView> find(ExtensionType type) const noexcept;
  [[nodiscard]] bool has(ExtensionType type) const noexcept { return find(type).has_value(); }
  [[nodiscard]] bool empty() const noexcept { return contents_.empty(); }
  [[nodiscard]] ByteView contents() const noexcept { return contents_; }

  class Iterator {
   public:
    using value_type = ExtensionView;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;

    Iterator() noexcept = default;
    explicit Iterator(ByteView rest) noexcept : rest_(rest) {}
    ExtensionView operator*() const noexcept;
    Iterator& operator++() noexcept;
    Iterator operator++(int) noexcept {
      Iterator before = *this;
      ++*this;
      return before;
    }
    friend bool operator==(const Iterator& a, const Iterator& b) noexcept { return a.rest_.size() == b.rest_.size(); }

   private:
    ByteView rest_;
  };

  [[nodiscard]] Iterator begin() const noexcept { return Iterator(contents_); }
  [[nodiscard]] Iterator end() const noexcept { return Iterator(); }

 private:
  explicit ExtensionBlock(ByteView contents) noexcept : contents_(contents) {}
  ByteView contents_;
};

/// RFC 8446 4.2 names no alert for an extension that stands twice. In the messages of a handshake's first round it counts
/// as one that can't be decoded; elsewhere it stays illegal_parameter.
[[nodiscard]] Error with_duplicates_as_decode_error(Error error);

/// Writes one extension, type and length included. `E` is one of wire/extensions/.
template <typename E>
void write_extension(Writer& out, const E& extension) {
  out.value(E::type);
  out.vector16([&] { extension.write(out); });
}

}  // namespace keyway::tls
