#pragma once
/// \file
/// A server's choice of the application protocol (RFC 7301), made by the application.

#include <span>
#include <string>
#include <variant>

#include <keyway/credential.hpp>

namespace keyway {

/// What an AlpnChooser can answer.
namespace alpn {
struct Use {
  std::string protocol;  ///< one of those offered
};
struct Decline {};  ///< the handshake goes on, and nothing is agreed on
struct Refuse {};   ///< ends the handshake with `no_application_protocol`
}  // namespace alpn
using AlpnAnswer = std::variant<alpn::Use, alpn::Decline, alpn::Refuse>;

/// Chooses the application protocol by what the client asks, where an order of preference does not tell. Thread-safe.
class AlpnChooser {
 public:
  virtual ~AlpnChooser() = default;
  /// Called once a handshake, for a client that offers any; `offered` is in the client's order. Using what was not
  /// offered ends the handshake with `internal_error`.
  [[nodiscard]] virtual AlpnAnswer choose(std::span<const std::string> offered, const ClientHelloView& hello) const = 0;
};

}  // namespace keyway
