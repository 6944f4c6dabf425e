#include "quic_stream.hpp"

#include <algorithm>
#include <string>

namespace keyway::bogo {
namespace {

constexpr std::size_t header_size = 8;    ///< type, level, suite of two bytes, length of four
constexpr std::uint8_t skipped_type = 0;  ///< early data that is refused
constexpr std::uint8_t alert_type = 21;
constexpr std::uint8_t handshake_type = 22;
constexpr std::uint8_t data_type = 23;
constexpr std::size_t max_record = std::size_t{1} << 20U;

}  // namespace

QuicStream::Key& QuicStream::key(Direction direction, EncryptionLevel level) {
  return keys_.at(direction == Direction::sent ? 0 : 1).at(static_cast<std::size_t>(level));
}

void QuicStream::take_secrets() {
  while (auto secret = quic_.take_secret()) {
    const ByteView bytes = secret->secret.view();
    key(secret->direction, secret->level) = {static_cast<std::uint16_t>(secret->cipher_suite),
                                             Bytes(bytes.begin(), bytes.end())};
    if (secret->direction == Direction::sent) writing_ = secret->level;
  }
}

Outcome<void> QuicStream::write_record(std::uint8_t type, EncryptionLevel level, ByteView data) {
  const Key& with = key(Direction::sent, level);
  const std::size_t size = with.secret.size() + data.size();
  Bytes record{type, static_cast<std::uint8_t>(level), static_cast<std::uint8_t>(with.suite >> 8U),
               static_cast<std::uint8_t>(with.suite)};
  for (unsigned shift = 32; shift > 0; shift -= 8) record.push_back(static_cast<std::uint8_t>(size >> (shift - 8)));
  for (const ByteView part : {ByteView(with.secret), data}) record.insert(record.end(), part.begin(), part.end());
  return transport_.write(record);
}

Outcome<void> QuicStream::flush() {
  take_secrets();
  for (const EncryptionLevel level : quic_levels) {
    const ByteView waiting = quic_.output(level);
    if (waiting.empty()) continue;
    if (auto written = write_record(handshake_type, level, waiting); !written) return written;
    quic_.sent(level, waiting.size());
  }
  const Error* error = quic_.tls().error();
  const bool tells = error != nullptr && error->alert() && !std::exchange(told_alert_, true);
  if (!tells) return {};
  return write_record(alert_type, writing_, Bytes{2, static_cast<std::uint8_t>(*error->alert())});
}

/// Has `size` bytes of input; false at the end.
Outcome<bool> QuicStream::fill(std::size_t size) {
  while (input_.size() < size) {
    Bytes block(size - input_.size());
    const auto count = transport_.read(block);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return false;
    input_.insert(input_.end(), block.begin(), block.begin() + static_cast<std::ptrdiff_t>(*count));
  }
  return true;
}

/// The next record, its data a view of `input_`; nothing at the end of the input.
Outcome<std::optional<QuicStream::Record>> QuicStream::read_record() {
  input_.clear();
  auto filled = fill(header_size);
  if (!filled) return std::unexpected(std::move(filled.error()));
  if (!*filled) return std::nullopt;
  Record record;
  record.type = input_[0];
  if (input_[1] >= quic_levels.size()) return mismatch("a level that there is not");
  record.level = quic_levels.at(input_[1]);
  const auto suite = static_cast<std::uint16_t>(input_[2] << 8U | input_[3]);
  std::size_t size = 0;
  for (std::size_t i = 4; i < header_size; ++i) size = size << 8U | input_[i];
  if (size > max_record) return mismatch("a record too long");
  filled = fill(header_size + size);
  if (!filled) return std::unexpected(std::move(filled.error()));
  if (!*filled) return std::nullopt;
  const Key& with = key(Direction::received, record.level);
  if (record.level == EncryptionLevel::early_data && with.secret.empty()) return Record{skipped_type, record.level, {}};
  const ByteSpan body = ByteSpan(input_).subspan(header_size);
  const bool fits = suite == with.suite && body.size() >= with.secret.size() &&
                    std::ranges::equal(body.first(with.secret.size()), with.secret);
  if (!fits) return mismatch("another secret at level " + std::string(to_string(record.level)));
  record.data = body.subspan(with.secret.size());
  return record;
}

/// Gives the connection what it has not taken yet.
Outcome<bool> QuicStream::give_rest() {
  const ByteView next = in_single_bytes_ ? waiting_.first(1) : waiting_;
  auto taken = quic_.receive(waiting_level_, next);
  if (!taken) return broken(taken.error());
  waiting_ = waiting_.subspan(*taken);
  return true;
}

Outcome<bool> QuicStream::take_input() {
  if (!waiting_.empty()) return give_rest();
  const auto record = read_record();
  if (!record) return std::unexpected(record.error());
  if (!*record) return false;
  const auto& [type, level, data] = **record;
  if (type == skipped_type) return true;
  if (type == data_type) {
    data_ = data;
    return true;
  }
  if (type == alert_type && data.size() == 2) {
    const auto alert = static_cast<AlertDescription>(data[1]);
    return broke(fail(ErrorCode::AlertReceived).alert(alert).received(to_string(alert)));
  }
  if (type != handshake_type) return mismatch("a record of type " + std::to_string(type));
  waiting_ = data;
  waiting_level_ = level;
  return true;
}

bool QuicStream::repeats(const Error& error) {
  const auto again = quic_.receive(EncryptionLevel::initial, {});
  return !again && again.error().code() == error.code();
}

Outcome<void> QuicStream::write(ByteView data) {
  if (auto flushed = flush(); !flushed) return flushed;
  return write_record(data_type, EncryptionLevel::application, data);
}

Outcome<std::size_t> QuicStream::write_early(ByteView data) {
  if (auto flushed = flush(); !flushed) return std::unexpected(std::move(flushed.error()));
  if (auto written = write_record(data_type, EncryptionLevel::early_data, data); !written) {
    return std::unexpected(std::move(written.error()));
  }
  return data.size();
}

Outcome<void> QuicStream::begin_write_early(ByteView data) {
  auto written = write_early(data);
  if (!written) return std::unexpected(std::move(written.error()));
  return {};
}

}  // namespace keyway::bogo
