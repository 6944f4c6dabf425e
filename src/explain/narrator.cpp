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
#include "explain/plain_words.hpp"
#include "explain/trust_steps.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/key_update.hpp"
#include "tls/wire/new_session_ticket.hpp"

namespace keyway::explain {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t shown_record_bytes = 48;

[[nodiscard]] std::string_view sender_of(Direction direction, Side side) noexcept {
  return to_string(direction == Direction::sent ? side : peer_of(side));
}

[[nodiscard]] std::string hex_line(ByteView bytes) {
  std::string line;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    line += (i == 8 ? "  " : i == 0 ? "" : " ") + to_hex(bytes.subspan(i, 1));
  return line;
}

[[nodiscard]] std::string numbered(SecretLabel label, std::uint32_t generation) {
  const bool has_number = label == SecretLabel::CLIENT_TRAFFIC_SECRET || label == SecretLabel::SERVER_TRAFFIC_SECRET;
  return std::string(to_string(label)) + (has_number ? fmt::format("_{}", generation) : "");
}

[[nodiscard]] bool is_of_the_handshake(SecretLabel label) noexcept {
  return label == SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET || label == SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET;
}

[[nodiscard]] Step tell_secrets(const std::vector<event::SecretDerived>& secrets) {
  Step step;
  step.kind = "keys";
  const bool early = std::ranges::all_of(secrets, is_of_the_handshake, &event::SecretDerived::label);
  step.headline = early ? "Keys for the rest of the handshake are derived, one for each direction"
                        : "Session keys are derived; both sides have the same, nobody else has them";
  step.data["secrets"] = Json::array();
  for (const event::SecretDerived& secret : secrets) {
    const std::string label = numbered(secret.label, secret.generation);
    step.facts.push_back({label, fmt::format("fingerprint {}, {} bits; {}", to_hex(secret.fingerprint), secret.size * 8,
                                             meaning_of(secret.label))});
    step.data["secrets"].push_back(
        {{"label", label}, {"fingerprint", to_hex(secret.fingerprint)}, {"bytes", secret.size}});
  }
  step.facts.push_back(
      {"", "A fingerprint lets both sides compare; the keys themselves are never shown.", Tone::aside});
  return step;
}

[[nodiscard]] Step tell_key_agreement(const event::KeyAgreement& agreement) {
  Step step;
  step.kind = "key_agreement";
  const std::string group = to_string(agreement.group);
  step.headline = "Key agreement: both sides now share a secret that never went over the wire";
  step.facts.push_back({"group", group});
  if (const auto meaning = meaning_of(agreement.group); !meaning.empty()) {
    step.facts.push_back({"", std::string(meaning), Tone::aside});
  }
  step.facts.push_back({"client's half", count_of(agreement.client_share_size, "byte")});
  step.facts.push_back({"server's half", count_of(agreement.server_share_size, "byte")});
  step.data = {{"group", group},
               {"client_share_bytes", agreement.client_share_size},
               {"server_share_bytes", agreement.server_share_size}};
  return step;
}

/// A signature that one side made to prove itself.
struct Proof {
  SignatureScheme scheme{};
  std::size_t size = 0;  ///< 0: not known
  Side signer{};
  bool is_own = false;
  bool is_of_key_exchange = false;  ///< TLS 1.2's server signs its half of the key exchange
};

[[nodiscard]] Step tell_signature(const Proof& proof) {
  Step step;
  step.kind = "certificate_verify";
  const std::string_view signer = to_string(proof.signer);
  const std::string_view message = proof.is_of_key_exchange ? "ServerKeyExchange" : "CertificateVerify";
  step.headline = proof.is_own
                      ? fmt::format("{}: the {} signs the handshake with its private key", message, signer)
                      : fmt::format("{}: the {} proves that it holds the certificate's private key", message, signer);
  const std::string_view meaning = meaning_of(proof.scheme);
  const std::string scheme = to_string(proof.scheme);
  step.facts.push_back({"signature", meaning.empty() ? scheme : fmt::format("{} ({})", scheme, meaning)});
  if (proof.size > 0) step.facts.push_back({"size", count_of(proof.size, "byte")});
  step.facts.push_back({"over", proof.is_of_key_exchange
                                    ? "both sides' random numbers and the server's half of the key exchange"
                                    : "all messages so far, so it can't be copied from another connection"});
  if (!proof.is_own) step.facts.push_back({"verdict", "it holds", Tone::good});
  step.data = {{"from", signer},
               {"scheme", {{"name", scheme}, {"code", static_cast<unsigned>(proof.scheme)}}},
               {"bytes", proof.size}};
  return step;
}

[[nodiscard]] Step tell_finished(std::string_view sender, bool was_checked) {
  Step step;
  step.kind = "finished";
  step.headline = fmt::format("Finished, from the {}: a seal over the whole handshake", sender);
  step.data["from"] = sender;
  if (was_checked) {
    step.facts.push_back({"verdict", "it matches: nobody changed a word on the way", Tone::good});
  } else {
    step.facts.push_back({"for the peer", "to see that both saw the same messages, to the last bit"});
  }
  return step;
}

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

[[nodiscard]] Step tell_ticket(ByteView body) {
  const auto ticket = tls::NewSessionTicket::parse(body);
  if (!ticket) return tell_unreadable("new_session_ticket", "NewSessionTicket", ticket.error());
  Step step;
  step.kind = "new_session_ticket";
  step.headline = "NewSessionTicket: with it the client could come back faster";
  step.facts.push_back({"good for", span_text(std::chrono::seconds(ticket->ticket_lifetime))});
  step.facts.push_back({"size", count_of(ticket->ticket.size(), "byte")});
  step.data = {{"lifetime_seconds", ticket->ticket_lifetime}, {"bytes", ticket->ticket.size()}};
  return step;
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
  std::size_t signature_size = 0;
  std::vector<event::SecretDerived> secrets;
  event::ParametersChosen parameters;
  std::string alpn;
  bool told_refusal = false;
  std::size_t encrypted_records = 0;

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
  void on(const event::Record& record) {
    if (record.is_protected) ++encrypted_records;
  }
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
  void on(const event::HandshakeSignature& signature) {
    const bool is_own = signature.direction == Direction::sent;
    const Side signer = is_own ? side : peer_of(side);
    const bool is_of_key_exchange = parameters.version == ProtocolVersion::TLS1_2 && signer == Side::server;
    tell(tell_signature({signature.scheme, signature_size, signer, is_own, is_of_key_exchange}));
  }
  void on(const event::KeyAgreement& agreement) { tell(tell_key_agreement(agreement)); }
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
  void on(const event::HandshakeCompleted&) { tell(completed()); }
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
  switch (message.type) {
    case HandshakeType::client_hello: {
      ToldClientHello told = tell_client_hello(body, has_offer);
      offer = std::move(told.offer);
      has_offer = true;
      return tell(std::move(told.step));
    }
    case HandshakeType::server_hello:
      return tell(tell_server_hello(body, offer));
    case HandshakeType::encrypted_extensions:
      return tell(tell_encrypted_extensions(body, offer));
    case HandshakeType::certificate:
      return tell(tell_certificates(body, parameters.version,
                                    message.direction == Direction::sent ? side : peer_of(side), viewpoint()));
    case HandshakeType::certificate_request:
      return tell(tell_certificate_request(body, parameters.version));
    case HandshakeType::certificate_verify:
      // Told when it is found to hold.
      if (const auto parsed = tls::CertificateVerify::parse(body)) signature_size = parsed->signature.size();
      return;
    case HandshakeType::new_session_ticket:
      return tell(tell_ticket(body));
    case HandshakeType::finished:
    case HandshakeType::key_update:
      return;  // told by events of their own
    default: {
      Step step;
      step.kind = "handshake_message";
      step.headline = fmt::format("{}, from the {}", title_of(message.type), sender_of(message.direction, side));
      step.data = {{"type", to_string(message.type)}, {"bytes", message.raw.size()}};
      return tell(std::move(step));
    }
  }
}

Step Narrator::Told::completed() const {
  Step step;
  step.kind = "handshake_completed";
  const nanoseconds took = started ? now() - *started : nanoseconds{};
  step.headline = fmt::format("The connection is secure, after {}", duration_text(took));
  step.tone = Tone::good;
  step.facts.push_back({"version", to_string(parameters.version)});
  step.facts.push_back({"cipher suite", to_string(parameters.cipher_suite)});
  step.facts.push_back({"group", to_string(parameters.group)});
  if (!alpn.empty()) step.facts.push_back({"protocol", alpn});
  step.data = {{"version", to_string(parameters.version)},
               {"cipher_suite", to_string(parameters.cipher_suite)},
               {"group", to_string(parameters.group)},
               {"alpn", alpn.empty() ? Json(nullptr) : Json(alpn)},
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

void Narrator::encrypted_record(Direction direction, ByteView record, std::size_t plaintext_size) {
  const std::string_view sender = sender_of(direction, told_->side);
  Step step;
  step.kind = "encrypted_record";
  step.headline = fmt::format("Encrypted: {} from the {} go over the wire as {}", count_of(plaintext_size, "byte"),
                              sender, count_of(record.size(), "byte"));
  const ByteView shown = record.first(std::min(record.size(), shown_record_bytes));
  for (std::size_t at = 0; at < shown.size(); at += 16) {
    const ByteView line = shown.subspan(at, std::min<std::size_t>(16, shown.size() - at));
    step.facts.push_back({at == 0 ? "as anybody sees it" : "", hex_line(line)});
  }
  if (shown.size() < record.size()) step.facts.back().text += " …";
  step.facts.push_back({"",
                        "The first five bytes say “a record of so many bytes”; the rest is ciphertext, then a seal of "
                        "16 bytes that shows every change.",
                        Tone::aside});
  step.data = {{"from", sender},
               {"record_bytes", record.size()},
               {"plaintext_bytes", plaintext_size},
               {"first_bytes", to_hex(shown)}};
  tell(std::move(step));
}

}  // namespace keyway::explain
