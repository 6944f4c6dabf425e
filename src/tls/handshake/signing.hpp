#pragma once

#include <concepts>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <variant>

#include <keyway/connection.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>

#include "core/writer.hpp"
#include "tls/handshake/flow.hpp"
#include "tls/handshake/next.hpp"
#include "tls/wire/certificate_verify.hpp"

namespace keyway::tls {

/// A signature that a handshake needs, and whose.
struct WantedSignature {
  std::shared_ptr<const Credential> credential;
  SignatureScheme scheme{};
  Bytes content;  ///< to be hashed and signed as the scheme says
};

/// Signs with a key that is at hand; nothing where it lives elsewhere. Errors: the key's.
[[nodiscard]] Result<std::optional<Bytes>> sign_here(const WantedSignature& wanted);

/// What the application answered to Pause::signature. Errors: RejectedByApplication, SigningFailed (a length that none
/// has). `state` is the paused state's name.
[[nodiscard]] Result<ByteView> take_signature(const Answer& answer, std::string_view state);

/// Adds the CertificateVerify to a flight and to its transcript, and tells it.
template <typename Transcript>
void add_certificate_verify(Flow& flow, const WantedSignature& wanted, ByteView signature, Bytes& messages,
                            Transcript& transcript) {
  const std::size_t before = messages.size();
  Writer out(messages);
  write_handshake(out, CertificateVerify{wanted.scheme, signature});
  transcript.add(ByteView(messages).subspan(before));
  flow.emit(event::HandshakeSignature{Direction::sent, wanted.scheme});
}

/// A flight that wants one signature: it says which, and how it goes on.
template <typename F>
concept UnsignedFlightType = requires(F flight, Flow& flow, ByteView signature) {
  typename F::Next;
  { F::paused } -> std::convertible_to<std::string_view>;
  { flight.wanted } -> std::same_as<WantedSignature&>;
  { std::move(flight).finish(flow, signature) } -> std::same_as<Result<typename F::Next>>;
};

/// A flight that waits for its signature, which is made elsewhere (Pause::signature).
template <UnsignedFlightType Flight>
class AwaitSignatureOf {
 public:
  using Next = typename Flight::Next;
  static constexpr std::string_view name = Flight::paused;
  static constexpr Pause pause = Pause::signature;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Signature>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  explicit AwaitSignatureOf(Flight flight) noexcept : flight_(std::move(flight)) {}

  [[nodiscard]] PendingSignature pending() const noexcept { return {flight_.wanted.scheme, flight_.wanted.content}; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) && {
    auto signature = take_signature(answer, name);
    if (!signature) return std::unexpected(std::move(signature.error()));
    return std::move(flight_).finish(flow, *signature);
  }

 private:
  Flight flight_;
};

/// Signs and goes on, or waits for the signature. `To` holds AwaitSignatureOf<Flight> and all of Flight::Next.
template <typename To, UnsignedFlightType Flight>
[[nodiscard]] Result<To> sign(Flow& flow, Flight flight) {
  auto signature = sign_here(flight.wanted);
  if (!signature) return std::unexpected(std::move(signature.error()));
  if (!*signature) return To(AwaitSignatureOf<Flight>(std::move(flight)));
  return widen<To>(std::move(flight).finish(flow, **signature));
}

}  // namespace keyway::tls
