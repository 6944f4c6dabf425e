// A file server that takes another's place: what its clients see of that is nothing.

#include <atomic>
#include <chrono>
#include <filesystem>
#include <mutex>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <keyway/blocking.hpp>

#include "net/handover_channel.hpp"
#include "net/server.hpp"
#include "net/site_folder.hpp"
#include "testing/client_identity.hpp"
#include "testing/pair.hpp"

namespace keyway::net {
namespace {

using namespace std::chrono_literals;
using testing::build;
using testing::client_builder;
using testing::server_builder;
using testing::server_name;

class ReplacedServer : public ::testing::Test {
 protected:
  /// A server with what it answered.
  struct Running {
    std::mutex guard;
    std::vector<std::string> answered;
    std::vector<std::string> notes;
    std::unique_ptr<FileServer> server;

    [[nodiscard]] bool has_notes() {
      const std::lock_guard lock(guard);
      return !notes.empty();
    }
    [[nodiscard]] std::size_t answers() {
      const std::lock_guard lock(guard);
      return answered.size();
    }
  };

  [[nodiscard]] std::filesystem::path door() const { return folder.beside() / "door"; }

  [[nodiscard]] Result<void> start(Running& running, std::uint16_t port = 0,
                                   std::vector<std::string> asks_at = {}) const {
    FileServerOptions options;
    options.folder = folder.path();
    options.threads = 2;
    options.port = port;
    options.hand_over = door();
    options.asks_for_certificate_at = std::move(asks_at);
    options.on_access = [&running](const AccessRecord& record) {
      const std::lock_guard lock(running.guard);
      running.answered.push_back(record.target);
    };
    options.on_note = [&running](const std::string& line) {
      const std::lock_guard lock(running.guard);
      running.notes.push_back(line);
    };
    auto builder = server_builder();
    builder.alpn({"http/1.1"}).allow_secret_extraction();
    if (resolver) builder.psk_resolver(resolver);
    if (!options.asks_for_certificate_at.empty()) {
      builder.ask_for_client_certificate(testing::shared_trust()).ask_clients_later();
    }
    auto started = FileServer::start(build(std::move(builder)), std::move(options));
    if (!started) return std::unexpected(std::move(started.error()));
    running.server = std::move(*started);
    return {};
  }

  struct Visitor {
    TcpConnection tcp;
    BlockingStream stream;

    /// Sends it and gives the answer to it, of at most a few hundred bytes.
    [[nodiscard]] std::string ask(std::string_view what, std::string_view end) {
      if (!stream.write_all(as_bytes(what))) return "not sent";
      std::string answer;
      Bytes room(4096);
      while (!answer.ends_with(end)) {
        const auto count = stream.read_some(room);
        if (!count || *count == 0) return answer + (count ? "[closed]" : std::string(name(count.error().code())));
        answer += as_text(ByteView(room).first(*count));
      }
      return answer;
    }
  };
  [[nodiscard]] static Visitor visit(const FileServer& server, ClientConfig::Builder builder = client_builder()) {
    auto tcp = connect_tcp(server_name(), server.port());
    EXPECT_TRUE(tcp);
    auto stream = BlockingStream::client(tcp->socket.fd(), build(std::move(builder.alpn({"http/1.1"}))), server_name(),
                                         {.read = 20s});
    EXPECT_TRUE(stream->handshake());
    return {std::move(*tcp), std::move(*stream)};
  }
  [[nodiscard]] static bool eventually(const auto& is_so) {
    for (int i = 0; i < 1000 && !is_so(); ++i) std::this_thread::sleep_for(10ms);
    return is_so();
  }

  static constexpr std::string_view request = "GET /page.txt HTTP/1.1\r\nHost: a\r\n\r\n";
  static constexpr std::string_view page = "\r\n\r\n0123456789";
  testing::SiteFolder folder;
  std::shared_ptr<const PskResolver> resolver;  ///< of servers to come
};

TEST_F(ReplacedServer, HandsOnIdleConnectionsAndItsPort) {
  Running first;
  Running second;
  ASSERT_TRUE(start(first));
  std::vector<Visitor> visitors;
  for (int i = 0; i < 5; ++i) visitors.push_back(visit(*first.server));
  for (Visitor& visitor : visitors) EXPECT_TRUE(visitor.ask(request, page).starts_with("HTTP/1.1 200"));
  const std::uint16_t port = first.server->port();

  const auto started = start(second, port);
  ASSERT_TRUE(started) << started.error().message();
  first.server->wait();
  first.server.reset();

  EXPECT_EQ(second.server->port(), port);
  EXPECT_EQ(first.answers(), 5U);
  for (int round = 0; round < 2; ++round) {
    for (Visitor& visitor : visitors) {
      const std::string answer = visitor.ask(request, page);
      EXPECT_TRUE(answer.starts_with("HTTP/1.1 200")) << answer;
    }
  }
  EXPECT_TRUE(visit(*second.server).ask(request, page).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(eventually([&] { return second.answers() == 11U; })) << second.answers();
}

TEST_F(ReplacedServer, CanBeReplacedAgainAndAgain) {
  auto running = std::make_unique<Running>();
  ASSERT_TRUE(start(*running));
  Visitor visitor = visit(*running->server);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(visitor.ask(request, page).starts_with("HTTP/1.1 200"));
    auto next = std::make_unique<Running>();
    ASSERT_TRUE(start(*next, running->server->port()));
    running->server->wait();
    running = std::move(next);
    ASSERT_TRUE(eventually([&] { return std::filesystem::exists(door()); }));
  }
  EXPECT_TRUE(visitor.ask(request, page).starts_with("HTTP/1.1 200"));
}

TEST_F(ReplacedServer, AnswersWhatHasBegunBeforeItHandsTheConnectionOn) {
  Running first;
  Running second;
  ASSERT_TRUE(start(first));
  Visitor visitor = visit(*first.server);
  ASSERT_TRUE(visitor.stream.write_all(as_bytes(request.substr(0, 20))));
  std::this_thread::sleep_for(200ms);

  ASSERT_TRUE(start(second, first.server->port()));
  ASSERT_TRUE(eventually([&] { return first.has_notes(); }));
  EXPECT_TRUE(visitor.ask(request.substr(20), page).starts_with("HTTP/1.1 200"));
  first.server->wait();

  EXPECT_EQ(first.answers(), 1U);
  EXPECT_TRUE(visitor.ask(request, page).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(eventually([&] { return second.answers() == 1U; })) << second.answers();
}

TEST_F(ReplacedServer, WaitsForTheRestOfARecordThatHasBegun) {
  Running first;
  Running second;
  ASSERT_TRUE(start(first));
  Visitor visitor = visit(*first.server);
  EXPECT_TRUE(visitor.ask(request, page).starts_with("HTTP/1.1 200"));
  Bytes record(1000);
  const auto sealed = visitor.stream.connection().send(as_bytes(request), record);
  ASSERT_TRUE(sealed);
  const int socket = visitor.tcp.socket.fd();
  ASSERT_EQ(::send(socket, record.data(), 10, 0), 10);
  std::this_thread::sleep_for(200ms);

  ASSERT_TRUE(start(second, first.server->port()));
  std::this_thread::sleep_for(200ms);
  const ByteView rest = ByteView(record).first(sealed->written).subspan(10);
  ASSERT_EQ(::send(socket, rest.data(), rest.size(), 0), static_cast<::ssize_t>(rest.size()));

  EXPECT_TRUE(visitor.ask("", page).starts_with("HTTP/1.1 200"));
  first.server->wait();
  EXPECT_EQ(first.answers(), 2U);
  EXPECT_TRUE(visitor.ask(request, page).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(eventually([&] { return second.answers() == 1U; })) << second.answers();
}

TEST_F(ReplacedServer, GoesOnWhenItsSuccessorGivesUp) {
  Running first;
  ASSERT_TRUE(start(first));
  Visitor visitor = visit(*first.server);
  for (int i = 0; i < 3; ++i) {
    const auto channel = HandoverChannel::connect(door());
    ASSERT_TRUE(channel && *channel);
    const auto message = (*channel)->receive();
    ASSERT_TRUE(message && *message);
    EXPECT_EQ((*message)->kind, HandoverMessage::Kind::listener);
    EXPECT_GE((*message)->descriptor.fd(), 0);
  }
  EXPECT_TRUE(visitor.ask(request, page).starts_with("HTTP/1.1 200"));
  EXPECT_TRUE(visit(*first.server).ask(request, page).starts_with("HTTP/1.1 200"));
}

TEST_F(ReplacedServer, IsNotReplacedByOneThatListensElsewhere) {
  Running first;
  Running second;
  ASSERT_TRUE(start(first));
  const auto refused = start(second, static_cast<std::uint16_t>(first.server->port() ^ 1U));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::ListenFailed);
  EXPECT_TRUE(visit(*first.server).ask(request, page).starts_with("HTTP/1.1 200"));
}

TEST_F(ReplacedServer, WaitsAtASocketThatIsItsUsersAlone) {
  {
    Running first;
    ASSERT_TRUE(start(first));
    struct ::stat about{};
    ASSERT_EQ(::stat(door().c_str(), &about), 0);
    EXPECT_EQ(about.st_mode & 07777U, 0600U);
  }
  EXPECT_FALSE(std::filesystem::exists(door()));
  folder.write("../door", "a file of somebody's");
  Running second;
  const auto refused = start(second);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code(), ErrorCode::ListenFailed);
}

TEST_F(ReplacedServer, KeepsConnectionsWhoseClientsMayYetBeAskedWhoTheyAre) {
  Running first;
  Running second;
  const auto visitor_builder = [] {
    auto builder = client_builder();
    builder.allow_late_authentication().add_credential(testing::shared_client_credential());
    return builder;
  };
  ASSERT_TRUE(start(first, 0, {"/sub/"}));
  Visitor known = visit(*first.server, visitor_builder());
  Visitor unknown = visit(*first.server, visitor_builder());
  EXPECT_NE(known.ask("GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n", "</html>\n").find("200 OK"), std::string::npos);
  EXPECT_TRUE(unknown.ask(request, page).starts_with("HTTP/1.1 200"));

  ASSERT_TRUE(start(second, first.server->port(), {"/sub/"}));

  EXPECT_EQ(unknown.ask("", "never"), "[closed]");
  first.server->wait();
  EXPECT_NE(known.ask("GET /sub/ HTTP/1.1\r\nHost: a\r\n\r\n", "</html>\n").find("200 OK"), std::string::npos);
  EXPECT_TRUE(eventually([&] { return second.answers() == 1U; })) << second.answers();
}

/// Knows one key, as a file of keys does.
class OneKey final : public PskResolver {
 public:
  explicit OneKey(std::shared_ptr<const ExternalPsk> psk) : psk_(std::move(psk)) {}
  [[nodiscard]] std::shared_ptr<const ExternalPsk> resolve(std::span<const OfferedPsk> /*offered*/,
                                                           const ClientHelloView& /*hello*/) const override {
    return psk_;
  }

 private:
  std::shared_ptr<const ExternalPsk> psk_;
};

TEST_F(ReplacedServer, EndsConnectionsThatCanNotGoWithoutDelay) {
  const Bytes secret(32, 7);
  const ExternalPsk::Key key{.identity = as_bytes("device"), .secret = secret};
  resolver = std::make_shared<OneKey>(*ExternalPsk::in_context(Side::server, {}, key));
  Running first;
  Running second;
  ASSERT_TRUE(start(first));
  auto builder = client_builder();
  builder.add_psk(*ExternalPsk::in_context(Side::client, {}, key));
  Visitor visitor = visit(*first.server, std::move(builder));
  EXPECT_TRUE(visitor.ask(request, page).starts_with("HTTP/1.1 200"));

  const auto begin = std::chrono::steady_clock::now();
  ASSERT_TRUE(start(second, first.server->port()));

  EXPECT_EQ(visitor.ask("", "never"), "[closed]");
  first.server->wait();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 8s);
}

}  // namespace
}  // namespace keyway::net
