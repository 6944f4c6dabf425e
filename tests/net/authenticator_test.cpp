// Exported authenticators over HTTP: a server proves further names on a connection that stands.

#include "net/authenticator.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include <keyway/trust.hpp>

#include "net/fetch.hpp"
#include "net/server.hpp"
#include "net/site_folder.hpp"
#include "testing/pair.hpp"

namespace keyway::net {
namespace {

using namespace std::chrono_literals;
using testing::build;
using testing::client_builder;
using testing::provider;
using testing::server_builder;
using testing::server_name;

/// Proved nowhere but on request.
const ServerName& market() {
  static const ServerName name = server_name("market.localhost");
  return name;
}

FurtherIdentities identity_for(const std::string& name) {
  const auto issued = testing::shared_authority().issue({.names = {name}});
  return {Credential::create(issued.chain_certificates(), issued.key, *provider()).value()};
}

ExportedAuthenticators::Judge judge_of(const ServerName& name) {
  return [name](std::span<const ByteView> chain) {
    const x509::Verifier verifier(provider(), testing::shared_trust(), {}, {}, {});
    return verifier.verify(chain, &name, x509::Purpose::server, testing::test_now);
  };
}

class ProvingMore : public ::testing::Test {
 protected:
  void start(FurtherIdentities identities) {
    FileServerOptions options;
    options.folder = folder.path();
    options.threads = 1;
    options.further_identities = std::move(identities);
    auto started = FileServer::start(build(std::move(server_builder().alpn({"http/1.1"}))), options);
    ASSERT_TRUE(started) << started.error().message();
    server = std::move(*started);
  }
  [[nodiscard]] Url url() const {
    return *Url::parse("https://shop.localhost:" + std::to_string(server->port()) + "/page.txt");
  }
  [[nodiscard]] static std::shared_ptr<const ClientConfig> config() {
    return build(std::move(client_builder().alpn({"http/1.1"})));
  }
  /// The page, after the proof of a name.
  Result<Response> fetch_after_proof_of(const ServerName& name) {
    FetchOptions options;
    options.on_established = [&](BlockingStream& stream) -> Result<void> {
      auto who = prove_also(stream, url(), name, provider(), judge_of(name));
      if (!who) return std::unexpected(std::move(who.error()));
      proved = std::move(*who);
      return {};
    };
    return fetch(url(), config(), options);
  }

  /// A connection of one's own.
  struct Raw {
    TcpConnection tcp;
    BlockingStream stream;

    /// What the server answers, up to its end or to the end of an answer with a body.
    std::string ask(const std::string& request) {
      EXPECT_TRUE(stream.write_all(as_bytes(request)));
      std::string all;
      Bytes room(10'000);
      while (all.find("\r\n\r\n") == std::string::npos || all.size() < all.find("\r\n\r\n") + 5) {
        const auto count = stream.read_some(room);
        if (!count || *count == 0) break;
        all += as_text(ByteView(room).first(*count));
      }
      return all;
    }
  };
  [[nodiscard]] Raw connect() const {
    auto tcp = connect_tcp(server_name(), server->port());
    auto stream = BlockingStream::client(tcp->socket.fd(), config(), server_name(), {.read = 10s});
    EXPECT_TRUE(stream->handshake());
    return {std::move(*tcp), std::move(*stream)};
  }
  [[nodiscard]] static std::string post(ByteView body, const std::string& fields = "") {
    return "POST " + std::string(authenticator_target) + " HTTP/1.1\r\nHost: shop.localhost\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(as_text(body));
  }
  static bool is(const std::string& answer, int status) {
    return answer.starts_with("HTTP/1.1 " + std::to_string(status));
  }

  testing::SiteFolder folder;
  std::optional<AuthenticatedIdentity> proved;
  std::unique_ptr<FileServer> server;
};
using AttackByProofRequest = ProvingMore;

TEST_F(ProvingMore, OnTheConnectionThatThePageThenComesOver) {
  start(identity_for("market.localhost"));
  const auto response = fetch_after_proof_of(market());
  ASSERT_TRUE(response) << response.error().message();
  EXPECT_EQ(response->status, 200U);
  EXPECT_EQ(response->body_bytes, 10U);
  ASSERT_TRUE(proved);
  ASSERT_TRUE(proved->verdict);
  EXPECT_TRUE(proved->verdict->accepted());
  EXPECT_NE(proved->chain.front(), response->peer_chain.front());
}

TEST_F(ProvingMore, ChoosesByTheNameThatIsAskedFor) {
  FurtherIdentities both = identity_for("bakery.localhost");
  both.push_back(identity_for("market.localhost").front());
  start(both);
  ASSERT_TRUE(fetch_after_proof_of(market()));
  const ByteView leaf = both.back()->name();
  EXPECT_EQ(proved->chain.front(), Bytes(leaf.begin(), leaf.end()));
}

TEST_F(ProvingMore, DeclinesForANameThatIsNotThere) {
  start(identity_for("market.localhost"));
  const auto response = fetch_after_proof_of(server_name("bank.localhost"));
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), ErrorCode::EmptyServerCertificate);
}

TEST_F(ProvingMore, IsNotThereWhereThereIsNothingToProve) {
  start({});
  const auto response = fetch_after_proof_of(market());
  ASSERT_FALSE(response);
  EXPECT_EQ(response.error().code(), ErrorCode::HttpFailed);
}

TEST_F(ProvingMore, FollowsWhatIsReadAnew) {
  start({});
  server->use(build(std::move(server_builder().alpn({"http/1.1"}))), identity_for("market.localhost"));
  EXPECT_TRUE(fetch_after_proof_of(market()));
}

TEST_F(AttackByProofRequest, ABodyThatIsTooLargeIsNotRead) {
  start(identity_for("market.localhost"));
  const std::string head = "POST " + std::string(authenticator_target) + " HTTP/1.1\r\nHost: shop.localhost\r\n";
  EXPECT_TRUE(is(connect().ask(head + "Content-Length: 16385\r\n\r\n"), 413));
  EXPECT_TRUE(is(connect().ask(head + "Transfer-Encoding: chunked\r\n\r\nffff\r\n" + std::string(100, 'x')), 413));
}

TEST_F(AttackByProofRequest, BytesThatAreNoRequestAreRefused) {
  start(identity_for("market.localhost"));
  Raw raw = connect();
  EXPECT_TRUE(is(raw.ask(post(as_bytes("no request"))), 400));
  EXPECT_TRUE(is(raw.ask(post({})), 400));
  EXPECT_TRUE(is(raw.ask(post({}, "Host: another\r\n")), 400));
}

TEST_F(AttackByProofRequest, OneIsAnsweredOnce) {
  start(identity_for("market.localhost"));
  Raw raw = connect();
  ExportedAuthenticators ours(raw.stream.connection(), provider());
  const Bytes request = ours.request({.server_name = market()}).value();
  EXPECT_TRUE(is(raw.ask(post(request)), 200));
  EXPECT_TRUE(is(raw.ask(post(request)), 409));
}

TEST_F(AttackByProofRequest, OneThatIsPassedOnProvesNothingHere) {
  start(identity_for("market.localhost"));
  Raw here = connect();
  Raw there = connect();
  ExportedAuthenticators ours(here.stream.connection(), provider());
  const Bytes request = ours.request({.server_name = market()}).value();
  const std::string answer = there.ask(post(request));
  ASSERT_TRUE(is(answer, 200));
  const std::string proof = answer.substr(answer.find("\r\n\r\n") + 4);
  const auto who = ours.validate(request, as_bytes(proof), judge_of(market()));
  ASSERT_FALSE(who);
  EXPECT_EQ(who.error().code(), ErrorCode::BadHandshakeSignature);
}

}  // namespace
}  // namespace keyway::net
