#pragma once

#include <cstddef>

#include <keyway/connection.hpp>

#include "lasting.hpp"
#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// Holds what a connection makes of sessions against the flags. Made before it begins.
class SessionCheck {
 public:
  SessionCheck(const Settings& settings, const Lasting& lasting, bool is_resumption) noexcept
      : settings_(settings),
        lasting_(lasting),
        is_resumption_(is_resumption),
        stored_before_(lasting.server_sessions->size()) {}

  [[nodiscard]] Outcome<void> after_handshake(const Connection& connection);
  /// TLS 1.3's tickets come with the data.
  [[nodiscard]] Outcome<void> after_data(const Connection& connection);

 private:
  [[nodiscard]] Outcome<void> check_new(bool expects_one);

  const Settings& settings_;
  const Lasting& lasting_;
  bool is_resumption_;
  std::size_t stored_before_;
};

}  // namespace keyway::bogo
