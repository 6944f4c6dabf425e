#pragma once

#include <memory>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>

namespace keyway::tls::client {

// What the client shows of itself, in every version.

/// What a server asks of the client's certificate, kept until the answer is due.
struct CertificateAsked {
  ProtocolVersion version{};
  Bytes signature_schemes;
  Bytes authorities;
  Bytes certificate_types;  ///< of TLS 1.2
  Bytes compression = {};   ///< algorithms that the server decompresses, as a list; empty: none
  CertificateType certificate_type = CertificateType::X509;
  Bytes chain_schemes = {};  ///< of signature_algorithms_cert; empty: the server does not say

  /// Lives as long as this and `policy`.
  [[nodiscard]] CertificateRequestView::Parts parts(const Policy& policy) const noexcept {
    return {version, signature_schemes, authorities, certificate_types, &policy, certificate_type, chain_schemes};
  }
};

/// What the client shows, and how it proves that the key is its own.
struct Shown {
  std::shared_ptr<const Credential> credential;  ///< null: nothing is shown
  SignatureScheme scheme{};
};

/// Asks the configuration: its resolver, or its credentials in their order. Errors: those of answer_with(), for what a
/// resolver gives or where the configuration insists.
[[nodiscard]] Result<Shown> choose_credential(const ClientConfig& config, const CertificateAsked& asked);

/// True for what may be said to Pause::credential.
[[nodiscard]] bool answers_credential(const Answer& answer) noexcept;

/// What the application answered to Pause::credential. Errors: RejectedByApplication, those of answer_with(). `state`
/// is the paused state's name.
[[nodiscard]] Result<Shown> take_credential(const ClientConfig& config, const CertificateAsked& asked, Answer& answer,
                                            std::string_view state);

}  // namespace keyway::tls::client
