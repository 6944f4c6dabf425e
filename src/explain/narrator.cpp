#include "explain/narrator.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "explain/hello_steps.hpp"
#include "explain/key_steps.hpp"
#include "explain/plain_words.hpp"
#include "explain/tls12_steps.hpp"
#include "explain/trust_steps.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::explain {
namespace {

using std::chrono::nanoseconds;

[[nodiscard]] Step tell_alert(const event::AlertSeen& alert, std::string_view sender) {
  Step step;
  step.kind = "alert";
  step.headline =
      fmt::format("Alert {} from the {}: “{}”", to_string(alert.description), sender, meaning_of(alert.description));
  step.data = {{"from", sender},
               {"description", to_string(alert.description)},
               {"code", static_cast<unsigned>(alert.description)}};
  if (alert.description != AlertDescription::close_notify) step.tone = Tone::warning;
  return step;
}

[[nodiscard]] Step tell_other_message(const event::HandshakeMessage& message, std::string_view sender) {
  Step step;
  step.kind = "handshake_message";
  step.headline = fmt::format("{}, from the {}", title_of(message.type), sender);
  step.data = {{"type", to_string(message.type)}, {"bytes", message.raw.size()}};
  return step;
}

[[nodiscard]] std::string_view sender_of(Direction direction, Side side) noexcept {
  return to_string(direction == Direction::sent ? side : peer_of(side));
}

}  // namespace

struct Narrator::Told {
  explicit Told(StepSink& to, Options with) : sink(&to), options(with) {}

  StepSink* sink;
  Options options;
  SystemClock system_clock;
  SteadyStopwatch steady_stopwatch;
  std::optional<nanoseconds> started;
  nanoseconds last{};
  Side side = Side::client;

  Offer offer;
  bool has_offer = false;
  ProtocolVersion version{};  ///< that the ServerHello chose
  bool has_extended_master_secret = false;
  bool is_delegated = false;
  std::size_t signature_size = 0;
  std::optional<SignatureScheme> server_signature;
  std::vector<event::SecretDerived> secrets;
  event::ParametersChosen parameters;
  std::string alpn;
  bool is_completed = false;
  bool told_refusal = false;
  bool told_data_sent = false;
  bool told_data_received = false;

  [[nodiscard]] nanoseconds now() const noexcept {
    return options.stopwatch != nullptr ? options.stopwatch->elapsed() : steady_stopwatch.elapsed();
  }
  [[nodiscard]] Viewpoint viewpoint() const noexcept {
    return {options.clock != nullptr ? options.clock->now() : system_clock.now(), options.provider};
  }

  /// Hands a step on. Time spent in telling is not the connection's: the clock goes on afterwards.
  void tell(Step step) {
    flush_secrets();
    pass_on(std::move(step));
  }
  void pass_on(Step step) {
    const nanoseconds arrived = now();
    if (!started) started = last = arrived;
    step.took = arrived - last;
    sink->take(step);
    const nanoseconds told = now() - arrived;
    *started += told;
    last = arrived + told;
  }
  void flush_secrets() {
    if (secrets.empty()) return;
    pass_on(tell_secrets(std::exchange(secrets, {})));
  }

  // --- events

  void on(const event::HandshakeMessage& message);
  void on(const event::InnerClientHello& inner) {
    if (inner.raw.size() < tls::handshake_header_size) return;
    tell(tell_inner_client_hello(inner.raw.subspan(tls::handshake_header_size), inner.direction == Direction::sent));
  }
  void on(const event::Record& record);
  void on(const event::ParametersChosen& chosen) {
    parameters = chosen;
    if (!chosen.alpn.empty()) alpn = printable(chosen.alpn);
    parameters.alpn = {};
  }
  void on(const event::ChainJudged& judged) {
    if (judged.verdict == nullptr) return;
    told_refusal = !judged.verdict->accepted();
    tell(tell_verdict(*judged.verdict, judged.chain, judged.server_name));
  }
  void on(const event::HandshakeSignature& signature);
  void on(const event::DelegatedCredential& credential) {
    is_delegated = true;
    tell(tell_delegated_credential(credential, viewpoint().now));
  }
  void on(const event::KeyAgreement& agreement) { tell(tell_key_agreement(agreement, offer)); }
  void on(const event::SecretDerived& secret) {
    // The client's and the server's keys of one stage are one step; the next stage's are another.
    if (!secrets.empty() && is_of_the_handshake(secrets.back().label) != is_of_the_handshake(secret.label)) {
      flush_secrets();
    }
    secrets.push_back(secret);
  }
  void on(const event::Finished& finished) {
    tell(tell_finished(sender_of(finished.direction, side), finished.direction == Direction::received));
  }
  void on(const event::HandshakeCompleted&) {
    tell(completed());
    is_completed = true;
  }
  void on(const event::KeysUpdated& updated) {
    Step step;
    step.kind = "keys_updated";
    step.headline = fmt::format("New keys for what the {} sends, the {}. change", sender_of(updated.direction, side),
                                updated.generation);
    step.data = {{"from", sender_of(updated.direction, side)}, {"generation", updated.generation}};
    tell(std::move(step));
  }
  void on(const event::AlertSeen& alert) { tell(tell_alert(alert, sender_of(alert.direction, side))); }
  void on(const event::Weakened& weakened) {
    Step step;
    step.kind = "weakened";
    step.headline = fmt::format("Warning: {}", weakened.what);
    step.tone = Tone::warning;
    step.data["what"] = weakened.what;
    tell(std::move(step));
  }
  void on(const event::Failed& failed) {
    if (failed.error == nullptr) return;
    Step step = tell_error(*failed.error);
    // The verdict has told all but the alert.
    if (told_refusal && failed.error->category() == ErrorCategory::certificate) {
      step.headline = side == Side::client ? "The client ends the connection; no data went to this server"
                                           : "The server ends the connection; no data went to this client";
      std::erase_if(step.facts, [](const Fact& fact) { return !fact.label.starts_with("alert"); });
    }
    tell(std::move(step));
  }

  [[nodiscard]] Step completed() const;
};

void Narrator::Told::on(const event::HandshakeMessage& message) {
  if (message.raw.size() < tls::handshake_header_size) return;
  const ByteView body = message.raw.subspan(tls::handshake_header_size);
  const std::string_view sender = sender_of(message.direction, side);
  switch (message.type) {
    case HandshakeType::client_hello: {
      ToldClientHello told = tell_client_hello(body, has_offer);
      offer = std::move(told.offer);
      has_offer = true;
      return tell(std::move(told.step));
    }
    case HandshakeType::server_hello: {
      Step step = tell_server_hello(body, offer, version);
      has_extended_master_secret = step.data.value("extended_master_secret", false);
      return tell(std::move(step));
    }
    case HandshakeType::encrypted_extensions:
      return tell(tell_encrypted_extensions(body, offer));
    case HandshakeType::certificate:
      return tell(tell_certificates(body, version, sender, viewpoint()));
    case HandshakeType::compressed_certificate:
      return tell(tell_compressed_certificates(body, sender, viewpoint()));
    case HandshakeType::certificate_request: {
      Step step = tell_certificate_request(body, version);
      // RFC 8446 4.6.2.
      if (is_completed)
        step.headline = "CertificateRequest, after the handshake: now the server asks who the client is";
      step.data["after_handshake"] = is_completed;
      return tell(std::move(step));
    }
    case HandshakeType::server_key_exchange:
      return tell(tell_server_key_exchange(body, offer, signature_size));
    case HandshakeType::server_hello_done:
      return tell(tell_server_hello_done());
    case HandshakeType::client_key_exchange:
      return tell(tell_client_key_exchange(body, parameters.cipher_suite));
    case HandshakeType::certificate_verify:
      // Told when it is found to hold.
      if (const auto parsed = tls::CertificateVerify::parse(body)) signature_size = parsed->signature.size();
      return;
    case HandshakeType::new_session_ticket:
      return tell(tell_ticket(body, version));
    case HandshakeType::finished:
    case HandshakeType::key_update:
      return;  // told by events of their own
    default:
      return tell(tell_other_message(message, sender));
  }
}

void Narrator::Told::on(const event::Record& record) {
  const std::string_view sender = sender_of(record.direction, side);
  if (record.type == ContentType::change_cipher_spec && version == ProtocolVersion::TLS1_2) {
    return tell(tell_change_cipher_spec(sender));
  }
  if (record.type != ContentType::application_data || !record.is_protected) return;
  bool& is_told = record.direction == Direction::sent ? told_data_sent : told_data_received;
  if (!std::exchange(is_told, true)) tell(tell_encrypted_record(record, sender));
}

void Narrator::Told::on(const event::HandshakeSignature& signature) {
  const std::string_view signer = sender_of(signature.direction, side);
  const bool is_of_server = signer == to_string(Side::server);
  if (is_of_server) server_signature = signature.scheme;
  // In TLS 1.2 the server's signature stands in its ServerKeyExchange.
  tell(tell_signature({.scheme = signature.scheme,
                       .size = std::exchange(signature_size, 0),
                       .signer = signer,
                       .is_own = signature.direction == Direction::sent,
                       .is_of_message = version != ProtocolVersion::TLS1_2 || !is_of_server,
                       .is_delegated = is_of_server && is_delegated},
                      is_of_server ? offer : Offer{}));
}

/// What was agreed on, each out of what was offered.
Step Narrator::Told::completed() const {
  Step step;
  step.kind = "handshake_completed";
  const nanoseconds took = started ? now() - *started : nanoseconds{};
  step.headline = fmt::format("The connection is secure, after {}", duration_text(took));
  step.tone = Tone::good;
  const bool is_tls12 = parameters.version == ProtocolVersion::TLS1_2;
  const bool has_group = parameters.group != NamedGroup{};
  step.facts.push_back({"version", out_of(to_string(parameters.version), names_of(offer.versions))});
  step.facts.push_back({"cipher suite", out_of(to_string(parameters.cipher_suite), names_of(offer.cipher_suites))});
  if (has_group) step.facts.push_back({"group", out_of(to_string(parameters.group), names_of(offer.groups))});
  if (server_signature) {
    step.facts.push_back({"signature", out_of(to_string(*server_signature), names_of(offer.signature_schemes))});
  }
  if (!alpn.empty()) step.facts.push_back({"protocol", out_of(alpn, offer.alpn)});
  if (is_tls12) step.facts.push_back({"master secret", has_extended_master_secret ? "extended" : "not extended"});
  step.facts.push_back(
      {"resumption", parameters.is_resumption ? "yes, of an earlier session" : "no, a full handshake"});
  if (parameters.ech == EchStatus::accepted) {
    step.facts.push_back({"ClientHello", "hidden: nobody on the way knows whom the client asked for"});
  }
  step.data = {{"version", to_string(parameters.version)},
               {"cipher_suite", to_string(parameters.cipher_suite)},
               {"group", has_group ? Json(to_string(parameters.group)) : Json(nullptr)},
               {"signature_scheme", server_signature ? Json(to_string(*server_signature)) : Json(nullptr)},
               {"alpn", alpn.empty() ? Json(nullptr) : Json(alpn)},
               {"extended_master_secret", is_tls12 ? Json(has_extended_master_secret) : Json(nullptr)},
               {"is_resumption", parameters.is_resumption},
               {"ech", to_string(parameters.ech)},
               {"after_hello_retry_request", parameters.after_hello_retry_request},
               {"total_microseconds", static_cast<double>(took.count()) / 1000.0}};
  return step;
}

Narrator::Narrator(StepSink& sink) : Narrator(sink, Options{}) {}
Narrator::Narrator(StepSink& sink, Options options) : told_(std::make_unique<Told>(sink, options)) {}
Narrator::~Narrator() = default;

void Narrator::on(const EventOrigin& origin, const Event& event) noexcept {
  told_->side = origin.side;
  std::visit([this](const auto& what) { told_->on(what); }, event);
}

void Narrator::start_clock() noexcept {
  told_->started = told_->last = told_->now();
}

void Narrator::tell(Step step) {
  told_->tell(std::move(step));
}

void Narrator::tcp_connected(std::string_view peer) {
  Step step;
  step.kind = "tcp_connected";
  step.headline = fmt::format("TCP: a connection to {} stands, open to every eye on the way", peer);
  step.data["peer"] = peer;
  tell(std::move(step));
}

}  // namespace keyway::explain
