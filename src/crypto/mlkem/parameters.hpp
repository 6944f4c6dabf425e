#pragma once

#include <cstddef>
#include <cstdint>

namespace keyway::crypto::mlkem {

/// n and q of FIPS 203: polynomials have 256 coefficients modulo 3329.
inline constexpr std::size_t degree = 256;
inline constexpr std::int16_t modulus = 3329;

/// Seeds, messages, hashes and shared secrets, in bytes.
inline constexpr std::size_t seed_size = 32;
/// A polynomial with 12 bits a coefficient, in bytes.
inline constexpr std::size_t polynomial_size = degree * 12 / 8;

/// FIPS 203, table 2. eta2 is 2 in all sets.
struct Parameters {
  std::size_t k;               ///< polynomials in a vector
  std::size_t eta1;            ///< width of the key's noise
  std::size_t bits_u, bits_v;  ///< d_u, d_v: what is kept of each coefficient of a ciphertext

  [[nodiscard]] constexpr std::size_t vector_size() const noexcept { return k * polynomial_size; }
  [[nodiscard]] constexpr std::size_t encapsulation_key_size() const noexcept { return vector_size() + seed_size; }
  [[nodiscard]] constexpr std::size_t decapsulation_key_size() const noexcept {
    return vector_size() + encapsulation_key_size() + 2 * seed_size;
  }
  [[nodiscard]] constexpr std::size_t ciphertext_u_size() const noexcept { return k * degree * bits_u / 8; }
  [[nodiscard]] constexpr std::size_t ciphertext_size() const noexcept {
    return ciphertext_u_size() + degree * bits_v / 8;
  }
};

inline constexpr Parameters mlkem512{.k = 2, .eta1 = 3, .bits_u = 10, .bits_v = 4};
inline constexpr Parameters mlkem768{.k = 3, .eta1 = 2, .bits_u = 10, .bits_v = 4};
inline constexpr Parameters mlkem1024{.k = 4, .eta1 = 2, .bits_u = 11, .bits_v = 5};

static_assert(mlkem768.encapsulation_key_size() == 1184 && mlkem768.decapsulation_key_size() == 2400 &&
              mlkem768.ciphertext_size() == 1088);  // FIPS 203, table 3

}  // namespace keyway::crypto::mlkem
