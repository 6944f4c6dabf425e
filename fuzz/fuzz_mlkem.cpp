// Any bytes as a client's share and as a server's: all implementations refuse the same, and agree on the rest.

#include <algorithm>
#include <cstdlib>

#include "crypto/mlkem/mlkem.hpp"

namespace {

using namespace keyway;
using namespace keyway::crypto::mlkem;
using Kem = MlKem<mlkem768>;

struct Outcome {
  bool is_taken = false;
  std::array<std::uint8_t, mlkem768.ciphertext_size()> ciphertext{};
  std::array<std::uint8_t, seed_size> shared{};
  std::array<std::uint8_t, seed_size> opened{};

  bool operator==(const Outcome&) const = default;
};

/// The input: an encapsulation key, then a ciphertext; what is missing is zero.
Outcome run(const Engine& engine, ByteView input) {
  std::array<std::uint8_t, mlkem768.encapsulation_key_size()> key{};
  std::array<std::uint8_t, mlkem768.ciphertext_size()> ciphertext{};
  const std::size_t size = std::min(input.size(), key.size());
  std::ranges::copy(input.first(size), key.begin());
  const ByteView rest = input.subspan(size);
  std::ranges::copy(rest.first(std::min(rest.size(), ciphertext.size())), ciphertext.begin());

  Outcome outcome;
  const std::array<std::uint8_t, seed_size> message{0x42};
  outcome.is_taken = Kem(engine).encapsulate(key, message, outcome.ciphertext, outcome.shared);
  if (!outcome.is_taken) outcome.ciphertext.fill(0);

  // The same bytes as somebody's decapsulation key, too.
  std::array<std::uint8_t, mlkem768.decapsulation_key_size()> whole{};
  std::ranges::copy(input.first(std::min(input.size(), whole.size())), whole.begin());
  Kem(engine).decapsulate(whole, ciphertext, outcome.opened);
  return outcome;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const ByteView input(data, size);
  const Outcome expected = run(portable_engine(), input);
  for (const Engine* engine : {avx2_engine(), avx512_engine()}) {
    if (engine != nullptr && run(*engine, input) != expected) std::abort();
  }
  return 0;
}
