#pragma once

#include <memory>
#include <optional>
#include <variant>
#include <vector>

#include <keyway/connection.hpp>

#include "tls/client/late_authentication.hpp"
#include "tls/client/machine.hpp"
#include "tls/handshake/emitter.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/record/handshake_joiner.hpp"
#include "tls/record/record_reader.hpp"
#include "tls/record/record_writer.hpp"
#include "tls/server/late_authentication.hpp"
#include "tls/server/machine.hpp"
#include "tls/session/idle_connection.hpp"
#include "tls/wire/key_update.hpp"

namespace keyway {

/// The shell that feeds bytes to the state in force and hands out what it says. During the handshake it holds a
/// machine; afterwards two keys, two traffic secrets and some counters.
class Connection::Core {
 public:
  using ClientMachine = tls::client::Machine;
  using ServerMachine = tls::server::Machine;

  /// Before the handshake: for Connection::client() and server().
  Core(std::shared_ptr<const ClientConfig> config, const ConnectionOptions& options);
  Core(std::shared_ptr<const ServerConfig> config, const ConnectionOptions& options);
  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;

  [[nodiscard]] Result<void> start_client(const ServerName& name);
  void start_server(ByteView client_address);
  /// Before the start: CRYPTO frames carry the handshake, not records.
  void carry_by_quic(ByteView own_parameters) { quic_ = std::make_unique<tls::QuicCarrier>(own_parameters); }
  [[nodiscard]] tls::QuicCarrier* quic() const noexcept { return quic_.get(); }
  /// quic_connection.cpp
  [[nodiscard]] Result<std::size_t> receive_crypto(EncryptionLevel level, ByteView bytes);

  // connection_receive.cpp
  [[nodiscard]] Result<Received> receive(ByteSpan input);
  [[nodiscard]] Result<void> end_of_input();
  [[nodiscard]] Result<void> resume(Answer& answer);

  // connection_send.cpp
  [[nodiscard]] ByteView output() const noexcept { return ByteView(outbox_).subspan(outbox_sent_); }
  void sent(std::size_t count) noexcept;
  [[nodiscard]] Result<Sent> send(std::span<const ByteView> data, ByteSpan out);
  [[nodiscard]] Result<Sent> send_early(ByteView data, ByteSpan out);
  [[nodiscard]] std::size_t early_data_left() const noexcept { return early_ && early_->is_open ? early_->left : 0; }
  [[nodiscard]] Bytes take_refused_early_data() noexcept;
  [[nodiscard]] std::size_t sealed_size(std::size_t size) const noexcept;
  void close() noexcept;
  void abort(AlertDescription alert) noexcept;
  [[nodiscard]] Result<void> update_keys(tls::KeyUpdateRequest request);
  [[nodiscard]] Result<void> request_client_certificate();

  // connection_handover.cpp
  [[nodiscard]] Result<Bytes> export_idle(const HandoverKey& key);
  [[nodiscard]] Result<void> import_idle(const HandoverKey& key, ByteView exported);
  [[nodiscard]] Result<ConnectionSecrets> extract_secrets();
  [[nodiscard]] std::optional<DirectionSecrets> take_changed_secrets(Direction direction);
  [[nodiscard]] RecordShape record_shape() const noexcept;

  [[nodiscard]] const CommonConfig& config() const noexcept;
  [[nodiscard]] const ClientConfig* client_config() const noexcept { return client_config_.get(); }
  [[nodiscard]] std::optional<Pause> pause() const noexcept;

  template <typename State>
  [[nodiscard]] const State* paused_client() const noexcept {
    const auto* machine = machine_ ? std::get_if<ClientMachine>(machine_.get()) : nullptr;
    return machine == nullptr ? nullptr : machine->template in<State>();
  }
  /// The same of a server; also for a state that takes early data.
  template <typename State>
  [[nodiscard]] const State* paused_server() const noexcept {
    const auto* machine = machine_ ? std::get_if<ServerMachine>(machine_.get()) : nullptr;
    return machine == nullptr ? nullptr : machine->template in<State>();
  }

  /// A client's answer to a request after the handshake that waits for the application; else null.
  [[nodiscard]] const tls::client::LateAnswer* late_answer() const noexcept {
    const auto* late = late_ ? std::get_if<tls::client::LateAuthentication>(late_.get()) : nullptr;
    return late == nullptr ? nullptr : late->waiting.get();
  }
  /// A server that waits for the verdict on a client that was asked after the handshake; else null.
  [[nodiscard]] const tls::server::LateAwaitVerdict* late_verdict() const noexcept {
    const auto* late = late_ ? std::get_if<tls::server::LateAuthentication>(late_.get()) : nullptr;
    return late == nullptr ? nullptr : late->waiting();
  }

  [[nodiscard]] Side side() const noexcept { return side_; }
  [[nodiscard]] bool is_handshaking() const noexcept { return machine_ != nullptr; }
  [[nodiscard]] bool can_send() const noexcept {
    return (is_established() || answers_early_data()) && !error_ && !closed_ && !is_handed_over_;
  }
  [[nodiscard]] bool peer_has_closed() const noexcept { return peer_closed_; }
  [[nodiscard]] bool has_closed() const noexcept { return closed_; }
  [[nodiscard]] const Error* error() const noexcept { return error_ ? &*error_ : nullptr; }
  [[nodiscard]] const ConnectionInfo& info() const noexcept { return info_; }
  [[nodiscard]] const x509::Verdict* verdict() const noexcept { return verdict_ ? &*verdict_ : nullptr; }
  [[nodiscard]] const std::vector<Bytes>& peer_chain() const noexcept { return peer_chain_; }
  [[nodiscard]] const CarriedProofs& peer_proofs() const noexcept { return peer_proofs_; }
  [[nodiscard]] const EchDetails* ech() const noexcept { return ech_ ? &ech_->told : nullptr; }
  /// Errors: NotReady before the handshake is done; the exporters'.
  [[nodiscard]] Result<void> export_keying_material(std::string_view label, std::optional<ByteView> context,
                                                    ByteSpan out) const;
  /// Errors: NotReady.
  [[nodiscard]] Result<Bytes> channel_binding(ChannelBinding kind) const;

 private:
  /// What a TLS 1.3 handshake leaves behind.
  struct TrafficTls13 {
    const tls::SuiteTls13* suite;
    tls::TrafficSecret reading;
    tls::TrafficSecret writing;
    tls::Exporter exporter;
    tls::HelloRandom client_random;
    std::uint32_t reading_generation = 0;
    std::uint32_t writing_generation = 0;
  };
  /// What a TLS 1.2 handshake leaves behind: its keys are in the record layer, and stay.
  struct TrafficTls12 {
    tls::ExporterTls12 exporter;
    tls::VerifyDataTls12 first_finished;
    bool extended_master_secret;
  };

  [[nodiscard]] bool is_established() const noexcept { return !std::holds_alternative<std::monostate>(traffic_); }

  /// A server that has taken early data has its application keys already.
  [[nodiscard]] bool answers_early_data() const noexcept {
    return side_ == Side::server && machine_ && info_.early_data == EarlyData::accepted;
  }

  [[nodiscard]] tls::Flow flow() noexcept;
  /// Before anything is protected: padding, fragments and limits as the configuration says.
  void configure_records() noexcept;
  /// Errors: NotReady where there are no records.
  [[nodiscard]] Result<void> check_carries_records(std::string_view call) const;
  /// Breaks the connection: keeps the error, sends its alert, tells observers.
  [[nodiscard]] std::unexpected<Error> die(Error error);
  void queue_alert(AlertLevel level, AlertDescription description) noexcept;

  // connection_receive.cpp
  [[nodiscard]] Result<void> take_record(const tls::RecordReader::Incoming& record, Received& received);
  [[nodiscard]] Result<void> take_early_data(ByteSpan content, Received& received);
  [[nodiscard]] Result<void> take_handshake(ByteView content);
  [[nodiscard]] Result<void> work_through_messages();
  [[nodiscard]] Result<void> take_alert(ByteView content);
  [[nodiscard]] Result<void> take_warning();
  [[nodiscard]] Result<void> after_handshake(const tls::HandshakeMessage& message);
  [[nodiscard]] Result<void> after_tls12_handshake(const tls::HandshakeMessage& message);
  [[nodiscard]] tls::server::LateAuthentication* late_of_server() const noexcept {
    return late_ ? std::get_if<tls::server::LateAuthentication>(late_.get()) : nullptr;
  }
  [[nodiscard]] bool takes(const Answer& answer) const noexcept;
  [[nodiscard]] Result<void> resume_late(Answer& answer);
  [[nodiscard]] Result<void> take_key_update(TrafficTls13& traffic, const tls::HandshakeMessage& message);
  /// Errors: EchRejected.
  [[nodiscard]] Result<void> settle_if_established();
  [[nodiscard]] Result<void> check_ech_accepted();

  // connection_handover.cpp
  /// True where nothing is under way that keys alone don't tell. Errors: InvalidConfiguration, NotReady, AlreadyClosed.
  [[nodiscard]] Result<void> check_idle(std::string_view call) const;
  [[nodiscard]] tls::IdleConnection describe_idle() const;
  /// What it takes to be asked for a certificate later, or to ask: written, and made again of that. Errors:
  /// InvalidHandover, InvalidConfiguration.
  void describe_late(tls::IdleTls13& idle) const;
  [[nodiscard]] Result<void> restore_late(const tls::IdleTls13& idle, const crypto::HashFunction& hash);
  [[nodiscard]] Result<void> restore(const tls::IdleTls13& idle, const tls::IdleConnection& common);
  [[nodiscard]] Result<void> restore(const tls::IdleTls12& idle, const tls::IdleConnection& common);

  // connection_send.cpp
  std::size_t move_output(ByteSpan out) noexcept;
  [[nodiscard]] Result<void> queue_key_update(TrafficTls13& traffic, tls::KeyUpdateRequest request);
  void free_outbox_when_empty() noexcept;

  std::shared_ptr<const ClientConfig> client_config_;
  std::shared_ptr<const ServerConfig> server_config_;
  std::unique_ptr<tls::KeptAlive> kept_;  ///< configurations that answer::UseConfig replaced, keys of a resolver
  tls::Emitter emit_;
  tls::RecordReader reader_;
  tls::RecordWriter writer_{tls::PaddingPolicy{}};
  tls::HandshakeJoiner joiner_;
  Bytes outbox_;
  std::size_t outbox_sent_ = 0;

  std::unique_ptr<std::variant<ClientMachine, ServerMachine>> machine_;  ///< gone after the handshake
  std::variant<std::monostate, TrafficTls13, TrafficTls12> traffic_;
  std::shared_ptr<tls::client::SessionKeeper> sessions_;  ///< of a client that keeps them
  ConnectionInfo info_;
  std::optional<x509::Verdict> verdict_;
  std::vector<Bytes> peer_chain_;
  CarriedProofs peer_proofs_;
  std::unique_ptr<tls::EarlySent> early_;  ///< of a client that sends data early
  /// Of a side that allows a client to be asked for a certificate later.
  using Late = std::variant<tls::client::LateAuthentication, tls::server::LateAuthentication>;
  std::unique_ptr<Late> late_;
  std::unique_ptr<tls::EchProgress> ech_;   ///< null: no ClientHello is hidden
  std::unique_ptr<tls::QuicCarrier> quic_;  ///< null: records carry the handshake
  std::optional<Error> error_;

  std::uint16_t idle_messages_ = 0;  ///< post-handshake messages since the last application data
  std::uint8_t warnings_ = 0;        ///< warnings since then
  Side side_;
  bool closed_ = false;
  bool peer_closed_ = false;
  bool key_update_answer_waits_ = false;  ///< goes out in front of the next application data
  bool is_handed_over_ = false;           ///< somebody else seals and opens, by extract_secrets()
  bool reading_keys_changed_ = false;     ///< then: for take_changed_secrets()
  bool writing_keys_changed_ = false;
};

}  // namespace keyway
