#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

namespace keyway::crypto {

/// A key share that is not one.
[[nodiscard]] inline std::unexpected<Error> refuse_share(NamedGroup group, std::string_view expected,
                                                         std::string_view received) {
  return std::unexpected(fail(ErrorCode::InvalidKeyShare).at(to_string(group)).expected(expected).received(received));
}

/// InvalidKeyShare for a share that has not `size` bytes.
[[nodiscard]] inline Result<void> check_share_size(NamedGroup group, ByteView share, std::size_t size) {
  if (share.size() == size) return {};
  return refuse_share(group, std::to_string(size) + " bytes", std::to_string(share.size()) + " bytes");
}

}  // namespace keyway::crypto
