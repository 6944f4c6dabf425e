// docs/decisions/0003-low-level-sha.md tells why the functions that OpenSSL 3.0 deprecates are used here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/libcrypto/hash.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <optional>
#include <type_traits>

#include <openssl/sha.h>

#include "core/reader.hpp"
#include "core/writer.hpp"

namespace keyway::crypto::libcrypto {
namespace {

/// The contexts of SHA-2, whose values stand in an array. SHA-1 is for no transcript that anybody goes on with.
template <typename Context>
concept HasValues = requires(Context context) { context.h[0]; };

/// How many bytes a context has seen: it counts bits, in two halves.
template <typename Context>
std::uint64_t seen_bytes(const Context& context) noexcept {
  constexpr unsigned half = 8 * sizeof(context.Nl);
  if constexpr (half == 64) {
    return std::uint64_t{context.Nl} >> 3U | std::uint64_t{context.Nh} << 61U;
  } else {
    return (std::uint64_t{context.Nh} << half | context.Nl) >> 3U;
  }
}

template <typename Context>
void set_seen_bytes(Context& context, std::uint64_t bytes) noexcept {
  constexpr unsigned half = 8 * sizeof(context.Nl);
  context.Nl = static_cast<decltype(context.Nl)>(bytes << 3U);
  context.Nh = static_cast<decltype(context.Nh)>(half == 64 ? bytes >> 61U : bytes >> 29U);
}

template <HashAlgorithm Algorithm, typename Context, std::size_t Output, std::size_t Block, auto Init, auto Update,
          auto Final>
class Function final : public HashFunction {
  static_assert(sizeof(Context) <= sizeof(HashState) && alignof(Context) <= alignof(HashState));
  static_assert(std::is_trivially_copyable_v<Context>, "a HashState is copied as bytes");

 public:
  [[nodiscard]] HashAlgorithm algorithm() const noexcept override { return Algorithm; }
  [[nodiscard]] std::size_t output_size() const noexcept override { return Output; }
  [[nodiscard]] std::size_t block_size() const noexcept override { return Block; }

  // SAFETY: the asserts above say that a Context fits a HashState, and that its copies are Contexts too; start() makes
  // it before any other call, as the interface demands. These functions fail only for a null context.
  void start(HashState& state) const noexcept override { Init(new (state.opaque.data()) Context); }
  void update(HashState& state, ByteView data) const noexcept override {
    Update(context(state), data.data(), data.size());
  }
  void finish(HashState& state, ByteSpan out) const noexcept override {
    // SAFETY: a caller's short buffer is an error in Keyway itself; writing nothing keeps it inside its bounds.
    if (out.size() >= Output) Final(out.data(), context(state));
  }

  [[nodiscard]] std::optional<Bytes> write_state(const HashState& state) const override {
    if constexpr (HasValues<Context>) {
      Context context;
      // SAFETY: a HashState that start() has made begins with a Context, which is trivially copyable.
      std::memcpy(&context, state.opaque.data(), sizeof(context));
      Bytes written;
      Writer out(written);
      for (const auto value : context.h) {
        if constexpr (sizeof(value) == 8) out.u64(value);
        if constexpr (sizeof(value) == 4) out.u32(value);
      }
      out.u64(seen_bytes(context));
      std::array<std::uint8_t, Block> begun{};
      // SAFETY: the block that is not whole yet is in the context's last array but for two counters, as bytes: `u` and
      // `data` have a block's size each.
      if constexpr (requires { context.u.p; }) {
        static_assert(sizeof(context.u) == Block);
        std::memcpy(begun.data(), &context.u, Block);
      } else {
        static_assert(sizeof(context.data) == Block);
        std::memcpy(begun.data(), &context.data, Block);
      }
      out.bytes(ByteView(begun).first(context.num < Block ? context.num : 0));
      return written;
    } else {
      return std::nullopt;
    }
  }

  [[nodiscard]] bool read_state(HashState& state, ByteView written) const noexcept override {
    if constexpr (HasValues<Context>) {
      Reader in(written, "hash state");
      start(state);
      for (auto& value : context(state)->h) {
        if constexpr (sizeof(value) == 8) value = in.u64("value");
        if constexpr (sizeof(value) == 4) value = in.u32("value");
      }
      constexpr std::uint64_t most = std::uint64_t{1} << 61U;  // of which the bits can be counted
      const std::uint64_t seen = in.u64("seen");
      const std::size_t begun = seen % Block;
      const ByteView rest = in.rest();
      if (!in.ok() || seen >= most || rest.size() != begun) return false;
      set_seen_bytes(*context(state), seen - begun);
      update(state, rest);
      return true;
    } else {
      return false;
    }
  }

 private:
  static Context* context(HashState& state) noexcept {
    // SAFETY: by the asserts above a Context fits these bytes, and start() has made one at their beginning.
    return std::launder(reinterpret_cast<Context*>(state.opaque.data()));
  }
};

constinit const Function<HashAlgorithm::sha1, SHA_CTX, 20, 64, SHA1_Init, SHA1_Update, SHA1_Final> sha1;
constinit const Function<HashAlgorithm::sha256, SHA256_CTX, 32, 64, SHA256_Init, SHA256_Update, SHA256_Final> sha256;
constinit const Function<HashAlgorithm::sha384, SHA512_CTX, 48, 128, SHA384_Init, SHA384_Update, SHA384_Final> sha384;
constinit const Function<HashAlgorithm::sha512, SHA512_CTX, 64, 128, SHA512_Init, SHA512_Update, SHA512_Final> sha512;

}  // namespace

const HashFunction& hash_function(HashAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case HashAlgorithm::sha1:
      return sha1;
    case HashAlgorithm::sha256:
      return sha256;
    case HashAlgorithm::sha384:
      return sha384;
    case HashAlgorithm::sha512:
      return sha512;
  }
  return sha256;
}

void hash(const HashFunction& function, ByteView data, ByteSpan out) noexcept {
  HashState state;
  function.start(state);
  function.update(state, data);
  function.finish(state, out);
}

}  // namespace keyway::crypto::libcrypto
