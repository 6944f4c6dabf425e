#pragma once

#include <cstdint>
#include <optional>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/proofs.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/negotiation.hpp"
#include "tls/session/psk_set.hpp"

namespace keyway::tls::server {

/// Verifies one of the binders of a ClientHello that offers pre-shared keys (RFC 8446 4.2.11.2). `before`: the messages
/// up to it, after a HelloRetryRequest; null for a first one.
struct BinderCheck {
  std::uint16_t index = 0;
  ByteView secret;
  PskKind kind{};
};
/// Errors: BadBinder.
[[nodiscard]] Result<ClientAdmitted> verify_binder(const HelloInHand& hello, const BinderCheck& check,
                                                   const crypto::HashFunction& hash, const Transcript* before);

/// A key from outside that the client names, too. That it knows it is still to be shown.
struct NamedPsk {
  const ReadyPsk* key;
  std::uint16_t index;  ///< among the client's identities
  PskKeyExchangeMode mode;
};

/// The first of the configuration's keys that the client names, for the hash of the suite that was chosen. Nothing:
/// there is none, or the client does not use keys in a way that is allowed.
[[nodiscard]] std::optional<NamedPsk> find_psk(const ServerConfig& config, const HelloInHand& hello,
                                               const Choice& choice);

/// Why a server that requires_psk() refuses this client: NoCommonPskMode, NoCommonPsk.
[[nodiscard]] Error no_common_psk(const ServerConfig& config, const HelloInHand& hello);

/// A key from outside that the client knows: only verifying its binder makes one. The flight without a certificate
/// takes it.
class KnownPsk {
 public:
  [[nodiscard]] const ReadyPsk& key() const noexcept { return *named_.key; }
  [[nodiscard]] std::uint16_t index() const noexcept { return named_.index; }
  [[nodiscard]] PskKeyExchangeMode mode() const noexcept { return named_.mode; }
  [[nodiscard]] ClientAdmitted client() const noexcept { return client_; }

 private:
  KnownPsk(const NamedPsk& named, ClientAdmitted client) noexcept : named_(named), client_(client) {}
  friend Result<KnownPsk> verify_psk(const ServerConfig& config, const HelloInHand& hello, const NamedPsk& named,
                                     const Transcript* before);
  NamedPsk named_;
  ClientAdmitted client_;
};
/// Errors: BadBinder.
[[nodiscard]] Result<KnownPsk> verify_psk(const ServerConfig& config, const HelloInHand& hello, const NamedPsk& named,
                                          const Transcript* before);

}  // namespace keyway::tls::server
