#include <utility>

#include <keyway/quic.hpp>

#include "tls/client/extension_answers.hpp"
#include "tls/connection_core.hpp"

namespace keyway {
namespace {

Result<void> check_size(ByteView transport_parameters) {
  constexpr std::size_t most = 65535;
  if (transport_parameters.size() <= most) return {};
  return std::unexpected(fail(ErrorCode::InvalidConfiguration)
                             .at("transport_parameters")
                             .expected("at most 65535 bytes")
                             .received(std::to_string(transport_parameters.size())));
}

Result<void> check_quic_config(const CommonConfig& config, bool has_protocols, ByteView transport_parameters) {
  const auto refuse = [](std::string_view where, std::string_view expected, std::string_view received) {
    return std::unexpected(fail(ErrorCode::InvalidConfiguration).at(where).expected(expected).received(received));
  };
  if (config.policy.versions != std::vector{ProtocolVersion::TLS1_3}) {
    return refuse("policy", "TLS 1.3 alone, as QUIC is over nothing else", config.policy.name);
  }
  if (!has_protocols) {
    return std::unexpected(fail(ErrorCode::NoCommonAlpn)
                               .at("configuration, alpn")
                               .expected("a protocol, as QUIC asks for")
                               .received("none"));
  }
  return check_size(transport_parameters);
}

}  // namespace

std::string_view to_string(EncryptionLevel level) noexcept {
  switch (level) {
    case EncryptionLevel::initial:
      return "initial";
    case EncryptionLevel::early_data:
      return "early_data";
    case EncryptionLevel::handshake:
      return "handshake";
    case EncryptionLevel::application:
      return "application";
  }
  return "unknown";
}

Result<QuicConnection> QuicConnection::client(std::shared_ptr<const ClientConfig> config, const ServerName& name,
                                              ByteView transport_parameters, const ConnectionOptions& options) {
  if (!config) return std::unexpected(fail(ErrorCode::InvalidArgument).at("QuicConnection::client, config"));
  // A server that can't read a hidden ClientHello holds the outer one to the same.
  const bool has_protocols =
      !config->common().alpn.empty() && !tls::client::offered_protocols(*config, /*is_outer=*/true).empty();
  auto fits = check_quic_config(config->common(), has_protocols, transport_parameters);
  if (!fits) return std::unexpected(std::move(fits.error()));
  auto core = std::make_unique<Connection::Core>(std::move(config), options);
  core->carry_by_quic(transport_parameters);
  if (auto started = core->start_client(name); !started) return std::unexpected(std::move(started.error()));
  return QuicConnection(Connection(std::move(core)));
}

Result<QuicConnection> QuicConnection::server(std::shared_ptr<const ServerConfig> config, ByteView transport_parameters,
                                              const ConnectionOptions& options) {
  if (!config) return std::unexpected(fail(ErrorCode::InvalidArgument).at("QuicConnection::server, config"));
  const bool has_protocols = !config->common().alpn.empty() || config->alpn_chooser() != nullptr;
  auto fits = check_quic_config(config->common(), has_protocols, transport_parameters);
  if (!fits) return std::unexpected(std::move(fits.error()));
  auto core = std::make_unique<Connection::Core>(std::move(config), options);
  core->carry_by_quic(transport_parameters);
  core->start_server(options.client_address);
  return QuicConnection(Connection(std::move(core)));
}

Result<std::size_t> QuicConnection::receive(EncryptionLevel level, ByteView bytes) {
  return connection_.core_->receive_crypto(level, bytes);
}
ByteView QuicConnection::output(EncryptionLevel level) const noexcept {
  return connection_.core_->quic()->output(level);
}
void QuicConnection::sent(EncryptionLevel level, std::size_t count) noexcept {
  connection_.core_->quic()->sent(level, count);
}
std::optional<QuicSecret> QuicConnection::take_secret() noexcept {
  return connection_.core_->quic()->take_secret();
}
Result<void> QuicConnection::set_transport_parameters(ByteView transport_parameters) {
  if (auto fits = check_size(transport_parameters); !fits) return fits;
  Connection::Core& core = *connection_.core_;
  if (connection_.side() == Side::client || core.quic()->sends_encrypted() || connection_.error() != nullptr) {
    return std::unexpected(
        fail(ErrorCode::NotReady).at("transport parameters").expected("a server that has not sent its own"));
  }
  core.quic()->set_own_parameters(transport_parameters);
  return {};
}
std::optional<ByteView> QuicConnection::peer_transport_parameters() const noexcept {
  const auto& parameters = connection_.core_->quic()->peer_parameters;
  return parameters ? std::optional<ByteView>(*parameters) : std::nullopt;
}

Result<std::size_t> Connection::Core::receive_crypto(EncryptionLevel level, ByteView bytes) {
  if (error_) return std::unexpected(*error_);
  if (pause()) return 0;
  if (bytes.empty() || closed_) return bytes.size();
  if (level != quic_->reading()) {
    return die(fail(ErrorCode::WrongEncryptionLevel)
                   .at("CRYPTO frame")
                   .expected(to_string(quic_->reading()))
                   .received(to_string(level)));
  }
  if (auto taken = take_handshake(bytes); !taken) return die(std::move(taken.error()));
  return bytes.size();
}

}  // namespace keyway
