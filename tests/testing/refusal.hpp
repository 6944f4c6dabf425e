#pragma once

#include <gtest/gtest.h>

#include "testing/scripted_peer.hpp"

namespace keyway::testing {

/// True when the connection under test ended with this error and told the peer this alert, once.
inline ::testing::AssertionResult refused(const ScriptedPeer& peer, ErrorCode code,
                                          std::optional<AlertDescription> alert) {
  if (peer.refusal() != code)
    return ::testing::AssertionFailure() << "expected " << name(code) << ", got " << peer.why();
  if (peer.alert() != alert) {
    return ::testing::AssertionFailure() << "expected the alert " << (alert ? to_string(*alert) : "(none)") << ", got "
                                         << (peer.alert() ? to_string(*peer.alert()) : "(none)") << "; " << peer.why();
  }
  if (peer.alerts() > 1) return ::testing::AssertionFailure() << peer.alerts() << " alerts";
  return ::testing::AssertionSuccess();
}

}  // namespace keyway::testing
