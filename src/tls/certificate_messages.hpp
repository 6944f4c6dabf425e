#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/carried_proofs.hpp>
#include <keyway/certificate.hpp>
#include <keyway/certificate_compression.hpp>

#include "tls/wire/list.hpp"

namespace keyway::tls {

/// Which proofs a client asks for.
struct ProofsAsked {
  bool ocsp = false;
  bool scts = false;
};

/// The messages that show a chain, each made once. Thread-safe.
class CertificateMessages {
 public:
  /// The proofs have been checked: one entry at most for each certificate, SCT lists well-formed.
  /// `delegation`: the delegated credential (RFC 9345) that goes beside the leaf; empty: none.
  CertificateMessages(const std::vector<x509::Certificate>& chain, const CarriedProofs& proofs,
                      ByteView delegation = {});
  /// Of a raw public key (RFC 7250 3), which is shown as it is.
  explicit CertificateMessages(ByteView subject_public_key_info);

  /// TLS 1.3's Certificate with an empty request context, handshake header included.
  [[nodiscard]] ByteView tls13(ProofsAsked asked) const noexcept { return tls13_[variant(asked)]; }
  /// The same without proofs and with a request context, made anew (RFC 8446 4.3.2).
  [[nodiscard]] Bytes tls13_in_context(ByteView context) const;
  /// The CompressedCertificate that stands for it, handshake header included; empty where it is not worth it. Made when
  /// first asked for. The view lives as long as this.
  [[nodiscard]] ByteView compressed(const std::shared_ptr<const CertificateCompressor>& by, ProofsAsked asked) const;

  struct Chosen {
    ByteView message;
    std::optional<CertificateCompressionAlgorithm> compressed_by;
  };
  /// The one of the two that goes to a peer: compressed by the first of our algorithms that it has and that makes it
  /// smaller (RFC 8879 4).
  [[nodiscard]] Chosen choose_tls13(ProofsAsked asked, const CertificateCompressors& ours,
                                    const WireList<CertificateCompressionAlgorithm>& theirs) const;

  /// TLS 1.2's Certificate, handshake header included.
  [[nodiscard]] ByteView tls12() const noexcept { return tls12_; }
  /// TLS 1.2's CertificateStatus about the leaf, handshake header included; empty where there is none.
  [[nodiscard]] ByteView status_tls12() const noexcept { return status_tls12_; }

 private:
  struct Compressed {
    std::shared_ptr<const CertificateCompressor> by;
    std::size_t variant;
    Bytes message;
  };
  /// The number of the message that answers what is asked as far as there is an answer.
  [[nodiscard]] std::size_t variant(ProofsAsked asked) const noexcept;
  /// The place of what `by` made, if there is one. Under the guard.
  [[nodiscard]] const Compressed* find(const CertificateCompressor& by, std::size_t variant) const noexcept;

  bool has_ocsp_ = false;
  bool has_scts_ = false;
  bool is_raw_key_ = false;
  std::array<Bytes, 4> tls13_;  ///< those that differ
  Bytes tls12_;
  Bytes status_tls12_;
  mutable std::shared_mutex guard_;
  mutable std::vector<std::unique_ptr<const Compressed>> compressed_;
};

}  // namespace keyway::tls
