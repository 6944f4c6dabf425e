#pragma once

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

#include <keyway/error.hpp>

namespace keyway::testing {

/// What a helper can't go on without, or the end of the test program with the reason.
template <typename T>
T must(Result<T> result, std::string_view what) {
  if (!result) {
    std::cerr << what << ": " << result.error().message() << '\n';
    std::abort();
  }
  return std::move(*result);
}

}  // namespace keyway::testing
