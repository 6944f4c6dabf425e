#pragma once

#include <memory>
#include <shared_mutex>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/certificate.hpp>
#include <keyway/certificate_compression.hpp>

namespace keyway::tls {

/// The messages that show a chain, each made once. Thread-safe.
class CertificateMessages {
 public:
  explicit CertificateMessages(const std::vector<x509::Certificate>& chain);

  /// TLS 1.3's Certificate with an empty request context, handshake header included.
  [[nodiscard]] ByteView tls13() const noexcept { return tls13_; }
  /// TLS 1.2's.
  [[nodiscard]] ByteView tls12() const noexcept { return tls12_; }
  /// The CompressedCertificate that stands for tls13(), handshake header included; empty where it is not worth it. Made
  /// when first asked for. The view lives as long as this.
  [[nodiscard]] ByteView compressed(const std::shared_ptr<const CertificateCompressor>& by) const;

 private:
  struct Compressed {
    std::shared_ptr<const CertificateCompressor> by;
    Bytes message;
  };
  /// The place of what `by` made, if there is one. Under the guard.
  [[nodiscard]] const Compressed* find(const CertificateCompressor& by) const noexcept;

  Bytes tls13_;
  Bytes tls12_;
  mutable std::shared_mutex guard_;
  mutable std::vector<std::unique_ptr<const Compressed>> compressed_;
};

}  // namespace keyway::tls
