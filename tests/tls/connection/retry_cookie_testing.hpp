#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "tls/connection/resumption_testing.hpp"

namespace keyway::testing {

inline const Bytes home{192, 0, 2, 1, 0x01, 0xbb};
inline const Bytes elsewhere{192, 0, 2, 2, 0x01, 0xbb};

/// Two servers of the same keys, and a clock.
class StatelessWorld {
 public:
  [[nodiscard]] ServerConfig::Builder server() const {
    ServerConfig::Builder builder = server_builder();
    return fitted(std::move(builder));
  }
  [[nodiscard]] ServerConfig::Builder fitted(ServerConfig::Builder builder) const {
    builder.clock(clock).stateless_retry({.keys = keys});
    return builder;
  }
  /// Offers no share at first.
  [[nodiscard]] static ClientConfig::Builder client() {
    Policy policy = classical_policy();
    policy.key_shares.clear();
    ClientConfig::Builder builder = client_builder();
    builder.policy(policy);
    return builder;
  }

  std::shared_ptr<MovableClock> clock = std::make_shared<MovableClock>();
  std::shared_ptr<TicketKeys> keys = *TicketKeys::rotating(provider(), clock, std::chrono::hours(1));
};

/// As far as the second ClientHello, which waits; `first` is gone then.
inline Pair bring_to_second(const std::shared_ptr<const ClientConfig>& client,
                            const std::shared_ptr<const ServerConfig>& first, ByteView address = home) {
  Pair pair = make_tls_pair(client, first, {}, {.client_address = address});
  EXPECT_TRUE(pair.carry(Side::client));
  EXPECT_TRUE(pair.server.info().after_hello_retry_request);
  EXPECT_TRUE(pair.carry(Side::server));
  return pair;
}

inline void change_server(Pair& pair, const std::shared_ptr<const ServerConfig>& second, ByteView address = home) {
  pair.server = Connection::server(second, {.client_address = address}).value();
}

}  // namespace keyway::testing
