#pragma once
/// \file
/// Data before the handshake is done (0-RTT, RFC 8446 2.3, 8, E.5): off unless both sides switch it on.
///
/// It saves a round trip, and costs two promises: whoever recorded it can send it again, and who later steals the keys
/// of tickets can read it. For requests that change nothing alone.

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>

namespace keyway {

/// What became of early data, and why.
enum class EarlyData : std::uint8_t {
  off,               ///< not switched on here
  no_session,        ///< none: there was no session to come back to, or the client offered none
  not_in_session,    ///< none: the session was made without the promise to take any
  not_in_version,    ///< none: TLS 1.2 was chosen
  not_offered,       ///< none: the client could have offered it, and did not
  not_for_protocol,  ///< client: none, as the session's application protocol is not among those offered now
  offered,           ///< client: the server has not yet said
  accepted,          ///< the server takes it
  session_refused,   ///< refused: the server made a full handshake
  retried,           ///< refused: there was a HelloRetryRequest
  not_fresh,         ///< server: refused, as the ticket's age is not what it should be: sent again, or long under way
  seen_before,       ///< server: refused, as the ticket was used for early data already, or the store can't tell
  other_protocol,    ///< server: refused, as another application protocol was chosen than the session's
  declined,          ///< client: refused, and the server does not say why
};
[[nodiscard]] std::string_view to_string(EarlyData outcome) noexcept;
/// True when early data was, or would have been, offered and is lost.
[[nodiscard]] bool is_refused(EarlyData outcome) noexcept;

/// Remembers what was used, so that nothing is used twice. Thread-safe. Servers that take each other's tickets share
/// one.
class SingleUseStore {
 public:
  virtual ~SingleUseStore() = default;

  /// True for the first who asks with this key (32 bytes), and then for nobody until `until`; false also where the
  /// store can't promise that (it is full, or out of reach).
  [[nodiscard]] virtual bool use(ByteView key, Time now, Time until) = 0;
  /// True where use() takes a while. It is then not called: the connection waits with Pause::first_use, and the
  /// application asks. The server's clock runs on meanwhile, and the client waits.
  [[nodiscard]] virtual bool answers_later() const { return false; }
  /// Since when all uses are remembered: of what may have been used before, it can't tell.
  [[nodiscard]] virtual Time remembers_since() const noexcept = 0;
};

/// Remembers in this process. Full, it refuses until something may be forgotten; it never forgets early. Spread over
/// parts with a lock each.
class InMemorySingleUseStore final : public SingleUseStore {
 public:
  /// `now`: uses before it are not known here. `capacity`: keys in all, at least 1.
  explicit InMemorySingleUseStore(Time now, std::size_t capacity = 65536);
  ~InMemorySingleUseStore() override;

  [[nodiscard]] bool use(ByteView key, Time now, Time until) override;
  [[nodiscard]] Time remembers_since() const noexcept override { return since_; }

  [[nodiscard]] std::size_t size() const;  ///< keys remembered now

 private:
  struct Part;
  std::vector<std::unique_ptr<Part>> parts_;
  std::size_t per_part_ = 1;
  Time since_;
};

/// How a server takes early data.
struct EarlyDataOptions {
  std::uint32_t max_size = 14336;   ///< bytes of a connection, told in its tickets; 1 to 2^24; more ends the connection
  std::chrono::seconds window{10};  ///< how far a ticket's age may be off (RFC 8446 8.3); 1 to 300 s
  std::shared_ptr<SingleUseStore> store = nullptr;  ///< null: an InMemorySingleUseStore of the configuration's own
};

}  // namespace keyway
