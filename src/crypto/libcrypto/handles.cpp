#include "crypto/libcrypto/handles.hpp"

namespace keyway::crypto::libcrypto {

Error failed(ErrorCode code) {
  const unsigned long reported = ERR_peek_last_error();
  const char* reason = reported != 0 ? ERR_reason_error_string(reported) : nullptr;
  ERR_clear_error();
  return fail(code).received(reason != nullptr ? std::string_view(reason) : std::string_view());
}

}  // namespace keyway::crypto::libcrypto
