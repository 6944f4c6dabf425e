#pragma once

#include <cstddef>

#include <keyway/bytes.hpp>

#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// A blocking TCP connection to the runner.
class Transport {
 public:
  /// Connects and says which test this is.
  [[nodiscard]] static Outcome<Transport> connect(const Settings& settings);

  Transport(Transport&& other) noexcept;
  Transport& operator=(Transport&&) = delete;
  /// Half-closes and reads to the end first: else the runner may see a reset instead of the last alert.
  ~Transport();

  /// 0: the runner has closed.
  [[nodiscard]] Outcome<std::size_t> read(ByteSpan out);
  [[nodiscard]] Outcome<void> write(ByteView bytes);

 private:
  explicit Transport(int fd) noexcept : fd_(fd) {}
  int fd_;
};

}  // namespace keyway::bogo
