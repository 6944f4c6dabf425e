// A server over plain sockets, one client after the other: sends back what it is sent.
//
//   example_server_blocking CHAIN.pem KEY.pem [PORT]
#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include <keyway/blocking.hpp>
#include <keyway/keyway.hpp>

namespace {

/// A socket on loopback; 0 becomes a free port, which is told.
int listen_on(std::uint16_t& port) {
  const int fd = socket(AF_INET, SOCK_STREAM, 0);
  const int on = 1;
  setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(port);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (bind(fd, generic, size) != 0 || listen(fd, 16) != 0 || getsockname(fd, generic, &size) != 0) return -1;
  port = ntohs(address.sin_port);
  return fd;
}

keyway::Result<void> echo(int fd, const std::shared_ptr<const keyway::ServerConfig>& config) {
  const keyway::BlockingTimeouts timeouts{.handshake = std::chrono::seconds(10), .read = std::chrono::seconds(30)};
  auto stream = keyway::BlockingStream::server(fd, config, timeouts);
  if (!stream) return std::unexpected(stream.error());
  if (auto done = stream->handshake(); !done) return done;
  std::array<std::uint8_t, 4096> buffer{};
  for (;;) {
    const auto count = stream->read_some(buffer);
    if (!count) return std::unexpected(count.error());
    if (*count == 0) return stream->close();
    if (auto sent = stream->write_all(keyway::ByteView(buffer).first(*count)); !sent) return sent;
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: %s CHAIN.pem KEY.pem [PORT]\n", argv[0]), 2;
  const auto provider = keyway::crypto::make_provider();
  if (!provider) return std::fprintf(stderr, "%s\n", provider.error().message().c_str()), 1;
  const auto credential = keyway::Credential::from_files(argv[1], argv[2], **provider);
  if (!credential) return std::fprintf(stderr, "%s\n", credential.error().message().c_str()), 1;
  const auto config = keyway::ServerConfig::Builder().provider(*provider).add_credential(*credential).build();
  if (!config) return std::fprintf(stderr, "%s\n", config.error().message().c_str()), 1;

  auto port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 0);
  const int listener = listen_on(port);
  if (listener < 0) return std::perror("listen"), 1;
  std::printf("listening on %u\n", static_cast<unsigned>(port));
  std::fflush(stdout);
  for (;;) {
    const int fd = accept(listener, nullptr, nullptr);
    if (fd < 0) continue;
    const auto done = echo(fd, *config);
    if (!done) std::fprintf(stderr, "%s\n", done.error().message().c_str());
    close(fd);
  }
}
