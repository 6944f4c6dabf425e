#include "tls/record/handshake_joiner.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace keyway::tls {

namespace {

HandshakeMessage message_of(const HandshakeHeader& header, ByteView raw) noexcept {
  return {.type = header.type, .body = raw.subspan(handshake_header_size), .raw = raw};
}

}  // namespace

Result<std::optional<HandshakeMessage>> HandshakeJoiner::next() {
  release_handed_out();
  if (!kept_.empty()) return next_of_kept();

  const auto whole = whole_size(fresh_);
  if (!whole) return std::unexpected(whole.error());
  if (*whole == 0 || fresh_.size() < *whole) {
    keep(fresh_.size());
    return std::nullopt;
  }
  const ByteView raw = fresh_.first(*whole);
  fresh_ = fresh_.subspan(*whole);
  return message_of(parse_handshake_header(raw), raw);
}

Result<std::optional<HandshakeMessage>> HandshakeJoiner::next_of_kept() {
  if (kept_.size() < handshake_header_size) keep(handshake_header_size - kept_.size());
  const auto whole = whole_size(kept_);
  if (!whole) return std::unexpected(whole.error());
  if (*whole == 0) return std::nullopt;

  keep(*whole - kept_.size());
  if (kept_.size() < *whole) return std::nullopt;
  kept_was_handed_out_ = true;
  return message_of(parse_handshake_header(kept_), kept_);
}

Result<std::size_t> HandshakeJoiner::whole_size(ByteView begun) const {
  if (begun.size() < handshake_header_size) return 0;
  const HandshakeHeader header = parse_handshake_header(begun);
  if (header.length > max_message_) {
    return std::unexpected(fail(ErrorCode::MessageTooLong)
                               .at(to_string(header.type))
                               .expected("at most " + std::to_string(max_message_) + " bytes")
                               .received(std::to_string(header.length) + " bytes announced"));
  }
  return handshake_header_size + header.length;
}

void HandshakeJoiner::keep(std::size_t at_most) {
  const ByteView taken = fresh_.first(std::min(at_most, fresh_.size()));
  kept_.insert(kept_.end(), taken.begin(), taken.end());
  fresh_ = fresh_.subspan(taken.size());
}

void HandshakeJoiner::keep_rest() {
  release_handed_out();
  Bytes rest(fresh_.begin(), fresh_.end());
  paused_ = std::move(rest);
  fresh_ = paused_;
}

void HandshakeJoiner::release_handed_out() noexcept {
  if (!kept_was_handed_out_) return;
  Bytes().swap(kept_);
  kept_was_handed_out_ = false;
}

}  // namespace keyway::tls
