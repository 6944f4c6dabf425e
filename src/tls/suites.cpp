#include "tls/suites.hpp"

#include <array>

namespace keyway::tls {

namespace {

// AES-128 first: its strength is ample and it is the fastest wherever the processor has AES. The order counts on the
// client alone when the server follows it, and on the server when both sides have several.
constexpr std::array<SuiteTls13, 3> all_suites{{
    {CipherSuite::TLS_AES_128_GCM_SHA256, crypto::AeadAlgorithm::aes_128_gcm, crypto::HashAlgorithm::sha256},
    {CipherSuite::TLS_AES_256_GCM_SHA384, crypto::AeadAlgorithm::aes_256_gcm, crypto::HashAlgorithm::sha384},
    {CipherSuite::TLS_CHACHA20_POLY1305_SHA256, crypto::AeadAlgorithm::chacha20_poly1305,
     crypto::HashAlgorithm::sha256},
}};

constexpr std::array<SuiteTls12, 8> all_suites_tls12{{
    {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, KeyExchangeTls12::ecdhe, SuiteAuthentication::ecdsa,
     crypto::AeadAlgorithm::aes_128_gcm, crypto::HashAlgorithm::sha256},
    {CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256, KeyExchangeTls12::ecdhe, SuiteAuthentication::rsa,
     crypto::AeadAlgorithm::aes_128_gcm, crypto::HashAlgorithm::sha256},
    {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, KeyExchangeTls12::ecdhe, SuiteAuthentication::ecdsa,
     crypto::AeadAlgorithm::aes_256_gcm, crypto::HashAlgorithm::sha384},
    {CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, KeyExchangeTls12::ecdhe, SuiteAuthentication::rsa,
     crypto::AeadAlgorithm::aes_256_gcm, crypto::HashAlgorithm::sha384},
    {CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, KeyExchangeTls12::ecdhe, SuiteAuthentication::ecdsa,
     crypto::AeadAlgorithm::chacha20_poly1305, crypto::HashAlgorithm::sha256},
    {CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256, KeyExchangeTls12::ecdhe, SuiteAuthentication::rsa,
     crypto::AeadAlgorithm::chacha20_poly1305, crypto::HashAlgorithm::sha256},
    {CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256, KeyExchangeTls12::rsa_transport, SuiteAuthentication::rsa,
     crypto::AeadAlgorithm::aes_128_gcm, crypto::HashAlgorithm::sha256},
    {CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384, KeyExchangeTls12::rsa_transport, SuiteAuthentication::rsa,
     crypto::AeadAlgorithm::aes_256_gcm, crypto::HashAlgorithm::sha384},
}};

}  // namespace

SuiteAuthentication authentication_of(crypto::KeyType key) noexcept {
  const bool is_rsa = key == crypto::KeyType::rsa || key == crypto::KeyType::rsa_pss;
  return is_rsa ? SuiteAuthentication::rsa : SuiteAuthentication::ecdsa;
}

bool serves(crypto::KeyType key, const SuiteTls12& suite) noexcept {
  if (suite.key_exchange == KeyExchangeTls12::rsa_transport) return key == crypto::KeyType::rsa;
  return authentication_of(key) == suite.authentication;
}

std::optional<NamedGroup> curve_of(crypto::KeyType key) noexcept {
  if (key == crypto::KeyType::p256) return NamedGroup::secp256r1;
  if (key == crypto::KeyType::p384) return NamedGroup::secp384r1;
  if (key == crypto::KeyType::p521) return NamedGroup::secp521r1;
  return std::nullopt;
}

std::span<const SuiteTls12> suites_tls12() noexcept {
  return all_suites_tls12;
}

const SuiteTls12* find_suite_tls12(CipherSuite id) noexcept {
  for (const SuiteTls12& suite : all_suites_tls12) {
    if (suite.id == id) return &suite;
  }
  return nullptr;
}

bool is_ecdhe_group(NamedGroup group) noexcept {
  return group == NamedGroup::x25519 || group == NamedGroup::secp256r1 || group == NamedGroup::secp384r1 ||
         group == NamedGroup::secp521r1;
}

std::span<const SuiteTls13> suites_tls13() noexcept {
  return all_suites;
}

const SuiteTls13* find_suite_tls13(CipherSuite id) noexcept {
  for (const SuiteTls13& suite : all_suites) {
    if (suite.id == id) return &suite;
  }
  return nullptr;
}

}  // namespace keyway::tls
