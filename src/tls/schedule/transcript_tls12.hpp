#pragma once

#include <optional>

#include <keyway/bytes.hpp>

#include "tls/schedule/transcript.hpp"

namespace keyway::tls {

/// TLS 1.2's transcript. A client's CertificateVerify signs the messages themselves, with a hash of its own (RFC 5246
/// 7.4.8): they are kept where one may come, and there alone.
class TranscriptTls12 {
 public:
  TranscriptTls12(const crypto::HashFunction& hash, bool keeps_messages) : running_(hash) {
    if (keeps_messages) messages_.emplace();
  }

  void add(ByteView message) {
    running_.add(message);
    if (messages_) messages_->insert(messages_->end(), message.begin(), message.end());
  }

  [[nodiscard]] TranscriptHash hash() const noexcept { return running_.hash(); }
  [[nodiscard]] const crypto::HashFunction& function() const noexcept { return running_.function(); }

  /// All messages so far; empty where they are not kept.
  [[nodiscard]] ByteView messages() const noexcept { return messages_ ? ByteView(*messages_) : ByteView(); }
  /// No CertificateVerify will come, or it came.
  void forget_messages() noexcept { messages_.reset(); }

 private:
  Transcript running_;
  std::optional<Bytes> messages_;
};

}  // namespace keyway::tls
