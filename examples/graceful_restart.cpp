// A server that is replaced while a client is connected: the old process hands the connection, with its socket, to the
// new one, and the client notices nothing. Both are processes of this one program, which plays the client, too.
//
//   example_graceful_restart CHAIN.pem KEY.pem ROOT.pem NAME
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include <keyway/blocking.hpp>
#include <keyway/keyway.hpp>

namespace {

using keyway::BlockingStream;
using Server = std::shared_ptr<const keyway::ServerConfig>;

template <typename T>
T must(keyway::Result<T> result) {
  if (result) return std::move(*result);
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::exit(1);
}
void must(const keyway::Result<void>& result) {
  if (result) return;
  std::fprintf(stderr, "%s\n", result.error().message().c_str());
  std::exit(1);
}

/// Sends a socket and a connection over the Unix socket `channel`.
void hand_over(int channel, int socket, keyway::ByteView connection) {
  auto size = static_cast<std::uint32_t>(connection.size());
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof socket)> control{};
  iovec part{.iov_base = &size, .iov_len = sizeof size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  cmsghdr* header = CMSG_FIRSTHDR(&message);
  header->cmsg_level = SOL_SOCKET;
  header->cmsg_type = SCM_RIGHTS;
  header->cmsg_len = CMSG_LEN(sizeof socket);
  std::memcpy(CMSG_DATA(header), &socket, sizeof socket);
  if (sendmsg(channel, &message, 0) != sizeof size) std::exit(1);
  if (send(channel, connection.data(), connection.size(), 0) != static_cast<ssize_t>(connection.size())) std::exit(1);
}

/// The other end of that.
std::pair<int, keyway::Bytes> take_over(int channel) {
  std::uint32_t size = 0;
  int socket = -1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof socket)> control{};
  iovec part{.iov_base = &size, .iov_len = sizeof size};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  if (recvmsg(channel, &message, MSG_WAITALL) != sizeof size || size > keyway::Connection::max_exported) std::exit(1);
  std::memcpy(&socket, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof socket);
  keyway::Bytes connection(size);
  if (recv(channel, connection.data(), size, MSG_WAITALL) != static_cast<ssize_t>(size)) std::exit(1);
  return {socket, std::move(connection)};
}

/// Answers one word; false at the end.
bool answer(BlockingStream& stream, const char* who) {
  std::array<std::uint8_t, 100> word{};
  const std::size_t count = must(stream.read_some(word));
  if (count == 0) return false;
  const std::string text =
      std::string(who) + " answers " + std::string(keyway::as_text(keyway::ByteView(word).first(count)));
  must(stream.write_all(keyway::as_bytes(text)));
  return true;
}

/// What is running: serves one word, and is then replaced.
void run_old_server(int socket, int channel, const Server& config, const keyway::HandoverKey& key) {
  auto stream = must(BlockingStream::server(socket, config));
  must(stream.handshake());
  answer(stream, "the old server");
  hand_over(channel, socket, must(stream.export_idle(key)));
}

/// What replaces it: knows the configuration and the key, and gets the rest.
void run_new_server(int channel, const Server& config, const keyway::HandoverKey& key) {
  const auto [socket, connection] = take_over(channel);
  auto stream = BlockingStream::resume(socket, must(keyway::Connection::import_idle(config, key, connection)));
  while (answer(stream, "the new server")) continue;
  must(stream.close());
}

void run_client(int socket, const std::shared_ptr<const keyway::ClientConfig>& config, const keyway::ServerName& name) {
  auto stream = must(BlockingStream::client(socket, config, name));
  must(stream.handshake());
  for (const char* word : {"one", "two", "three"}) {
    must(stream.write_all(keyway::as_bytes(word)));
    std::array<std::uint8_t, 100> room{};
    const std::size_t count = must(stream.read_some(room));
    std::printf("%s\n", std::string(keyway::as_text(keyway::ByteView(room).first(count))).c_str());
  }
  must(stream.close());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc < 5) return std::fprintf(stderr, "usage: %s CHAIN.pem KEY.pem ROOT.pem NAME\n", argv[0]), 2;
  const auto provider = must(keyway::crypto::make_provider());
  const auto credential = must(keyway::Credential::from_files(argv[1], argv[2], *provider));
  const Server server = must(
      keyway::ServerConfig::Builder().provider(provider).add_credential(credential).allow_secret_extraction().build());
  const auto trust = std::make_shared<keyway::x509::TrustStore>(must(keyway::x509::TrustStore::from_file(argv[3])));
  const auto client = must(keyway::ClientConfig::Builder().provider(provider).trust(trust).build());
  const auto name = must(keyway::ServerName::parse(argv[4]));
  // Where the new process is started by exec, the key goes there by a pipe of its own.
  const auto key = must(keyway::HandoverKey::generate(*provider));

  std::array<int, 2> wire{};
  std::array<int, 2> channel{};
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, wire.data()) != 0) return 1;
  if (socketpair(AF_UNIX, SOCK_STREAM, 0, channel.data()) != 0) return 1;
  const pid_t old_process = fork();
  if (old_process == 0) return run_old_server(wire[1], channel[1], server, key), 0;
  const pid_t new_process = fork();
  if (new_process == 0) {
    close(wire[1]);
    return run_new_server(channel[0], server, key), 0;
  }
  close(wire[1]);
  run_client(wire[0], client, name);
  int status = 0;
  for (const pid_t process : {old_process, new_process}) {
    if (waitpid(process, &status, 0) != process || status != 0) return 1;
  }
  return 0;
}
