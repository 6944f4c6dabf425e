#pragma once

#include <memory>
#include <string_view>
#include <variant>

#include "tls/client/own_credential.hpp"
#include "tls/client12/finished.hpp"
#include "tls/handshake/signing.hpp"

namespace keyway::tls::client12 {

/// Our half of the key exchange, made in answer to the server's.
struct Agreement {
  Bytes share;  ///< for the ClientKeyExchange
  crypto::SharedSecret premaster_secret;
};

/// A flight up to ClientKeyExchange, written and not sent.
struct OwnFlight {
  Common12 common;
  MasterSecretTls12 master;
  Bytes messages;
};

/// A flight with a Certificate that wants its CertificateVerify.
struct UnsignedFlight {
  using Next = std::variant<ExpectChangeCipherSpec>;
  static constexpr std::string_view paused = "client, TLS 1.2: paused for a signature";

  OwnFlight own;
  WantedSignature wanted;

  [[nodiscard]] Result<Next> finish(Flow& flow, ByteView signature) &&;
};
using AwaitSignature = AwaitSignatureOf<UnsignedFlight>;

/// The application chooses what to show (Pause::credential).
class AwaitCredential {
 public:
  using Next = std::variant<AwaitSignature, ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: paused for a credential";
  static constexpr Pause pause = Pause::credential;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept { return client::answers_credential(answer); }

  AwaitCredential(Common12 common, Agreement agreement, std::unique_ptr<client::CertificateAsked> asked) noexcept
      : common_(std::move(common)), agreement_(std::move(agreement)), asked_(std::move(asked)) {}

  [[nodiscard]] CertificateRequestView request() const noexcept {
    return CertificateRequestView(asked_->parts(common_.config->common().policy));
  }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  Common12 common_;
  Agreement agreement_;
  std::unique_ptr<client::CertificateAsked> asked_;
};

/// Sends the client's flight (RFC 5246 7.3): Certificate where one was asked for (`asked` is not null),
/// ClientKeyExchange, CertificateVerify where one was shown, ChangeCipherSpec, Finished; or pauses for what to show or
/// for the signature. Errors: those of client::choose_credential(), SigningFailed, the provider's.
[[nodiscard]] Result<std::variant<AwaitCredential, AwaitSignature, ExpectChangeCipherSpec>> send_own_flight(
    Flow& flow, Common12 common, Agreement agreement, std::unique_ptr<client::CertificateAsked> asked);

}  // namespace keyway::tls::client12
