#pragma once

#include <array>

#include "crypto/mlkem/parameters.hpp"

namespace keyway::crypto::mlkem {

/// Coefficients in the order of FIPS 203, in every implementation, in and out of the NTT domain. They are signed and
/// need not be reduced: each operation says what it takes and what it leaves. `Poly p;` is not initialised.
struct alignas(64) Poly {
  std::array<std::int16_t, degree> c;
};

/// A polynomial of the NTT domain made ready to be multiplied with others. For each pair (b0, b1) of coefficients,
/// which stands for b0 + b1 X modulo X^2 - gamma, all times the Montgomery factor 2^16 and below q in size:
struct Operand {
  Poly twisted;  ///< (b0, b1 gamma): with (a0, a1), the sum of products is the constant term
  Poly swapped;  ///< (b1, b0): with (a0, a1), the sum of products is the linear term
};

// ------------------------------------------------------------------------------------------------ constants

/// q * q_inverse = 1 modulo 2^16.
inline constexpr std::int16_t q_inverse = -3327;
static_assert(static_cast<std::uint16_t>(modulus * q_inverse) == 1);

/// The representative of `value` modulo q from -(q-1)/2 to (q-1)/2.
consteval std::int16_t centred(std::int64_t value) {
  const std::int64_t rest = (value % modulus + modulus) % modulus;
  return static_cast<std::int16_t>(rest > modulus / 2 ? rest - modulus : rest);
}

/// `value` times the Montgomery factor.
consteval std::int16_t to_montgomery(std::int64_t value) {
  return centred(centred(value) * std::int64_t{1 << 16});
}

/// What the low half of a product with `factor` is multiplied with in a Montgomery multiplication.
constexpr std::int16_t times_q_inverse(std::int16_t factor) noexcept {
  return static_cast<std::int16_t>(factor * q_inverse);
}

/// FIPS 203 4.3: 17^BitRev7(i), times the Montgomery factor.
inline constexpr std::array<std::int16_t, 128> zetas = [] consteval {
  std::array<std::int16_t, 128> table{};
  for (std::size_t i = 0; i < table.size(); ++i) {
    std::size_t exponent = 0;
    for (std::size_t bit = 0; bit < 7; ++bit) exponent |= (i >> bit & 1U) << (6 - bit);
    std::int64_t power = 1;
    for (std::size_t n = 0; n < exponent; ++n) power = power * 17 % modulus;
    table[i] = to_montgomery(power);
  }
  return table;
}();

/// What Operand::twisted is made with, pair by pair: 2^32, then gamma 2^32. gamma_i = 17^(2 BitRev7(i) + 1), and that
/// is zeta and -zeta in turn, with the zetas of the last layer.
inline constexpr Poly twist = [] consteval {
  Poly table{};
  for (std::size_t pair = 0; pair < degree / 2; ++pair) {
    const std::int64_t zeta = zetas[64 + pair / 2];
    table.c[2 * pair] = to_montgomery(to_montgomery(1));
    table.c[2 * pair + 1] = to_montgomery(pair % 2 == 0 ? zeta : -zeta);
  }
  return table;
}();
/// 2^32: a Montgomery multiplication with it multiplies with 2^16.
inline constexpr std::int16_t montgomery_square = to_montgomery(to_montgomery(1));

/// 1/128, which ends the inverse NTT: 128 * 3303 = 1 modulo q.
inline constexpr std::int16_t inverse_of_128 = to_montgomery(3303);
static_assert(128 * 3303 % modulus == 1);

}  // namespace keyway::crypto::mlkem
