#pragma once
/// \file
/// Delegated credentials (RFC 9345): the holder of a certificate signs, for some days at most, a key that servers may
/// prove themselves with in its place, so that the certificate's own key need not be where they are.

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

namespace keyway {

/// What a delegated credential says.
struct Delegation {
  /// RFC 9345 4.1.3: nobody takes one that is good for longer from now.
  static constexpr std::chrono::seconds max_lifetime{std::chrono::days(7)};

  Bytes encoded;                       ///< DelegatedCredential (RFC 9345 4), as it is sent
  Time until;                          ///< the certificate's notBefore and the valid_time after it
  SignatureScheme scheme{};            ///< that its key signs handshakes with, and no other
  SignatureScheme signature_scheme{};  ///< that the certificate's key signed it with
  Bytes subject_public_key_info = {};  ///< of its key

  /// True at a moment at which peers take it, as far as time goes.
  [[nodiscard]] bool is_timely(Time now) const noexcept { return now <= until && until - now <= max_lifetime; }

  /// That the certificate's key signed it, for a server and for this certificate. Errors:
  /// BadDelegatedCredentialSignature, those of keys.
  [[nodiscard]] Result<void> verify(const x509::CertificateView& certificate, const crypto::Provider& provider) const;

  /// Reads one that is made under `certificate`; judges nothing but its shape. Errors: the codec's.
  [[nodiscard]] static Result<Delegation> parse(ByteView encoded, const x509::CertificateView& certificate);
  /// The one in a block DELEGATED CREDENTIAL of a PEM text. Errors also: InvalidPem.
  [[nodiscard]] static Result<Delegation> from_pem(std::string_view pem, const x509::CertificateView& certificate);
  [[nodiscard]] std::string to_pem() const;
};

/// What is to be signed.
struct DelegationRequest {
  ByteView subject_public_key_info;  ///< DER; any key that TLS 1.3 signs with but RSA's with rsaEncryption
  SignatureScheme scheme{};          ///< that this key is to sign with, and no other
  Time until;                        ///< up to Delegation::max_lifetime from now, and not beyond the certificate's end
};

/// RFC 9345 4.2: the certificate says that its key may sign delegated credentials, and may sign at all.
[[nodiscard]] bool may_delegate(const x509::CertificateView& certificate) noexcept;

/// True for schemes that a delegated credential may be for (RFC 9345 4): all of TLS 1.3's but rsa_pss_rsae_*.
[[nodiscard]] bool is_delegable(SignatureScheme scheme) noexcept;

/// Signs a delegated credential for a server with the key of its certificate. Errors: InvalidArgument (a certificate
/// that may not delegate, a scheme that does not fit the key or may not be used so, a time out of bounds), KeyMismatch,
/// SigningFailed, those of keys.
[[nodiscard]] Result<Delegation> delegate(const x509::CertificateView& certificate, const crypto::PrivateKey& key,
                                          const DelegationRequest& request, Time now, const crypto::Provider& provider);

}  // namespace keyway
