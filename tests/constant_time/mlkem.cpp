// ML-KEM with its secrets marked as undefined memory: run under valgrind's memcheck, which complains of every branch
// and of every address that depends on them. An argument, `leak`, makes it branch on one: the check of the check.

#include <array>
#include <cstdio>
#include <string>
#include <string_view>

#include <valgrind/memcheck.h>

#include "crypto/mlkem/memory.hpp"
#include "crypto/mlkem/mlkem.hpp"

namespace {

using namespace keyway;
using namespace keyway::crypto::mlkem;

template <std::size_t Size>
using Block = std::array<std::uint8_t, Size>;

void make_secret(ByteView bytes) {
  VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size());
}
void make_public(ByteView bytes) {
  VALGRIND_MAKE_MEM_DEFINED(bytes.data(), bytes.size());
}

/// A key of which the parts that are published are known, and the rest is not.
template <Parameters P>
void mark(const Block<P.decapsulation_key_size()>& key) {
  make_secret(key);
  make_public(ByteView(key).subspan(P.vector_size(), P.encapsulation_key_size() + seed_size));
}

/// False when the results are wrong: what is not computed can't leak.
template <Parameters P>
bool run(const Engine& engine) {
  const MlKem<P> kem(engine);
  Block<seed_size> rho{1};
  Block<seed_size> sigma{2};
  Block<seed_size> z{3};
  Block<seed_size> m{4};
  Block<P.decapsulation_key_size()> key;
  Block<P.ciphertext_size()> ciphertext;
  Block<seed_size> sent;
  Block<seed_size> received;
  Block<seed_size> rejected;

  // Key generation past its first hash, which makes rho, that is public, and sigma out of one seed.
  make_secret(sigma);
  make_secret(z);
  kem.generate_from(rho, sigma, z, key);
  mark<P>(key);

  make_secret(m);
  if (!kem.encapsulate(MlKem<P>::encapsulation_key(key), m, ciphertext, sent)) return false;
  make_public(ciphertext);
  kem.decapsulate(key, ciphertext, received);

  ciphertext[5] ^= 1;
  kem.decapsulate(key, ciphertext, rejected);

  make_public(sent);
  make_public(received);
  make_public(rejected);
  return sent == received && sent != rejected;
}

/// The first hash of key generation alone.
bool run_first_hash(const Engine& engine) {
  Block<seed_size> d{5};
  Block<2 * seed_size> out;
  make_secret(d);
  const SpongeJob job = sha3_512(d, {}, out);
  engine.run({&job, 1});
  make_public(out);
  return out != Block<2 * seed_size>{};
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "leak") {
    Block<seed_size> secret{6};
    make_secret(secret);
    std::puts(secret[0] == 6 ? "a branch on a secret" : "another");
    return 0;
  }
  for (const Engine* engine : {&portable_engine(), avx2_engine(), avx512_engine()}) {
    if (engine == nullptr) continue;
    const bool is_good =
        run<mlkem512>(*engine) && run<mlkem768>(*engine) && run<mlkem1024>(*engine) && run_first_hash(*engine);
    std::printf("%s: %s\n", std::string(engine->name).c_str(), is_good ? "ran" : "wrong results");
    if (!is_good) return 1;
  }
  return 0;
}
