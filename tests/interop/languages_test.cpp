#include <gtest/gtest.h>

#include <string>

#include "interop/world.hpp"

namespace keyway::interop {
namespace {

/// How a language runs its peer program: the command up to the role.
using Command = std::vector<std::string>;

std::string source(const std::string& name) {
  return std::string(KEYWAY_SOURCE_DIR) + "/tests/interop/peers/" + name;
}

Command with(Command command, const Command& more) {
  command.insert(command.end(), more.begin(), more.end());
  return command;
}

void expect_client_works(const Command& peer, const std::map<std::string, std::string>& environment = {}) {
  for (const auto type : {crypto::KeyType::p256, crypto::KeyType::rsa}) {
    KeywayServer server(world(), type);
    const Outcome outcome = run(with(peer, {"client", std::to_string(server.port()), world().root()}),
                                {.environment = environment}, std::chrono::seconds(120));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find("TLS_AES_128_GCM_SHA256"), std::string::npos) << outcome.out;
  }
}

void expect_server_works(const Command& peer, const Command& files, const std::string& greeting,
                         const std::map<std::string, std::string>& environment = {}) {
  const std::uint16_t port = free_port();
  Process server(with(with(peer, {"server", std::to_string(port)}), files), {.environment = environment});
  ASSERT_TRUE(wait_for_port(port, std::chrono::seconds(90))) << server.output();
  const Outcome outcome = keyway_get(world(), port);
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << server.output();
  EXPECT_NE(outcome.out.find(greeting), std::string::npos) << outcome.out;
}

/// A Python whose ssl module speaks TLS 1.3.
std::string python() {
  return has_program("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
}

TEST(Python, ClientFetchesFromOurServer) {
  KEYWAY_REQUIRE_PROGRAM(python());
  expect_client_works({python(), source("peer.py")});
}

TEST(Python, ServerIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM(python());
  expect_server_works({python(), source("peer.py")}, {world().chain(), world().key()}, "Hello from Python");
}

TEST(Node, ClientFetchesFromOurServer) {
  KEYWAY_REQUIRE_PROGRAM("node");
  expect_client_works({"node", source("peer.js")});
}

TEST(Node, ServerIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM("node");
  expect_server_works({"node", source("peer.js")}, {world().chain(), world().key()}, "Hello from Node");
}

/// Builds the Go peer once.
std::string go_peer() {
  static const std::string built = [] {
    const std::string program = world().path("go-peer");
    const Outcome outcome = run(
        {"go", "build", "-o", program, source("peer.go")},
        {.environment = {{"GOCACHE", world().path("go-cache")}, {"GO111MODULE", "off"}, {"HOME", world().path("")}}},
        std::chrono::seconds(240));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    return program;
  }();
  return built;
}

TEST(Go, ClientFetchesFromOurServerAndOurClientFromIts) {
  KEYWAY_REQUIRE_PROGRAM("go");
  expect_client_works({go_peer()});
  expect_server_works({go_peer()}, {world().chain(), world().key()}, "Hello from Go");
}

TEST(Java, ClientFetchesFromOurServerAndOurClientFromIts) {
  KEYWAY_REQUIRE_PROGRAM("javac");
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const Outcome compiled =
      run({"javac", "-d", world().path("java"), source("Peer.java")}, {}, std::chrono::seconds(120));
  ASSERT_EQ(compiled.exit_code, 0) << compiled.out;
  const Outcome exported = run({"openssl", "pkcs12", "-export", "-in", world().chain(), "-inkey", world().key(), "-out",
                                world().path("java.p12"), "-passout", "pass:keyway"});
  ASSERT_EQ(exported.exit_code, 0) << exported.out;
  const Command peer = {"java", "-cp", world().path("java"), "Peer"};
  expect_client_works(peer);
  expect_server_works(peer, {world().path("java.p12")}, "Hello from Java");
}

}  // namespace
}  // namespace keyway::interop
