#include "tls/schedule/transcript.hpp"

#include <array>
#include <cstdint>

#include <keyway/types.hpp>

namespace keyway::tls {

Transcript::Transcript(const crypto::HashFunction& hash) noexcept : function_(&hash), state_{} {
  hash.start(state_);
}

std::optional<Transcript> Transcript::read(const crypto::HashFunction& hash, ByteView written) noexcept {
  Transcript transcript(hash);
  return hash.read_state(transcript.state_, written) ? std::optional(transcript) : std::nullopt;
}

void Transcript::add(ByteView message) noexcept {
  function_->update(state_, message);
}

TranscriptHash Transcript::hash() const noexcept {
  return hash_with({});
}

TranscriptHash Transcript::hash_with(ByteView message) const noexcept {
  crypto::HashState fork = state_;
  if (!message.empty()) function_->update(fork, message);
  TranscriptHash out(function_->output_size());
  function_->finish(fork, out.span());
  return out;
}

void Transcript::replace_with_message_hash() noexcept {
  const TranscriptHash first = hash();
  begin_with_message_hash(first.view());
}

void Transcript::begin_with_message_hash(ByteView first) noexcept {
  // RFC 8446 4.4.1: ClientHello1 stands in the transcript as message_hash || 00 00 Hash.length || Hash(ClientHello1).
  const std::array<std::uint8_t, 4> header{static_cast<std::uint8_t>(HandshakeType::message_hash), 0, 0,
                                           static_cast<std::uint8_t>(first.size())};
  function_->start(state_);
  add(header);
  add(first);
}

}  // namespace keyway::tls
