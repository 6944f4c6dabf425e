// A client on Boost.Asio, with callbacks: sends a line and prints what comes back.
//
//   example_client_asio HOST PORT ROOT.pem
#include <array>
#include <cstdio>
#include <memory>

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>

#include <keyway/asio.hpp>
#include <keyway/keyway.hpp>

namespace net = boost::asio;
using boost::system::error_code;
using net::ip::tcp;

class Client {
 public:
  Client(net::io_context& context, std::shared_ptr<const keyway::ClientConfig> config, const keyway::ServerName& name)
      : stream_(tcp::socket(context), std::move(config), name) {}

  void start(const tcp::resolver::results_type& addresses) {
    net::async_connect(stream_.lowest_layer(), addresses, [this](error_code error, const tcp::endpoint&) {
      if (error) return fail(error);
      stream_.async_handshake([this](error_code failed) { failed ? fail(failed) : write(); });
    });
  }
  bool is_done = false;

 private:
  void write() {
    net::async_write(stream_, net::buffer("hello from an Asio client\n", 26), [this](error_code error, std::size_t) {
      if (error) return fail(error);
      stream_.async_shutdown_send([this](error_code failed) { failed ? fail(failed) : read(); });
    });
  }
  void read() {
    stream_.async_read_some(net::buffer(buffer_), [this](error_code error, std::size_t count) {
      std::fwrite(buffer_.data(), 1, count, stdout);
      if (!error) return read();
      if (error != net::error::eof) return fail(error);  // keyway::ErrorCode::TruncatedStream, for one
      is_done = true;                                    // the peer's close_notify
    });
  }
  void fail(error_code error) const {
    // The code says what; the stream's error() says the whole story.
    const keyway::Error* story = stream_.error();
    std::fprintf(stderr, "%s\n", story != nullptr ? story->message().c_str() : error.message().c_str());
  }

  keyway::asio::stream<tcp::socket> stream_;
  std::array<char, 4096> buffer_{};
};

int main(int argc, char** argv) {
  if (argc != 4) return std::fprintf(stderr, "usage: %s HOST PORT ROOT.pem\n", argv[0]), 2;
  auto trust = keyway::x509::TrustStore::from_file(argv[3]);
  if (!trust) return std::fprintf(stderr, "%s\n", trust.error().message().c_str()), 1;
  const auto config =
      keyway::ClientConfig::Builder().trust(std::make_shared<keyway::x509::TrustStore>(std::move(*trust))).build();
  const auto name = keyway::ServerName::parse(argv[1]);
  if (!config || !name) return std::fprintf(stderr, "no configuration, or no name\n"), 1;

  net::io_context context;
  Client client(context, *config, *name);
  error_code error;
  client.start(tcp::resolver(context).resolve(argv[1], argv[2], error));
  context.run();
  return client.is_done ? 0 : 1;
}
