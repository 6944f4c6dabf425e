#include "witness.hpp"

#include <utility>

namespace keyway::bogo {
namespace {

std::string verb(Direction direction) {
  return direction == Direction::sent ? "write " : "read ";
}

}  // namespace

void Witness::on(const EventOrigin&, const Event& event) noexcept {
  if (const auto* message = std::get_if<event::HandshakeMessage>(&event)) {
    messages_ += verb(message->direction) + "hs " + std::to_string(std::to_underlying(message->type)) + "\n";
    const bool is_sent = message->direction == Direction::sent;
    if (!is_sent) last_received_ = message->type;
    const auto keep = [&](Bytes& to) { to.assign(message->raw.begin(), message->raw.end()); };
    if (message->type == HandshakeType::client_hello && !is_sent) keep(client_hello_);
    if (message->type == HandshakeType::certificate && is_sent) keep(own_certificate_);
    if (message->type == HandshakeType::certificate_request && !is_sent) keep(certificate_request_);
  } else if (const auto* inner = std::get_if<event::InnerClientHello>(&event)) {
    messages_ += verb(inner->direction) + "clienthelloinner\n";
  } else if (const auto* alert = std::get_if<event::AlertSeen>(&event)) {
    messages_ += verb(alert->direction) + "alert " + std::to_string(std::to_underlying(alert->level)) + " " +
                 std::to_string(std::to_underlying(alert->description)) + "\n";
  } else if (const auto* record = std::get_if<event::Record>(&event)) {
    if (record->type == ContentType::change_cipher_spec) messages_ += verb(record->direction) + "ccs\n";
  }
}

void Witness::on_secret(const EventOrigin&, SecretLabel label, std::uint32_t, ByteView, ByteView secret) noexcept {
  if (label == SecretLabel::CLIENT_TRAFFIC_SECRET) client_secret_.assign(secret.begin(), secret.end());
  if (label == SecretLabel::SERVER_TRAFFIC_SECRET) server_secret_.assign(secret.begin(), secret.end());
}

}  // namespace keyway::bogo
