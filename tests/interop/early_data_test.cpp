// Early data to and from OpenSSL, and between our own ends by the command.

#include <gtest/gtest.h>

#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

const std::string request = "GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

TEST(OpenSslClient, SendsItsRequestEarlyAndIsAnsweredAtOnce) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server(world(), KeyType::p256, {"--early-data"});
  world().write("early.http", request);
  const std::string session = world().path("early.session");
  const auto visit = [&](const std::vector<std::string>& more, const std::string& input) {
    return run(with({"openssl", "s_client", "-connect", server.address(), "-servername", "localhost", "-CAfile",
                     world().root(), "-tls1_3", "-alpn", "http/1.1", "-ign_eof"},
                    more),
               {.input = input});
  };
  const Outcome first = visit({"-sess_out", session}, request);
  ASSERT_NE(first.out.find("Welcome to the shop"), std::string::npos) << first.out;
  const Outcome second = visit({"-sess_in", session, "-early_data", world().path("early.http")}, "");
  EXPECT_NE(second.out.find("Early data was accepted"), std::string::npos) << second.out;
  EXPECT_NE(second.out.find("Welcome to the shop"), std::string::npos) << second.out;
  // The same ticket again: refused, and nothing is answered that did not come after the handshake.
  const Outcome third = visit({"-sess_in", session, "-early_data", world().path("early.http")}, request);
  EXPECT_NE(third.out.find("Early data was rejected"), std::string::npos) << third.out;
  EXPECT_NE(third.out.find("Welcome to the shop"), std::string::npos) << third.out;
}

TEST(OpenSslServerTest, TakesOurEarlyRequest) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const std::uint16_t port = free_port();
  Process server({"openssl", "s_server", "-accept", "127.0.0.1:" + std::to_string(port), "-cert", world().chain(),
                  "-cert_chain", world().chain(), "-key", world().key(), "-tls1_3", "-early_data", "-alpn", "http/1.1"},
                 {.keep_input_open = true});
  ASSERT_TRUE(wait_for_port(port));
  const std::string answer = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello";
  const std::string file = world().path("early-sessions");
  const auto visit = [&] {
    Process get({keyway_command(), "get", "https://localhost:" + std::to_string(port) + "/", "--cacert", world().root(),
                 "--resolve", "localhost:" + std::to_string(port) + ":127.0.0.1", "-v", "--session-file", file,
                 "--early-data"});
    EXPECT_TRUE(server.wait_for("Host: localhost"));
    server.say(answer + "\r\n");
    return get.finish();
  };
  const Outcome first = visit();
  ASSERT_EQ(first.exit_code, 0) << first.out << server.output();
  EXPECT_NE(first.out.find("early data: no_session"), std::string::npos) << first.out;
  const Outcome second = visit();
  EXPECT_NE(second.out.find("early data: accepted"), std::string::npos) << second.out << server.output();
}

TEST(KeywayItself, SendsEarlyAndAgainWhereItIsRefused) {
  KeywayServer server(world(), KeyType::p256, {"--early-data"});
  const std::string file = world().path("own-early-sessions");
  const auto visit = [&](const std::string& path = "/") {
    return keyway_get(world(), server.port(), {"-v", "--session-file", file, "--early-data"}, path);
  };
  ASSERT_EQ(visit().exit_code, 0);
  const Outcome second = visit();
  EXPECT_NE(second.out.find("early data: accepted"), std::string::npos) << second.out;
  EXPECT_NE(second.out.find("Welcome to the shop"), std::string::npos) << second.out;
  // A large file goes out whole although the handshake ends while it does.
  const Outcome big =
      keyway_get(world(), server.port(),
                 {"--json", "--session-file", file, "--early-data", "-o", world().path("early.bin")}, "/big.bin");
  EXPECT_EQ(big.exit_code, 0) << big.out;
  EXPECT_NE(big.out.find("\"early_data\": \"accepted\""), std::string::npos) << big.out;
  EXPECT_NE(big.out.find("\"body_bytes\": 1048576"), std::string::npos) << big.out;
  // A server that knows the tickets no more.
  KeywayServer other(world(), KeyType::p256, {"--early-data"});
  const Outcome elsewhere = keyway_get(world(), other.port(), {"-v", "--session-file", file, "--early-data"});
  EXPECT_EQ(elsewhere.exit_code, 0) << elsewhere.out;
  EXPECT_NE(elsewhere.out.find("Welcome to the shop"), std::string::npos) << elsewhere.out;
}

TEST(KeywayItself, SaysNothingEarlyToAServerThatTakesNone) {
  KeywayServer server(world());
  const std::string file = world().path("no-early-sessions");
  const auto visit = [&] { return keyway_get(world(), server.port(), {"-v", "--session-file", file, "--early-data"}); };
  ASSERT_EQ(visit().exit_code, 0);
  const Outcome second = visit();
  EXPECT_EQ(second.exit_code, 0);
  EXPECT_NE(second.out.find("Welcome to the shop"), std::string::npos) << second.out;
  EXPECT_EQ(second.out.find("early data: accepted"), std::string::npos) << second.out;
}

TEST(KeywayServe, TellsWhoeverSendsEarlyWhatMayNotComeTwiceToSendItAgain) {
  KEYWAY_REQUIRE_PROGRAM("curl");
  KeywayServer server(world());
  const Outcome outcome = run({"curl", "-s", "-i", "--http1.1", "--cacert", world().root(), "-X", "DELETE", "-H",
                               "Early-Data: 1", server.url()});
  EXPECT_NE(outcome.out.find("425 Too Early"), std::string::npos) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
