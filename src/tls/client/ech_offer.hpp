#pragma once

#include <optional>

#include <keyway/bytes.hpp>

#include "crypto/hpke.hpp"
#include "tls/ech/configs.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/extension_rules.hpp"

namespace keyway::tls::client {

/// A ClientHello that hides another (RFC 9849 6.1), or looks as if it did (6.2). While something is hidden, the Offer
/// that this belongs to is what is hidden; this is what is around it.
struct EchOffer {
  enum class Kind : std::uint8_t {
    grease,    ///< nothing is hidden
    hiding,    ///< the server has not answered yet
    promised,  ///< its HelloRetryRequest says that it has read what is hidden, and its ServerHello is to say so again
    refused,   ///< it answers the outer ClientHello: the Offer is that one now
  };

  Kind kind = Kind::grease;
  const EchPlan::Chosen* chosen = nullptr;         ///< null for GREASE
  std::optional<crypto::hpke::Context> context{};  ///< nothing for GREASE
  Bytes enc{};                                     ///< goes with the first ClientHello alone
  HelloRandom outer_random{};
  Bytes outer_hello{};              ///< as it was sent last
  ExtensionSet outer_extensions{};  ///< of that, pre_shared_key aside, which nobody may choose there
  /// The extension's body, as it was sent first. GREASE, and what was refused, send it again after a HelloRetryRequest.
  Bytes extension{};

  [[nodiscard]] bool is_hiding() const noexcept { return kind == Kind::hiding || kind == Kind::promised; }
};

/// True where the server has answered the outer ClientHello. `ech` may be null.
[[nodiscard]] inline bool was_refused(const EchOffer* ech) noexcept {
  return ech != nullptr && ech->kind == EchOffer::Kind::refused;
}

}  // namespace keyway::tls::client
