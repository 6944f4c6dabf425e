#pragma once

#include <bit>
#include <utility>

#include "crypto/mlkem/keccak.hpp"

namespace keyway::crypto::mlkem {

/// Rho, pi and chi for the plane y, of a state to which theta's `d` is still to be added.
template <std::size_t Y>
[[gnu::always_inline]] inline void make_plane(const KeccakState& a, const std::array<std::uint64_t, 5>& d,
                                              KeccakState& out) noexcept {
  std::array<std::uint64_t, 5> b;
  [&]<std::size_t... X>(std::index_sequence<X...>) __attribute__((always_inline)) {
    ((b[X] = std::rotl(a[lane_before_pi(X, Y)] ^ d[lane_before_pi(X, Y) % 5], rotations[lane_before_pi(X, Y)])), ...);
    ((out[X + 5 * Y] = b[X] ^ (~b[(X + 1) % 5] & b[(X + 2) % 5])), ...);
  }(std::make_index_sequence<5>());
}

[[gnu::always_inline]] inline void keccak_round(const KeccakState& a, std::uint64_t constant,
                                                KeccakState& out) noexcept {
  std::array<std::uint64_t, 5> c;
  std::array<std::uint64_t, 5> d;
  for (std::size_t x = 0; x < 5; ++x) c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
  for (std::size_t x = 0; x < 5; ++x) d[x] = c[(x + 4) % 5] ^ std::rotl(c[(x + 1) % 5], 1);
  make_plane<0>(a, d, out);
  make_plane<1>(a, d, out);
  make_plane<2>(a, d, out);
  make_plane<3>(a, d, out);
  make_plane<4>(a, d, out);
  out[0] ^= constant;
}

/// Keccak-f[1600], to be compiled into a function for whichever instructions that one may use.
[[gnu::always_inline]] inline void permute_scalar(KeccakState& state) noexcept {
  KeccakState a = state;
  KeccakState b;
  for (std::size_t round = 0; round < round_constants.size(); round += 2) {
    keccak_round(a, round_constants[round], b);
    keccak_round(b, round_constants[round + 1], a);
  }
  state = a;
}

}  // namespace keyway::crypto::mlkem
