#pragma once
/// \file
/// Keys and what proves that both sides have the same: key agreement, secrets, signatures, Finished, tickets, and the
/// first encrypted bytes.

#include <string_view>
#include <vector>

#include <keyway/observer.hpp>
#include <keyway/types.hpp>

#include "explain/hello_steps.hpp"
#include "explain/story.hpp"

namespace keyway::explain {

[[nodiscard]] Step tell_key_agreement(const event::KeyAgreement& agreement, const Offer& offer);
[[nodiscard]] Step tell_secrets(const std::vector<event::SecretDerived>& secrets);
/// True for the keys of the handshake's second half, which TLS 1.3 alone has.
[[nodiscard]] bool is_of_the_handshake(SecretLabel label) noexcept;

/// A handshake signature that was made or holds. `size` in bytes; 0: not known.
struct SignatureStory {
  SignatureScheme scheme{};
  std::size_t size = 0;
  std::string_view signer;     ///< "server" or "client"
  bool is_own = false;         ///< made here, not checked
  bool is_of_message = false;  ///< in a CertificateVerify, not in TLS 1.2's ServerKeyExchange
  bool is_delegated = false;   ///< by a key that the certificate's key has delegated
};
[[nodiscard]] Step tell_signature(const SignatureStory& story, const Offer& offer);

/// `now`: to tell how long it is good yet.
[[nodiscard]] Step tell_delegated_credential(const event::DelegatedCredential& credential, Time now);

/// `was_checked`: it came from the peer and matches.
[[nodiscard]] Step tell_finished(std::string_view sender, bool was_checked);

/// A NewSessionTicket of either version, from its body.
[[nodiscard]] Step tell_ticket(ByteView body, ProtocolVersion version);

/// The first data of one direction, as anybody on the way sees it.
[[nodiscard]] Step tell_encrypted_record(const event::Record& record, std::string_view sender);

}  // namespace keyway::explain
