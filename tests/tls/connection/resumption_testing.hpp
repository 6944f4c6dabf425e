#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <keyway/session.hpp>

#include "testing/pair.hpp"
#include "tls/session/client_session.hpp"

namespace keyway::testing {

/// A clock that a test sets.
class MovableClock final : public Clock {
 public:
  explicit MovableClock(Time at = test_now) noexcept : at_(at) {}
  [[nodiscard]] Time now() const noexcept override { return at_; }
  void move(std::chrono::seconds by) noexcept { at_ += by; }

 private:
  Time at_;
};

[[nodiscard]] inline tls::ClientSession copy_of(const tls::ClientSession& kept) {
  return {kept.session.clone(), kept.ticket, kept.session_id, kept.peer};
}

/// A store that hands out everything to everybody, after a test has changed it: what the client itself must see to.
class CarelessStore final : public SessionStore {
 public:
  using Edit = std::function<void(tls::ClientSession&)>;

  void put(std::string_view, StoredSession session) override { sessions_.push_back(std::move(session)); }
  [[nodiscard]] StoredSession take(std::string_view) override {
    if (sessions_.empty()) return nullptr;
    tls::ClientSession taken = copy_of(*sessions_.back());
    sessions_.pop_back();
    if (edit) edit(taken);
    return std::make_shared<const tls::ClientSession>(std::move(taken));
  }
  [[nodiscard]] std::size_t size() const noexcept { return sessions_.size(); }
  [[nodiscard]] const StoredSession& back() const { return sessions_.back(); }

  Edit edit;

 private:
  std::vector<StoredSession> sessions_;
};

/// Joins the two, and says whether the handshake resumed; both sides must agree, and data must flow.
enum class Outcome : std::uint8_t { full, resumed, failed };
[[nodiscard]] inline Outcome connect(const std::shared_ptr<const ClientConfig>& client,
                                     const std::shared_ptr<const ServerConfig>& server) {
  Pair pair = make_tls_pair(client, server);
  if (!pair.run() || pair.client.info().is_resumption != pair.server.info().is_resumption) return Outcome::failed;
  const bool flows = pair.transfer(Side::client, "ping") == "ping" && pair.transfer(Side::server, "pong") == "pong";
  if (!flows) return Outcome::failed;
  return pair.client.info().is_resumption ? Outcome::resumed : Outcome::full;
}

}  // namespace keyway::testing
