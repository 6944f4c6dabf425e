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

}  // namespace

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
