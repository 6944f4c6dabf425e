#pragma once
// The part of the Asio stream's algorithm that is about records in the kernel, files and connections that leave.

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include <unistd.h>

#include <keyway/detail/asio_engine.hpp>
#include <keyway/handover.hpp>
#include <keyway/kernel_tls.hpp>

namespace keyway::asio::detail {

inline bool Engine::start_kernel(int fd) {
  if (!kernel_offer_.offers_anything() || !connection_ || connection_->is_handshaking()) return true;
  const KernelTls offered = std::exchange(kernel_offer_, KernelTls());
  if (error_ || has_output() || begin_ != end_ || !data_.empty()) return true;
  auto started = KernelRecords::start(offered, fd, *connection_);
  if (!started) {
    keep(std::move(started.error()));
    return false;
  }
  kernel_ = std::move(*started);
  return true;
}

inline bool Engine::follow_reading_keys() {
  auto followed = kernel_->follow_reading_keys(*connection_);
  if (followed) return true;
  keep(std::move(followed.error()));
  return false;
}

inline void Engine::read_from_kernel(boost::system::error_code& broken) {
  is_reading_ = false;
  if (broken) return;
  auto count = kernel_->receive(*connection_, ByteSpan(input_).subspan(end_));
  if (!count) {
    keep(std::move(count.error()));
  } else if (*count && **count == 0) {
    input_ended();
  } else if (*count) {
    input_arrived(**count);
  }
}

inline void Engine::fail_writing(Error error, boost::system::error_code& broken) {
  broken = make_error_code(error.code());
  file_left_ = 0;
  keep(std::move(error));
}

inline void Engine::write_to_kernel(boost::system::error_code& broken) {
  if (broken) return;
  if (!sealed().empty()) {
    auto sent = kernel_->send_records(*connection_, sealed());
    if (!sent) return fail_writing(std::move(sent.error()), broken);
    output_written(sent->value_or(0));
    return;
  }
  auto sent = kernel_->send_file(file_, file_offset_, file_left_);
  if (!sent) return fail_writing(std::move(sent.error()), broken);
  if (!*sent) return;
  has_file_ended_ = **sent == 0;
  file_sent_ += **sent;
  file_offset_ += **sent;
  file_left_ = has_file_ended_ ? 0 : file_left_ - **sent;
}

inline Result<std::size_t> Engine::frame(std::span<const ByteView> parts, std::size_t size) {
  constexpr std::size_t header = 5;
  constexpr std::size_t most = 16384;
  if (connection_->error() != nullptr) return std::unexpected(*connection_->error());
  if (connection_->has_closed()) return std::unexpected(fail(ErrorCode::AlreadyClosed).at("write_some"));
  auto due = kernel_->needs_key_update();
  if (!due) return std::unexpected(std::move(due.error()));
  if (*due) {
    if (auto updated = connection_->update_keys(false); !updated) return std::unexpected(std::move(updated.error()));
  }
  // What waits goes first.
  const ByteView output = connection_->output();
  sealed_.reserve(output.size() + size + header * (size / most + 1));
  sealed_.assign(output.begin(), output.end());
  written_ = 0;
  connection_->sent(output.size());
  std::size_t left = size;
  std::size_t room = 0;  // in the record that was begun
  for (ByteView part : parts) {
    while (!part.empty()) {
      if (room == 0) {
        room = std::min(left, most);
        const Buffer begun{static_cast<std::uint8_t>(ContentType::application_data), 3, 3,
                           static_cast<std::uint8_t>(room >> 8U), static_cast<std::uint8_t>(room)};
        sealed_.insert(sealed_.end(), begun.begin(), begun.end());
      }
      const ByteView taken = part.first(std::min(part.size(), room));
      sealed_.insert(sealed_.end(), taken.begin(), taken.end());
      part = part.subspan(taken.size());
      room -= taken.size();
      left -= taken.size();
    }
  }
  return size;
}

inline Result<void> Engine::seal_file(int file, std::uint64_t offset, std::size_t size) {
  has_file_ended_ = false;
  if (kernel_) {
    auto framed = frame({}, 0);
    if (!framed) return std::unexpected(std::move(framed.error()));
    file_ = file;
    file_offset_ = offset;
    file_left_ = size;
    return {};
  }
  Buffer part(std::min(size, most_sealed_at_once));
  ::ssize_t count = 0;
  do {
    count = ::pread(file, part.data(), part.size(), static_cast<::off_t>(offset));
  } while (count < 0 && errno == EINTR);
  if (count < 0) return std::unexpected(fail(ErrorCode::FileUnreadable).at("send_file"));
  has_file_ended_ = count == 0;
  if (has_file_ended_) return {};
  const ByteView read = ByteView(part).first(static_cast<std::size_t>(count));
  auto sealed = seal(std::span(&read, 1), read.size());
  if (!sealed) return std::unexpected(std::move(sealed.error()));
  file_sent_ += *sealed;
  return {};
}

inline Result<Bytes> Engine::export_idle(const HandoverKey& key) {
  const auto refuse = [](std::string_view expected) {
    return std::unexpected(fail(ErrorCode::NotReady).at("export_idle").expected(expected));
  };
  if (!connection_) return std::unexpected(*error_);
  if (kernel_) return refuse("a connection whose keys the kernel does not have");
  if (is_turn_taken_ || is_reading_) return refuse("no operation under way");
  if (is_output_left()) return refuse("all that was sealed to be written");
  if (begin_ != end_ || !data_.empty() || has_early()) return refuse("all that came to be read first");
  return connection_->export_idle(key);
}

/// Writes part of a file, whose own position stays.
class FileOperation : public Operation {
 public:
  static constexpr bool loses_nothing_when_cancelled = false;

  FileOperation(int file, std::uint64_t offset, std::size_t size) noexcept
      : file_(file), offset_(offset), size_(size) {}

  Want step(Engine& engine) {
    if (engine.connection() == nullptr) return finish(engine, engine.failure());
    if (!take_turn(engine)) return Want::turn;
    for (;;) {
      if (engine.is_output_left()) return Want::output;
      transferred += engine.take_file_sent();
      if (error || transferred >= size_ || (has_begun_ && engine.has_file_ended())) break;
      has_begun_ = true;
      auto sealed = engine.seal_file(file_, offset_ + transferred, size_ - transferred);
      if (!sealed) error = make_error_code(sealed.error().code());
    }
    if (engine.collect_output()) return Want::output;
    return finish(engine);
  }
  void abandon(Engine& engine, const boost::system::error_code& cause) noexcept {
    engine.drop_file();
    transferred += engine.take_file_sent();
    Operation::abandon(engine, cause);
  }

 private:
  int file_;
  std::uint64_t offset_;
  std::size_t size_;
  bool has_begun_ = false;
};

}  // namespace keyway::asio::detail
