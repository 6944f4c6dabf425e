#pragma once

#include <cstdint>
#include <optional>

#include <sys/socket.h>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/handover.hpp>
#include <keyway/observer.hpp>
#include <keyway/types.hpp>

namespace keyway::kernel {

// The kernel's interface to TLS, and nothing else of it: all of <linux/tls.h>. Each call is one system call; `errno`
// says why one failed.

/// Makes `fd` a socket that TLS can be switched on for; until then it is as before.
[[nodiscard]] bool attach_tls(int fd) noexcept;
/// Gives the kernel the keys of one direction, or new ones.
[[nodiscard]] bool set_keys(int fd, Direction direction, ProtocolVersion version, crypto::AeadAlgorithm aead,
                            const DirectionSecrets& secrets) noexcept;

/// What recvmsg found: a record's type with the size of its content. Nothing: see errno.
struct Opened {
  ContentType type{};  ///< `invalid`: the transport has ended
  std::size_t size = 0;
};
[[nodiscard]] std::optional<Opened> receive(int fd, ByteSpan room) noexcept;
/// After a record that could not be opened, the kernel sends nothing either until its error was asked for: an alert.
void acknowledge_error(int fd) noexcept;
/// Sends one record of this type, or data of application data's. Bytes of `content` that were taken; nothing: see
/// errno.
[[nodiscard]] std::optional<std::size_t> send(int fd, ContentType type, ByteView content) noexcept;

}  // namespace keyway::kernel
