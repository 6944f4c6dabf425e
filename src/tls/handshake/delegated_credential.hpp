#pragma once

#include <array>
#include <memory>
#include <optional>
#include <span>

#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

#include "tls/handshake/flow.hpp"
#include "tls/wire/certificate.hpp"

namespace keyway::tls {

/// The key that a server has to prove that it holds: its certificate's, or one that this key has delegated (RFC 9345).
class ProvingKey {
 public:
  explicit ProvingKey(std::unique_ptr<crypto::PublicKey> of_certificate) noexcept : key_(std::move(of_certificate)) {}

  [[nodiscard]] const crypto::PublicKey& key() const noexcept { return *key_; }
  /// What it may sign with: what was offered, or the one scheme that it was delegated for.
  [[nodiscard]] std::span<const SignatureScheme> schemes(const Policy& policy) const noexcept {
    return delegated_for_ ? std::span<const SignatureScheme>(*delegated_for_) : policy.signature_schemes;
  }
  [[nodiscard]] bool is_delegated() const noexcept { return delegated_for_.has_value(); }

 private:
  ProvingKey(std::unique_ptr<crypto::PublicKey> key, SignatureScheme scheme) noexcept
      : key_(std::move(key)), delegated_for_({scheme}) {}
  friend Result<ProvingKey> choose_proving_key(const ClientConfig& config, const CertificateEntry& leaf,
                                               std::unique_ptr<crypto::PublicKey> leaf_key, Flow& flow);

  std::unique_ptr<crypto::PublicKey> key_;
  std::optional<std::array<SignatureScheme, 1>> delegated_for_;
};

/// The leaf's own key, or that of the delegated credential which comes beside it and which it signed (RFC 9345 4.1.3);
/// tells of it. One was asked for, if it comes. Errors: the codec's, DelegationNotAllowed, InvalidDelegatedCredential,
/// DelegatedCredentialExpired, BadDelegatedCredentialSignature.
[[nodiscard]] Result<ProvingKey> choose_proving_key(const ClientConfig& config, const CertificateEntry& leaf,
                                                    std::unique_ptr<crypto::PublicKey> leaf_key, Flow& flow);

}  // namespace keyway::tls
