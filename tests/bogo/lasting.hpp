#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <vector>

#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/early_data.hpp>
#include <keyway/session.hpp>

#include "outcome.hpp"

namespace keyway::bogo {

/// Stands still, but where the flags move it on.
class ShiftedClock final : public Clock {
 public:
  [[nodiscard]] Time now() const noexcept override { return now_; }
  void move(std::chrono::seconds by) noexcept { now_ += by; }

 private:
  Time now_ = SystemClock().now();
};

/// A client's sessions. Each connection of a test has a configuration of its own, to which the library would not give
/// the sessions of another: here they are bound to the one that asks.
class KeptSessions final : public SessionStore {
 public:
  void put(std::string_view key, StoredSession session) override;
  [[nodiscard]] StoredSession take(std::string_view key) override;

  [[nodiscard]] bool empty() const noexcept { return sessions_.empty(); }
  /// True when early data may be sent with the newest.
  [[nodiscard]] bool newest_takes_early_data() const;
  /// Sessions that a connection brought since the last call; one that was used and put back is none.
  [[nodiscard]] std::size_t take_count_of_new() noexcept;

 private:
  std::vector<StoredSession> sessions_;
  StoredSession given_;
  std::size_t new_ = 0;
};

/// What stays from one connection of a test to the next.
struct Lasting {
  std::shared_ptr<const crypto::Provider> provider;
  std::shared_ptr<ShiftedClock> clock;
  std::shared_ptr<KeptSessions> client_sessions;
  std::shared_ptr<InMemoryServerSessionStore> server_sessions;
  std::shared_ptr<TicketKeys> ticket_keys;
  std::shared_ptr<InMemorySingleUseStore> early_data_store;

  [[nodiscard]] static Outcome<Lasting> make();
  /// Another key seals tickets; the ones before still open.
  [[nodiscard]] Outcome<void> change_ticket_keys();

 private:
  std::vector<Bytes> keys_;
};

}  // namespace keyway::bogo
