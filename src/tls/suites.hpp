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

/// How both sides of TLS 1.2 come by a pre-master secret.
enum class KeyExchangeTls12 : std::uint8_t {
  ecdhe,          ///< with ephemeral keys, which the certificate's key signs (RFC 8422)
  rsa_transport,  ///< the client sends it, encrypted to the certificate's key (RFC 5246 7.4.7.1): no forward secrecy
};

/// Whose keys serve a suite of TLS 1.2 (RFC 8422 2: ECDSA's suites serve EdDSA, too).
enum class SuiteAuthentication : std::uint8_t { ecdsa, rsa };
[[nodiscard]] SuiteAuthentication authentication_of(crypto::KeyType key) noexcept;

/// The curve that keys of this type are on, by its name as a group; nothing where they are on none that has one.
[[nodiscard]] std::optional<NamedGroup> curve_of(crypto::KeyType key) noexcept;

/// What a TLS 1.2 cipher suite stands for (RFC 5288, RFC 5289, RFC 7905): always with an AEAD.
struct SuiteTls12 {
  CipherSuite id;
  KeyExchangeTls12 key_exchange;
  SuiteAuthentication authentication;
  crypto::AeadAlgorithm aead;
  crypto::HashAlgorithm hash;  ///< of the PRF and the transcript
};

/// True where a key of this type can do what the suite asks of it. RFC 8017's PSS keys sign, and don't decrypt.
[[nodiscard]] bool serves(crypto::KeyType key, const SuiteTls12& suite) noexcept;

/// All suites of TLS 1.2 that Keyway has, in its own order of preference: those without forward secrecy last.
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
