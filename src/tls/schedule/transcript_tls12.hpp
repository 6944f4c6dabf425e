#pragma once

#include <keyway/bytes.hpp>

#include "tls/schedule/transcript.hpp"

namespace keyway::tls {

/// TLS 1.2's transcript. A client's CertificateVerify signs the messages themselves, with a hash of its own (RFC 5246
/// 7.4.8): they are kept where one may come, and there alone.
class TranscriptTls12 {
 public:
  TranscriptTls12(const crypto::HashFunction& hash, bool keeps_messages)
      : running_(hash), keeps_messages_(keeps_messages) {}

  void add(ByteView message) {
    running_.add(message);
    if (keeps_messages_) messages_.insert(messages_.end(), message.begin(), message.end());
  }

  [[nodiscard]] TranscriptHash hash() const noexcept { return running_.hash(); }
  [[nodiscard]] const crypto::HashFunction& function() const noexcept { return running_.function(); }

  /// All messages so far; empty where they are not kept.
  [[nodiscard]] ByteView messages() const noexcept { return messages_; }
  /// No CertificateVerify will come, or it came.
  void forget_messages() noexcept {
    keeps_messages_ = false;
    messages_ = Bytes();
  }

 private:
  Transcript running_;
  bool keeps_messages_;
  Bytes messages_;
};

}  // namespace keyway::tls
