#pragma once

#include <array>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "tls/client12/certificate.hpp"
#include "tls/client12/finished.hpp"

namespace keyway::tls::client12 {

// The abbreviated handshake (RFC 5246 7.3): the server finishes first, and shows no certificate.

/// What is known once the server has gone on with a session.
struct Resumed12 {
  Common12 common;  ///< its session: that with which the server goes on
  MasterSecretTls12 master;
  ProtectionTls12 reading;
  ProtectionTls12 writing;
};

/// Waits for the server's Finished, answers it, and is done. Only who saw the session accepted gets here.
class ExpectFinishedResumed {
 public:
  using Next = std::variant<EstablishedTls12>;
  static constexpr std::string_view name = "client, TLS 1.2 resumed: waiting for the server's Finished";
  static constexpr std::array accepts{HandshakeType::finished};

  ExpectFinishedResumed(Resumed12 resumed, SessionAccepted) noexcept : resumed_(std::move(resumed)) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Resumed12 resumed_;
};

/// Waits for the server's ChangeCipherSpec.
class ExpectChangeCipherSpecResumed {
 public:
  using Next = std::variant<ExpectFinishedResumed>;
  static constexpr std::string_view name = "client, TLS 1.2 resumed: waiting for the server's ChangeCipherSpec";

  ExpectChangeCipherSpecResumed(Resumed12 resumed, SessionAccepted accepted) noexcept
      : resumed_(std::move(resumed)), accepted_(accepted) {}

  [[nodiscard]] Result<Next> change_cipher_spec(Flow& flow) &&;

 private:
  Resumed12 resumed_;
  SessionAccepted accepted_;
};

/// Waits for the NewSessionTicket that the ServerHello promised in place of the one that was used (RFC 5077 3.3).
class ExpectTicketResumed {
 public:
  using Next = std::variant<ExpectChangeCipherSpecResumed>;
  static constexpr std::string_view name = "client, TLS 1.2 resumed: waiting for NewSessionTicket";
  static constexpr std::array accepts{HandshakeType::new_session_ticket};

  ExpectTicketResumed(Resumed12 resumed, SessionAccepted accepted) noexcept
      : resumed_(std::move(resumed)), accepted_(accepted) {}

  [[nodiscard]] Result<Next> handle(Flow& flow, const HandshakeMessage& message) &&;

 private:
  Resumed12 resumed_;
  SessionAccepted accepted_;
};

/// The server goes on with a session; the application judges again the chain that it showed when that began
/// (Pause::verification).
class AwaitVerdictResumed {
 public:
  using Next = std::variant<ExpectTicketResumed, ExpectChangeCipherSpecResumed>;
  static constexpr std::string_view name = "client, TLS 1.2 resumed: paused for a verdict on the server's certificate";
  static constexpr Pause pause = Pause::verification;
  [[nodiscard]] static bool takes(const Answer& answer) noexcept { return AwaitVerdict::takes(answer); }

  AwaitVerdictResumed(Common12 common, ServerName server_name, SessionAccepted accepted,
                      std::vector<ByteView> chain) noexcept
      : common_(std::move(common)),
        server_name_(std::move(server_name)),
        accepted_(accepted),
        chain_(std::move(chain)) {}

  [[nodiscard]] std::span<const ByteView> chain() const noexcept { return chain_; }
  [[nodiscard]] const ServerName& server_name() const noexcept { return server_name_; }
  [[nodiscard]] Result<Next> resume(Flow& flow, Answer& answer) &&;

 private:
  Common12 common_;
  ServerName server_name_;
  SessionAccepted accepted_;
  std::vector<ByteView> chain_;  ///< into the connection's peer_chain
};

/// Goes on with the session that `common` has: judges its chain again where the configuration wants it, and makes the
/// keys. Errors: the verdict's, the provider's.
[[nodiscard]] Result<std::variant<AwaitVerdictResumed, ExpectTicketResumed, ExpectChangeCipherSpecResumed>>
go_on_with_session(Flow& flow, Common12 common, ServerName server_name, SessionAccepted accepted);

}  // namespace keyway::tls::client12
