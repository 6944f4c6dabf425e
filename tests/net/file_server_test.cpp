#include "net/server.hpp"

#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <keyway/blocking.hpp>

#include "net/fetch.hpp"
#include "net/site_folder.hpp"
#include "testing/pair.hpp"

namespace keyway::net {
namespace {

using namespace std::chrono_literals;
using testing::build;
using testing::client_builder;
using testing::server_builder;
using testing::server_name;

class ServingFiles : public ::testing::Test {
 protected:
  testing::SiteFolder folder;
  std::mutex mutex;
  std::vector<AccessRecord> records;
  std::unique_ptr<FileServer> server;  // last: it tells of requests until it is gone

  void start(FileServerOptions options = {}) {
    options.folder = folder.path();
    options.threads = 2;
    options.on_access = [this](const AccessRecord& record) {
      const std::lock_guard lock(mutex);
      records.push_back(record);
    };
    auto started = FileServer::start(build(std::move(server_builder().alpn({"http/1.1"}))), options);
    ASSERT_TRUE(started) << started.error().message();
    server = std::move(*started);
  }
  [[nodiscard]] Url url(std::string_view path) const {
    return *Url::parse("https://shop.localhost:" + std::to_string(server->port()) + std::string(path));
  }
  [[nodiscard]] static std::shared_ptr<const ClientConfig> config() {
    return build(std::move(client_builder().alpn({"http/1.1"})));
  }
  [[nodiscard]] Result<Response> get(std::string_view path, std::string* body = nullptr,
                                     std::string method = "GET") const {
    FetchOptions options;
    options.method = std::move(method);
    options.on_body = [body](ByteView bytes) -> Result<void> {
      if (body != nullptr) *body += as_text(bytes);
      return {};
    };
    return fetch(url(path), config(), options);
  }

  /// A connection of one's own, to misbehave on.
  struct Raw {
    TcpConnection tcp;
    BlockingStream stream;
  };
  [[nodiscard]] Raw connect() const {
    auto tcp = connect_tcp(server_name(), server->port());
    auto stream = BlockingStream::client(tcp->socket.fd(), config(), server_name(), {.read = 10s});
    EXPECT_TRUE(stream->handshake());
    return {std::move(*tcp), std::move(*stream)};
  }
  [[nodiscard]] static std::string read_all(BlockingStream& stream) {
    std::string all;
    Bytes room(10'000);
    for (;;) {
      const auto count = stream.read_some(room);
      if (!count) return all + "[" + std::string(name(count.error().code())) + "]";
      if (*count == 0) return all;
      all += as_text(ByteView(room).first(*count));
    }
  }
  [[nodiscard]] bool eventually_idle() const {
    for (int i = 0; i < 500 && server->connections() != 0; ++i) std::this_thread::sleep_for(10ms);
    return server->connections() == 0;
  }
};

TEST_F(ServingFiles, GivesAPageToTheClient) {
  start();
  std::string body;
  const auto response = get("/page.txt", &body);
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200U);
  EXPECT_EQ(body, "0123456789");
  EXPECT_EQ(response->field("content-type"), "text/plain; charset=utf-8");
  EXPECT_EQ(response->tls.alpn, "http/1.1");
  ASSERT_TRUE(response->verdict);
  EXPECT_TRUE(response->verdict->accepted());
  EXPECT_EQ(response->peer_chain.size(), 2U);
  EXPECT_TRUE(eventually_idle());
  ASSERT_EQ(records.size(), 1U);
  EXPECT_EQ(records[0].status, 200U);
  EXPECT_EQ(records[0].body_bytes, 10U);
}

TEST_F(ServingFiles, GivesLargeFilesWholeAndInParts) {
  start();
  std::string large(5'000'000, '\0');
  for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<char>(i * 7919 >> 8U);
  folder.write("large.bin", large);
  std::string body;
  ASSERT_TRUE(get("/large.bin", &body));
  EXPECT_TRUE(body == large);
  auto [tcp, stream] = connect();
  ASSERT_TRUE(stream.write_all(
      as_bytes("GET /large.bin HTTP/1.1\r\nHost: a\r\nRange: bytes=1000000-1999999\r\nConnection: close\r\n\r\n")));
  const std::string part = read_all(stream);
  EXPECT_TRUE(part.starts_with("HTTP/1.1 206 "));
  EXPECT_TRUE(part.ends_with(large.substr(1'000'000, 1'000'000)));
}

TEST_F(ServingFiles, AnswersHeadWithoutABody) {
  start();
  std::string body;
  const auto response = get("/page.txt", &body, "HEAD");
  ASSERT_TRUE(response);
  EXPECT_EQ(response->field("Content-Length"), "10");
  EXPECT_EQ(body, "");
}

TEST_F(ServingFiles, KeepsConnectionsForSeveralRequestsAlsoSentAtOnce) {
  start();
  auto [tcp, stream] = connect();
  std::string requests;
  for (int i = 0; i < 20; ++i) requests += "GET /page.txt HTTP/1.1\r\nHost: a\r\n\r\n";
  requests += "GET /missing HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
  ASSERT_TRUE(stream.write_all(as_bytes(requests)));
  const std::string answers = read_all(stream);
  std::size_t count = 0;
  for (std::size_t at = 0; (at = answers.find("\r\n\r\n0123456789", at)) != std::string::npos; ++at) ++count;
  EXPECT_EQ(count, 20U);
  EXPECT_NE(answers.find("HTTP/1.1 404 "), std::string::npos);
  EXPECT_FALSE(answers.ends_with("]")) << answers.substr(answers.size() - 40);
}

TEST_F(ServingFiles, RefusesWhatIsNoRequest) {
  start();
  const std::vector<std::pair<std::string, std::string>> cases{
      {"rubbish\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
      {"GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(20'000, 'x') + "\r\n\r\n", "431"},
      {"GET /" + std::string(20'000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", "431"},
      {"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello", "405"},
      {"GET /../secret.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", "400"},
  };
  for (const auto& [request, status] : cases) {
    auto [tcp, stream] = connect();
    ASSERT_TRUE(stream.write_all(as_bytes(request)));
    const std::string answer = read_all(stream);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 " + status)) << request.substr(0, 40) << " got " << answer.substr(0, 60);
  }
}

TEST_F(ServingFiles, DoesNotWaitForSlowPeers) {
  FileServerOptions options;
  options.handshake_timeout = 100ms;
  options.request_timeout = 150ms;
  options.idle_timeout = 150ms;
  start(options);
  // No handshake at all.
  auto silent = connect_tcp(server_name(), server->port());
  // A handshake, and then nothing.
  auto idle = connect();
  // A slow loris: a byte of the request now and then.
  auto loris = connect();
  const std::string request = "GET /page.txt HTTP/1.1\r\nHost: a\r\n";
  const auto start_time = std::chrono::steady_clock::now();
  bool is_cut = false;
  for (std::size_t i = 0; i < request.size() && !is_cut; ++i) {
    is_cut = !loris.stream.write_all(as_bytes(request.substr(i, 1)));
    std::this_thread::sleep_for(20ms);
  }
  EXPECT_TRUE(is_cut || std::chrono::steady_clock::now() - start_time > 300ms);
  EXPECT_TRUE(eventually_idle());
}

TEST_F(ServingFiles, DoesNotWaitForPeersThatReadNothing) {
  FileServerOptions options;
  options.write_timeout = 200ms;
  start(options);
  folder.write("large.bin", std::string(30'000'000, 'x'));
  auto [tcp, stream] = connect();
  ASSERT_TRUE(stream.write_all(as_bytes("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n")));
  EXPECT_TRUE(eventually_idle());
}

TEST_F(ServingFiles, LetsNoMoreInThanItHolds) {
  FileServerOptions options;
  options.max_connections = 4;
  start(options);
  std::vector<Raw> held;
  for (int i = 0; i < 4; ++i) held.push_back(connect());
  std::vector<TcpConnection> waiting;
  for (int i = 0; i < 30; ++i) waiting.push_back(std::move(*connect_tcp(server_name(), server->port())));
  std::this_thread::sleep_for(100ms);
  EXPECT_LE(server->connections(), 4U);
  held.clear();
  waiting.clear();
  EXPECT_TRUE(get("/page.txt"));
}

TEST_F(ServingFiles, SurvivesGarbageAndPeersThatGoAway) {
  start();
  for (int i = 0; i < 50; ++i) {
    auto tcp = connect_tcp(server_name(), server->port());
    ASSERT_TRUE(tcp);
    const std::string garbage =
        i % 2 == 0 ? "GET / HTTP/1.1\r\n\r\n" : std::string(static_cast<std::size_t>(i) * 100, '\x16');
    static_cast<void>(::send(tcp->socket.fd(), garbage.data(), garbage.size(), MSG_NOSIGNAL));
  }
  EXPECT_TRUE(eventually_idle());
  EXPECT_TRUE(get("/page.txt"));
}

TEST_F(ServingFiles, AnswersManyAtOnce) {
  start();
  std::atomic<int> right = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 20; ++j) {
        std::string body;
        const auto response = get("/page.txt", &body);
        if (response && body == "0123456789") ++right;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(right, 160);
}

TEST_F(ServingFiles, LetsRequestsUnderWayEndWhenItDrains) {
  FileServerOptions options;
  options.drain_timeout = 5s;
  start(options);
  const std::string large(20'000'000, 'x');
  folder.write("large.bin", large);
  auto idle = connect();
  auto busy = connect();
  ASSERT_TRUE(busy.stream.write_all(as_bytes("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n")));
  Bytes room(1000);
  ASSERT_TRUE(busy.stream.read_some(room));
  server->drain();
  EXPECT_EQ(read_all(idle.stream), "");  // a clean end
  EXPECT_FALSE(read_all(busy.stream).ends_with("]"));
  idle.tcp.socket.close();
  busy.tcp.socket.close();
  server->wait();
  EXPECT_FALSE(connect_tcp(server_name(), server->port()));
}

TEST_F(ServingFiles, EndsTheDrainAtItsDeadline) {
  FileServerOptions options;
  options.drain_timeout = 200ms;
  start(options);
  folder.write("large.bin", std::string(30'000'000, 'x'));
  auto stuck = connect();
  ASSERT_TRUE(stuck.stream.write_all(as_bytes("GET /large.bin HTTP/1.1\r\nHost: a\r\n\r\n")));
  std::this_thread::sleep_for(50ms);
  const auto start_time = std::chrono::steady_clock::now();
  server->drain();
  server->wait();
  EXPECT_LT(std::chrono::steady_clock::now() - start_time, 3s);
}

TEST_F(ServingFiles, StopsAtOnceWhenItIsDestroyed) {
  start();
  auto idle = connect();
  server.reset();
  EXPECT_NE(read_all(idle.stream), "");
}

TEST_F(ServingFiles, TellsWhyItCannotListen) {
  start();
  FileServerOptions options;
  options.folder = folder.path();
  options.port = server->port();
  const auto config = build(server_builder());
  const auto taken = FileServer::start(config, options);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code(), ErrorCode::ListenFailed);
  EXPECT_NE(taken.error().advice().find("--listen"), std::string::npos);
  options.address = "nonsense";
  EXPECT_EQ(FileServer::start(config, options).error().code(), ErrorCode::InvalidArgument);
  options.address = "192.0.2.1";
  EXPECT_EQ(FileServer::start(config, options).error().code(), ErrorCode::ListenFailed);
  options.folder = folder.path() / "nothing";
  EXPECT_EQ(FileServer::start(config, options).error().code(), ErrorCode::FileNotFound);
}

TEST_F(ServingFiles, ClientTellsRefusalsApart) {
  start();
  FetchOptions options;
  options.connect.overrides = {
      *ResolveOverride::parse("other.example:" + std::to_string(server->port()) + ":127.0.0.1")};
  const auto other = fetch(*Url::parse("https://other.example:" + std::to_string(server->port())), config(), options);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code(), ErrorCode::AlertReceived);  // unrecognized_name: the server refuses by default
  const auto untrusted = fetch(url("/"), build(std::move(client_builder().trust([] {
                                 auto store = std::make_shared<x509::TrustStore>();
                                 store->add(testing::TestAuthority().root().certificate());
                                 return store;
                               }()))));
  ASSERT_FALSE(untrusted);
  EXPECT_EQ(untrusted.error().category(), ErrorCategory::certificate);
}

/// A server that says what it is told to say, once.
class Fetching : public ::testing::Test {
 protected:
  [[nodiscard]] static Result<Response> fetch_from(std::string_view answer, std::string& body,
                                                   bool closes_cleanly = true) {
    const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
    const Descriptor owner(listener);
    EXPECT_EQ(::listen(listener, 1), 0);
    std::uint16_t port = port_of(listener);
    std::thread peer([&] {
      const Descriptor accepted(::accept(listener, nullptr, nullptr));
      auto stream = BlockingStream::server(accepted.fd(), build(server_builder()));
      if (!stream->handshake()) return;
      Bytes room(4096);
      static_cast<void>(stream->read_some(room));
      static_cast<void>(stream->write_all(as_bytes(answer)));
      if (closes_cleanly) static_cast<void>(stream->close());
    });
    FetchOptions options;
    options.stall_timeout = 3s;
    options.on_body = [&body](ByteView bytes) -> Result<void> {
      body += as_text(bytes);
      return {};
    };
    auto response =
        fetch(*Url::parse("https://shop.localhost:" + std::to_string(port)), build(client_builder()), options);
    peer.join();
    return response;
  }

 private:
  [[nodiscard]] static std::uint16_t port_of(int socket) {
    ::sockaddr_in address{};
    ::socklen_t size = sizeof address;
    EXPECT_EQ(::getsockname(socket, reinterpret_cast<::sockaddr*>(&address), &size), 0);
    return ntohs(address.sin_port);
  }
};

TEST_F(Fetching, ReadsChunksAndPassesOverInterimAnswers) {
  std::string body;
  const auto response = fetch_from(
      "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: "
      "chunked\r\n\r\n5\r\nhello\r\n6;x=y\r\n world\r\n0\r\nT: x\r\n\r\n",
      body);
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200U);
  EXPECT_EQ(body, "hello world");
}

TEST_F(Fetching, TakesACleanEndAsTheEndOfTheBodyAndNoOther) {
  std::string body;
  EXPECT_TRUE(fetch_from("HTTP/1.1 200 OK\r\n\r\nuntil the end", body));
  EXPECT_EQ(body, "until the end");
  const auto cut = fetch_from("HTTP/1.1 200 OK\r\n\r\nuntil the end", body, false);
  ASSERT_FALSE(cut);
  EXPECT_EQ(cut.error().code(), ErrorCode::TruncatedStream);
}

TEST_F(Fetching, RefusesBodiesThatEndEarlyAndWhatIsNoHttp) {
  std::string body;
  for (const std::string& answer : std::vector<std::string>{
           "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nshort",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel", "SSH-2.0-OpenSSH\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'), "",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"}) {
    const auto response = fetch_from(answer, body);
    ASSERT_FALSE(response) << answer.substr(0, 60);
    EXPECT_EQ(response.error().code(), ErrorCode::HttpFailed) << answer.substr(0, 60);
  }
}

}  // namespace
}  // namespace keyway::net
