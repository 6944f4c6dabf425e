#pragma once
/// \file
/// Records sealed and opened by the kernel (Linux's kTLS), where it offers that: files then go out by sendfile, without
/// passing through this process. For the adapters, by use_kernel_tls(); where the kernel does not offer it, or the
/// connection is not one for it, they go on by themselves, with the same results.
///
/// The configuration has to allow it: allow_secret_extraction(). What the kernel can't: change keys before Linux 6.14
/// (a KeyUpdate of the peer's then ends the connection with KernelTlsFailed), pad records, or make smaller ones.
///
/// \code
///   const KernelTls kernel = KernelTls::probe();  // once
///   stream.use_kernel_tls(kernel);                // each connection, before its handshake
///   stream.handshake();
///   stream.send_file(file, 0, size);              // stream.kernel_tls_active() says which way
/// \endcode

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include <keyway/bytes.hpp>
#include <keyway/connection.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

namespace keyway {

/// What this machine's kernel can do for TLS. A small value.
class KernelTls {
 public:
  /// Nothing: connections seal and open by themselves.
  KernelTls() noexcept = default;
  /// Finds out by trying, on sockets of its own over loopback. Takes a millisecond or so.
  [[nodiscard]] static KernelTls probe();

  [[nodiscard]] bool offers(ProtocolVersion version, crypto::AeadAlgorithm aead) const noexcept;
  [[nodiscard]] bool offers_anything() const noexcept { return offered_ != 0; }
  /// True from Linux 6.14 on: keys of TLS 1.3 can be changed.
  [[nodiscard]] bool changes_keys() const noexcept { return changes_keys_; }
  /// Why it offers nothing, for people; empty where it offers something or nobody asked it.
  [[nodiscard]] std::string why_not() const;

 private:
  std::uint8_t offered_ = 0;  ///< a bit for each version and AEAD
  bool changes_keys_ = false;
  int error_ = 0;  ///< that the kernel gave
};

/// The records of one connection in the hands of the kernel; for the adapters. No call blocks: where one would, it
/// gives nothing, and the socket is to be waited for.
class KernelRecords {
 public:
  /// Takes the keys out of `connection`, whose handshake is done, and gives them to the kernel for the socket `fd`,
  /// from which exactly the connection's records so far were read. Null: the kernel does not do this one, or `fd` is no
  /// TCP socket, and nothing has changed. Errors: those of extract_secrets(); KernelTlsFailed, after which the
  /// connection is of no more use.
  [[nodiscard]] static Result<std::unique_ptr<KernelRecords>> start(const KernelTls& kernel, int fd,
                                                                    Connection& connection);

  /// The most that receive() takes room for.
  static constexpr std::size_t record_room = 5 + 16384;

  /// Puts what was inside a record, or inside several of application data, to the front of `room` (record_room bytes at
  /// least) as one TLSPlaintext record for Connection::receive(). 0: the peer's transport has ended. Errors:
  /// BadRecordMac and its like, with the alert in output(); TransportFailed.
  [[nodiscard]] Result<std::optional<std::size_t>> receive(Connection& connection, ByteSpan room) const;
  /// After Connection::receive(): gives the kernel the peer's new keys, if there are any. Errors: KernelTlsFailed; the
  /// alert is then sent.
  [[nodiscard]] Result<void> follow_reading_keys(Connection& connection);

  /// Sends `records`, TLSPlaintext records one after the other, and changes the keys after a KeyUpdate. Says how many
  /// bytes of `records` are done with: the rest is to be given again. Errors: KernelTlsFailed, TransportFailed.
  [[nodiscard]] Result<std::optional<std::size_t>> send_records(Connection& connection, ByteView records);
  /// Sends application data. Errors: TransportFailed.
  [[nodiscard]] Result<std::optional<std::size_t>> send(ByteView data);
  /// Sends up to `size` bytes of `file` from `offset` on, out of the kernel's own memory. 0: the file ends there.
  /// Errors: TransportFailed, FileUnreadable.
  [[nodiscard]] Result<std::optional<std::size_t>> send_file(int file, std::uint64_t offset, std::size_t size);

  /// True when what seals is near its limit: Connection::update_keys() is due before more data. Errors:
  /// SequenceExhausted, where the keys can't be changed.
  [[nodiscard]] Result<bool> needs_key_update() const;

 private:
  KernelRecords(int fd, ProtocolVersion version, crypto::AeadAlgorithm aead, bool changes_keys) noexcept
      : fd_(fd), version_(version), aead_(aead), changes_keys_(changes_keys) {}
  [[nodiscard]] Result<std::optional<std::size_t>> send_some(ContentType type, ByteView content);
  void count_sent(std::size_t bytes) noexcept { records_sent_ += (bytes + 16383) / 16384; }

  int fd_;
  ProtocolVersion version_;
  crypto::AeadAlgorithm aead_;
  bool changes_keys_;
  std::uint64_t records_sent_ = 0;  ///< under the present keys, at most
  std::uint64_t max_records_ = 0;   ///< that they may seal
  std::size_t left_of_record_ = 0;  ///< bytes of send_records()'s first record that are to be sent yet
};

}  // namespace keyway
