#pragma once
/// \file
/// ML-KEM (FIPS 203) with its randomness given: what draws it is group.hpp.

#include <span>

#include <keyway/bytes.hpp>

#include "crypto/mlkem/engine.hpp"
#include "crypto/mlkem/parameters.hpp"

namespace keyway::crypto::mlkem {

using Seed = std::span<const std::uint8_t, seed_size>;
using SharedKey = std::span<std::uint8_t, seed_size>;

/// One parameter set. Running times depend on public values alone: the encapsulation key and the ciphertext.
template <Parameters P>
class MlKem {
 public:
  using EncapsulationKey = std::span<const std::uint8_t, P.encapsulation_key_size()>;
  using DecapsulationKey = std::span<const std::uint8_t, P.decapsulation_key_size()>;
  using Ciphertext = std::span<const std::uint8_t, P.ciphertext_size()>;
  using DecapsulationKeyOut = std::span<std::uint8_t, P.decapsulation_key_size()>;
  using CiphertextOut = std::span<std::uint8_t, P.ciphertext_size()>;

  explicit MlKem(const Engine& engine = best_engine()) noexcept : engine_(&engine) {}

  /// ML-KEM.KeyGen_internal(d, z) (algorithm 16). The encapsulation key is part of the decapsulation key.
  void generate(Seed d, Seed z, DecapsulationKeyOut out) const noexcept;

  /// The same after its first hash: rho, which is public, and sigma, which is not.
  void generate_from(Seed rho, Seed sigma, Seed z, DecapsulationKeyOut out) const noexcept;

  /// ML-KEM.Encaps_internal(ek, m) (algorithm 17) with the modulus check of 7.2: false, with nothing of use in the
  /// outputs, for a key that fails it.
  [[nodiscard]] bool encapsulate(EncapsulationKey key, Seed m, CiphertextOut ciphertext,
                                 SharedKey shared) const noexcept;

  /// ML-KEM.Decaps_internal(dk, c) (algorithm 18): a ciphertext that is not one gives a key that nobody else knows, and
  /// nothing tells that it did.
  void decapsulate(DecapsulationKey key, Ciphertext ciphertext, SharedKey shared) const noexcept;

  /// The hash check of 7.3, for a key that comes from outside.
  [[nodiscard]] bool check(DecapsulationKey key) const noexcept;

  [[nodiscard]] static EncapsulationKey encapsulation_key(DecapsulationKey key) noexcept {
    return key.template subspan<P.vector_size(), P.encapsulation_key_size()>();
  }

 private:
  const Engine* engine_;
};

extern template class MlKem<mlkem512>;
extern template class MlKem<mlkem768>;
extern template class MlKem<mlkem1024>;

}  // namespace keyway::crypto::mlkem
