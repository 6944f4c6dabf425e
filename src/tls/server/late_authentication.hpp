#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>

#include <keyway/config.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::tls::server {

// A client that is asked for a certificate once the handshake is done (RFC 8446 4.6.2):
//
//   LateExpectCertificate ─┬─ LateExpectCertificateVerify ─ [LateAwaitVerdict] ─ LateExpectFinished ─ LateSettled
//                          └─ (an empty list) ────────────────────────────────── LateExpectFinished ─ LateSettled
//
// Between the Certificate and the Finished nothing else may come. The state in brackets waits for the application.

/// What all of these states carry.
struct LateCommon {
  const ServerConfig* config;
  Transcript transcript;  ///< ClientHello to the client's Finished, then this request
  Bytes context;
};

/// The client has answered, and its Finished holds.
struct LateSettled {
  FinishedVerified proof;
  bool is_proven = false;  ///< false: it declined
};

class LateExpectFinished {
 public:
  static constexpr std::string_view name = "server: waiting for the Finished of a client that was asked later";
  static constexpr HandshakeType accepts = HandshakeType::finished;

  LateExpectFinished(LateCommon common, ChainAccepted, HandshakeSignatureValid) noexcept
      : common_(std::move(common)), is_proven_(true) {}
  /// A client that shows nothing, where it need not.
  explicit LateExpectFinished(LateCommon common) noexcept : common_(std::move(common)) {}

  /// `reading`: the secret of what the client sends now.
  [[nodiscard]] Result<LateSettled> handle(Flow& flow, const TrafficSecret& reading,
                                           const HandshakeMessage& message) &&;

 private:
  LateCommon common_;
  bool is_proven_ = false;
};

/// The client has proved that its key is its own; the application judges the chain (Pause::verification).
class LateAwaitVerdict {
 public:
  static constexpr std::string_view name = "server: paused for the verdict on a client that was asked later";

  LateAwaitVerdict(LateCommon common, std::vector<ByteView> chain, HandshakeSignatureValid proof) noexcept
      : common_(std::move(common)), chain_(std::move(chain)), proof_(proof) {}

  [[nodiscard]] std::span<const ByteView> chain() const noexcept { return chain_; }
  [[nodiscard]] Result<LateExpectFinished> resume(Flow& flow, Answer& answer) &&;

 private:
  LateCommon common_;
  std::vector<ByteView> chain_;  ///< the connection's
  HandshakeSignatureValid proof_;
};

class LateExpectCertificateVerify {
 public:
  using Next = std::variant<LateAwaitVerdict, LateExpectFinished>;
  static constexpr std::string_view name = "server: waiting for the CertificateVerify of a client that was asked later";
  static constexpr HandshakeType accepts = HandshakeType::certificate_verify;

  LateExpectCertificateVerify(LateCommon common, std::unique_ptr<crypto::PublicKey> leaf_key,
                              std::vector<Bytes> chain) noexcept
      : common_(std::move(common)), leaf_key_(std::move(leaf_key)), chain_(std::move(chain)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const TrafficSecret& reading, const HandshakeMessage& message) &&;

 private:
  LateCommon common_;
  std::unique_ptr<crypto::PublicKey> leaf_key_;
  std::vector<Bytes> chain_;
};

class LateExpectCertificate {
 public:
  static constexpr std::string_view name = "server: waiting for the Certificate of a client that was asked later";
  static constexpr HandshakeType accepts = HandshakeType::certificate;
  using Next = std::variant<LateExpectCertificateVerify, LateExpectFinished>;

  explicit LateExpectCertificate(LateCommon common) noexcept : common_(std::move(common)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const TrafficSecret& reading, const HandshakeMessage& message) &&;

 private:
  LateCommon common_;
};

/// What a server keeps that may ask a client later, as the client allows it.
class LateAuthentication {
 public:
  explicit LateAuthentication(const Transcript& transcript) noexcept : transcript_(transcript) {}

  /// Sends a CertificateRequest with a context of its own. `config` asks clients later. Errors: NotReady (one is open),
  /// RandomFailed, those of Flow::send.
  [[nodiscard]] Result<void> ask(Flow& flow, const ServerConfig& config);

  /// Of the handshake.
  [[nodiscard]] const Transcript& transcript() const noexcept { return transcript_; }

  /// True while a request waits for its answer.
  [[nodiscard]] bool is_open() const noexcept { return state_.has_value(); }
  /// True between the client's Certificate and its Finished, where nothing else may come.
  [[nodiscard]] bool is_within_flight() const noexcept {
    return state_ && !std::holds_alternative<LateExpectCertificate>(*state_);
  }
  /// True for messages that the state in force names.
  [[nodiscard]] bool accepts(HandshakeType type) const noexcept;
  /// Errors: those of the states; NoCertificateSent where a certificate is required.
  [[nodiscard]] Result<void> handle(Flow& flow, const TrafficSecret& reading, const HandshakeMessage& message);

  /// Null where nothing waits for the application.
  [[nodiscard]] const LateAwaitVerdict* waiting() const noexcept {
    return state_ ? std::get_if<LateAwaitVerdict>(&*state_) : nullptr;
  }
  /// waiting() is there. Errors: those of take_judgement().
  [[nodiscard]] Result<void> resume(Flow& flow, Answer& answer);

 private:
  using State = std::variant<LateExpectCertificate, LateExpectCertificateVerify, LateAwaitVerdict, LateExpectFinished>;
  Transcript transcript_;
  std::optional<State> state_;
};

}  // namespace keyway::tls::server
