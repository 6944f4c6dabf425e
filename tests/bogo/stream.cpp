#include "stream.hpp"

#include <algorithm>
#include <utility>

namespace keyway::bogo {

Outcome<void> RecordStream::flush() {
  const ByteView waiting = connection_.output();
  if (waiting.empty()) return {};
  if (auto finished = finish_write(); !finished) return finished;
  auto written = transport_.write(waiting);
  connection_.sent(waiting.size());
  return written;
}

/// Sends the alert, and holds the connection to its word: an error is final, and asked again it is the same.
std::unexpected<Failure> Stream::broken(const Error& error) {
  Error first = error;
  static_cast<void>(flush());  // the transport may be gone; the error is what counts
  if (!repeats(first)) return mismatch("the error is not final: " + first.message());
  return broke(std::move(first));
}

Outcome<void> Stream::answer(Pause pause) {
  auto answer = handler_(connection(), pause);
  if (!answer) return std::unexpected(std::move(answer.error()));
  if (auto resumed = tls().resume(std::move(*answer)); !resumed) return broken(resumed.error());
  return {};
}

/// Reads from the transport behind what is there; false at its end.
Outcome<bool> RecordStream::read_transport() {
  if (transport_ended_) return false;
  if (begin_ > 0) {
    std::copy(input_.begin() + static_cast<std::ptrdiff_t>(begin_), input_.begin() + static_cast<std::ptrdiff_t>(end_),
              input_.begin());
    end_ -= begin_;
    shown_ -= begin_;
    begin_ = 0;
  }
  if (end_ == input_.size()) input_.resize(2 * input_.size());
  auto count = transport_.read(ByteSpan(input_).subspan(end_));
  if (!count) return std::unexpected(std::move(count.error()));
  end_ += *count;
  transport_ended_ = *count == 0;
  return !transport_ended_;
}

/// One step: sends what waits, answers a pause, or takes in bytes. False at the end of the input.
Outcome<bool> Stream::advance() {
  if (auto flushed = flush(); !flushed) return std::unexpected(std::move(flushed.error()));
  const auto pause = connection().pause();
  if (!pause) return take_input();
  if (auto answered = answer(*pause); !answered) return std::unexpected(std::move(answered.error()));
  return true;
}

bool RecordStream::repeats(const Error& error) {
  const auto again = connection_.receive({});
  return !again && again.error().code() == error.code();
}

Outcome<bool> RecordStream::take_input() {
  if (!may_hold_more_) {
    if (shown_ == end_) {
      auto more = read_transport();
      if (!more || !*more) return more;
    }
    shown_ = in_single_bytes_ ? shown_ + 1 : end_;
  }
  auto received = connection_.receive(ByteSpan(input_).subspan(begin_, shown_ - begin_));
  if (!received) return broken(received.error());
  begin_ += received->consumed;
  data_ = received->early_data.empty() ? received->application_data : received->early_data;
  may_hold_more_ = (received->consumed > 0 && begin_ < shown_) || connection_.pause().has_value();
  return true;
}

Outcome<void> Stream::advance_until(const std::function<bool()>& reached) {
  while (tls().is_handshaking() && !reached()) {
    auto went_on = advance();
    if (!went_on) return std::unexpected(std::move(went_on.error()));
    if (!*went_on) return broke(tls().end_of_input().error());
  }
  return {};
}

Outcome<std::size_t> RecordStream::write_early(ByteView data) {
  std::size_t written = 0;
  while (written < data.size() && connection_.early_data_left() > 0) {
    Bytes sealed(connection_.sealed_size(data.size()));
    const auto sent = connection_.send_early(data.subspan(written), sealed);
    if (!sent) return broke(sent.error());
    if (auto gone = transport_.write(ByteView(sealed).first(sent->written)); !gone)
      return std::unexpected(gone.error());
    written += sent->consumed;
  }
  return written;
}

Outcome<void> RecordStream::begin_write_early(ByteView data) {
  if (auto flushed = flush(); !flushed) return flushed;
  held_.resize(connection_.sealed_size(data.size()));
  const auto sent = connection_.send_early(data, held_);
  if (!sent) return broke(sent.error());
  held_.resize(sent->written);
  auto written = transport_.write(ByteView(held_).first(1));
  held_.erase(held_.begin());
  return written;
}

/// A server that takes early data is far enough once it may answer.
Outcome<void> Stream::handshake() {
  while (tls().is_handshaking() && !tls().can_send()) {
    auto went_on = advance();
    if (!went_on) return std::unexpected(std::move(went_on.error()));
    if (*went_on) continue;
    const auto ended = tls().end_of_input();
    if (!ended) return broke(ended.error());
    return mismatch("the connection closed during the handshake, without an error");
  }
  return flush();
}

Outcome<Stream::Read> Stream::read(ByteSpan out) {
  while (data_.empty()) {
    if (tls().peer_has_closed()) return Read{0, End::close_notify};
    auto went_on = advance();
    if (!went_on) return std::unexpected(std::move(went_on.error()));
    if (*went_on) continue;
    if (tls().is_handshaking()) return broke(tls().end_of_input().error());
    return Read{0, End::truncated};
  }
  const std::size_t count = std::min(out.size(), data_.size());
  std::ranges::copy(data_.first(count), out.begin());
  data_ = data_.subspan(count);
  return Read{count, End::none};
}

Outcome<void> RecordStream::begin_write(ByteView data) {
  held_.resize(connection_.sealed_size(data.size()));
  const auto sent = connection_.send(data, held_);
  if (!sent) return broke(sent.error());
  held_.resize(sent->written);
  auto written = transport_.write(ByteView(held_).first(1));
  held_.erase(held_.begin());
  return written;
}

Outcome<void> RecordStream::finish_write() {
  const Bytes rest = std::exchange(held_, {});
  return transport_.write(rest);
}

Outcome<void> RecordStream::write(ByteView data) {
  if (auto finished = finish_write(); !finished) return finished;
  while (!data.empty()) {
    Bytes sealed(connection_.sealed_size(data.size()));
    const auto sent = connection_.send(data, sealed);
    if (!sent) return broke(sent.error());
    auto written = transport_.write(ByteView(sealed).first(sent->written));
    if (!written) return written;
    data = data.subspan(sent->consumed);
  }
  return {};
}

Outcome<void> Stream::close() {
  tls().close();
  return flush();
}

Outcome<void> Stream::abort(AlertDescription alert) {
  tls().abort(alert);
  return flush();
}

Outcome<void> Stream::update_keys() {
  if (auto updated = tls().update_keys(/*ask_peer_too=*/false); !updated) return broke(updated.error());
  return {};
}

}  // namespace keyway::bogo
