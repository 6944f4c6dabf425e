#pragma once

#include <memory>

namespace keyway::bench {

template <auto Free>
struct Deleter {
  template <typename T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};
/// Owns an object of libcrypto's or libssl's.
template <typename T, auto Free>
using Handle = std::unique_ptr<T, Deleter<Free>>;

}  // namespace keyway::bench
