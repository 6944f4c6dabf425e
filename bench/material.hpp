#pragma once

#include <string_view>

#include "contest.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::bench {

inline constexpr std::string_view host_name = "shop.localhost";

/// What both libraries show and trust: a root, an intermediate, a leaf for host_name and one for a client.
struct Material {
  testing::TestAuthority authority;
  testing::IssuedCertificate leaf;
  testing::IssuedCertificate client_leaf;
};

/// Made once a kind of key.
[[nodiscard]] const Material& material(LeafKey key);

/// Takes a result's value, or gives up.
template <typename T>
T must(Result<T> result, std::string_view what) {
  if (!result) give_up(std::string(what) + ": " + result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

}  // namespace keyway::bench
