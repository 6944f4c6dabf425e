// A client over a plain socket: sends a line and prints what comes back.
//
//   example_client_blocking HOST PORT ROOT.pem
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <memory>

#include <keyway/blocking.hpp>
#include <keyway/keyway.hpp>

namespace {

int connect_to(const char* host, const char* port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (getaddrinfo(host, port, &hints, &found) != 0) return -1;
  int fd = -1;
  for (const addrinfo* address = found; address != nullptr && fd < 0; address = address->ai_next) {
    fd = socket(address->ai_family, address->ai_socktype, address->ai_protocol);
    if (fd < 0 || connect(fd, address->ai_addr, address->ai_addrlen) == 0) continue;
    close(fd);
    fd = -1;
  }
  freeaddrinfo(found);
  return fd;
}

keyway::Result<void> run(int fd, const char* host, const char* root) {
  auto trust = keyway::x509::TrustStore::from_file(root);  // leave out trust(…) for the system's
  if (!trust) return std::unexpected(trust.error());
  auto config =
      keyway::ClientConfig::Builder().trust(std::make_shared<keyway::x509::TrustStore>(std::move(*trust))).build();
  if (!config) return std::unexpected(config.error());
  const auto name = keyway::ServerName::parse(host);
  if (!name) return std::unexpected(name.error());
  auto stream = keyway::BlockingStream::client(fd, *config, *name);
  if (!stream) return std::unexpected(stream.error());

  if (auto done = stream->handshake(); !done) return done;
  if (auto sent = stream->write_all(keyway::as_bytes("hello from a blocking client\n")); !sent) return sent;
  if (auto ended = stream->close_sending(); !ended) return ended;
  std::array<std::uint8_t, 4096> buffer{};
  for (;;) {
    const auto count = stream->read_some(buffer);
    if (!count) return std::unexpected(count.error());  // TruncatedStream, where the end was not a clean one
    if (*count == 0) return {};
    std::fwrite(buffer.data(), 1, *count, stdout);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: %s HOST PORT ROOT.pem\n", argv[0]), 2;
  const int fd = connect_to(argv[1], argv[2]);
  if (fd < 0) return std::perror("connect"), 1;
  const auto done = run(fd, argv[1], argv[3]);
  close(fd);
  if (done) return 0;
  std::fprintf(stderr, "%s\n%s\n", done.error().message().c_str(), done.error().advice().c_str());
  return 1;
}
