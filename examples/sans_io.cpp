// The protocol without any I/O: a client and a server in one program, whose bytes are carried by hand.
//
//   example_sans_io CHAIN.pem KEY.pem ROOT.pem NAME
#include <cstdio>
#include <cstdlib>
#include <memory>

#include <keyway/keyway.hpp>

namespace {

/// The value, or the end of the program with what went wrong.
template <typename T>
T must(keyway::Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::exit(1);
}

/// Carries what waits at one side to the other. Gives the application data that came out there.
std::string carry(keyway::Connection& from, keyway::Connection& to) {
  keyway::Bytes wire(from.output().begin(), from.output().end());
  from.sent(wire.size());
  std::string data;
  for (keyway::ByteSpan rest(wire); !rest.empty();) {
    const auto received = must(to.receive(rest));  // decrypts in `wire`, in place
    data += keyway::as_text(received.application_data);
    if (received.consumed == 0) break;
    rest = rest.subspan(received.consumed);
  }
  return data;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 5) return std::fprintf(stderr, "usage: %s CHAIN.pem KEY.pem ROOT.pem NAME\n", argv[0]), 2;
  const auto provider = must(keyway::crypto::make_provider());
  const auto credential = must(keyway::Credential::from_files(argv[1], argv[2], *provider));
  const auto server_config =
      must(keyway::ServerConfig::Builder().provider(provider).add_credential(credential).build());
  auto trust = std::make_shared<keyway::x509::TrustStore>(must(keyway::x509::TrustStore::from_file(argv[3])));
  const auto client_config = must(keyway::ClientConfig::Builder().provider(provider).trust(trust).build());

  auto client = must(keyway::Connection::client(client_config, must(keyway::ServerName::parse(argv[4]))));
  auto server = must(keyway::Connection::server(server_config));
  while (client.is_handshaking() || server.is_handshaking()) {
    carry(client, server);
    carry(server, client);
  }

  const keyway::ByteView question = keyway::as_bytes("hello over no network at all");
  keyway::Bytes sealed(client.sealed_size(question.size()));
  const auto sent = must(client.send(question, sealed));  // encrypts from your bytes into yours
  const auto got = must(server.receive(keyway::ByteSpan(sealed).first(sent.written)));
  const std::string text(keyway::as_text(got.application_data));
  std::printf("%s, %s: %s\n", to_string(server.info().version).c_str(), to_string(server.info().cipher_suite).c_str(),
              text.c_str());
  return text == keyway::as_text(question) ? 0 : 1;
}
