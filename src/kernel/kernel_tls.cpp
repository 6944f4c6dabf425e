#include <keyway/kernel_tls.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>
#if defined(__linux__)
#include <sys/sendfile.h>
#endif

#include "kernel/socket_options.hpp"
#include "tls/wire/record.hpp"

namespace keyway {
namespace {

constexpr std::array versions{ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3};
constexpr std::array aeads{crypto::AeadAlgorithm::aes_128_gcm, crypto::AeadAlgorithm::aes_256_gcm,
                           crypto::AeadAlgorithm::chacha20_poly1305};

/// KeyUpdate as a whole (RFC 8446 4.6.3).
constexpr std::size_t key_update_size = 5;
/// Records that may still go out when new keys are due: what is under way, alerts and the KeyUpdate.
constexpr std::uint64_t reserve = 1024;

std::uint8_t bit_of(ProtocolVersion version, crypto::AeadAlgorithm aead) noexcept {
  const std::size_t row = version == ProtocolVersion::TLS1_3 ? aeads.size() : 0;
  return static_cast<std::uint8_t>(1U << (row + static_cast<std::size_t>(aead)));
}

bool would_block() noexcept {
  return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

Error kernel_failed(std::string_view call) {
  return fail(ErrorCode::KernelTlsFailed).at(call).received(std::generic_category().message(errno));
}

std::unexpected<Error> transport_failed() {
  return std::unexpected(fail(ErrorCode::TransportFailed).received(std::generic_category().message(errno)));
}

/// A descriptor of the probe's.
struct Owned {
  int fd;
  explicit Owned(int of) noexcept : fd(of) {}
  Owned(const Owned&) = delete;
  Owned& operator=(const Owned&) = delete;
  ~Owned() {
    if (fd >= 0) ::close(fd);
  }
};

/// 127.0.0.1, as sockets want it.
class Loopback {
 public:
  Loopback() {
    ::addrinfo hints{};
    hints.ai_family = AF_INET;
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    if (::getaddrinfo("127.0.0.1", "0", &hints, &info_) != 0) info_ = nullptr;
  }
  Loopback(const Loopback&) = delete;
  Loopback& operator=(const Loopback&) = delete;
  ~Loopback() {
    if (info_ != nullptr) ::freeaddrinfo(info_);
  }

  /// On a free port, which connect() then goes to.
  [[nodiscard]] bool listen(int fd) const noexcept {
    return info_ != nullptr && ::bind(fd, info_->ai_addr, info_->ai_addrlen) == 0 && ::listen(fd, 1) == 0 &&
           ::getsockname(fd, info_->ai_addr, &info_->ai_addrlen) == 0;
  }
  [[nodiscard]] bool connect(int fd) const noexcept { return ::connect(fd, info_->ai_addr, info_->ai_addrlen) == 0; }

 private:
  ::addrinfo* info_ = nullptr;
};

/// sendfile() raises SIGPIPE where the peer is gone, and has no flag against it: held back, and taken off.
class WithoutSigpipe {
 public:
  WithoutSigpipe() noexcept {
    ::sigset_t pending;
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    ::sigemptyset(&pending);
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  WithoutSigpipe(const WithoutSigpipe&) = delete;
  WithoutSigpipe& operator=(const WithoutSigpipe&) = delete;
  ~WithoutSigpipe() {
    const int kept = errno;
    const ::timespec at_once{};
    if (!was_pending_ && kept == EPIPE) ::sigtimedwait(&pipe_, nullptr, &at_once);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
    errno = kept;
  }

 private:
  ::sigset_t pipe_{};
  ::sigset_t before_{};
  bool was_pending_ = false;
};

/// What the kernel says to a connection of this kind.
struct Trial {
  bool is_taken = false;
  bool changes_keys = false;
  int error = 0;
};

/// One connection to ourselves: both directions get keys, and then other keys.
Trial try_out(int from, int to, ProtocolVersion version, crypto::AeadAlgorithm aead) {
  const bool has_wide_iv = version == ProtocolVersion::TLS1_3 || aead == crypto::AeadAlgorithm::chacha20_poly1305;
  DirectionSecrets secrets;
  secrets.key = SecretBuffer<32>(crypto::limits(aead).key_size);
  secrets.iv = SecretBuffer<12>(has_wide_iv ? 12 : 4);
  const auto set = [&](int fd, Direction direction) { return kernel::set_keys(fd, direction, version, aead, secrets); };
  if (!kernel::attach_tls(from) || !kernel::attach_tls(to) || !set(from, Direction::sent) ||
      !set(to, Direction::received)) {
    return {.error = errno};
  }
  return {.is_taken = true, .changes_keys = set(from, Direction::sent)};
}

Trial try_out(ProtocolVersion version, crypto::AeadAlgorithm aead) {
  const Owned listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const Owned from(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  Loopback loopback;
  if (listener.fd < 0 || from.fd < 0 || !loopback.listen(listener.fd) || !loopback.connect(from.fd)) {
    return {.error = errno};
  }
  const Owned to(::accept(listener.fd, nullptr, nullptr));
  if (to.fd < 0) return {.error = errno};
  return try_out(from.fd, to.fd, version, aead);
}

}  // namespace

// ------------------------------------------------------------------------------------------------ what it offers

KernelTls KernelTls::probe() {
  KernelTls found;
  for (const ProtocolVersion version : versions) {
    for (const crypto::AeadAlgorithm aead : aeads) {
      const Trial trial = try_out(version, aead);
      if (trial.is_taken) found.offered_ = static_cast<std::uint8_t>(found.offered_ | bit_of(version, aead));
      if (version == ProtocolVersion::TLS1_3) found.changes_keys_ = found.changes_keys_ || trial.changes_keys;
      if (found.error_ == 0) found.error_ = trial.error;
      // Without the protocol there is no cipher to be asked for.
      if (trial.error == ENOENT && found.offered_ == 0) return found;
    }
  }
  return found;
}

std::string KernelTls::why_not() const {
  if (offered_ != 0 || error_ == 0) return {};
  if (error_ == ENOENT) return "this kernel has no TLS: its module `tls` is not there, or not loaded";
  return "the kernel refuses TLS: " + std::generic_category().message(error_);
}

bool KernelTls::offers(ProtocolVersion version, crypto::AeadAlgorithm aead) const noexcept {
  const bool is_known = std::ranges::find(versions, version) != versions.end();
  return is_known && (offered_ & bit_of(version, aead)) != 0;
}

// ------------------------------------------------------------------------------------------------ the records

Result<std::unique_ptr<KernelRecords>> KernelRecords::start(const KernelTls& kernel, int fd, Connection& connection) {
  const ProtocolVersion version = connection.info().version;
  const RecordShape shape = connection.record_shape();
  const crypto::AeadAlgorithm aead = shape.aead;
  const bool fits = shape.padding_block <= 1 && shape.max_sent == tls::max_plaintext_fragment &&
                    shape.max_taken == tls::max_plaintext_fragment &&
                    (shape.max_records_per_key == 0 || kernel.changes_keys());
  if (connection.is_handshaking() || !kernel.offers(version, aead) || !fits) return nullptr;
  if (!kernel::attach_tls(fd)) return nullptr;
  auto secrets = connection.extract_secrets();
  if (!secrets) return std::unexpected(std::move(secrets.error()));
  if (!kernel::set_keys(fd, Direction::sent, version, aead, secrets->writing) ||
      !kernel::set_keys(fd, Direction::received, version, aead, secrets->reading)) {
    return std::unexpected(kernel_failed("setsockopt, keys"));
  }
  std::unique_ptr<KernelRecords> records(new KernelRecords(fd, version, aead, kernel.changes_keys()));
  records->records_sent_ = secrets->writing.sequence_number;
  records->max_records_ = crypto::limits(aead).max_records_sealed - reserve;
  if (shape.max_records_per_key != 0)
    records->max_records_ = std::min(records->max_records_, shape.max_records_per_key);
  return records;
}

Result<std::optional<std::size_t>> KernelRecords::receive(Connection& connection, ByteSpan room) const {
  if (room.size() < record_room) return std::unexpected(fail(ErrorCode::OutputTooSmall).at("KernelRecords::receive"));
  const ByteSpan content = room.subspan(tls::record_header_size, tls::max_plaintext_fragment);
  const auto opened = kernel::receive(fd_, content);
  if (!opened) {
    if (would_block()) return std::nullopt;
    // What the record layer itself would have said of such a record.
    const auto refuse = [&](ErrorCode code) {
      const Error error = fail(code).at("record, as the kernel says");
      kernel::acknowledge_error(fd_);
      connection.abort(error.alert().value_or(AlertDescription::internal_error));
      return std::unexpected(error);
    };
    if (errno == EBADMSG) return refuse(ErrorCode::BadRecordMac);
    if (errno == EMSGSIZE) return refuse(ErrorCode::RecordTooLong);
    if (errno == EINVAL) return refuse(ErrorCode::InvalidRecordHeader);
    return transport_failed();
  }
  if (opened->type == ContentType::invalid) return 0;
  tls::RecordHeader{.type = opened->type, .length = static_cast<std::uint16_t>(opened->size)}.write_to(room);
  return tls::record_header_size + opened->size;
}

Result<void> KernelRecords::follow_reading_keys(Connection& connection) {
  const auto changed = connection.take_changed_secrets(Direction::received);
  if (!changed || kernel::set_keys(fd_, Direction::received, version_, aead_, *changed)) return {};
  Error error = kernel_failed("KeyUpdate")
                    .advice("Linux changes keys from 6.14 on; before, leave out kernel TLS for peers that do");
  // Instead of what waits, which may be our own KeyUpdate: after that there would be no keys for an alert.
  connection.abort(AlertDescription::internal_error);
  connection.sent(connection.output().size());
  constexpr std::array<std::uint8_t, 2> alert{static_cast<std::uint8_t>(AlertLevel::fatal),
                                              static_cast<std::uint8_t>(AlertDescription::internal_error)};
  static_cast<void>(kernel::send(fd_, ContentType::alert, alert));
  return std::unexpected(std::move(error));
}

Result<std::optional<std::size_t>> KernelRecords::send_some(ContentType type, ByteView content) {
  const auto sent = kernel::send(fd_, type, content);
  if (sent) {
    count_sent(*sent);
    return sent;
  }
  if (would_block()) return std::nullopt;
  return transport_failed();
}

Result<std::optional<std::size_t>> KernelRecords::send(ByteView data) {
  return send_some(ContentType::application_data, data);
}

Result<std::optional<std::size_t>> KernelRecords::send_records(Connection& connection, ByteView records) {
  std::size_t done = 0;
  while (done < records.size()) {
    const ByteView rest = records.subspan(done);
    // A record of application data that was begun goes on without its header.
    const bool is_begun = left_of_record_ != 0;
    if (!is_begun && rest.size() < tls::record_header_size) break;
    const tls::RecordHeader header =
        is_begun ? tls::RecordHeader{.type = ContentType::application_data} : tls::RecordHeader::parse(rest);
    const std::size_t before = is_begun ? 0 : tls::record_header_size;
    const std::size_t size = std::min(is_begun ? left_of_record_ : header.length, rest.size() - before);
    const ByteView content = rest.subspan(before, size);
    auto sent = send_some(header.type, content);
    if (!sent) return sent;
    if (!*sent) break;
    done += before + **sent;
    left_of_record_ = size - **sent;
    if (left_of_record_ != 0 && header.type != ContentType::application_data) {
      return std::unexpected(fail(ErrorCode::KernelTlsFailed).at("sendmsg").received("part of a record was sent"));
    }
    const bool is_key_update = header.type == ContentType::handshake && size == key_update_size &&
                               content.front() == static_cast<std::uint8_t>(HandshakeType::key_update);
    if (!is_key_update) continue;
    const auto changed = connection.take_changed_secrets(Direction::sent);
    if (!changed) continue;
    // What was sealed before has left with the old keys; there is no going back to them, and no alert under none.
    if (!kernel::set_keys(fd_, Direction::sent, version_, aead_, *changed)) {
      return std::unexpected(kernel_failed("KeyUpdate"));
    }
    records_sent_ = 0;
  }
  if (done == 0 && !records.empty()) return std::nullopt;
  return done;
}

Result<std::optional<std::size_t>> KernelRecords::send_file(int file, std::uint64_t offset, std::size_t size) {
#if defined(__linux__)
  auto at = static_cast<::off_t>(offset);
  ::ssize_t count = 0;
  {
    const WithoutSigpipe quiet;
    count = ::sendfile(fd_, file, &at, size);
  }
  if (count >= 0) {
    count_sent(static_cast<std::size_t>(count));
    return static_cast<std::size_t>(count);
  }
  if (would_block()) return std::nullopt;
  if (errno == EIO) return std::unexpected(fail(ErrorCode::FileUnreadable).at("sendfile"));
  return transport_failed();
#else
  static_cast<void>(file), static_cast<void>(offset), static_cast<void>(size);
  return std::unexpected(fail(ErrorCode::KernelTlsFailed).at("sendfile"));
#endif
}

Result<bool> KernelRecords::needs_key_update() const {
  if (records_sent_ < max_records_) return false;
  if (changes_keys_ && version_ == ProtocolVersion::TLS1_3) return true;
  return std::unexpected(fail(ErrorCode::SequenceExhausted)
                             .at("record")
                             .advice("the kernel can't change these keys: make a new connection in time"));
}

}  // namespace keyway
