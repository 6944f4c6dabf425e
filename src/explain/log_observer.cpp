#include "explain/log_observer.hpp"

#include <utility>
#include <variant>

#include <fmt/format.h>

#include "core/text.hpp"
#include "explain/plain_words.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::explain {
namespace {

[[nodiscard]] std::string_view verb_of(Direction direction) noexcept {
  return direction == Direction::sent ? "sent" : "received";
}

/// What of a hello is worth a word: that it is a HelloRetryRequest, and the cookie.
[[nodiscard]] std::string about_hello(const event::HandshakeMessage& message) {
  if (message.raw.size() < tls::handshake_header_size) return {};
  const ByteView body = message.raw.subspan(tls::handshake_header_size);
  if (message.type == HandshakeType::server_hello) {
    const auto hello = tls::ServerHello::parse(body);
    if (!hello || !hello->is_hello_retry_request()) return {};
    return hello->extensions.has(ExtensionType::cookie) ? ", a HelloRetryRequest with a cookie"
                                                        : ", a HelloRetryRequest";
  }
  if (message.type != HandshakeType::client_hello) return {};
  const auto hello = tls::ClientHello::parse(body);
  return hello && hello->extensions.has(ExtensionType::cookie) ? ", with the cookie" : "";
}
[[nodiscard]] LogLine line_of(const event::HandshakeMessage& message) {
  return {LogLevel::debug, fmt::format("{} {}, {}{}", verb_of(message.direction), to_string(message.type),
                                       count_of(message.raw.size(), "byte"), about_hello(message))};
}
[[nodiscard]] LogLine line_of(const event::InnerClientHello& message) {
  return {LogLevel::debug,
          fmt::format("{} the client_hello that the {} one hides, {}", verb_of(message.direction),
                      message.direction == Direction::sent ? "next" : "last", count_of(message.raw.size(), "byte"))};
}
[[nodiscard]] LogLine line_of(const event::Record& record) {
  return {LogLevel::trace, fmt::format("{} a record of {}{}, {}", verb_of(record.direction), to_string(record.type),
                                       record.is_protected ? ", protected" : "", count_of(record.size, "byte"))};
}
[[nodiscard]] std::string ech_text(EchStatus status) {
  return status == EchStatus::off ? "" : fmt::format(", encrypted client_hello {}", to_string(status));
}
[[nodiscard]] LogLine line_of(const event::ParametersChosen& chosen) {
  return {LogLevel::debug,
          fmt::format("chose {}, {}, {}, protocol {}{}{}{}", to_string(chosen.version), to_string(chosen.cipher_suite),
                      chosen.group == NamedGroup{} ? "no group yet" : to_string(chosen.group),
                      chosen.alpn.empty() ? "none" : printable(chosen.alpn),
                      chosen.after_hello_retry_request ? ", after a HelloRetryRequest" : "",
                      chosen.is_resumption ? ", resuming a session" : "", ech_text(chosen.ech))};
}
[[nodiscard]] LogLine line_of(const event::ChainJudged& judged) {
  const std::string name = judged.server_name.empty() ? "the client" : printable(judged.server_name);
  if (judged.verdict == nullptr) return {LogLevel::debug, fmt::format("judged the chain for {}", name)};
  if (judged.verdict->accepted()) return {LogLevel::debug, fmt::format("trusts the certificate for {}", name)};
  const auto error = judged.verdict->to_error();
  return {LogLevel::info, fmt::format("refuses the certificate for {}: {}", name, printable(error.message(), 1000))};
}
[[nodiscard]] LogLine line_of(const event::HandshakeSignature& signature) {
  return {LogLevel::debug,
          fmt::format("{} with {}", signature.direction == Direction::sent ? "signed" : "verified the signature",
                      to_string(signature.scheme))};
}
[[nodiscard]] LogLine line_of(const event::DelegatedCredential& credential) {
  return {LogLevel::debug,
          fmt::format("{} a delegated credential for {}", verb_of(credential.direction), to_string(credential.scheme))};
}
[[nodiscard]] LogLine line_of(const event::KeyAgreement& agreement) {
  return {LogLevel::debug, fmt::format("agreed on a secret with {}", to_string(agreement.group))};
}
[[nodiscard]] LogLine line_of(const event::SecretDerived& secret) {
  return {LogLevel::debug, fmt::format("derived {}, generation {}, fingerprint {}", to_string(secret.label),
                                       secret.generation, to_hex(secret.fingerprint))};
}
[[nodiscard]] LogLine line_of(const event::Finished& finished) {
  return {LogLevel::debug, finished.direction == Direction::sent ? "sent Finished" : "the peer's Finished matches"};
}
[[nodiscard]] LogLine line_of(const event::HandshakeCompleted&) {
  return {LogLevel::info, "handshake completed"};
}
[[nodiscard]] LogLine line_of(const event::KeysUpdated& updated) {
  return {LogLevel::debug,
          fmt::format("new keys for what is {}, generation {}", verb_of(updated.direction), updated.generation)};
}
[[nodiscard]] LogLine line_of(const event::AlertSeen& alert) {
  const bool is_closure = alert.description == AlertDescription::close_notify;
  return {is_closure ? LogLevel::debug : LogLevel::info,
          fmt::format("{} alert {}", verb_of(alert.direction), to_string(alert.description))};
}
[[nodiscard]] LogLine line_of(const event::Weakened& weakened) {
  return {LogLevel::warning, fmt::format("weakened: {}", printable(weakened.what))};
}
[[nodiscard]] LogLine line_of(const event::Failed& failed) {
  if (failed.error == nullptr) return {LogLevel::info, "failed"};
  const bool is_ours = failed.error->category() == ErrorCategory::internal;
  return {is_ours ? LogLevel::warning : LogLevel::info, "failed: " + printable(failed.error->message(), 1000)};
}

/// The level, without the cost of the text.
[[nodiscard]] LogLevel highest_level_of(const Event& event) noexcept {
  if (std::holds_alternative<event::Record>(event)) return LogLevel::trace;
  const bool may_be_more =
      std::holds_alternative<event::ChainJudged>(event) || std::holds_alternative<event::HandshakeCompleted>(event) ||
      std::holds_alternative<event::AlertSeen>(event) || std::holds_alternative<event::Weakened>(event) ||
      std::holds_alternative<event::Failed>(event);
  return may_be_more ? LogLevel::warning : LogLevel::debug;
}

}  // namespace

LogLine log_line(const EventOrigin& origin, const Event& event) {
  LogLine line = std::visit([](const auto& what) { return line_of(what); }, event);
  line.text = fmt::format("connection {}, {}: {}", origin.connection, to_string(origin.side), line.text);
  return line;
}

void LogObserver::on(const EventOrigin& origin, const Event& event) noexcept {
  if (highest_level_of(event) < least_) return;
  const LogLine line = log_line(origin, event);
  if (line.level >= least_) write_(line.level, line.text);
}

}  // namespace keyway::explain
