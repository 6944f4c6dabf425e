#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "core/writer.hpp"
#include "tls/connection_core.hpp"
#include "tls/wire/alert.hpp"

namespace keyway {
namespace {

/// The most parts of a gathered input that one call of send() takes; what is beyond shows in `consumed`.
constexpr std::size_t max_parts = 64;

/// The parts that are left after the bytes dropped. Only a change of keys in the middle of a call needs one.
class Remaining {
 public:
  explicit Remaining(std::span<const ByteView> data) noexcept : count_(std::min(data.size(), max_parts)) {
    std::ranges::copy(data.first(count_), parts_.begin());
  }
  void drop(std::size_t taken) noexcept {
    while (first_ < count_ && taken >= parts_[first_].size()) taken -= parts_[first_++].size();
    if (first_ < count_) parts_[first_] = parts_[first_].subspan(taken);
  }
  [[nodiscard]] std::span<const ByteView> view() const noexcept {
    return std::span<const ByteView>(parts_).subspan(first_, count_ - first_);
  }

 private:
  std::array<ByteView, max_parts> parts_;
  std::size_t first_ = 0;
  std::size_t count_;
};

bool is_empty(std::span<const ByteView> parts) noexcept {
  return std::ranges::all_of(parts, [](ByteView part) { return part.empty(); });
}

}  // namespace

void Connection::Core::free_outbox_when_empty() noexcept {
  if (outbox_sent_ < outbox_.size()) return;
  Bytes().swap(outbox_);
  outbox_sent_ = 0;
  key_update_answer_waits_ = false;
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
  if (error_) return std::unexpected(*error_);
  if (closed_) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("send"));
  if (!traffic_) return std::unexpected(fail(ErrorCode::NotReady).at("send").expected("a finished handshake"));
  Sent result;
  std::span<const ByteView> rest = data.first(std::min(data.size(), max_parts));
  std::optional<Remaining> after_key_update;
  while (true) {
    if (writer_.needs_key_update()) {
      auto updated = queue_key_update(tls::KeyUpdateRequest::update_not_requested);
      if (!updated) return die(std::move(updated.error()));
    }
    // What waits was protected first, so it goes first.
    result.written += move_output(out.subspan(result.written));
    if (!outbox_.empty() || is_empty(rest)) return result;
    auto sealed = writer_.seal(rest, out.subspan(result.written));
    if (!sealed) {
      if (sealed.error().code() == ErrorCode::OutputTooSmall && result.written > 0) return result;
      if (sealed.error().code() == ErrorCode::OutputTooSmall) return std::unexpected(std::move(sealed.error()));
      return die(std::move(sealed.error()));
    }
    result.consumed += sealed->consumed;
    result.written += sealed->written;
    emit_(event::Record{Direction::sent, ContentType::application_data, true, sealed->written});
    if (!writer_.needs_key_update()) return result;
    if (!after_key_update) after_key_update.emplace(rest);
    after_key_update->drop(sealed->consumed);
    rest = after_key_update->view();
  }
}

std::size_t Connection::Core::sealed_size(std::size_t size) const noexcept {
  return output().size() + writer_.sealed_size(size);
}

void Connection::Core::queue_alert(AlertLevel level, AlertDescription description) noexcept {
  const std::array<std::uint8_t, 2> body{static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(description)};
  // An alert that can't be sealed can't be told; the connection is over either way.
  if (auto written = writer_.append(ContentType::alert, body, outbox_); !written) return;
  emit_(event::AlertSeen{Direction::sent, level, description});
}

void Connection::Core::close() noexcept {
  if (closed_ || error_) return;
  closed_ = true;
  // RFC 8446 6.1: a handshake that is given up says so before it closes.
  if (machine_) queue_alert(AlertLevel::warning, AlertDescription::user_canceled);
  queue_alert(AlertLevel::warning, AlertDescription::close_notify);
}

Result<void> Connection::Core::queue_key_update(tls::KeyUpdateRequest request) {
  Bytes message;
  Writer out(message);
  tls::write_handshake(out, tls::KeyUpdate{request});
  tls::Flow flow = this->flow();
  if (auto sent = flow.send(message); !sent) return sent;
  traffic_->writing = traffic_->writing.next();
  ++traffic_->writing_generation;
  auto done = flow.protect_writing(*config().provider, *traffic_->suite, traffic_->writing);
  if (!done) return done;
  emit_.secret(side_ == Side::client ? SecretLabel::CLIENT_TRAFFIC_SECRET : SecretLabel::SERVER_TRAFFIC_SECRET,
               traffic_->writing_generation, traffic_->client_random, traffic_->writing.bytes());
  emit_(event::KeysUpdated{Direction::sent, traffic_->writing_generation});
  return {};
}

Result<void> Connection::Core::update_keys(tls::KeyUpdateRequest request) {
  if (error_) return std::unexpected(*error_);
  if (closed_) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("update_keys"));
  if (!traffic_) return std::unexpected(fail(ErrorCode::NotReady).at("update_keys").expected("a finished handshake"));
  auto queued = queue_key_update(request);
  if (!queued) return die(std::move(queued.error()));
  return {};
}

}  // namespace keyway
