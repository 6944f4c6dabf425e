#pragma once
/// \file
/// Exported authenticators (RFC 9261): proofs of further identities on a connection that stands, made here, carried by
/// the application, and judged there. They bind an identity to this very connection, and change nothing about it.
///
/// \code
///   ExportedAuthenticators ours(connection, provider);             // one at each end, as long as the connection
///   auto request = ours.request({});                               // to the peer, as the application pleases
///   auto proof = theirs.authenticate(*request, credential);        // back again; null: an authenticated refusal
///   auto who = ours.validate(*request, *proof, judge);             // who->chain, or a refusal
/// \endcode

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/connection.hpp>
#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/name.hpp>
#include <keyway/policy.hpp>
#include <keyway/types.hpp>
#include <keyway/verdict.hpp>

namespace keyway {

/// What the peer is asked to prove.
struct AuthenticatorWish {
  std::vector<SignatureScheme> signature_schemes = {};  ///< in order of preference; empty: the policy's
  std::vector<Bytes> authorities = {};                  ///< names (DER) of authorities; empty: it does not say
  /// Client: the name, not an address, that the server is to prove (RFC 9261 4); nothing: the server chooses what it
  /// proves.
  std::optional<ServerName> server_name = {};
};

/// Who the peer proved to be.
struct AuthenticatedIdentity {
  std::vector<Bytes> chain;  ///< DER, leaf first; empty: the peer declines, and this is authentic, too
  SignatureScheme scheme{};  ///< of its proof; 0 without one
  std::optional<x509::Verdict> verdict;
};

/// Requests, makes and judges authenticators on one connection. Remembers what was asked and what was proved, so that
/// nothing counts twice. For one thread at a time.
class ExportedAuthenticators {
 public:
  /// Requests that may be open or answered, at each end.
  static constexpr std::size_t max_requests = 1024;
  /// Bytes of a request or an authenticator that are looked at.
  static constexpr std::size_t max_size = 131072;

  /// `connection` is past its handshake, and stays where it is as long as this lives.
  ExportedAuthenticators(const Connection& connection, std::shared_ptr<const crypto::Provider> provider,
                         Policy policy = Policy::compatible_2026());

  /// A request for the peer, with a context that nobody can foresee. Errors: NotReady (before the handshake is done;
  /// TLS 1.2 without extended_master_secret), InvalidArgument (too many, too large, an address or
  /// a server's wish in place of a name), RandomFailed.
  [[nodiscard]] Result<Bytes> request(const AuthenticatorWish& wish = {});

  /// Server: the name that a client's request is about; nothing: the client did not say. Errors: the codecs',
  /// InvalidServerName.
  [[nodiscard]] static Result<std::optional<ServerName>> asked_name(ByteView request);

  /// Answers a request of the peer's with this chain, or, with null, with an empty authenticator. Errors: NotReady;
  /// InvalidArgument (a raw public key, a delegated credential, a key that lives elsewhere); the codecs';
  /// AuthenticatorReplayed (the request was answered before); NoCommonSignatureScheme, NoMatchingIssuer, SigningFailed.
  [[nodiscard]] Result<Bytes> authenticate(ByteView request, const Credential* credential);

  /// Judges a chain, leaf first: as a Verifier does for the name and the purpose that the application means.
  using Judge = std::function<x509::Verdict(std::span<const ByteView> chain)>;
  /// What the peer answered to a request of request()'s. Each is good for one answer, however that turns out. Errors:
  /// NotReady; AuthenticatorReplayed (no such request is open); the codecs'; SignatureSchemeNotOffered,
  /// WrongKeyForScheme, BadHandshakeSignature, BadFinished; the verdict's.
  [[nodiscard]] Result<AuthenticatedIdentity> validate(ByteView request, ByteView authenticator, const Judge& judge);

 private:
  const Connection* connection_;
  std::shared_ptr<const crypto::Provider> provider_;
  Policy policy_;
  std::set<Bytes> open_;      ///< requests that were made here and wait for their answer
  std::set<Bytes> answered_;  ///< contexts of the peer's requests that were answered
  std::size_t made_ = 0;
};

}  // namespace keyway
