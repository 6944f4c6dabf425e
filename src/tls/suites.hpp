#pragma once

#include <span>

#include <keyway/crypto.hpp>
#include <keyway/types.hpp>

namespace keyway::tls {

/// What a TLS 1.3 cipher suite stands for (RFC 8446 B.4).
struct SuiteTls13 {
  CipherSuite id;
  crypto::AeadAlgorithm aead;
  crypto::HashAlgorithm hash;
};

/// All suites of TLS 1.3 that Keyway has, in its own order of preference.
[[nodiscard]] std::span<const SuiteTls13> suites_tls13() noexcept;

/// The suite with this number; null for any other.
[[nodiscard]] const SuiteTls13* find_suite_tls13(CipherSuite id) noexcept;

}  // namespace keyway::tls
