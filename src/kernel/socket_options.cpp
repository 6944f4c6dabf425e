#include "kernel/socket_options.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/uio.h>

#if defined(__linux__) && __has_include(<linux/tls.h>)
#define KEYWAY_HAS_KERNEL_TLS 1
#include <linux/tls.h>
#else
#define KEYWAY_HAS_KERNEL_TLS 0
#endif

namespace keyway::kernel {

#if KEYWAY_HAS_KERNEL_TLS

namespace {

// Older headers lack some of these names; the numbers are the interface.
constexpr int tcp_ulp = 31;
constexpr int sol_tls = 282;

constexpr std::size_t number_size = 8;
constexpr std::size_t salt_size = 4;

void write_number(std::uint64_t number, ByteSpan out) noexcept {
  for (std::size_t i = number_size; i-- > 0; number >>= 8U) out[i] = static_cast<std::uint8_t>(number);
}

std::uint16_t number_of(ProtocolVersion version) noexcept {
  return version == ProtocolVersion::TLS1_3 ? std::uint16_t{TLS_1_3_VERSION} : std::uint16_t{TLS_1_2_VERSION};
}

bool set_option(int fd, Direction direction, const void* info, std::size_t size) noexcept {
  const int option = direction == Direction::sent ? TLS_TX : TLS_RX;
  return ::setsockopt(fd, sol_tls, option, info, static_cast<::socklen_t>(size)) == 0;
}

/// AES-GCM: the kernel takes the IV in two parts. TLS 1.2 sends the second with each record, and counts on from it
/// (RFC 5288 3): it begins where our own count is, so that no nonce comes twice.
template <typename Info>
bool set_gcm_keys(int fd, Direction direction, ProtocolVersion version, std::uint16_t cipher,
                  const DirectionSecrets& secrets) noexcept {
  Info info{};
  info.info.version = number_of(version);
  info.info.cipher_type = cipher;
  if (secrets.key.size() != sizeof(info.key) || secrets.iv.size() < salt_size) {
    errno = EINVAL;
    return false;
  }
  std::ranges::copy(secrets.key.view(), ByteSpan(info.key).begin());
  std::ranges::copy(secrets.iv.view().first(salt_size), ByteSpan(info.salt).begin());
  write_number(secrets.sequence_number, ByteSpan(info.rec_seq));
  if (secrets.iv.size() == salt_size + number_size) {
    std::ranges::copy(secrets.iv.view().subspan(salt_size), ByteSpan(info.iv).begin());
  } else {
    write_number(secrets.sequence_number, ByteSpan(info.iv));
  }
  const bool is_set = set_option(fd, direction, &info, sizeof info);
  wipe(ByteSpan(info.key));
  return is_set;
}

bool set_chacha_keys(int fd, Direction direction, ProtocolVersion version, const DirectionSecrets& secrets) noexcept {
  ::tls12_crypto_info_chacha20_poly1305 info{};
  info.info.version = number_of(version);
  info.info.cipher_type = TLS_CIPHER_CHACHA20_POLY1305;
  if (secrets.key.size() != sizeof(info.key) || secrets.iv.size() != sizeof(info.iv)) {
    errno = EINVAL;
    return false;
  }
  std::ranges::copy(secrets.key.view(), ByteSpan(info.key).begin());
  std::ranges::copy(secrets.iv.view(), ByteSpan(info.iv).begin());
  write_number(secrets.sequence_number, ByteSpan(info.rec_seq));
  const bool is_set = set_option(fd, direction, &info, sizeof info);
  wipe(ByteSpan(info.key));
  return is_set;
}

/// Room for one control message of one byte.
struct alignas(::cmsghdr) Control {
  std::array<std::uint8_t, CMSG_SPACE(1)> bytes{};
};

}  // namespace

bool attach_tls(int fd) noexcept {
  constexpr std::string_view name = "tls";
  return ::setsockopt(fd, IPPROTO_TCP, tcp_ulp, name.data(), static_cast<::socklen_t>(name.size())) == 0;
}

bool set_keys(int fd, Direction direction, ProtocolVersion version, crypto::AeadAlgorithm aead,
              const DirectionSecrets& secrets) noexcept {
  switch (aead) {
    case crypto::AeadAlgorithm::aes_128_gcm:
      return set_gcm_keys<::tls12_crypto_info_aes_gcm_128>(fd, direction, version, TLS_CIPHER_AES_GCM_128, secrets);
    case crypto::AeadAlgorithm::aes_256_gcm:
      return set_gcm_keys<::tls12_crypto_info_aes_gcm_256>(fd, direction, version, TLS_CIPHER_AES_GCM_256, secrets);
    case crypto::AeadAlgorithm::chacha20_poly1305:
      return set_chacha_keys(fd, direction, version, secrets);
  }
  errno = EINVAL;
  return false;
}

std::optional<Opened> receive(int fd, ByteSpan room) noexcept {
  Control control;
  ::iovec part{.iov_base = room.data(), .iov_len = room.size()};
  ::msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  const ::ssize_t count = ::recvmsg(fd, &message, MSG_DONTWAIT);
  if (count < 0) return std::nullopt;
  // Without a type there is no record: data always has one, empty data too.
  Opened opened{.type = count == 0 ? ContentType::invalid : ContentType::application_data,
                .size = static_cast<std::size_t>(count)};
  const ::cmsghdr* header = CMSG_FIRSTHDR(&message);
  if (header != nullptr && header->cmsg_level == sol_tls && header->cmsg_type == TLS_GET_RECORD_TYPE) {
    opened.type = static_cast<ContentType>(*CMSG_DATA(header));
  }
  return opened;
}

void acknowledge_error(int fd) noexcept {
  int error = 0;
  ::socklen_t size = sizeof error;
  static_cast<void>(::getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size));
}

std::optional<std::size_t> send(int fd, ContentType type, ByteView content) noexcept {
  if (type == ContentType::application_data) {
    const ::ssize_t count = ::send(fd, content.data(), content.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return count < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(count));
  }
  Control control;
  // What is sent is only read; the interface is older than const.
  Bytes copy(content.begin(), content.end());
  ::iovec part{.iov_base = copy.data(), .iov_len = copy.size()};
  ::msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.bytes.data();
  message.msg_controllen = control.bytes.size();
  ::cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = sol_tls;
  header->cmsg_type = TLS_SET_RECORD_TYPE;
  header->cmsg_len = CMSG_LEN(1);
  *CMSG_DATA(header) = static_cast<std::uint8_t>(type);
  message.msg_controllen = header->cmsg_len;
  const ::ssize_t count = ::sendmsg(fd, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
  return count < 0 ? std::nullopt : std::optional(static_cast<std::size_t>(count));
}

#else

bool attach_tls(int) noexcept {
  errno = ENOENT;
  return false;
}
bool set_keys(int, Direction, ProtocolVersion, crypto::AeadAlgorithm, const DirectionSecrets&) noexcept {
  errno = ENOENT;
  return false;
}
std::optional<Opened> receive(int, ByteSpan) noexcept {
  errno = ENOSYS;
  return std::nullopt;
}
void acknowledge_error(int) noexcept {}
std::optional<std::size_t> send(int, ContentType, ByteView) noexcept {
  errno = ENOSYS;
  return std::nullopt;
}

#endif

}  // namespace keyway::kernel
