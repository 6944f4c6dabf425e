#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <utility>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/proofs.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/inquiry.hpp"
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
  /// Of a key that a PskResolver found: what keeps `key`, and the key itself. Null: the configuration's.
  std::shared_ptr<const PskSet> resolved_set = nullptr;
  std::shared_ptr<const ExternalPsk> resolved = nullptr;
};

/// The first of the configuration's keys that the client names, for the hash of the suite that was chosen; else that of
/// its PskResolver. Nothing: there is none, or the client does not use keys in a way that is allowed; or the inquiry is
/// open, and it is not yet known. Errors: InvalidConfiguration, for a key of the resolver that is not to be used here.
[[nodiscard]] Result<std::optional<NamedPsk>> find_psk(const ServerConfig& config, const HelloInHand& hello,
                                                       const Choice& choice, Inquiry& inquiry);

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
  /// Null: the configuration keeps it.
  [[nodiscard]] const std::shared_ptr<const ExternalPsk>& resolved() const noexcept { return named_.resolved; }

 private:
  KnownPsk(NamedPsk named, ClientAdmitted client) noexcept : named_(std::move(named)), client_(client) {}
  friend Result<KnownPsk> verify_psk(const ServerConfig& config, const HelloInHand& hello, const NamedPsk& named,
                                     const Transcript* before);
  NamedPsk named_;
  ClientAdmitted client_;
};
/// Errors: BadBinder.
[[nodiscard]] Result<KnownPsk> verify_psk(const ServerConfig& config, const HelloInHand& hello, const NamedPsk& named,
                                          const Transcript* before);

}  // namespace keyway::tls::server
