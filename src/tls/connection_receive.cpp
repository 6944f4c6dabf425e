#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "tls/connection_core.hpp"
#include "tls/wire/alert.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/extensions/early_data.hpp"
#include "tls/wire/extensions/tls_flags.hpp"
#include "tls/wire/hello_request.hpp"
#include "tls/wire/new_session_ticket.hpp"

namespace keyway {
namespace {

/// Post-handshake messages that are taken between two pieces of application data. A flood of them costs us work and
/// brings the peer nothing.
constexpr std::uint16_t max_idle_messages = 32;
/// Warnings that are taken, in the same way.
constexpr std::uint8_t max_warnings = 4;

}  // namespace

Result<Received> Connection::Core::receive(ByteSpan input) {
  if (auto carries = check_carries_records("receive"); !carries) return std::unexpected(std::move(carries.error()));
  if (error_) return std::unexpected(*error_);
  Received received;
  if (closed_ && machine_) {
    // A handshake that was given up: nothing that still comes can finish it.
    received.consumed = input.size();
    return received;
  }
  while (!pause()) {
    if (peer_closed_) {
      // RFC 8446 6.1: data after a closure alert is ignored.
      received.consumed = input.size();
      return received;
    }
    const ByteSpan rest = input.subspan(received.consumed);
    // As they came: records are decrypted in place.
    std::array<std::uint8_t, event::Record::max_first_bytes> first_bytes{};
    // Records that were opened elsewhere are content from the start.
    const std::size_t first_size =
        emit_.is_active() && !is_handed_over_ ? std::min(rest.size(), first_bytes.size()) : 0;
    std::ranges::copy(rest.first(first_size), first_bytes.begin());
    auto record = reader_.next(rest);
    if (!record) return die(std::move(record.error()));
    if (record->skipped) {
      received.consumed += record->consumed;
      if (received.consumed == input.size()) return received;
      continue;
    }
    if (!record->complete) {
      received.needed = record->needed;
      return received;
    }
    received.consumed += record->consumed;
    emit_(event::Record{Direction::received, record->type, record->was_protected, record->consumed,
                        record->content.size(), ByteView(first_bytes).first(std::min(first_size, record->consumed))});
    if (auto taken = take_record(*record, received); !taken) return die(std::move(taken.error()));
    if (!received.application_data.empty() || !received.early_data.empty() || received.consumed == input.size())
      return received;
  }
  return received;
}

Result<void> Connection::Core::take_record(const tls::RecordReader::Incoming& record, Received& received) {
  if (record.type != ContentType::handshake && joiner_.has_rest()) {
    // RFC 8446 5.1: handshake messages must not be interleaved with other records. An alert explains itself.
    if (record.type != ContentType::alert) {
      return std::unexpected(fail(ErrorCode::InterleavedHandshake).received(to_string(record.type)));
    }
  }
  switch (record.type) {
    case ContentType::handshake:
      return take_handshake(record.content);
    case ContentType::alert:
      return take_alert(record.content);
    case ContentType::application_data:
      if (!is_established()) return take_early_data(record.content, received);
      if (const auto* late = late_of_server(); late != nullptr && late->is_within_flight()) {
        return std::unexpected(fail(ErrorCode::UnexpectedContentType)
                                   .at("record")
                                   .expected("the rest of the client's Certificate, CertificateVerify and Finished"));
      }
      if (!record.content.empty()) idle_messages_ = warnings_ = 0;
      received.application_data = record.content;
      return {};
    default: {
      // A ChangeCipherSpec that the reader let through.
      if (!machine_) return {};
      tls::Flow flow = this->flow();
      return std::visit([&](auto& machine) { return machine.change_cipher_spec(flow); }, *machine_);
    }
  }
}

Result<void> Connection::Core::take_early_data(ByteSpan content, Received& received) {
  auto* machine = machine_ ? std::get_if<ServerMachine>(machine_.get()) : nullptr;
  auto* state = machine != nullptr ? machine->in<tls::server::ExpectEndOfEarlyData>() : nullptr;
  if (state == nullptr) {
    return std::unexpected(fail(ErrorCode::UnexpectedContentType)
                               .at("record")
                               .expected("the handshake to finish first")
                               .received(to_string(ContentType::application_data)));
  }
  if (auto counted = state->take(content.size()); !counted) return counted;
  received.early_data = content;
  return {};
}

Result<void> Connection::Core::take_handshake(ByteView content) {
  joiner_.add(content);
  return work_through_messages();
}

Result<void> Connection::Core::work_through_messages() {
  while (!pause()) {
    auto message = joiner_.next();
    if (!message) return std::unexpected(std::move(message.error()));
    if (!*message) return {};
    const tls::HandshakeMessage& whole = **message;
    emit_(event::HandshakeMessage{Direction::received, whole.type, whole.raw});
    if (!machine_) {
      if (auto done = after_handshake(whole); !done) return done;
      continue;
    }
    tls::Flow flow = this->flow();
    auto handled = std::visit([&](auto& machine) { return machine.handle(flow, whole); }, *machine_);
    if (!handled) return handled;
    if (auto settled = settle_if_established(); !settled) return settled;
  }
  joiner_.keep_rest();
  return {};
}

Result<void> Connection::Core::check_ech_accepted() {
  if (side_ != Side::client || info_.ech != EchStatus::rejected) return {};
  const bool is_done = std::visit(
      [](const auto& machine) {
        return machine.template in<tls::Established>() != nullptr ||
               machine.template in<tls::EstablishedTls12>() != nullptr;
      },
      *machine_);
  if (!is_done) return {};
  // RFC 9849 6.1.6: now that the server has proved to be the public name's, its word counts.
  ech_->told.retry_configs = std::move(ech_->unproven_retry_configs);
  const bool has_retry_configs = !ech_->told.retry_configs.empty();
  return std::unexpected(
      fail(ErrorCode::EchRejected)
          .at("ClientHello, encrypted_client_hello")
          .received("a handshake with " + ech_->told.public_name)
          .advice(has_retry_configs
                      ? "Try again, once, with what the server sent: " + to_base64(ech_->told.retry_configs)
                      : "The server sent no other configuration: it may have switched ECH off."));
}

Result<void> Connection::Core::settle_if_established() {
  if (auto accepted = check_ech_accepted(); !accepted) return accepted;
  std::visit(
      [&](auto& machine) {
        if (auto* tls13 = machine.template in<tls::Established>()) {
          const bool is_client = side_ == Side::client;
          auto& [client, server] = tls13->application;
          traffic_.emplace<TrafficTls13>(tls13->suite, std::move(is_client ? server : client),
                                         std::move(is_client ? client : server), std::move(tls13->exporter),
                                         tls13->client_random);
          sessions_ = std::move(tls13->sessions);
          if (tls13->transcript && is_client) {
            late_ = std::make_unique<Late>(tls::client::LateAuthentication{*tls13->transcript});
          } else if (tls13->transcript) {
            late_ = std::make_unique<Late>(tls::server::LateAuthentication(*tls13->transcript));
          }
        } else if (auto* tls12 = machine.template in<tls::EstablishedTls12>()) {
          traffic_.emplace<TrafficTls12>(std::move(tls12->exporter), tls12->first_finished,
                                         tls12->extended_master_secret);
        }
      },
      *machine_);
  if (!is_established()) return {};
  machine_.reset();
  joiner_ = tls::HandshakeJoiner(config().max_handshake_message);  // its memory was the handshake's
  emit_(event::HandshakeCompleted{});
  return {};
}

Result<void> Connection::Core::take_alert(ByteView content) {
  auto alert = tls::Alert::parse(content);
  if (!alert) return std::unexpected(std::move(alert.error()));
  emit_(event::AlertSeen{Direction::received, alert->level, alert->description});
  if (alert->description == AlertDescription::close_notify) {
    if (machine_) return std::unexpected(fail(ErrorCode::PeerClosedInHandshake));
    peer_closed_ = true;
    return {};
  }
  if (alert->description == AlertDescription::user_canceled) {
    // RFC 8446 6.1: an announcement, which a close_notify follows.
    if (++warnings_ <= max_warnings) return {};
    return std::unexpected(fail(ErrorCode::TooManyWarnings));
  }
  // RFC 8446 6: in TLS 1.3 error alerts are sent as fatal. A warning is none, and ends the connection all the same.
  if (alert->level == AlertLevel::warning && info_.version == ProtocolVersion::TLS1_3) {
    return std::unexpected(fail(ErrorCode::InvalidAlert)
                               .at("Alert, level")
                               .expected("2 (fatal)")
                               .received("a warning: " + to_string(alert->description)));
  }
  // RFC 6066 3: a server may warn before it says which version it has chosen.
  const bool may_be_tls12 = info_.version == ProtocolVersion::TLS1_2 ||
                            (info_.version == ProtocolVersion{} && config().policy.has(ProtocolVersion::TLS1_2));
  const bool is_passed_over = alert->level == AlertLevel::warning && may_be_tls12;
  if (is_passed_over) return take_warning();
  // RFC 8446 6: every other alert ends the connection, whatever its level says.
  return std::unexpected(
      fail(ErrorCode::AlertReceived).alert(alert->description).received(to_string(alert->description)));
}

Result<void> Connection::Core::take_warning() {
  // RFC 5246 7.2.2: after a warning the connection can go on.
  if (++warnings_ <= max_warnings) return {};
  return std::unexpected(fail(ErrorCode::TooManyWarnings));
}

Result<void> Connection::Core::after_tls12_handshake(const tls::HandshakeMessage& message) {
  if (message.type == HandshakeType::client_hello && side_ == Side::server) {
    return std::unexpected(fail(ErrorCode::RenegotiationRefused).at("ClientHello"));
  }
  if (message.type == HandshakeType::hello_request && side_ == Side::client) {
    auto request = tls::HelloRequest::parse(message.body);
    if (!request) return std::unexpected(std::move(request.error()));
    // RFC 5246 7.4.1.1 lets the client decline and go on. A server that wants another handshake, most often for a
    // certificate, would wait for it; the error says why there is none.
    return std::unexpected(fail(ErrorCode::RenegotiationRefused).at("HelloRequest"));
  }
  return std::unexpected(fail(ErrorCode::UnexpectedMessage)
                             .at("after the handshake")
                             .expected("no handshake message")
                             .received(to_string(message.type)));
}

Result<void> Connection::Core::after_handshake(const tls::HandshakeMessage& message) {
  auto* tls13 = std::get_if<TrafficTls13>(&traffic_);
  if (tls13 == nullptr) return after_tls12_handshake(message);
  if (auto* late = late_of_server(); late != nullptr && (late->is_within_flight() || late->accepts(message.type))) {
    if (!late->accepts(message.type)) {
      return std::unexpected(fail(ErrorCode::UnexpectedMessage)
                                 .at("after the client's Certificate")
                                 .expected("CertificateVerify and Finished")
                                 .received(to_string(message.type)));
    }
    tls::Flow flow = this->flow();
    return late->handle(flow, tls13->reading, message);
  }
  // RFC 9001 4.4: nobody is asked later over QUIC.
  auto* asked_later = late_ && !quic_ ? std::get_if<tls::client::LateAuthentication>(late_.get()) : nullptr;
  if (message.type == HandshakeType::certificate_request && asked_later != nullptr) {
    if (closed_) return {};  // nothing follows our close_notify
    tls::Flow flow = this->flow();
    return tls::client::answer_late_request(flow, *client_config_, *asked_later, tls13->writing, message);
  }
  // RFC 9001 6: QUIC changes keys in its own way.
  if (message.type == HandshakeType::key_update && !quic_) return take_key_update(*tls13, message);
  if (message.type == HandshakeType::new_session_ticket && side_ == Side::client) {
    auto ticket = tls::NewSessionTicket::parse(message.body);
    if (!ticket) return std::unexpected(std::move(ticket.error()));
    auto placed =
        tls::check_extensions(ticket->extensions, tls::ExtensionHome::new_session_ticket, {}, "NewSessionTicket");
    if (!placed) return placed;
    std::uint32_t max_early_data = 0;
    if (const auto body = ticket->extensions.find(ExtensionType::early_data)) {
      auto early_data = tls::EarlyDataNewSessionTicket::parse(*body);
      if (!early_data) return std::unexpected(std::move(early_data.error()).at("NewSessionTicket"));
      max_early_data = early_data->max_early_data_size;
      if (quic_ && max_early_data != tls::quic_early_data_size) {
        return std::unexpected(fail(ErrorCode::InvalidValue)
                                   .at("NewSessionTicket, early_data")
                                   .expected("0xffffffff, as QUIC has no other")
                                   .received(std::to_string(max_early_data)));
      }
    }
    if (const auto body = ticket->extensions.find(tls::TlsFlagsExtension::type)) {
      auto flags = tls::TlsFlagsExtension::parse(*body);
      if (!flags) return std::unexpected(std::move(flags.error()).at("NewSessionTicket"));
    }
    if (++idle_messages_ > max_idle_messages) return std::unexpected(fail(ErrorCode::TooManyTickets));
    if (sessions_)
      sessions_->keep(*ticket, *client_config_, info_.alpn, {peer_chain_, peer_proofs_, verdict_}, max_early_data);
    return {};
  }
  return std::unexpected(fail(ErrorCode::UnexpectedMessage)
                             .at("after the handshake")
                             .expected("KeyUpdate")
                             .received(to_string(message.type)));
}

Result<void> Connection::Core::take_key_update(TrafficTls13& traffic, const tls::HandshakeMessage& message) {
  auto update = tls::KeyUpdate::parse(message.body);
  if (!update) return std::unexpected(std::move(update.error()));
  if (++idle_messages_ > max_idle_messages) return std::unexpected(fail(ErrorCode::TooManyKeyUpdates));

  traffic.reading = traffic.reading.next();
  ++traffic.reading_generation;
  auto done = is_handed_over_ ? flow().check_record_ends()
                              : flow().protect_reading(EncryptionLevel::application, *config().provider, *traffic.suite,
                                                       traffic.reading);
  if (!done) return done;
  reading_keys_changed_ = is_handed_over_;
  emit_.secret(side_ == Side::client ? SecretLabel::SERVER_TRAFFIC_SECRET : SecretLabel::CLIENT_TRAFFIC_SECRET,
               traffic.reading_generation, traffic.client_random, traffic.reading.bytes());
  emit_(event::KeysUpdated{Direction::received, traffic.reading_generation});

  if (update->request_update != tls::KeyUpdateRequest::update_requested) return {};
  // RFC 8446 4.6.3: the answer is due before our next application data, and one serves all requests before it.
  key_update_answer_waits_ = !is_handed_over_;
  // Who seals elsewhere does not ask here before it does: the answer is due now, unless one is about to go out.
  if (!is_handed_over_ || writing_keys_changed_) return {};
  return queue_key_update(traffic, tls::KeyUpdateRequest::update_not_requested);
}

Result<void> Connection::Core::end_of_input() {
  if (error_) return std::unexpected(*error_);
  if (peer_closed_) return {};
  return die(fail(machine_ ? ErrorCode::PeerClosedInHandshake : ErrorCode::TruncatedStream));
}

bool Connection::Core::takes(const Answer& answer) const noexcept {
  if (machine_) return std::visit([&](const auto& machine) { return machine.takes(answer); }, *machine_);
  if (const auto* late = late_answer()) return late->takes(answer);
  return std::holds_alternative<answer::Verified>(answer) || std::holds_alternative<answer::Refuse>(answer);
}

/// Something waits that came after the handshake.
Result<void> Connection::Core::resume_late(Answer& answer) {
  tls::Flow flow = this->flow();
  if (auto* late = late_of_server()) return late->resume(flow, answer);
  return tls::client::resume_late_answer(flow, *client_config_, std::get<tls::client::LateAuthentication>(*late_),
                                         std::get<TrafficTls13>(traffic_).writing, answer);
}

Result<void> Connection::Core::resume(Answer& answer) {
  if (error_) return std::unexpected(*error_);
  if (closed_) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("resume"));
  const auto waits = pause();
  if (!waits || !takes(answer)) {
    return std::unexpected(fail(ErrorCode::NotReady)
                               .at("resume")
                               .expected(waits ? "an answer to " + std::string(to_string(*waits)) : "a pause"));
  }
  if (const auto* use = std::get_if<answer::UseConfig>(&answer)) {
    // States refer to the configuration that they began with.
    flow().keep_alive(std::exchange(server_config_, use->config));
    emit_.use(config());
    configure_records();
    for (const std::string& weakening : server_config_->weakenings()) emit_(event::Weakened{weakening});
  }
  tls::Flow flow = this->flow();
  auto resumed = machine_ ? std::visit([&](auto& machine) { return machine.resume(flow, answer); }, *machine_)
                          : resume_late(answer);
  if (!resumed) return die(std::move(resumed.error()));
  if (machine_) {
    if (auto settled = settle_if_established(); !settled) return die(std::move(settled.error()));
  }
  if (auto done = work_through_messages(); !done) return die(std::move(done.error()));
  return {};
}

}  // namespace keyway
