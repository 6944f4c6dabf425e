#pragma once
/// \file
/// Coming back to a server without a full handshake: what clients keep, and the keys that seal a server's tickets.

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>

namespace keyway {

class ClientConfig;

namespace tls {
struct ClientSession;
class TicketSealer;
}  // namespace tls

/// What a client keeps of a connection to come back: a ticket with its secret, what both are bound to, and the proof of
/// who the server was. Opaque and immutable.
using StoredSession = std::shared_ptr<const tls::ClientSession>;

/// The most bytes that a session has when it is written.
inline constexpr std::size_t max_written_session = std::size_t{1} << 18U;

/// A session as bytes, for stores that outlive the process. They hold its secret: whoever reads them can take the
/// session's place, and whoever writes them can say with whom it is. To be kept from others, and wiped. Errors:
/// InvalidArgument (null, or too large to be read again).
[[nodiscard]] Result<Bytes> write_session(const StoredSession& session);

/// Reads what write_session() wrote; strict: no byte more or less. The server's chain is verified again, by `config`
/// and now, so that no file can stand for a certificate. Errors: those of parsing, LengthOutOfRange, InvalidValue (of
/// another configuration), the verdict's; InvalidConfiguration where `config` does not verify chains itself.
[[nodiscard]] Result<StoredSession> read_session(ByteView bytes, const ClientConfig& config);

/// Where a client keeps sessions. Thread-safe. Each session is given out once: two connections with one ticket could be
/// told to be the same client's (RFC 8446 C.4).
class SessionStore {
 public:
  virtual ~SessionStore() = default;

  /// Keeps `session` under `key`, bytes that name the server and the client's configuration. There may be several under
  /// one key. A store may forget whatever it likes.
  virtual void put(std::string_view key, StoredSession session) = 0;

  /// Takes a session out, the newest first; null when there is none.
  [[nodiscard]] virtual StoredSession take(std::string_view key) = 0;
};

/// Keeps sessions in this process, up to a number of them; what was not used for longest goes first. Spread over parts
/// with a lock each, so that threads seldom meet.
class InMemorySessionStore final : public SessionStore {
 public:
  /// `capacity`: sessions in all, at least 1. `per_key`: sessions under one key, at least 1.
  explicit InMemorySessionStore(std::size_t capacity = 256, std::size_t per_key = 4);
  ~InMemorySessionStore() override;

  void put(std::string_view key, StoredSession session) override;
  [[nodiscard]] StoredSession take(std::string_view key) override;

  [[nodiscard]] std::size_t size() const;  ///< sessions kept now

 private:
  struct Part;
  [[nodiscard]] Part& part_of(std::string_view key) const;
  std::vector<std::unique_ptr<Part>> parts_;
  std::size_t per_part_ = 1;
  std::size_t per_key_ = 1;
};

/// Where a server keeps sessions whose name alone the client holds: those of TLS 1.2 clients that have no tickets, and
/// all of a server without_tickets(). Thread-safe. What is kept is sealed by the configuration's TicketKeys: a store
/// that others can read betrays no secret, and what they write into it is not taken.
class ServerSessionStore {
 public:
  virtual ~ServerSessionStore() = default;

  /// Keeps `session` under `id`, 32 random bytes. It is of no use after `until`. A store may forget whatever it likes.
  virtual void put(ByteView id, Bytes session, Time until) = 0;

  /// What is kept under `id`, which stays: TLS 1.2 goes on with a session several times.
  [[nodiscard]] virtual std::optional<Bytes> get(ByteView id) = 0;

  /// The same, and forgets it: of two that ask for one, only one gets it.
  [[nodiscard]] virtual std::optional<Bytes> take(ByteView id) = 0;

  /// True where looking for this one takes a while. It is then not asked for here: the connection waits with
  /// Pause::session_lookup, and the application brings it.
  [[nodiscard]] virtual bool answers_later(ByteView /*id*/) const { return false; }
};

/// Keeps sessions in this process, up to a number of them; what was not used for longest goes first. Spread over parts
/// with a lock each.
class InMemoryServerSessionStore final : public ServerSessionStore {
 public:
  explicit InMemoryServerSessionStore(std::size_t capacity = 16384);  ///< sessions in all, at least 1
  ~InMemoryServerSessionStore() override;

  void put(ByteView id, Bytes session, Time until) override;
  [[nodiscard]] std::optional<Bytes> get(ByteView id) override;
  [[nodiscard]] std::optional<Bytes> take(ByteView id) override;

  [[nodiscard]] std::size_t size() const;  ///< sessions kept now

 private:
  struct Part;
  [[nodiscard]] Part& part_of(ByteView id) const;
  std::vector<std::unique_ptr<Part>> parts_;
  std::size_t per_part_ = 1;
};

/// How a server hands out tickets.
struct TicketOptions {
  std::size_t count = 2;                                   ///< tickets after a full handshake, 0 to 8
  std::chrono::seconds lifetime = std::chrono::hours(24);  ///< of each; at most 7 days (RFC 8446 4.6.1)
};

/// Seals sessions in another way than TicketKeys' own: inside a device that guards its keys, or in a form that other
/// programs read, too. Thread-safe.
class TicketProtection {
 public:
  virtual ~TicketProtection() = default;

  /// A ticket of up to 65535 bytes that hides and authenticates `session`, which holds a secret. An error ends the
  /// connection.
  [[nodiscard]] virtual Result<Bytes> protect(ByteView session) = 0;
  /// The session in `ticket`, of any bytes, wiped after use; nothing where this did not make it, or it was altered.
  [[nodiscard]] virtual std::optional<Bytes> unprotect(ByteView ticket) = 0;
  /// True for a ticket that is better replaced by a new one, as when the keys behind it are about to go.
  [[nodiscard]] virtual bool is_outdated(ByteView /*ticket*/) const { return false; }
  /// True where both take a while. They are then not called: the connection waits with Pause::ticket_sealing and
  /// Pause::ticket_opening, and the application does the one or the other. Tickets of TLS 1.2 are then not renewed.
  [[nodiscard]] virtual bool answers_later() const { return false; }
};

/// The keys that seal a server's tickets (AES-256-GCM): the first seals, all open. Thread-safe. By default a
/// configuration has keys of its own that change by themselves. Servers that are to take each other's tickets are given
/// the same keys; a ticket is still good only where the configurations agree.
class TicketKeys {
 public:
  static constexpr std::size_t key_size = 32;  ///< bytes of each key
  static constexpr std::size_t max_keys = 16;

  /// Random keys that nobody else knows. One seals for `period`, and opens for as long again. `random` may be null: the
  /// provider's. Errors: InvalidConfiguration (no provider or clock, a period below a minute), RandomFailed.
  [[nodiscard]] static Result<std::shared_ptr<TicketKeys>> rotating(std::shared_ptr<const crypto::Provider> provider,
                                                                    std::shared_ptr<const Clock> clock,
                                                                    std::chrono::seconds period,
                                                                    std::shared_ptr<const crypto::Random> random = {});
  /// Keys from outside, which changes them by replace(). Errors: InvalidConfiguration, when there is none or too many,
  /// one is not of key_size bytes, all zeros, or there twice.
  [[nodiscard]] static Result<std::shared_ptr<TicketKeys>> from(std::shared_ptr<const crypto::Provider> provider,
                                                                std::span<const ByteView> keys);
  /// No keys at all: `protection` seals and opens. Errors: InvalidConfiguration (null).
  [[nodiscard]] static Result<std::shared_ptr<TicketKeys>> behind(std::shared_ptr<TicketProtection> protection);
  ~TicketKeys();
  TicketKeys(const TicketKeys&) = delete;
  TicketKeys& operator=(const TicketKeys&) = delete;

  /// Puts other keys in place of all, from the next ticket on; keys that rotate by themselves stop to. Errors: as
  /// from(), and InvalidConfiguration for those behind a TicketProtection.
  [[nodiscard]] Result<void> replace(std::span<const ByteView> keys);

 private:
  friend class tls::TicketSealer;
  using Name = std::array<std::uint8_t, 16>;
  struct Key {
    Name name{};
    SecretBuffer<key_size> secret;
    bool seals = true;  ///< false for one that only opens any more
    [[nodiscard]] Key clone(bool still_seals) const noexcept { return {name, secret.clone(), still_seals}; }
  };
  struct State;

  explicit TicketKeys(std::unique_ptr<State> state) noexcept;
  [[nodiscard]] TicketProtection* protection() const noexcept;  ///< null: keys of its own
  /// Errors: RandomFailed.
  [[nodiscard]] Result<Key> sealing_key();
  [[nodiscard]] std::optional<Key> opening_key(const Name& name);

  std::unique_ptr<State> state_;
};

}  // namespace keyway
