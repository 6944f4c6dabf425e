#pragma once

#include <array>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include <keyway/connection.hpp>

#include "tls/server/finished.hpp"

namespace keyway::tls::server {

/// Waits for the client's proof that it holds the private key (RFC 8446 4.4.3).
class ExpectCertificateVerify {
 public:
  using Next = std::variant<ExpectFinished>;
  static constexpr std::string_view name = "server: waiting for the client's CertificateVerify";
  static constexpr std::array accepts{HandshakeType::certificate_verify};

  ExpectCertificateVerify(AwaitedClient&& awaited, std::unique_ptr<crypto::PublicKey> leaf_key,
                          ChainAccepted chain) noexcept
      : awaited_(std::move(awaited)), leaf_key_(std::move(leaf_key)), chain_(chain) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  AwaitedClient awaited_;
  std::unique_ptr<crypto::PublicKey> leaf_key_;
  ChainAccepted chain_;
};

/// The client's chain came; the application judges it (Pause::verification).
class AwaitVerdict {
 public:
  using Next = std::variant<ExpectCertificateVerify>;
  static constexpr std::string_view name = "server: paused for a verdict on the client's certificate";
  static constexpr Pause pause = Pause::verification;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Verified>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  AwaitVerdict(AwaitedClient&& awaited, std::unique_ptr<crypto::PublicKey> leaf_key,
               std::vector<ByteView> chain) noexcept
      : awaited_(std::move(awaited)), leaf_key_(std::move(leaf_key)), chain_(std::move(chain)) {}

  [[nodiscard]] std::span<const ByteView> chain() const noexcept { return chain_; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  AwaitedClient awaited_;
  std::unique_ptr<crypto::PublicKey> leaf_key_;
  std::vector<ByteView> chain_;  ///< into the connection's peer_chain
};

/// Waits for the Certificate that the client was asked for (RFC 8446 4.4.2): an empty one is for the configuration to
/// admit.
class ExpectCertificate {
 public:
  using Next = std::variant<AwaitVerdict, ExpectCertificateVerify, ExpectFinished>;
  static constexpr std::string_view name = "server: waiting for the client's Certificate";
  static constexpr std::array accepts{HandshakeType::certificate, HandshakeType::compressed_certificate};

  explicit ExpectCertificate(AwaitedClient&& awaited) noexcept : awaited_(std::move(awaited)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  AwaitedClient awaited_;
};

/// Once the client has proved that it is the one of the session: what it showed then is what it shows now. `scheme`:
/// of its proof then; `type`: of what it showed; `proof`: null for a client that showed nothing.
void recall_client(Flow& flow, SignatureScheme scheme, CertificateType type, const ClientProof* proof);

}  // namespace keyway::tls::server
