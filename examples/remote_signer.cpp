// A server that has no private key: another process has it, and signs what it is asked to. Here that process is started
// by this one, and both talk over a Unix socket; it could be a machine behind seven doors.
//
//   example_remote_signer CHAIN.pem KEY.pem [PORT]
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <keyway/asio.hpp>
#include <keyway/keyway.hpp>

namespace net = boost::asio;
using boost::system::error_code;
using net::redirect_error;
using net::use_awaitable;
using net::ip::tcp;
using Config = std::shared_ptr<const keyway::ServerConfig>;
using Local = net::local::stream_protocol;

/// A question: the scheme (2 bytes), the size of the content (4 bytes), the content. The answer: the size of the
/// signature (4 bytes; 0: none), the signature.
constexpr std::size_t most_content = 65536;

std::array<std::uint8_t, 4> size_bytes(std::size_t size) {
  const auto byte = [&](unsigned shift) { return static_cast<std::uint8_t>(size >> shift & 0xffU); };
  return {byte(24), byte(16), byte(8), byte(0)};
}
std::size_t size_of(std::span<const std::uint8_t, 4> bytes) {
  std::size_t size = 0;
  for (const std::uint8_t byte : bytes) size = size << 8U | byte;
  return size;
}

/// The process that has the key: answers one question after the other.
[[noreturn]] void sign_for_ever(const std::string& path, const keyway::crypto::PrivateKey& key) {
  net::io_context context{1};
  Local::acceptor acceptor(context, Local::endpoint(path));
  for (;;) {
    error_code error;
    Local::socket caller = acceptor.accept(error);
    std::array<std::uint8_t, 6> head{};
    net::read(caller, net::buffer(head), error);
    const auto scheme = static_cast<keyway::SignatureScheme>(head[0] << 8U | head[1]);
    const std::size_t size = size_of(std::span(head).subspan<2, 4>());
    if (error || size > most_content) continue;
    keyway::Bytes content(size);
    net::read(caller, net::buffer(content), error);
    keyway::Bytes signature;
    // A signer that cares looks at what it signs: a handshake's content begins with 64 spaces and says whose it is.
    const auto algorithm = keyway::crypto::algorithm_of(scheme);
    if (error || !algorithm || !key.sign(*algorithm, content, signature)) signature.clear();
    const auto answer_size = size_bytes(signature.size());
    const std::array<net::const_buffer, 2> answer{net::buffer(answer_size), net::buffer(signature)};
    net::write(caller, answer, error);
  }
}

/// Asks it, without keeping anybody else waiting.
net::awaitable<void> ask_signer(std::string path, keyway::SignatureScheme scheme, keyway::Bytes content,
                                keyway::asio::Resume resume) {
  error_code error;
  Local::socket signer(co_await net::this_coro::executor);
  co_await signer.async_connect(Local::endpoint(path), redirect_error(use_awaitable, error));
  const auto code = static_cast<std::uint16_t>(scheme);
  const std::array<std::uint8_t, 2> scheme_bytes{static_cast<std::uint8_t>(code >> 8U),
                                                 static_cast<std::uint8_t>(code & 0xffU)};
  const auto length = size_bytes(content.size());
  const std::array<net::const_buffer, 3> question{net::buffer(scheme_bytes), net::buffer(length), net::buffer(content)};
  if (!error) co_await net::async_write(signer, question, redirect_error(use_awaitable, error));
  std::array<std::uint8_t, 4> head{};
  if (!error) co_await net::async_read(signer, net::buffer(head), redirect_error(use_awaitable, error));
  const std::size_t size = size_of(head);
  keyway::Bytes signature(error || size > most_content ? 0 : size);
  if (!signature.empty())
    co_await net::async_read(signer, net::buffer(signature), redirect_error(use_awaitable, error));
  if (error || signature.empty()) co_return;  // `resume` goes unused: that refuses the handshake
  resume(keyway::answer::Signature{std::move(signature)});
}

net::awaitable<void> echo(tcp::socket socket, Config config, std::string signer) {
  keyway::asio::stream<tcp::socket> stream(std::move(socket), config);
  stream.on_pause([&stream, signer](keyway::Connection& connection, keyway::Pause pause, keyway::asio::Resume resume) {
    if (pause != keyway::Pause::signature) return;
    const auto wanted = connection.pending_signature();
    net::co_spawn(stream.get_executor(),
                  ask_signer(signer, wanted->scheme, keyway::Bytes(wanted->content.begin(), wanted->content.end()),
                             std::move(resume)),
                  net::detached);
  });
  error_code error;
  co_await stream.async_handshake(redirect_error(use_awaitable, error));
  std::array<char, 4096> buffer{};
  while (!error) {
    const std::size_t count =
        co_await stream.async_read_some(net::buffer(buffer), redirect_error(use_awaitable, error));
    if (count == 0) break;
    co_await net::async_write(stream, net::buffer(buffer, count), redirect_error(use_awaitable, error));
  }
  if (error == net::error::eof) co_await stream.async_shutdown(redirect_error(use_awaitable, error));
  if (stream.error() != nullptr) std::fprintf(stderr, "%s\n", stream.error()->message().c_str());
}

net::awaitable<void> listen(tcp::acceptor acceptor, Config config, std::string signer) {
  for (;;) {
    tcp::socket socket = co_await acceptor.async_accept(use_awaitable);
    net::co_spawn(acceptor.get_executor(), echo(std::move(socket), config, signer), net::detached);
  }
}

std::string contents_of(const char* file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

int main(int argc, char** argv) {
  if (argc < 3) return std::fprintf(stderr, "usage: %s CHAIN.pem KEY.pem [PORT]\n", argv[0]), 2;
  const auto provider = keyway::crypto::make_provider();
  if (!provider) return std::fprintf(stderr, "%s\n", provider.error().message().c_str()), 1;
  const std::string socket = (std::filesystem::temp_directory_path() / ("signer-" + std::to_string(getpid()))).string();
  const pid_t parent = getpid();
  const pid_t child = fork();
  if (child < 0) return std::perror("fork"), 1;
  if (child == 0) {
    const auto credential = keyway::Credential::from_files(argv[1], argv[2], **provider);
    if (!credential) return std::fprintf(stderr, "%s\n", credential.error().message().c_str()), 1;
    sign_for_ever(socket, *(*credential)->key());
  }
  // From here on, nothing reads the key.
  const auto chain = keyway::x509::Certificate::all_from(keyway::as_bytes(contents_of(argv[1])));
  if (!chain) return std::fprintf(stderr, "%s\n", chain.error().message().c_str()), 1;
  const auto credential = keyway::Credential::with_remote_key(*chain, **provider);
  if (!credential) return std::fprintf(stderr, "%s\n", credential.error().message().c_str()), 1;
  const auto config = keyway::ServerConfig::Builder().provider(*provider).add_credential(*credential).build();
  if (!config) return std::fprintf(stderr, "%s\n", config.error().message().c_str()), 1;

  net::io_context context{1};
  net::signal_set ends(context, SIGINT, SIGTERM);
  ends.async_wait([&](const error_code&, int) { context.stop(); });
  const auto port = static_cast<std::uint16_t>(argc > 3 ? std::atoi(argv[3]) : 0);
  tcp::acceptor acceptor(context, {net::ip::address_v4::loopback(), port});
  std::printf("listening on %u\n", static_cast<unsigned>(acceptor.local_endpoint().port()));
  std::fflush(stdout);
  net::co_spawn(context, listen(std::move(acceptor), *config, socket), net::detached);
  context.run();
  if (getpid() == parent) kill(child, SIGTERM);
  std::filesystem::remove(socket);
}
