#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

#include "x509/certificate_builder.hpp"
#include "x509/ocsp.hpp"

namespace keyway::x509 {

/// Makes OCSP responses. What it is asked for it writes, rule or no rule, like the builder of certificates.

/// What CertId says of an issuer, in bytes of its own.
struct IssuerHashes {
  crypto::HashAlgorithm algorithm = crypto::HashAlgorithm::sha1;
  Bytes name;
  Bytes key;

  /// Errors: UnsupportedAlgorithm where the provider lacks the hash function.
  [[nodiscard]] static Result<IssuerHashes> of(const crypto::Provider& provider, const CertificateView& issuer,
                                               crypto::HashAlgorithm algorithm = crypto::HashAlgorithm::sha1);
};

/// Writes a CertID (RFC 6960 4.1.1). `serial_number` is the contents octets of the INTEGER.
void write_cert_id(DerWriter& writer, const IssuerHashes& issuer, ByteView serial_number);

/// What is said of one certificate.
struct SingleResponseFields {
  IssuerHashes issuer;
  Bytes serial_number;  ///< big-endian, taken as non-negative
  SingleResponse::Status status = SingleResponse::Status::good;
  Time revocation_time;                           ///< where revoked
  std::optional<std::uint8_t> revocation_reason;  ///< CRLReason
  Time this_update;
  std::optional<Time> next_update;
  std::vector<RawExtension> others;
};

/// What is signed (RFC 6960 4.2.1).
struct OcspResponseFields {
  Bytes responder_name;      ///< DER of a Name; empty: by key
  Bytes responder_key_hash;  ///< SHA-1 of the responder's key
  Time produced_at;
  std::vector<SingleResponseFields> responses;
  Bytes nonce;  ///< of the request (RFC 9654); empty: none
  std::vector<RawExtension> others;
  std::vector<Bytes> certificates;  ///< DER; the delegate's, where the issuer does not sign itself
};

/// DER of a successful OCSPResponse, signed with the responder's key. Errors: SigningFailed, UnsupportedAlgorithm.
[[nodiscard]] Result<Bytes> sign_ocsp_response(const OcspResponseFields& fields, const crypto::PrivateKey& key,
                                               crypto::SignatureAlgorithm algorithm);
[[nodiscard]] Result<Bytes> sign_ocsp_response(const OcspResponseFields& fields, const crypto::PrivateKey& key);

/// DER of an OCSPResponse that says nothing but why not (RFC 6960 2.3).
[[nodiscard]] Bytes encode_ocsp_error(OcspResponseStatus status);

}  // namespace keyway::x509
