#pragma once

#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/verdict.hpp>

#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/wire/certificate_verify.hpp"

namespace keyway::tls {

// Values that only their verifier can make: a state that needs one can't be reached around the check.

/// The peer's chain was judged and accepted (or the configuration, by its own name, does without).
class ChainAccepted {
 private:
  ChainAccepted() noexcept = default;
  friend Result<ChainAccepted> accept_chain(const x509::Verdict& verdict);
  friend ChainAccepted accept_unverified_chain(const ClientConfig& config);
};
/// Errors: the verdict's.
[[nodiscard]] Result<ChainAccepted> accept_chain(const x509::Verdict& verdict);
/// Only for a configuration built without_certificate_verification().
[[nodiscard]] ChainAccepted accept_unverified_chain(const ClientConfig& config);

/// The peer proved that it holds the private key of its leaf.
class HandshakeSignatureValid {
 private:
  HandshakeSignatureValid() noexcept = default;
  friend Result<HandshakeSignatureValid> verify_certificate_verify(const CertificateVerify& message,
                                                                   const crypto::PublicKey& key, Side signer,
                                                                   const TranscriptHash& transcript,
                                                                   std::span<const SignatureScheme> offered);
};
/// RFC 8446 4.4.3. Errors: SignatureSchemeNotOffered, WrongKeyForScheme, BadHandshakeSignature.
[[nodiscard]] Result<HandshakeSignatureValid> verify_certificate_verify(const CertificateVerify& message,
                                                                        const crypto::PublicKey& key, Side signer,
                                                                        const TranscriptHash& transcript,
                                                                        std::span<const SignatureScheme> offered);

/// The peer's Finished matched: both sides saw the same handshake.
class FinishedVerified {
 private:
  FinishedVerified() noexcept = default;
  friend Result<FinishedVerified> verify_finished(ByteView expected_verify_data, ByteView body);
};
/// RFC 8446 4.4.4, in constant time. Errors: LengthOutOfRange, BadFinished.
[[nodiscard]] Result<FinishedVerified> verify_finished(ByteView expected_verify_data, ByteView body);

}  // namespace keyway::tls
