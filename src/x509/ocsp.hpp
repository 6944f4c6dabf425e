#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

#include "x509/der.hpp"

namespace keyway::x509 {

/// RFC 6960 4.2.1.
enum class OcspResponseStatus : std::uint8_t {
  successful = 0,
  malformed_request = 1,
  internal_error = 2,
  try_later = 3,
  sig_required = 5,
  unauthorized = 6,
};
[[nodiscard]] std::string_view to_string(OcspResponseStatus status) noexcept;

/// RFC 6960 4.1.1: which certificate is meant.
struct CertId {
  ByteView hash_algorithm;  ///< contents octets of the OBJECT IDENTIFIER
  ByteView issuer_name_hash;
  ByteView issuer_key_hash;
  ByteView serial_number;  ///< contents octets of the INTEGER

  /// True when it names the certificate with this serial number of this issuer. False for a hash that is not SHA-1 or
  /// SHA-2: it can't be compared. SHA-1 is a name here, and protects nothing.
  [[nodiscard]] bool names(const CertificateView& certificate, const CertificateView& issuer,
                           const crypto::Provider& provider) const;
};

/// RFC 6960 4.2.1: what the responder says of one certificate.
struct SingleResponse {
  enum class Status : std::uint8_t { good, revoked, unknown };
  CertId cert_id;
  Status status = Status::unknown;
  Time revocation_time;                           ///< where revoked
  std::optional<std::uint8_t> revocation_reason;  ///< CRLReason, where it is given
  Time this_update;
  std::optional<Time> next_update;
  bool has_unknown_critical_extension = false;
  std::optional<ByteView> timestamps = {};  ///< contents of the extension (RFC 6962 3.3)
};

/// An OCSPResponse (RFC 6960 4.2.1) as views of bytes that somebody else keeps. Parsing checks its whole syntax, in
/// time linear in its size, and allocates nothing; it decides nothing about trust.
struct OcspResponseView {
  OcspResponseStatus response_status = OcspResponseStatus::internal_error;
  /// The rest stands in a BasicOCSPResponse alone: false for one without a success, or of another type.
  bool is_basic = false;
  ByteView tbs_response_data;    ///< header included: what is signed
  ByteView signature_algorithm;  ///< header included
  ByteView signature;
  std::optional<ByteView> responder_name;  ///< DER of a Name; else:
  ByteView responder_key_hash;             ///< SHA-1 of the key
  Time produced_at;
  ByteView responses;             ///< contents of SEQUENCE OF SingleResponse; one at least
  std::optional<ByteView> nonce;  ///< contents of the extension (RFC 9654)
  ByteView certificates;          ///< contents of SEQUENCE OF Certificate; empty if there is none
  bool has_unknown_critical_extension = false;

  /// Parses exactly one response; the views live as long as `der`. Errors: InvalidOcspResponse, with the field.
  [[nodiscard]] static Result<OcspResponseView> parse(ByteView der KEYWAY_LIFETIMEBOUND);

  /// Calls `visit(const SingleResponse&)` for each, in order, until it returns true.
  template <typename Visit>
  void for_each(Visit&& visit) const {
    der::Status status;
    der::Reader all(responses, status);
    while (!all.empty()) {
      if (visit(read_single(all))) return;
    }
  }

  /// Reads one; fails the reader's status as `parse` does.
  [[nodiscard]] static SingleResponse read_single(der::Reader& responses) noexcept;
};

/// The hash of an issuer's key as CertId and ResponderID have it: over the BIT STRING's contents, without the unused
/// bits' count. Empty where the provider lacks the hash function or the key is odd.
[[nodiscard]] Bytes key_hash(const crypto::Provider& provider, crypto::HashAlgorithm algorithm,
                             ByteView subject_public_key_info);

/// A hash in one call; empty where the provider lacks it.
[[nodiscard]] Bytes hash_of(const crypto::Provider& provider, crypto::HashAlgorithm algorithm, ByteView data);

}  // namespace keyway::x509
