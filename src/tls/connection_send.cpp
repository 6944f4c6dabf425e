#include <algorithm>
#include <array>
#include <utility>

#include "core/writer.hpp"
#include "tls/connection_core.hpp"
#include "tls/wire/alert.hpp"

namespace keyway {
namespace {

/// What is left of a gathered input.
class Remaining {
 public:
  explicit Remaining(std::span<const ByteView> parts) noexcept : parts_(parts) { drop(0); }

  [[nodiscard]] bool empty() const noexcept { return begun_.empty() && parts_.empty(); }
  /// What comes next: the rest of a part that was begun, or else all parts.
  [[nodiscard]] std::span<const ByteView> next() const noexcept {
    return begun_.empty() ? parts_ : std::span<const ByteView>(&begun_, 1);
  }
  [[nodiscard]] std::size_t next_size() const noexcept {
    std::size_t size = 0;
    for (const ByteView part : next()) size += part.size();
    return size;
  }
  /// Goes on after the first `taken` bytes of next(), and past parts that hold nothing.
  void drop(std::size_t taken) noexcept {
    if (!begun_.empty()) {
      begun_ = begun_.subspan(taken);
      taken = 0;
    }
    while (begun_.empty() && !parts_.empty()) {
      const ByteView part = parts_.front();
      const std::size_t of_part = std::min(taken, part.size());
      if (of_part == 0 && !part.empty()) return;
      begun_ = part.subspan(of_part);
      taken -= of_part;
      parts_ = parts_.subspan(1);
    }
  }

 private:
  ByteView begun_;
  std::span<const ByteView> parts_;  ///< those that are still whole
};

}  // namespace

void Connection::Core::free_outbox_when_empty() noexcept {
  if (outbox_sent_ < outbox_.size()) return;
  Bytes().swap(outbox_);
  outbox_sent_ = 0;
}

void Connection::Core::sent(std::size_t count) noexcept {
  outbox_sent_ += std::min(count, outbox_.size() - outbox_sent_);
  free_outbox_when_empty();
}

std::size_t Connection::Core::move_output(ByteSpan out) noexcept {
  const ByteView waiting = output();
  const std::size_t count = std::min(waiting.size(), out.size());
  std::ranges::copy(waiting.first(count), out.begin());
  sent(count);
  return count;
}

Result<Connection::Sent> Connection::Core::send(std::span<const ByteView> data, ByteSpan out) {
  if (auto carries = check_carries_records("send"); !carries) return std::unexpected(std::move(carries.error()));
  if (error_) return std::unexpected(*error_);
  if (closed_) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("send"));
  if (!is_established() && !answers_early_data()) {
    return std::unexpected(fail(ErrorCode::NotReady).at("send").expected("a finished handshake"));
  }
  if (is_handed_over_) {
    return std::unexpected(fail(ErrorCode::NotReady).at("send").expected("a connection that seals its own records"));
  }
  auto* tls13 = std::get_if<TrafficTls13>(&traffic_);
  if (tls13 != nullptr && key_update_answer_waits_) {
    if (auto updated = queue_key_update(*tls13, tls::KeyUpdateRequest::update_not_requested); !updated) {
      return die(std::move(updated.error()));
    }
  }
  Sent result;
  Remaining rest(data);
  while (true) {
    if (tls13 != nullptr && writer_.needs_key_update()) {
      auto updated = queue_key_update(*tls13, tls::KeyUpdateRequest::update_not_requested);
      if (!updated) return die(std::move(updated.error()));
    }
    // What waits was protected first, so it goes first.
    if (!outbox_.empty()) result.written += move_output(out.subspan(result.written));
    if (!outbox_.empty() && result.written == 0) return std::unexpected(fail(ErrorCode::OutputTooSmall).at("send"));
    if (!outbox_.empty() || rest.empty()) return result;
    const std::size_t offered = rest.next_size();
    auto sealed = writer_.seal(rest.next(), out.subspan(result.written));
    if (!sealed) {
      if (sealed.error().code() == ErrorCode::OutputTooSmall && result.written > 0) return result;
      if (sealed.error().code() == ErrorCode::OutputTooSmall) return std::unexpected(std::move(sealed.error()));
      return die(std::move(sealed.error()));
    }
    emit_.records_sent(ContentType::application_data, true, out.subspan(result.written, sealed->written),
                       sealed->consumed);
    result.consumed += sealed->consumed;
    result.written += sealed->written;
    rest.drop(sealed->consumed);
    const bool is_done = rest.empty() || sealed->consumed < offered;
    if (is_done && (tls13 == nullptr || !writer_.needs_key_update())) return result;
  }
}

Result<Connection::Sent> Connection::Core::send_early(ByteView data, ByteSpan out) {
  if (error_) return std::unexpected(*error_);
  if (closed_) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("send_early"));
  if (early_data_left() == 0) {
    return std::unexpected(fail(ErrorCode::NotReady).at("send_early").expected("early data that is left to be sent"));
  }
  Sent result;
  if (!outbox_.empty()) result.written = move_output(out);
  if (!outbox_.empty() && result.written == 0) return std::unexpected(fail(ErrorCode::OutputTooSmall).at("send_early"));
  data = data.first(std::min(data.size(), early_->left));
  if (!outbox_.empty() || data.empty()) return result;
  auto sealed = writer_.seal(std::span<const ByteView>(&data, 1), out.subspan(result.written));
  if (!sealed) {
    if (sealed.error().code() != ErrorCode::OutputTooSmall) return die(std::move(sealed.error()));
    if (result.written > 0) return result;
    return std::unexpected(std::move(sealed.error()));
  }
  emit_.records_sent(ContentType::application_data, true, out.subspan(result.written, sealed->written),
                     sealed->consumed);
  const ByteView taken = data.first(sealed->consumed);
  if (info_.early_data == EarlyData::offered) early_->kept.insert(early_->kept.end(), taken.begin(), taken.end());
  early_->left -= taken.size();
  result.consumed = taken.size();
  result.written += sealed->written;
  return result;
}

Bytes Connection::Core::take_refused_early_data() noexcept {
  if (!early_ || early_->is_open) return {};
  const auto taken = std::exchange(early_, nullptr);
  return std::move(taken->kept);
}

std::size_t Connection::Core::sealed_size(std::size_t size) const noexcept {
  // What send() puts in front: the answer to a KeyUpdate, its header and one byte.
  const std::size_t answer = key_update_answer_waits_ ? writer_.sealed_size(tls::handshake_header_size + 1) : 0;
  return output().size() + answer + writer_.sealed_size(size);
}

void Connection::Core::queue_alert(AlertLevel level, AlertDescription description) noexcept {
  const std::array<std::uint8_t, 2> body{static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(description)};
  // An alert that can't be sealed can't be told; the connection is over either way.
  const std::size_t before = outbox_.size();
  if (auto written = writer_.append(ContentType::alert, body, outbox_); !written) return;
  emit_.records_sent(ContentType::alert, writer_.is_protected(), ByteView(outbox_).subspan(before), body.size());
  emit_(event::AlertSeen{Direction::sent, level, description});
}

void Connection::Core::close() noexcept {
  if (closed_ || error_) return;
  closed_ = true;
  // RFC 8446 6.1: a handshake that is given up says so before it closes.
  if (machine_) queue_alert(AlertLevel::warning, AlertDescription::user_canceled);
  queue_alert(AlertLevel::warning, AlertDescription::close_notify);
}

void Connection::Core::abort(AlertDescription alert) noexcept {
  if (error_) return;
  static_cast<void>(die(fail(ErrorCode::RejectedByApplication).at("abort").alert(alert)));
}

Result<void> Connection::Core::queue_key_update(TrafficTls13& traffic, tls::KeyUpdateRequest request) {
  Bytes message;
  Writer out(message);
  tls::write_handshake(out, tls::KeyUpdate{request});
  tls::Flow flow = this->flow();
  if (auto sent = flow.send(message); !sent) return sent;
  traffic.writing = traffic.writing.next();
  ++traffic.writing_generation;
  if (request == tls::KeyUpdateRequest::update_not_requested) key_update_answer_waits_ = false;
  writing_keys_changed_ = is_handed_over_;
  auto done = is_handed_over_ ? Result<void>()
                              : flow.protect_writing(EncryptionLevel::application, *config().provider, *traffic.suite,
                                                     traffic.writing);
  if (!done) return done;
  emit_.secret(side_ == Side::client ? SecretLabel::CLIENT_TRAFFIC_SECRET : SecretLabel::SERVER_TRAFFIC_SECRET,
               traffic.writing_generation, traffic.client_random, traffic.writing.bytes());
  emit_(event::KeysUpdated{Direction::sent, traffic.writing_generation});
  return {};
}

Result<void> Connection::Core::request_client_certificate() {
  if (error_) return std::unexpected(*error_);
  if (closed_) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("request_client_certificate"));
  auto* late = late_of_server();
  if (late == nullptr) {
    return std::unexpected(fail(ErrorCode::NotReady)
                               .at("request_client_certificate")
                               .expected("a connection of TLS 1.3 that both sides allow it on"));
  }
  tls::Flow flow = this->flow();
  return late->ask(flow, *server_config_);
}

Result<void> Connection::Core::update_keys(tls::KeyUpdateRequest request) {
  if (auto carries = check_carries_records("update_keys"); !carries) return carries;
  if (error_) return std::unexpected(*error_);
  if (closed_) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("update_keys"));
  auto* tls13 = std::get_if<TrafficTls13>(&traffic_);
  if (tls13 == nullptr) {
    return std::unexpected(fail(ErrorCode::NotReady).at("update_keys").expected("a finished handshake of TLS 1.3"));
  }
  if (writing_keys_changed_) {
    return std::unexpected(fail(ErrorCode::NotReady).at("update_keys").expected("the last new keys to be taken first"));
  }
  auto queued = queue_key_update(*tls13, request);
  if (!queued) return die(std::move(queued.error()));
  return {};
}

}  // namespace keyway
