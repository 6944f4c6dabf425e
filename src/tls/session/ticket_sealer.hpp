#pragma once

#include <optional>
#include <string_view>

#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/session.hpp>

#include "tls/session/session.hpp"

namespace keyway::tls {

/// Makes tickets of sessions and sessions of tickets: the key's name, a random nonce, and the session under AES-256-GCM
/// with the name as associated data. Made for one call.
class TicketSealer {
 public:
  /// All outlive the sealer.
  TicketSealer(const crypto::Provider& provider, TicketKeys& keys) noexcept : provider_(&provider), keys_(&keys) {}

  /// False where a TicketProtection stands in for keys: then there are no seal_bytes() and open_bytes().
  [[nodiscard]] bool has_keys() const;
  /// What is sealed for one purpose opens for no other; an empty one is that of tickets. Errors: RandomFailed,
  /// CryptoFailed.
  [[nodiscard]] Result<Bytes> seal_bytes(ByteView plaintext, std::string_view purpose,
                                         const crypto::Random& random) const;
  /// Nothing for what is not ours, was altered, or was sealed with a key that is no longer taken. To be wiped.
  [[nodiscard]] std::optional<Bytes> open_bytes(ByteView sealed, std::string_view purpose) const;

  /// True where neither seal() nor open() may be called: what they do is done elsewhere, with write() and read().
  [[nodiscard]] bool answers_later() const;
  /// What a ticket hides: to be wiped. Errors: InternalError.
  [[nodiscard]] static Result<Bytes> write(const Session& session);
  /// Nothing for what write() did not write.
  [[nodiscard]] static std::optional<Session> read(ByteView plaintext);

  /// Errors: RandomFailed, CryptoFailed.
  [[nodiscard]] Result<Bytes> seal(const Session& session, const crypto::Random& random) const;

  /// Nothing for a ticket that is not ours, was altered, or was sealed with a key that is no longer taken.
  [[nodiscard]] std::optional<Session> open(ByteView ticket) const;
  /// True when the ticket's key, by its name, no longer seals: the ticket is better replaced.
  [[nodiscard]] bool is_of_older_key(ByteView ticket) const;

 private:
  const crypto::Provider* provider_;
  TicketKeys* keys_;
};

}  // namespace keyway::tls
