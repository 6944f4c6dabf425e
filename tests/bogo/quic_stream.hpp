#pragma once

#include <array>
#include <optional>

#include <keyway/quic.hpp>

#include "stream.hpp"

namespace keyway::bogo {

/// What the runner has in QUIC's place: records of a type, a level and a suite, with the secret in front in the clear.
class QuicStream final : public Stream {
 public:
  /// `in_single_bytes`: handshake bytes are given to the connection one by one.
  QuicStream(Transport& transport, QuicConnection connection, PauseHandler handler, bool in_single_bytes)
      : Stream(transport, std::move(handler)), quic_(std::move(connection)), in_single_bytes_(in_single_bytes) {}

  [[nodiscard]] Outcome<void> write(ByteView data) override;
  [[nodiscard]] Outcome<void> begin_write(ByteView data) override { return write(data); }
  [[nodiscard]] Outcome<void> finish_write() override { return {}; }
  [[nodiscard]] Outcome<std::size_t> write_early(ByteView data) override;
  [[nodiscard]] Outcome<void> begin_write_early(ByteView data) override;
  [[nodiscard]] const Connection& connection() const noexcept override { return quic_.tls(); }
  [[nodiscard]] std::optional<ByteView> peer_transport_parameters() const noexcept override {
    return quic_.peer_transport_parameters();
  }

 private:
  /// Of one level and direction; an empty secret stands for none, as initial packets have.
  struct Key {
    std::uint16_t suite = 0;
    Bytes secret;
  };
  struct Record {
    std::uint8_t type = 0;
    EncryptionLevel level{};
    ByteSpan data;
  };
  [[nodiscard]] Connection& tls() noexcept override { return quic_.tls(); }
  [[nodiscard]] Outcome<void> flush() override;
  [[nodiscard]] Outcome<bool> take_input() override;
  [[nodiscard]] bool repeats(const Error& error) override;

  void take_secrets();
  [[nodiscard]] Key& key(Direction direction, EncryptionLevel level);
  [[nodiscard]] Outcome<void> write_record(std::uint8_t type, EncryptionLevel level, ByteView data);
  [[nodiscard]] Outcome<bool> fill(std::size_t size);
  [[nodiscard]] Outcome<std::optional<Record>> read_record();
  [[nodiscard]] Outcome<bool> give_rest();

  QuicConnection quic_;
  bool in_single_bytes_;
  bool told_alert_ = false;
  std::array<std::array<Key, quic_levels.size()>, 2> keys_;
  EncryptionLevel writing_ = EncryptionLevel::initial;
  Bytes input_;
  ByteView waiting_;  ///< handshake bytes that the connection has not taken yet
  EncryptionLevel waiting_level_{};
};

}  // namespace keyway::bogo
