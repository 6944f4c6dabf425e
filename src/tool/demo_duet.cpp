#include "tool/demo_duet.hpp"

#include <utility>

#include <keyway/name.hpp>

#include "tool/demo_stage.hpp"

namespace keyway::tool {

Result<Duet> Duet::make(ClientConfig::Builder client, ServerConfig::Builder server) {
  auto here = client.build();
  if (!here) return std::unexpected(std::move(here.error()));
  auto there = server.build();
  if (!there) return std::unexpected(std::move(there.error()));
  return make(std::move(*here), std::move(*there), demo_name);
}

Result<Duet> Duet::make(std::shared_ptr<const ClientConfig> client, std::shared_ptr<const ServerConfig> server,
                        std::string_view asked, const ConnectionOptions& server_options) {
  const auto name = ServerName::parse(asked);
  if (!name) return std::unexpected(name.error());
  auto one = Connection::client(std::move(client), *name);
  if (!one) return std::unexpected(std::move(one.error()));
  auto other = Connection::server(std::move(server), server_options);
  if (!other) return std::unexpected(std::move(other.error()));
  return Duet(std::move(*one), std::move(*other));
}

Result<Duet> Duet::shake_hands(ClientConfig::Builder client, ServerConfig::Builder server) {
  auto duet = make(std::move(client), std::move(server));
  if (!duet) return duet;
  if (auto done = duet->handshake(); !done) return std::unexpected(std::move(done.error()));
  return duet;
}

std::string Duet::feed(Side to, Bytes bytes) {
  std::string data;
  for (ByteSpan rest = bytes; !rest.empty();) {
    const auto received = side(to).receive(rest);
    if (!received || received->consumed == 0) break;
    data += as_text(received->application_data);
    rest = rest.subspan(received->consumed);
  }
  return data;
}

bool Duet::carry(Side from) {
  const ByteView output = side(from).output();
  if (output.empty()) return false;
  Bytes bytes(output.begin(), output.end());
  side(from).sent(bytes.size());
  static_cast<void>(feed(peer_of(from), std::move(bytes)));
  return true;
}

void Duet::settle() {
  for (bool moved = true; moved;) {
    moved = carry(Side::client);
    moved = carry(Side::server) || moved;
  }
}

Result<void> Duet::handshake() {
  settle();
  if (const Error* failure = error()) return std::unexpected(*failure);
  if (!client.is_handshaking() && !server.is_handshaking()) return {};
  return std::unexpected(fail(ErrorCode::NotReady).at("the handshake"));
}

bool Duet::transfers(Side from, std::string_view text) {
  Bytes out(side(from).sealed_size(text.size()));
  const auto sent = side(from).send(as_bytes(text), out);
  if (!sent) return false;
  out.resize(sent->written);
  return feed(peer_of(from), std::move(out)) == text;
}

const Error* Duet::error() const noexcept {
  return client.error() != nullptr ? client.error() : server.error();
}

}  // namespace keyway::tool
