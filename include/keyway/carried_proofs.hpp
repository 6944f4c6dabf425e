#pragma once
/// \file
/// Proofs about a certificate chain that the handshake carries beside it.

#include <cstddef>
#include <vector>

#include <keyway/bytes.hpp>

namespace keyway {

/// What third parties said about the certificates of a chain. Each list has one entry for each certificate, leaf first;
/// it may be shorter, and an empty entry means none. TLS 1.2 carries the leaf's alone.
struct CarriedProofs {
  std::vector<Bytes> ocsp_responses;  ///< DER of an OCSPResponse (RFC 6960), stapled (RFC 6066 8, RFC 8446 4.4.2.1)
  std::vector<Bytes> sct_lists;       ///< SignedCertificateTimestampList (RFC 6962 3.3), its length included

  [[nodiscard]] ByteView ocsp_response(std::size_t index) const noexcept {
    return index < ocsp_responses.size() ? ByteView(ocsp_responses[index]) : ByteView();
  }
  [[nodiscard]] ByteView sct_list(std::size_t index) const noexcept {
    return index < sct_lists.size() ? ByteView(sct_lists[index]) : ByteView();
  }
  friend bool operator==(const CarriedProofs&, const CarriedProofs&) = default;
};

}  // namespace keyway
