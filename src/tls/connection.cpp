#include <keyway/connection.hpp>

#include <utility>

#include "tls/connection_core.hpp"

namespace keyway {

std::string_view to_string(Pause pause) noexcept {
  switch (pause) {
    case Pause::client_hello:
      return "client_hello";
    case Pause::credential:
      return "credential";
    case Pause::signature:
      return "signature";
    case Pause::verification:
      return "verification";
    case Pause::ticket_opening:
      return "ticket_opening";
    case Pause::ticket_sealing:
      return "ticket_sealing";
    case Pause::session_lookup:
      return "session_lookup";
    case Pause::psk_lookup:
      return "psk_lookup";
    case Pause::first_use:
      return "first_use";
  }
  return "unknown";
}

std::string_view to_string(ClientProofLater state) noexcept {
  switch (state) {
    case ClientProofLater::off:
      return "off";
    case ClientProofLater::possible:
      return "possible";
    case ClientProofLater::requested:
      return "requested";
    case ClientProofLater::declined:
      return "declined";
    case ClientProofLater::proven:
      return "proven";
  }
  return "unknown";
}

// ------------------------------------------------------------------------------------------------ the core's beginning

Connection::Core::Core(std::shared_ptr<const ClientConfig> config, const ConnectionOptions& options)
    : client_config_(std::move(config)),
      emit_(Side::client, client_config_->common(), options),
      joiner_(client_config_->common().max_handshake_message),
      side_(Side::client) {
  configure_records();
}

Connection::Core::Core(std::shared_ptr<const ServerConfig> config, const ConnectionOptions& options)
    : server_config_(std::move(config)),
      emit_(Side::server, server_config_->common(), options),
      joiner_(server_config_->common().max_handshake_message),
      side_(Side::server) {
  configure_records();
}

const CommonConfig& Connection::Core::config() const noexcept {
  return side_ == Side::client ? client_config_->common() : server_config_->common();
}

void Connection::Core::configure_records() noexcept {
  writer_ = tls::RecordWriter(tls::PaddingPolicy{config().padding_block}, config().max_fragment);
  writer_.set_max_records_per_key(config().max_records_per_key);
}

Result<void> Connection::Core::start_client(const ServerName& name) {
  for (const std::string& weakening : client_config_->weakenings()) emit_(event::Weakened{weakening});
  tls::Flow flow = this->flow();
  auto first = tls::client::start(flow, *client_config_, name);
  if (!first) return std::unexpected(std::move(first.error()));
  machine_ = std::make_unique<std::variant<ClientMachine, ServerMachine>>(ClientMachine(std::move(*first)));
  return {};
}

void Connection::Core::start_server(ByteView client_address) {
  for (const std::string& weakening : server_config_->weakenings()) emit_(event::Weakened{weakening});
  // RFC 8446 5: a ChangeCipherSpec may come only after the first ClientHello.
  // But where this may be the second one, with a cookie of another connection (RFC 8446 D.4).
  reader_.allow_change_cipher_spec(server_config_->stateless_retry() != nullptr);
  machine_ = std::make_unique<std::variant<ClientMachine, ServerMachine>>(ServerMachine(
      tls::server::ExpectClientHello(*server_config_, Bytes(client_address.begin(), client_address.end()))));
}

tls::Flow Connection::Core::flow() noexcept {
  return tls::Flow({reader_, writer_, joiner_, outbox_, emit_, info_, verdict_, peer_chain_, peer_proofs_, early_, ech_,
                    kept_, quic_.get()});
}

Result<void> Connection::Core::export_keying_material(std::string_view label, std::optional<ByteView> context,
                                                      ByteSpan out) const {
  if (const auto* tls13 = std::get_if<TrafficTls13>(&traffic_)) {
    return tls13->exporter.derive(label, context.value_or(ByteView()), out);
  }
  if (const auto* tls12 = std::get_if<TrafficTls12>(&traffic_)) return tls12->exporter.derive(label, context, out);
  if (const auto* early = paused_server<tls::server::ExpectEndOfEarlyData>()) {
    return early->exporter().derive(label, context.value_or(ByteView()), out);
  }
  // Over QUIC, nothing says that early data ends, and the server waits for the client's Finished meanwhile.
  const auto* answering = answers_early_data() ? paused_server<tls::server::ExpectFinished>() : nullptr;
  if (answering != nullptr) return answering->exporter().derive(label, context.value_or(ByteView()), out);
  return std::unexpected(fail(ErrorCode::NotReady).at("export_keying_material").expected("a finished handshake"));
}

Result<Bytes> Connection::Core::channel_binding(ChannelBinding kind) const {
  constexpr std::size_t exported_size = 32;
  const auto refuse = [](std::string_view expected) {
    return std::unexpected(fail(ErrorCode::NotReady).at("channel_binding").expected(expected));
  };
  if (!is_established()) return refuse("a finished handshake");
  const auto* tls12 = std::get_if<TrafficTls12>(&traffic_);
  if (kind == ChannelBinding::tls_unique) {
    if (tls12 == nullptr) return refuse("TLS 1.2");
    // The triple handshake: without the extension, two resumed connections can have the same Finished.
    if (info_.is_resumption && !tls12->extended_master_secret) return refuse("extended_master_secret");
    return Bytes(tls12->first_finished.begin(), tls12->first_finished.end());
  }
  if (tls12 != nullptr && !tls12->extended_master_secret) return refuse("extended_master_secret");
  Bytes binding(exported_size);
  auto exported = export_keying_material("EXPORTER-Channel-Binding", ByteView(), binding);
  if (!exported) return std::unexpected(std::move(exported.error()));
  return binding;
}

std::optional<Pause> Connection::Core::pause() const noexcept {
  if (error_ || closed_) return std::nullopt;
  if (const auto* late = late_answer()) return late->waits_for();
  if (late_verdict() != nullptr) return Pause::verification;
  if (!machine_) return std::nullopt;
  return std::visit([](const auto& machine) { return machine.pause(); }, *machine_);
}

Result<void> Connection::Core::check_carries_records(std::string_view call) const {
  if (!quic_) return {};
  return std::unexpected(
      fail(ErrorCode::NotReady).at(call).expected("a connection over records").received("one that QUIC carries"));
}

std::unexpected<Error> Connection::Core::die(Error error) {
  // RFC 8446 6.1, 6.2: nothing follows our close_notify, and an alert that came in is not sent back.
  const bool tells = !closed_ && error.code() != ErrorCode::AlertReceived;
  if (tells && error.alert()) queue_alert(AlertLevel::fatal, *error.alert());
  emit_(event::Failed{&error});
  error_ = error;
  return std::unexpected(std::move(error));
}

// ------------------------------------------------------------------------------------------------ the public shell

Connection::Connection(std::unique_ptr<Core> core) noexcept : core_(std::move(core)) {}
Connection::Connection(Connection&&) noexcept = default;
Connection& Connection::operator=(Connection&&) noexcept = default;
Connection::~Connection() = default;

Result<Connection> Connection::client(std::shared_ptr<const ClientConfig> config, const ServerName& name,
                                      const ConnectionOptions& options) {
  if (!config) return std::unexpected(fail(ErrorCode::InvalidArgument).at("Connection::client, config"));
  auto core = std::make_unique<Core>(std::move(config), options);
  if (auto started = core->start_client(name); !started) return std::unexpected(std::move(started.error()));
  return Connection(std::move(core));
}

Result<Connection> Connection::server(std::shared_ptr<const ServerConfig> config, const ConnectionOptions& options) {
  if (!config) return std::unexpected(fail(ErrorCode::InvalidArgument).at("Connection::server, config"));
  constexpr std::size_t max_client_address = 256;
  if (options.client_address.size() > max_client_address) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument).at("Connection::server, client_address").expected("256 bytes at most"));
  }
  auto core = std::make_unique<Core>(std::move(config), options);
  core->start_server(options.client_address);
  return Connection(std::move(core));
}

Result<Received> Connection::receive(ByteSpan input) {
  return core_->receive(input);
}
Result<void> Connection::end_of_input() {
  return core_->end_of_input();
}
ByteView Connection::output() const noexcept {
  return core_->output();
}
void Connection::sent(std::size_t count) noexcept {
  core_->sent(count);
}
Result<Connection::Sent> Connection::send(std::span<const ByteView> data, ByteSpan out) {
  return core_->send(data, out);
}
Result<Connection::Sent> Connection::send(ByteView data, ByteSpan out) {
  return core_->send(std::span<const ByteView>(&data, 1), out);
}
Result<Connection::Sent> Connection::send_early(ByteView data, ByteSpan out) {
  return core_->send_early(data, out);
}
std::size_t Connection::early_data_left() const noexcept {
  return core_->early_data_left();
}
Bytes Connection::take_refused_early_data() noexcept {
  return core_->take_refused_early_data();
}
std::size_t Connection::sealed_size(std::size_t size) const noexcept {
  return core_->sealed_size(size);
}
void Connection::close() noexcept {
  core_->close();
}
void Connection::abort(AlertDescription alert) noexcept {
  core_->abort(alert);
}
Result<void> Connection::update_keys(bool ask_peer_too) {
  return core_->update_keys(ask_peer_too ? tls::KeyUpdateRequest::update_requested
                                         : tls::KeyUpdateRequest::update_not_requested);
}

Result<void> Connection::request_client_certificate() {
  return core_->request_client_certificate();
}

Side Connection::side() const noexcept {
  return core_->side();
}
bool Connection::is_handshaking() const noexcept {
  return core_->is_handshaking();
}
bool Connection::can_send() const noexcept {
  return core_->can_send();
}
bool Connection::peer_has_closed() const noexcept {
  return core_->peer_has_closed();
}
bool Connection::has_closed() const noexcept {
  return core_->has_closed();
}
const Error* Connection::error() const noexcept {
  return core_->error();
}
const ConnectionInfo& Connection::info() const noexcept {
  return core_->info();
}
const x509::Verdict* Connection::verdict() const noexcept {
  return core_->verdict();
}
const std::vector<Bytes>& Connection::peer_chain() const noexcept {
  return core_->peer_chain();
}

const EchDetails* Connection::ech() const noexcept {
  return core_->ech();
}

const CarriedProofs& Connection::peer_proofs() const noexcept {
  return core_->peer_proofs();
}

Result<void> Connection::export_keying_material(std::string_view label, std::optional<ByteView> context,
                                                ByteSpan out) const {
  return core_->export_keying_material(label, context, out);
}

Result<Bytes> Connection::channel_binding(ChannelBinding kind) const {
  return core_->channel_binding(kind);
}

Result<Bytes> Connection::export_idle(const HandoverKey& key) {
  return core_->export_idle(key);
}

Result<Connection> Connection::import_idle(std::shared_ptr<const ClientConfig> config, const HandoverKey& key,
                                           ByteView exported, const ConnectionOptions& options) {
  if (!config) return std::unexpected(fail(ErrorCode::InvalidArgument).at("Connection::import_idle, config"));
  auto core = std::make_unique<Core>(std::move(config), options);
  if (auto imported = core->import_idle(key, exported); !imported) return std::unexpected(std::move(imported.error()));
  return Connection(std::move(core));
}

Result<Connection> Connection::import_idle(std::shared_ptr<const ServerConfig> config, const HandoverKey& key,
                                           ByteView exported, const ConnectionOptions& options) {
  if (!config) return std::unexpected(fail(ErrorCode::InvalidArgument).at("Connection::import_idle, config"));
  auto core = std::make_unique<Core>(std::move(config), options);
  if (auto imported = core->import_idle(key, exported); !imported) return std::unexpected(std::move(imported.error()));
  return Connection(std::move(core));
}

Result<ConnectionSecrets> Connection::extract_secrets() {
  return core_->extract_secrets();
}

std::optional<DirectionSecrets> Connection::take_changed_secrets(Direction direction) {
  return core_->take_changed_secrets(direction);
}

RecordShape Connection::record_shape() const noexcept {
  return core_->record_shape();
}

std::optional<Pause> Connection::pause() const noexcept {
  return core_->pause();
}

std::optional<ClientHelloView> Connection::pending_client_hello() const noexcept {
  if (const auto* state = core_->paused_server<tls::server::AwaitHelloDecision>()) return state->client_hello();
  if (const auto* state = core_->paused_server<tls::server::AwaitCredential>()) return state->client_hello();
  if (const auto* state = core_->paused_server<tls::server12::AwaitCredential>()) return state->client_hello();
  if (core_->pause() != Pause::psk_lookup) return std::nullopt;
  if (const auto* state = core_->paused_server<tls::server::AwaitAnswer>()) return state->client_hello();
  if (const auto* state = core_->paused_server<tls::server::AwaitAnswerAfterRetry>()) return state->client_hello();
  return std::nullopt;
}

std::optional<PendingLookup> Connection::pending_lookup() const noexcept {
  if (core_->pause() == Pause::psk_lookup) return std::nullopt;
  if (const auto* state = core_->paused_server<tls::server::AwaitAnswer>()) return state->pending();
  if (const auto* state = core_->paused_server<tls::server::AwaitAnswerAfterRetry>()) return state->pending();
  if (const auto* state = core_->paused_server<tls::server12::AwaitAnswer>()) return state->pending();
  return std::nullopt;
}

std::vector<ByteView> Connection::pending_sessions() const {
  if (const auto* state = core_->paused_server<tls::server::AwaitTickets>()) return state->sessions();
  if (const auto* state = core_->paused_server<tls::server12::AwaitTicket>()) return {state->session()};
  return {};
}

std::optional<PendingSignature> Connection::pending_signature() const noexcept {
  if (const auto* state = core_->paused_server<tls::server::AwaitSignature>()) return state->pending();
  if (const auto* state = core_->paused_server<tls::server12::AwaitSignature>()) return state->pending();
  if (const auto* state = core_->paused_client<tls::client::AwaitSignature>()) return state->pending();
  if (const auto* state = core_->paused_client<tls::client12::AwaitSignature>()) return state->pending();
  if (const auto* late = core_->late_answer(); late != nullptr && late->wanted) {
    return PendingSignature{late->wanted->scheme, late->wanted->content};
  }
  return std::nullopt;
}

std::optional<CertificateRequestView> Connection::pending_certificate_request() const noexcept {
  if (const auto* state = core_->paused_client<tls::client::AwaitCredential>()) return state->request();
  if (const auto* state = core_->paused_client<tls::client12::AwaitCredential>()) return state->request();
  if (const auto* late = core_->late_answer(); late != nullptr && !late->wanted) {
    return CertificateRequestView(late->asked->parts(core_->config().policy));
  }
  return std::nullopt;
}

std::span<const ByteView> Connection::pending_chain() const noexcept {
  if (const auto* state = core_->paused_client<tls::client::AwaitVerdict>()) return state->chain();
  if (const auto* state = core_->paused_client<tls::client::AwaitVerdictResumed>()) return state->chain();
  if (const auto* state = core_->paused_client<tls::client12::AwaitVerdict>()) return state->chain();
  if (const auto* state = core_->paused_server<tls::server::AwaitVerdict>()) return state->chain();
  if (const auto* state = core_->paused_server<tls::server12::AwaitVerdict>()) return state->chain();
  if (const auto* late = core_->late_verdict()) return late->chain();
  if (const auto* state = core_->paused_client<tls::client12::AwaitVerdictResumed>()) return state->chain();
  return {};
}

std::optional<x509::Verification> Connection::verification() const {
  const ClientConfig* const config = core_->client_config();
  const ServerName* name = nullptr;
  if (const auto* state = core_->paused_client<tls::client::AwaitVerdict>()) name = &state->server_name();
  if (const auto* state = core_->paused_client<tls::client::AwaitVerdictResumed>()) name = &state->server_name();
  if (const auto* state = core_->paused_client<tls::client12::AwaitVerdict>()) name = &state->server_name();
  if (const auto* state = core_->paused_client<tls::client12::AwaitVerdictResumed>()) name = &state->server_name();
  if (name == nullptr || config->verifier() == nullptr) return std::nullopt;
  const std::vector<Bytes>& responses = peer_proofs().ocsp_responses;
  const std::vector<ByteView> stapled(responses.begin(), responses.end());
  const auto staples = config->asks_for_ocsp() ? x509::Verifier::Staples(stapled) : std::nullopt;
  return std::optional<x509::Verification>(std::in_place, *config->verifier(), pending_chain(), name,
                                           x509::Purpose::server, config->common().clock->now(), staples,
                                           peer_proofs().sct_list(0));
}

Result<void> Connection::resume(Answer answer) {
  return core_->resume(answer);
}

}  // namespace keyway
