#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "tls/client/own_credential.hpp"
#include "tls/client12/finished.hpp"
#include "tls/handshake/signing.hpp"
#include "tls/schedule/premaster_rsa.hpp"

namespace keyway::tls::client12 {

/// Our half of the key exchange, made in answer to the server's.
struct Agreement {
  Bytes share;  ///< for the ClientKeyExchange: a public key, or the secret encrypted to the leaf's
  crypto::SharedSecret premaster_secret;
  bool is_encrypted = false;
};

/// Why the secret is the leaf's to know: its key signed the server's half, or the secret was encrypted to it.
using SharedWithLeaf = std::variant<HandshakeSignatureValid, SentToLeaf>;

/// What the client has to answer the server's flight with, beside a certificate.
struct Answering {
  Common12 common;
  Agreement agreement;
  ChainAccepted chain;
};

/// A flight up to ClientKeyExchange, written and not sent.
struct OwnFlight {
  Common12 common;
  MasterSecretTls12 master;
  ChainAccepted chain;
  Bytes messages;
};

using AfterOwnFlight = std::variant<ExpectNewSessionTicket, ExpectChangeCipherSpec>;

/// A flight with a Certificate that wants its CertificateVerify.
struct UnsignedFlight {
  using Next = AfterOwnFlight;
  static constexpr std::string_view paused = "client, TLS 1.2: paused for a signature";

  OwnFlight own;
  WantedSignature wanted;

  [[nodiscard]] Result<Next> finish(Flow& flow, ByteView signature) &&;
};
using AwaitSignature = AwaitSignatureOf<UnsignedFlight>;

/// The application chooses what to show (Pause::credential).
class AwaitCredential {
 public:
  using Next = std::variant<AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: paused for a credential";
  static constexpr Pause pause = Pause::credential;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept { return client::answers_credential(answer); }

  AwaitCredential(Answering answering, std::unique_ptr<client::CertificateAsked> asked) noexcept
      : answering_(std::move(answering)), asked_(std::move(asked)) {}

  [[nodiscard]] CertificateRequestView request() const noexcept {
    return CertificateRequestView(asked_->parts(answering_.common.config->common().policy));
  }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  Answering answering_;
  std::unique_ptr<client::CertificateAsked> asked_;
};

/// Sends the client's flight (RFC 5246 7.3): Certificate where one was asked for (`asked` is not null),
/// ClientKeyExchange, CertificateVerify where one was shown, ChangeCipherSpec, Finished; or pauses for what to show or
/// for the signature. Errors: those of client::choose_credential(), SigningFailed, the provider's.
[[nodiscard]] Result<std::variant<AwaitCredential, AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>>
send_own_flight(Flow& flow, Answering answering, std::unique_ptr<client::CertificateAsked> asked);

}  // namespace keyway::tls::client12
