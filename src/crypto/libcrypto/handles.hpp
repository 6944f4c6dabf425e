#pragma once

#include <array>
#include <memory>
#include <string_view>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include <keyway/error.hpp>

namespace keyway::crypto::libcrypto {

/// Frees what libcrypto made: `Handle<BIGNUM, BN_clear_free>`.
template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

using Number = Handle<BIGNUM, BN_clear_free>;
using NumberContext = Handle<BN_CTX, BN_CTX_free>;
using Group = Handle<EC_GROUP, EC_GROUP_free>;
using Point = Handle<EC_POINT, EC_POINT_clear_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;
using KeyContext = Handle<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using Cipher = Handle<EVP_CIPHER, EVP_CIPHER_free>;
using CipherContext = Handle<EVP_CIPHER_CTX, EVP_CIPHER_CTX_free>;
using DigestContext = Handle<EVP_MD_CTX, EVP_MD_CTX_free>;

/// An error that tells what libcrypto last complained about. Empties libcrypto's error queue, which belongs to the
/// thread and would otherwise show up on another connection.
[[nodiscard]] Error failed(ErrorCode code);

/// A cipher for each AeadAlgorithm, in that order, looked up by libcrypto's names. Errors: CryptoFailed, where one is
/// missing.
using CipherSet = std::array<Cipher, 3>;
[[nodiscard]] Result<CipherSet> fetch_ciphers(const std::array<const char*, 3>& names);

}  // namespace keyway::crypto::libcrypto
