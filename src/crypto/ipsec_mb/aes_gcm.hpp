#pragma once

#include <memory>
#include <optional>
#include <string>

#include <keyway/crypto.hpp>

namespace keyway::crypto::ipsec_mb {

/// Intel's vector AES-GCM. There is one only on a processor that has the instructions which make it faster than
/// libcrypto's: VAES and VPCLMULQDQ on 512 bits.
class AesGcm {
 public:
  /// Asks the processor; nothing where it, or this build, lacks what it takes.
  [[nodiscard]] static std::optional<AesGcm> detect();

  /// `algorithm` is one of the two AES-GCM, `key` has its size.
  [[nodiscard]] std::unique_ptr<Aead> make(AeadAlgorithm algorithm, ByteView key) const;

  /// For messages: "ipsec-mb 1.3.0 (VAES, AVX-512)".
  [[nodiscard]] std::string description() const;

  /// The library's entry points for one key size.
  struct Functions;

 private:
  AesGcm(const Functions* aes128, const Functions* aes256) noexcept : aes128_(aes128), aes256_(aes256) {}
  const Functions* aes128_;
  const Functions* aes256_;
};

}  // namespace keyway::crypto::ipsec_mb
