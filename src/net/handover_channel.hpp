#pragma once
/// \file
/// The way from a server process to the one that replaces it: a Unix socket that this user alone can open.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <utility>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "net/socket.hpp"

namespace keyway::net {

/// What goes over it. Both ends are processes of one user.
struct HandoverMessage {
  enum class Kind : std::uint8_t {
    listener = 1,    ///< to the new process: the listening socket; payload: the HandoverKey of what follows
    taken = 2,       ///< to the old one: the new one accepts connections on it
    connection = 3,  ///< to the new one: a connection's socket; payload: Connection::export_idle()
  };
  Kind kind{};
  Bytes payload;
  Descriptor descriptor;  ///< of `listener` and `connection`
};

/// One end. Calls wait for the other end, a few seconds at most.
class HandoverChannel {
 public:
  /// To the process that serves now; nothing: there is none. Errors: TransportFailed, also where it is another user's.
  [[nodiscard]] static Result<std::optional<HandoverChannel>> connect(const std::filesystem::path& path);

  /// Errors: TransportFailed, TimedOut.
  [[nodiscard]] Result<void> send(HandoverMessage::Kind kind, ByteView payload, int descriptor = -1) const;
  /// Nothing: the other end is done. Errors: TransportFailed, also for what is no message; TimedOut.
  [[nodiscard]] Result<std::optional<HandoverMessage>> receive() const;

  /// To wait for, until there is something to receive.
  [[nodiscard]] int fd() const noexcept { return socket_.fd(); }

 private:
  friend class HandoverDoor;
  explicit HandoverChannel(Descriptor socket) noexcept : socket_(std::move(socket)) {}
  [[nodiscard]] Result<void> send_bytes(ByteView bytes) const;
  /// False at a clean end before the first byte.
  [[nodiscard]] Result<bool> receive_bytes(ByteSpan out) const;

  Descriptor socket_;
};

/// Where the process that serves waits for its successor: a socket file of mode 0600.
class HandoverDoor {
 public:
  /// Takes the place of a socket that nobody listens on any more. Errors: ListenFailed.
  [[nodiscard]] static Result<HandoverDoor> open(const std::filesystem::path& path);
  HandoverDoor(HandoverDoor&&) noexcept = default;
  HandoverDoor& operator=(HandoverDoor&&) = delete;
  /// Takes the file away.
  ~HandoverDoor();

  /// Who has come; nothing: nobody, or another user. Does not wait.
  [[nodiscard]] std::optional<HandoverChannel> accept() const;
  [[nodiscard]] int fd() const noexcept { return socket_.fd(); }

 private:
  HandoverDoor(Descriptor socket, std::filesystem::path path) noexcept
      : socket_(std::move(socket)), path_(std::move(path)) {}

  Descriptor socket_;
  std::filesystem::path path_;
};

}  // namespace keyway::net
