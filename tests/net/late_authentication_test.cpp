// Clients that a server asks who they are once the handshake is done: the Asio stream's call, and the file server's
// paths.

#include <future>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <keyway/asio.hpp>
#include <keyway/blocking.hpp>

#include "net/server.hpp"
#include "net/site.hpp"
#include "net/site_folder.hpp"
#include "net/socket.hpp"
#include "testing/client_identity.hpp"
#include "testing/pair.hpp"

namespace keyway::net {
namespace {

using namespace std::chrono_literals;
using testing::build;
using testing::client_builder;
using testing::server_builder;
using testing::server_name;

TEST(SitePaths, LeadBelowAnotherByNameAndByLink) {
  const testing::SiteFolder folder;
  folder.write("sub/deep/list.txt", "x");
  std::filesystem::create_symlink("sub/deep/list.txt", folder.path() / "short.txt");
  std::filesystem::create_directory_symlink("sub", folder.path() / "other");
  std::filesystem::create_directories(folder.path() / "front");
  std::filesystem::create_symlink("../sub/deep/list.txt", folder.path() / "front" / "index.html");
  const auto site = Site::open(folder.path());
  ASSERT_TRUE(site);
  for (const char* inside : {"/sub", "/sub/", "/sub/deep/list.txt", "//sub//deep", "/%73ub/x", "/sub?x=1", "/sub/none",
                             "/short.txt", "/other/deep/", "/front/", "/front"}) {
    EXPECT_TRUE(site->leads_below(inside, "/sub/")) << inside;
  }
  for (const char* outside : {"/", "/page.txt", "/subway", "/indexed/", "/none"}) {
    EXPECT_FALSE(site->leads_below(outside, "/sub/")) << outside;
  }
  EXPECT_TRUE(site->leads_below("/page.txt", "/"));
}

class LateRequests : public ::testing::Test {
 protected:
  void SetUp() override {
    FileServerOptions options;
    options.folder = folder.path();
    options.threads = 1;
    options.asks_for_certificate_at = {"/sub/"};
    options.on_access = [this](const AccessRecord& record) {
      const std::lock_guard lock(guard);
      clients.push_back(record.client);
    };
    auto builder = server_builder();
    builder.alpn({"http/1.1"}).ask_for_client_certificate(testing::shared_trust()).ask_clients_later();
    auto started = FileServer::start(build(std::move(builder)), std::move(options));
    ASSERT_TRUE(started) << started.error().message();
    server = std::move(*started);
  }
  /// Sends it all at once and gives all that is answered.
  [[nodiscard]] std::string converse(ClientConfig::Builder builder, std::string_view requests) const {
    const auto tcp = connect_tcp(server_name(), server->port());
    auto stream = BlockingStream::client(tcp->socket.fd(), build(std::move(builder.alpn({"http/1.1"}))), server_name(),
                                         {.read = 20s});
    if (!stream->handshake() || !stream->write_all(as_bytes(requests))) return "nothing";
    std::string all;
    Bytes room(4096);
    for (;;) {
      const auto count = stream->read_some(room);
      if (!count) return all + "[" + std::string(name(count.error().code())) + "]";
      if (*count == 0) return all;
      all += as_text(ByteView(room).first(*count));
    }
  }
  [[nodiscard]] static ClientConfig::Builder knowing() {
    auto builder = client_builder();
    builder.allow_late_authentication().add_credential(testing::shared_client_credential());
    return builder;
  }

  testing::SiteFolder folder;
  std::mutex guard;
  std::vector<std::string> clients;
  std::unique_ptr<FileServer> server;
};

TEST_F(LateRequests, AreMadeOnceAndHoldForTheConnection) {
  const std::string answers = converse(knowing(),
                                       "GET /page.txt HTTP/1.1\r\nHost: a\r\n\r\n"
                                       "GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n"
                                       "GET /sub/deep/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_EQ(answers.find("403"), std::string::npos) << answers;
  server.reset();
  ASSERT_EQ(clients.size(), 3U);
  EXPECT_EQ(clients[0], "");
  EXPECT_NE(clients[1].find("alice"), std::string::npos) << clients[1];
  EXPECT_EQ(clients[2], clients[1]);
}

TEST_F(LateRequests, AreDeclinedByAClientThatHasNothingToShow) {
  auto builder = client_builder();
  builder.allow_late_authentication();
  const std::string answers = converse(std::move(builder),
                                       "GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n"
                                       "GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n"
                                       "GET /page.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

  EXPECT_NE(answers.find("403 This is for visitors who show a certificate, and you showed none."), std::string::npos)
      << answers;
  EXPECT_TRUE(answers.ends_with("0123456789")) << answers;
}

TEST_F(LateRequests, WaitForTheirAnswerBehindDataThatCameBefore) {
  std::string requests = "GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n";
  for (int i = 0; i < 30; ++i)
    requests += "GET /page.txt HTTP/1.1\r\nHost: a\r\nX: " + std::string(200, 'x') + "\r\n\r\n";
  requests += "GET /sub/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";

  const std::string answers = converse(knowing(), requests);

  EXPECT_EQ(answers.find("403"), std::string::npos);
  server.reset();
  EXPECT_EQ(clients.size(), 32U);
}

/// More than a server keeps while it waits is no reason to keep it.
TEST_F(LateRequests, EndTheConnectionOfAClientThatSendsOnAndOn) {
  std::string requests = "GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n";
  for (int i = 0; i < 400; ++i)
    requests += "GET /page.txt HTTP/1.1\r\nHost: a\r\nX: " + std::string(200, 'x') + "\r\n\r\n";

  const std::string answers = converse(knowing(), requests);

  EXPECT_EQ(answers.find("0123456789"), std::string::npos);
}

TEST(LateRequestsByAStream, AreRefusedWhereTheClientDoesNotAllowThem) {
  using boost::asio::ip::tcp;
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0));
  auto builder = server_builder();
  builder.ask_for_client_certificate(testing::shared_trust()).ask_clients_later();
  const auto config = build(std::move(builder));
  const auto serve = [&]() -> boost::asio::awaitable<boost::system::error_code> {
    auto socket = co_await acceptor.async_accept(boost::asio::use_awaitable);
    asio::stream<tcp::socket> stream(std::move(socket), config);
    co_await stream.async_handshake(boost::asio::use_awaitable);
    boost::system::error_code error;
    Bytes room(100);
    co_await stream.async_request_client_certificate(boost::asio::buffer(room),
                                                     boost::asio::redirect_error(boost::asio::use_awaitable, error));
    co_return error;
  };
  auto outcome = boost::asio::co_spawn(context, serve(), boost::asio::use_future);
  std::thread running([&] { context.run(); });
  const auto tcp_client = connect_tcp(server_name(), acceptor.local_endpoint().port());
  auto client = BlockingStream::client(tcp_client->socket.fd(), build(client_builder()), server_name());
  EXPECT_TRUE(client->handshake());
  EXPECT_TRUE(outcome.get() == ErrorCode::NotReady);
  running.join();
}

}  // namespace
}  // namespace keyway::net
