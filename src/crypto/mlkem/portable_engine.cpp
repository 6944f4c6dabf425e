#include "crypto/mlkem/engine.hpp"
#include "crypto/mlkem/keccak_lanes.hpp"
#include "crypto/mlkem/keccak_scalar.hpp"
#include "crypto/mlkem/portable.hpp"

namespace keyway::crypto::mlkem {

void permute_portable(KeccakState& state) noexcept {
  permute_scalar(state);
}

namespace {

/// value / 2^16 modulo q, for |value| < q 2^15; the result is below q in size.
std::int16_t reduce(std::int32_t value) noexcept {
  const auto quotient = static_cast<std::int16_t>(static_cast<std::int16_t>(value) * q_inverse);
  return static_cast<std::int16_t>((value - quotient * modulus) >> 16);
}

/// a * factor / 2^16 modulo q: with a factor that carries the Montgomery factor, a * factor. |factor| < q / 2.
std::int16_t multiply(std::int16_t a, std::int16_t factor) noexcept {
  return reduce(a * factor);
}

/// A layer at a time, q is added to the greatest size: 8 q in the end.
void ntt(Poly& poly) noexcept {
  for (std::size_t blocks = 1, length = degree / 2; length >= 2; blocks *= 2, length /= 2) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::int16_t zeta = zetas[blocks + block];
      const std::size_t start = 2 * length * block;
      for (std::size_t i = start; i < start + length; ++i) {
        const std::int16_t product = multiply(poly.c[i + length], zeta);
        poly.c[i + length] = static_cast<std::int16_t>(poly.c[i] - product);
        poly.c[i] = static_cast<std::int16_t>(poly.c[i] + product);
      }
    }
  }
}

/// A layer doubles the greatest size, and so sums are reduced after every third.
void inverse_ntt(Poly& poly) noexcept {
  for (std::size_t blocks = degree / 4, length = 2; length <= degree / 2; blocks /= 2, length *= 2) {
    const bool is_to_reduce = length == 8 || length == 64;
    for (std::size_t block = 0; block < blocks; ++block) {
      const std::int16_t zeta = zetas[2 * blocks - 1 - block];
      const std::size_t start = 2 * length * block;
      for (std::size_t i = start; i < start + length; ++i) {
        const auto sum = static_cast<std::int16_t>(poly.c[i] + poly.c[i + length]);
        poly.c[i + length] = multiply(static_cast<std::int16_t>(poly.c[i + length] - poly.c[i]), zeta);
        poly.c[i] = is_to_reduce ? canonical(sum) : sum;
      }
    }
  }
  for (std::int16_t& c : poly.c) c = multiply(c, inverse_of_128);
}

void prepare(const Poly& poly, Operand& operand) noexcept {
  for (std::size_t i = 0; i < degree; i += 2) {
    operand.twisted.c[i] = multiply(poly.c[i], twist.c[i]);
    operand.twisted.c[i + 1] = multiply(poly.c[i + 1], twist.c[i + 1]);
    operand.swapped.c[i] = multiply(poly.c[i + 1], montgomery_square);
    operand.swapped.c[i + 1] = operand.twisted.c[i];
  }
}

void inner_product(std::span<const Poly> a, std::span<const Operand> b, Poly& out) noexcept {
  for (std::size_t i = 0; i < degree; i += 2) {
    std::int32_t constant = 0;
    std::int32_t linear = 0;
    for (std::size_t n = 0; n < a.size(); ++n) {
      constant += a[n].c[i] * b[n].twisted.c[i] + a[n].c[i + 1] * b[n].twisted.c[i + 1];
      linear += a[n].c[i] * b[n].swapped.c[i] + a[n].c[i + 1] * b[n].swapped.c[i + 1];
    }
    out.c[i] = reduce(constant);
    out.c[i + 1] = reduce(linear);
  }
}

void permute_lane(KeccakLanes<1>& lanes) noexcept {
  KeccakState state;
  for (std::size_t w = 0; w < state.size(); ++w) state[w] = lanes.words[w][0];
  permute_portable(state);
  for (std::size_t w = 0; w < state.size(); ++w) lanes.words[w][0] = state[w];
  wipe(bytes_of(state));
}

void run(std::span<const SpongeJob> jobs) noexcept {
  LaneMachine<1>({permute_lane, permute_portable, sample_uniform_portable}).run(jobs);
}

template <unsigned Bits>
constexpr Codec codec{compress_portable<Bits>, decompress_portable<Bits>};

constinit const Engine engine{
    .name = "portable",
    .run = run,
    .sample_noise2 = sample_noise2_portable,
    .sample_noise3 = sample_noise3_portable,
    .ntt = ntt,
    .inverse_ntt = inverse_ntt,
    .prepare = prepare,
    .inner_product = inner_product,
    .encode = encode_portable,
    .decode = decode_portable,
    .bits1 = codec<1>,
    .bits4 = codec<4>,
    .bits5 = codec<5>,
    .bits10 = codec<10>,
    .bits11 = codec<11>,
};

}  // namespace

const Engine& portable_engine() noexcept {
  return engine;
}

const Engine& best_engine() noexcept {
  static const Engine& best = *[] {
    if (const Engine* avx512 = avx512_engine()) return avx512;
    if (const Engine* avx2 = avx2_engine()) return avx2;
    return &portable_engine();
  }();
  return best;
}

}  // namespace keyway::crypto::mlkem
