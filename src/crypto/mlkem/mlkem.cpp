#include "crypto/mlkem/mlkem.hpp"

#include <algorithm>
#include <array>

#include "crypto/mlkem/memory.hpp"
#include "crypto/mlkem/portable.hpp"

namespace keyway::crypto::mlkem {
namespace {

template <Parameters P>
using Vector = std::array<Poly, P.k>;
template <Parameters P>
using Operands = std::array<Operand, P.k>;
template <Parameters P>
using Matrix = std::array<Vector<P>, P.k>;

void run_one(const Engine& engine, const SpongeJob& job) noexcept {
  engine.run({&job, 1});
}

/// Jobs that are done at once.
template <std::size_t Capacity>
class JobList {
 public:
  void add(const SpongeJob& job) noexcept { jobs_[size_++] = job; }
  void run(const Engine& engine) const noexcept { engine.run(std::span<const SpongeJob>(jobs_).first(size_)); }

 private:
  std::array<SpongeJob, Capacity> jobs_;
  std::size_t size_ = 0;
};

/// FIPS 203, algorithm 13, lines 3 to 7: row i, column j is sampled from rho, j, i. Encryption multiplies with the
/// transposed matrix, which has i and j swapped.
template <Parameters P, std::size_t Capacity>
void add_matrix(JobList<Capacity>& jobs, ByteView rho, bool is_transposed, Matrix<P>& matrix) noexcept {
  for (std::uint8_t row = 0; row < P.k; ++row) {
    for (std::uint8_t column = 0; column < P.k; ++column) {
      jobs.add({.rate = shake128_rate,
                .domain = 0x1f,
                .first = rho,
                .suffix = is_transposed ? std::array{row, column} : std::array{column, row},
                .suffix_size = 2,
                .uniform = &matrix[row][column]});
    }
  }
}

/// Count polynomials of noise out of PRF(seed, 0), PRF(seed, 1), … (FIPS 203, algorithms 13 and 14): the first k of
/// width eta1, the others of width 2.
template <Parameters P, std::size_t Count>
class Noise {
 public:
  template <std::size_t Capacity>
  void add_to(JobList<Capacity>& jobs, ByteView seed) noexcept {
    for (std::size_t n = 0; n < Count; ++n) {
      SpongeJob job = shake256(seed, {}, bytes(n));
      job.suffix[0] = static_cast<std::uint8_t>(n);
      job.suffix_size = 1;
      jobs.add(job);
    }
  }
  void sample(const Engine& engine, std::size_t n, Poly& poly) noexcept {
    (eta(n) == 3 ? engine.sample_noise3 : engine.sample_noise2)(bytes(n), poly);
  }

 private:
  // Key generation samples 2 k of width eta1, encryption k of width eta1 and k + 1 of width 2.
  static constexpr std::size_t eta(std::size_t n) noexcept { return n < P.k || Count == 2 * P.k ? P.eta1 : 2; }
  [[nodiscard]] ByteSpan bytes(std::size_t n) noexcept { return ByteSpan(bytes_.value[n]).first(64 * eta(n)); }

  Wiped<std::array<std::array<std::uint8_t, 64 * P.eta1>, Count>> bytes_;
};

void add(Poly& to, const Poly& other) noexcept {
  for (std::size_t i = 0; i < degree; ++i) to.c[i] = static_cast<std::int16_t>(to.c[i] + other.c[i]);
}

void subtract_from(const Poly& other, Poly& to) noexcept {
  for (std::size_t i = 0; i < degree; ++i) to.c[i] = static_cast<std::int16_t>(other.c[i] - to.c[i]);
}

ByteSpan nth(ByteSpan bytes, std::size_t n, std::size_t size) noexcept {
  return bytes.subspan(n * size, size);
}
ByteView nth(ByteView bytes, std::size_t n, std::size_t size) noexcept {
  return bytes.subspan(n * size, size);
}

template <Parameters P>
const Codec& codec_u(const Engine& engine) noexcept {
  return P.bits_u == 11 ? engine.bits11 : engine.bits10;
}
template <Parameters P>
const Codec& codec_v(const Engine& engine) noexcept {
  return P.bits_v == 5 ? engine.bits5 : engine.bits4;
}

/// K-PKE.Encrypt (algorithm 14), with the matrix and the key's vector at hand.
template <Parameters P>
void encrypt(const Engine& engine, const Matrix<P>& transposed, const Vector<P>& t, ByteView m, ByteView randomness,
             ByteSpan ciphertext) noexcept {
  Noise<P, 2 * P.k + 1> noise;
  JobList<2 * P.k + 1> jobs;
  noise.add_to(jobs, randomness);
  jobs.run(engine);

  Wiped<Operands<P>> y;
  Wiped<std::array<Poly, 2>> scratch;
  auto& [sum, term] = scratch.value;
  for (std::size_t i = 0; i < P.k; ++i) {
    noise.sample(engine, i, sum);
    engine.ntt(sum);
    engine.prepare(sum, y.value[i]);
  }
  for (std::size_t i = 0; i < P.k; ++i) {
    engine.inner_product(transposed[i], y.value, sum);
    engine.inverse_ntt(sum);
    noise.sample(engine, P.k + i, term);
    add(sum, term);
    codec_u<P>(engine).compress(sum, nth(ciphertext, i, 32 * P.bits_u));
  }
  engine.inner_product(t, y.value, sum);
  engine.inverse_ntt(sum);
  noise.sample(engine, 2 * P.k, term);
  add(sum, term);
  engine.bits1.decompress(m, term);
  add(sum, term);
  codec_v<P>(engine).compress(sum, ciphertext.subspan(P.ciphertext_u_size()));
}

/// K-PKE.Decrypt (algorithm 15).
template <Parameters P>
void decrypt(const Engine& engine, ByteView key, ByteView ciphertext, ByteSpan m) noexcept {
  Wiped<Vector<P>> s;
  Operands<P> u;  // known to everybody, as the ciphertext is
  Wiped<std::array<Poly, 2>> scratch;
  auto& [product, v] = scratch.value;
  for (std::size_t i = 0; i < P.k; ++i) {
    // The numbers of a key of our own are below q; others are taken modulo q (FIPS 203, algorithm 6).
    (void)engine.decode(nth(key, i, polynomial_size), s.value[i]);
    codec_u<P>(engine).decompress(nth(ciphertext, i, 32 * P.bits_u), v);
    engine.ntt(v);
    engine.prepare(v, u[i]);
  }
  engine.inner_product(s.value, u, product);
  engine.inverse_ntt(product);
  codec_v<P>(engine).decompress(ciphertext.subspan(P.ciphertext_u_size()), v);
  subtract_from(v, product);
  engine.bits1.compress(product, m);
}

/// 0xff where the two are equal, else 0, in a time that tells nothing of it.
std::uint8_t mask_if_equal(ByteView a, ByteView b) noexcept {
  std::uint32_t difference = 0;
  for (std::size_t i = 0; i < a.size(); ++i) difference |= static_cast<std::uint32_t>(a[i] ^ b[i]);
  return static_cast<std::uint8_t>((opaque(difference) - 1) >> 8);
}

}  // namespace

template <Parameters P>
void MlKem<P>::generate(Seed d, Seed z, DecapsulationKeyOut out) const noexcept {
  constexpr std::array<std::uint8_t, 1> k{static_cast<std::uint8_t>(P.k)};
  Wiped<std::array<std::uint8_t, 2 * seed_size>> seeds;
  run_one(*engine_, sha3_512(d, k, seeds.value));
  const std::span<const std::uint8_t, 2 * seed_size> both(seeds.value);
  generate_from(both.template first<seed_size>(), both.template last<seed_size>(), z, out);
}

template <Parameters P>
void MlKem<P>::generate_from(Seed rho, Seed sigma, Seed z, DecapsulationKeyOut out) const noexcept {
  Matrix<P> matrix;
  Noise<P, 2 * P.k> noise;
  JobList<P.k * P.k + 2 * P.k> jobs;
  add_matrix<P>(jobs, rho, false, matrix);
  noise.add_to(jobs, sigma);
  jobs.run(*engine_);

  const ByteSpan key = ByteSpan(out).subspan(P.vector_size(), P.encapsulation_key_size());
  Wiped<Operands<P>> s;
  Wiped<std::array<Poly, 2>> scratch;
  auto& [sum, term] = scratch.value;
  for (std::size_t i = 0; i < P.k; ++i) {
    noise.sample(*engine_, i, term);
    engine_->ntt(term);
    engine_->encode(term, nth(ByteSpan(out), i, polynomial_size));
    engine_->prepare(term, s.value[i]);
  }
  for (std::size_t i = 0; i < P.k; ++i) {
    engine_->inner_product(matrix[i], s.value, sum);
    noise.sample(*engine_, P.k + i, term);
    engine_->ntt(term);
    add(sum, term);
    engine_->encode(sum, nth(key, i, polynomial_size));
  }
  std::ranges::copy(rho, key.last<seed_size>().begin());
  const auto tail = ByteSpan(out).template last<2 * seed_size>();
  run_one(*engine_, sha3_256(key, tail.template first<seed_size>()));
  std::ranges::copy(z, tail.template last<seed_size>().begin());
}

template <Parameters P>
bool MlKem<P>::encapsulate(EncapsulationKey key, Seed m, CiphertextOut ciphertext, SharedKey shared) const noexcept {
  Vector<P> t;
  for (std::size_t i = 0; i < P.k; ++i) {
    if (!engine_->decode(nth(ByteView(key), i, polynomial_size), t[i])) return false;
  }
  Matrix<P> transposed;
  std::array<std::uint8_t, seed_size> key_hash;
  JobList<P.k * P.k + 1> jobs;
  jobs.add(sha3_256(key, key_hash));  // the longest first
  add_matrix<P>(jobs, key.template last<seed_size>(), true, transposed);
  jobs.run(*engine_);

  Wiped<std::array<std::uint8_t, 2 * seed_size>> derived;
  run_one(*engine_, sha3_512(m, key_hash, derived.value));
  std::ranges::copy(ByteView(derived.value).first(seed_size), shared.begin());
  encrypt<P>(*engine_, transposed, t, m, ByteView(derived.value).last(seed_size), ciphertext);
  return true;
}

template <Parameters P>
void MlKem<P>::decapsulate(DecapsulationKey key, Ciphertext ciphertext, SharedKey shared) const noexcept {
  const EncapsulationKey public_key = encapsulation_key(key);
  const ByteView key_hash = key.template last<2 * seed_size>().template first<seed_size>();
  const ByteView z = key.template last<seed_size>();
  Vector<P> t;
  // Keys of one's own; others are taken modulo q, as for the vector s.
  for (std::size_t i = 0; i < P.k; ++i) (void)engine_->decode(nth(ByteView(public_key), i, polynomial_size), t[i]);

  struct Secrets {
    std::array<std::uint8_t, seed_size> m;
    std::array<std::uint8_t, 2 * seed_size> derived;
    std::array<std::uint8_t, seed_size> rejection;
    std::array<std::uint8_t, P.ciphertext_size()> again;
  };
  Wiped<Secrets> secrets;
  auto& [m, derived, rejection, again] = secrets.value;
  decrypt<P>(*engine_, key, ciphertext, m);

  Matrix<P> transposed;
  JobList<P.k * P.k + 2> jobs;
  jobs.add(shake256(z, ciphertext, rejection));
  add_matrix<P>(jobs, public_key.template last<seed_size>(), true, transposed);
  jobs.add(sha3_512(m, key_hash, derived));
  jobs.run(*engine_);
  encrypt<P>(*engine_, transposed, t, m, ByteView(derived).last(seed_size), again);

  const std::uint8_t is_good = mask_if_equal(ciphertext, again);
  for (std::size_t i = 0; i < seed_size; ++i) {
    shared[i] = static_cast<std::uint8_t>(rejection[i] ^ (is_good & (rejection[i] ^ derived[i])));
  }
}

template <Parameters P>
bool MlKem<P>::check(DecapsulationKey key) const noexcept {
  std::array<std::uint8_t, seed_size> key_hash;
  run_one(*engine_, sha3_256(encapsulation_key(key), key_hash));
  return std::ranges::equal(key_hash, key.template last<2 * seed_size>().template first<seed_size>());
}

template class MlKem<mlkem512>;
template class MlKem<mlkem768>;
template class MlKem<mlkem1024>;

}  // namespace keyway::crypto::mlkem
