// QUIC's cryptography without a QUIC stack: a handshake whose CRYPTO bytes are carried by hand, then a packet each way.
//
//   example_quic_packets CHAIN.pem KEY.pem ROOT.pem NAME
#include <array>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <optional>

#include <keyway/keyway.hpp>
#include <keyway/quic.hpp>
#include <keyway/quic_packets.hpp>

namespace {

using Provider = std::shared_ptr<const keyway::crypto::Provider>;

/// The value, or the end of the program with what went wrong.
template <typename T>
T must(keyway::Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::exit(1);
}

void must(keyway::Result<void> result) {
  if (result) return;
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::exit(1);
}

/// What one end protects its 1-RTT packets with.
struct Keys {
  std::optional<keyway::QuicSealer> sealer;
  std::optional<keyway::QuicOpener> opener;
};

/// Carries the handshake's bytes, which a QUIC stack would put into CRYPTO frames; true where there were any.
bool carry(keyway::QuicConnection& from, keyway::QuicConnection& to) {
  bool moved = false;
  for (const keyway::EncryptionLevel level : keyway::quic_levels) {
    const keyway::ByteView waiting = from.output(level);
    if (waiting.empty()) continue;
    const keyway::Bytes bytes(waiting.begin(), waiting.end());
    from.sent(level, bytes.size());
    must(to.receive(level, bytes));
    moved = true;
  }
  return moved;
}

/// Takes the secrets that have come to be. Those of the other levels a stack needs, too.
void take_secrets(keyway::QuicConnection& end, const Provider& provider, Keys& keys) {
  while (auto secret = end.take_secret()) {
    if (secret->level != keyway::EncryptionLevel::application) continue;
    if (secret->direction == keyway::Direction::sent) {
      keys.sealer = must(keyway::QuicSealer::create(provider, keyway::QuicVersion::v1, std::move(*secret)));
    } else {
      keys.opener = must(keyway::QuicOpener::create(provider, keyway::QuicVersion::v1, std::move(*secret)));
    }
  }
}

/// One packet with a short header and a connection ID of four bytes.
std::string exchange(Keys& from, Keys& to, std::uint8_t number, std::string_view text) {
  const std::array<std::uint8_t, 6> header{0x40, 1, 2, 3, 4, number};
  keyway::Bytes datagram(header.size() + text.size() + keyway::QuicSealer::overhead);
  const std::array payload{keyway::as_bytes(text)};
  must(from.sealer->seal(number, header, payload, datagram));

  const auto packet = must(keyway::read_quic_packet(datagram, 4));
  const auto opened = must(to.opener->open(datagram, packet.packet_number_offset));
  if (opened.keys_updated) must(to.sealer->follow(*to.opener));
  to.opener->acknowledged(opened.number);  // with the ACK frame that would go back
  return std::string(keyway::as_text(opened.payload));
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "usage: %s CHAIN.pem KEY.pem ROOT.pem NAME\n", argv[0]), 2;
  const auto provider = must(keyway::crypto::make_provider());
  const auto credential = must(keyway::Credential::from_files(argv[1], argv[2], *provider));
  const auto policy = keyway::Policy::modern_2026();  // QUIC is over TLS 1.3 alone
  const auto server_config = must(keyway::ServerConfig::Builder()
                                      .provider(provider)
                                      .policy(policy)
                                      .add_credential(credential)
                                      .alpn({"h3"})
                                      .build());
  auto trust = std::make_shared<keyway::x509::TrustStore>(must(keyway::x509::TrustStore::from_file(argv[3])));
  const auto client_config =
      must(keyway::ClientConfig::Builder().provider(provider).policy(policy).trust(trust).alpn({"h3"}).build());

  const keyway::Bytes parameters{};  // of the QUIC stack
  auto client =
      must(keyway::QuicConnection::client(client_config, must(keyway::ServerName::parse(argv[4])), parameters));
  auto server = must(keyway::QuicConnection::server(server_config, parameters));
  Keys client_keys;
  Keys server_keys;
  for (bool moved = true; moved;) {
    moved = carry(client, server);
    moved = carry(server, client) || moved;
    take_secrets(client, provider, client_keys);
    take_secrets(server, provider, server_keys);
  }

  std::string text = exchange(client_keys, server_keys, 0, "hello in a packet");
  client_keys.sealer->acknowledged(0);  // the server's ACK frame would say so
  must(client_keys.sealer->update());
  text += exchange(client_keys, server_keys, 1, ", then with new keys");
  text += exchange(server_keys, client_keys, 0, ", and back");
  std::printf("%s: %s\n", client.tls().info().alpn.c_str(), text.c_str());
  return client_keys.opener->generation() == 1 ? 0 : 1;
}
