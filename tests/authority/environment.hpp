#pragma once

#include <memory>

#include <keyway/authority.hpp>

#include "testing/make_certificate.hpp"

namespace keyway::authority {

/// The authority's world at test_now.
[[nodiscard]] inline Environment environment() {
  return {testing::provider(), std::make_shared<FixedClock>(testing::test_now)};
}

}  // namespace keyway::authority
