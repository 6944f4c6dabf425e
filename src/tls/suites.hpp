#pragma once

#include <cstdint>
#include <optional>
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

/// Whose keys may sign for a suite of TLS 1.2 (RFC 8422 2: ECDSA's suites serve EdDSA, too).
enum class SuiteAuthentication : std::uint8_t { ecdsa, rsa };
[[nodiscard]] SuiteAuthentication authentication_of(crypto::KeyType key) noexcept;

/// The curve that keys of this type are on, by its name as a group; nothing where they are on none that has one.
[[nodiscard]] std::optional<NamedGroup> curve_of(crypto::KeyType key) noexcept;

/// What a TLS 1.2 cipher suite stands for (RFC 5289, RFC 7905): ECDHE and an AEAD.
struct SuiteTls12 {
  CipherSuite id;
  SuiteAuthentication authentication;
  crypto::AeadAlgorithm aead;
  crypto::HashAlgorithm hash;  ///< of the PRF and the transcript
};

/// All suites of TLS 1.2 that Keyway has, in its own order of preference.
[[nodiscard]] std::span<const SuiteTls12> suites_tls12() noexcept;

/// The suite with this number; null for any other.
[[nodiscard]] const SuiteTls12* find_suite_tls12(CipherSuite id) noexcept;

/// True for the groups of TLS 1.2's ECDHE (RFC 8422 5.1.1): curves, and neither KEMs nor finite fields.
[[nodiscard]] bool is_ecdhe_group(NamedGroup group) noexcept;

/// All suites of TLS 1.3 that Keyway has, in its own order of preference.
[[nodiscard]] std::span<const SuiteTls13> suites_tls13() noexcept;

/// The suite with this number; null for any other.
[[nodiscard]] const SuiteTls13* find_suite_tls13(CipherSuite id) noexcept;

}  // namespace keyway::tls
