#pragma once

#include <array>
#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include <keyway/connection.hpp>
#include <keyway/name.hpp>

#include "tls/client12/server_key_exchange.hpp"

namespace keyway::tls::client12 {

/// The server's chain, and what is needed to go on once it is accepted.
struct ShownChain {
  Common12 common;
  ServerName server_name;
  std::unique_ptr<crypto::PublicKey> leaf_key;
  std::vector<ByteView> chain;  ///< into the connection's peer_chain
};

/// The server's chain came; the application judges it (Pause::verification).
class AwaitVerdict {
 public:
  using Next = std::variant<ExpectServerKeyExchange, ExpectRequestOrDone, ExpectServerHelloDone, AwaitCredential,
                            AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: paused for a verdict on the server's certificate";
  static constexpr Pause pause = Pause::verification;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept {
    return std::holds_alternative<answer::Verified>(answer) || std::holds_alternative<answer::Refuse>(answer);
  }

  /// `following`: the message behind the chain, which is here already, header included; empty: it is yet to come.
  AwaitVerdict(ShownChain shown, Bytes following) noexcept
      : shown_(std::move(shown)), following_(std::move(following)) {}

  [[nodiscard]] std::span<const ByteView> chain() const noexcept { return shown_.chain; }
  [[nodiscard]] const ServerName& server_name() const noexcept { return shown_.server_name; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  ShownChain shown_;
  Bytes following_;
};

/// Waits for CertificateStatus (RFC 6066 8), which the server has announced, or at once for what is behind it: the
/// server may change its mind. That is ServerKeyExchange, or, with the RSA key transport, CertificateRequest or
/// ServerHelloDone. The chain is judged with what there is.
class ExpectStatusOrKeyExchange {
 public:
  using Next = std::variant<AwaitVerdict, ExpectServerKeyExchange, ExpectRequestOrDone, ExpectServerHelloDone,
                            AwaitCredential, AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for CertificateStatus or ServerKeyExchange";
  static constexpr std::array accepts{HandshakeType::certificate_status, HandshakeType::server_key_exchange,
                                      HandshakeType::certificate_request, HandshakeType::server_hello_done};

  explicit ExpectStatusOrKeyExchange(ShownChain shown) noexcept : shown_(std::move(shown)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  ShownChain shown_;
};

/// Waits for the server's Certificate (RFC 5246 7.4.2).
class ExpectCertificate {
 public:
  using Next = std::variant<ExpectStatusOrKeyExchange, AwaitVerdict, ExpectServerKeyExchange, ExpectRequestOrDone>;
  static constexpr std::string_view name = "client, TLS 1.2: waiting for Certificate";
  static constexpr std::array accepts{HandshakeType::certificate};

  ExpectCertificate(Common12 common, ServerName server_name, bool promises_status) noexcept
      : common_(std::move(common)), server_name_(std::move(server_name)), promises_status_(promises_status) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Common12 common_;
  ServerName server_name_;
  bool promises_status_;
};

}  // namespace keyway::tls::client12
