#pragma once
/// \file
/// A client and a server in this process, with their bytes carried from one to the other: for acts that want to see
/// each end, and what lies between.

#include <memory>
#include <string>
#include <string_view>

#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>

namespace keyway::tool {

class Duet {
 public:
  /// The client asks for the demo's shop; nothing has been carried yet. Errors: those of the configurations, and of
  /// Connection::client() and server().
  [[nodiscard]] static Result<Duet> make(ClientConfig::Builder client, ServerConfig::Builder server);
  [[nodiscard]] static Result<Duet> make(std::shared_ptr<const ClientConfig> client,
                                         std::shared_ptr<const ServerConfig> server, std::string_view asked,
                                         const ConnectionOptions& server_options = {});
  /// The same, past its handshake. Errors: also the handshake's.
  [[nodiscard]] static Result<Duet> shake_hands(ClientConfig::Builder client, ServerConfig::Builder server);

  /// Carries what waits at one end, once. False: nothing did.
  bool carry(Side from);
  /// Carries until neither end has anything more to say.
  void settle();
  /// Nothing, unless the handshake is done at both ends. Errors: that of either, NotReady.
  [[nodiscard]] Result<void> handshake();
  /// True where `text`, sent at this end, comes out at the other.
  [[nodiscard]] bool transfers(Side from, std::string_view text);
  /// That of either end; null while both are well.
  [[nodiscard]] const Error* error() const noexcept;

  [[nodiscard]] Connection& side(Side which) noexcept { return which == Side::client ? client : server; }

  Connection client;
  Connection server;

 private:
  Duet(Connection one, Connection other) : client(std::move(one)), server(std::move(other)) {}
  std::string feed(Side to, Bytes bytes);
};

}  // namespace keyway::tool
