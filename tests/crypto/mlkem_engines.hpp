#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "crypto/mlkem/engine.hpp"

namespace keyway::crypto::mlkem {

/// All that this processor can run.
inline std::vector<const Engine*> engines() {
  std::vector<const Engine*> all{&portable_engine()};
  for (const Engine* engine : {avx2_engine(), avx512_engine()}) {
    if (engine != nullptr) all.push_back(engine);
  }
  return all;
}

/// The same "random" values each time.
class Draw {
 public:
  explicit Draw(unsigned seed) : generator_(seed) {}

  Bytes bytes(std::size_t size) {
    Bytes out(size);
    for (auto& byte : out) byte = static_cast<std::uint8_t>(generator_());
    return out;
  }
  Poly poly(int lowest, int highest) {
    std::uniform_int_distribution<int> number(lowest, highest);
    Poly out;
    for (auto& c : out.c) c = static_cast<std::int16_t>(number(generator_));
    return out;
  }

 private:
  std::mt19937 generator_;
};

}  // namespace keyway::crypto::mlkem
