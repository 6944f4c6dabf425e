// docs/decisions/0003-low-level-sha.md tells why the functions that OpenSSL 3.0 deprecates are used here.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "crypto/libcrypto/hash.hpp"

#include <cstddef>
#include <new>
#include <type_traits>

#include <openssl/sha.h>

namespace keyway::crypto::libcrypto {
namespace {

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

 private:
  static Context* context(HashState& state) noexcept {
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
