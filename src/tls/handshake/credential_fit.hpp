#pragma once

#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>
#include <keyway/policy.hpp>
#include <keyway/types.hpp>

#include "tls/wire/client_hello.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

// Whether a credential serves a peer, for both sides. What is TLS 1.2's or 1.3's alone stands in functions of that
// version.

/// The scheme that a credential proves itself with, in its own order of preference or else the policy's: one that the
/// peer takes, and that fits the key as RFC 8446 4.2.3 says. Nothing: there is none, or the credential is delegated.
[[nodiscard]] std::optional<SignatureScheme> choose_scheme_tls13(const Credential& credential, const Policy& policy,
                                                                 const WireList<SignatureScheme>& theirs);
/// The same of a delegated credential (RFC 9345 4.1.1): the scheme that it is for, where the client takes that of such,
/// takes what the certificate's key signed it with, and the time is right.
[[nodiscard]] std::optional<SignatureScheme> choose_delegated_scheme(const Credential& credential, const Policy& policy,
                                                                     const ClientHelloExtensions& client, Time now);
/// The same as RFC 5246 7.4.1.4.1 and RFC 8422 5.4 say. Where the credential has no order of its own, the hash that
/// belongs to the key's curve is preferred.
[[nodiscard]] std::optional<SignatureScheme> choose_scheme_tls12(const Credential& credential, const Policy& policy,
                                                                 const WireList<SignatureScheme>& theirs);

/// True when `authorities` (contents of the list, names of DER with two bytes of length) is empty, or names an issuer
/// of one of the chain's certificates, byte for byte.
[[nodiscard]] bool is_issuer_named(const Credential& credential, ByteView authorities);

/// True when each signature in the chain is by an algorithm of one of these schemes; self-signed ones, which nobody
/// verifies, aside. True of a raw public key.
[[nodiscard]] bool are_signatures_taken(const Credential& credential, const WireList<SignatureScheme>& theirs);
/// The same by what a server asks for.
[[nodiscard]] bool is_chain_taken(const Credential& credential, const CertificateRequestView::Parts& request);

/// What a server asks of a client's certificate: the scheme that this credential answers with. Errors:
/// NoMatchingCertificateType, NoCommonSignatureScheme, NoMatchingIssuer (where the credential's terms ask for one).
[[nodiscard]] Result<SignatureScheme> answer_with(const Credential& credential,
                                                  const CertificateRequestView::Parts& request);

}  // namespace keyway::tls
