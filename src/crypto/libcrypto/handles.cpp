#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

Error failed(ErrorCode code) {
  const unsigned long reported = ERR_peek_last_error();
  const char* reason = reported != 0 ? ERR_reason_error_string(reported) : nullptr;
  ERR_clear_error();
  return fail(code).received(reason != nullptr ? std::string_view(reason) : std::string_view());
}

Result<CipherSet> fetch_ciphers(const std::array<const char*, 3>& names) {
  CipherSet ciphers;
  for (std::size_t i = 0; i < ciphers.size(); ++i) {
    ciphers[i].reset(EVP_CIPHER_fetch(nullptr, names[i], nullptr));
    if (ciphers[i] == nullptr) {
      return std::unexpected(failed(ErrorCode::CryptoFailed).at(names[i]).advice("use a libcrypto built with it"));
    }
  }
  return ciphers;
}

}  // namespace keyway::crypto::libcrypto
