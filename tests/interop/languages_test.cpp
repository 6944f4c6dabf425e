#include <gtest/gtest.h>

#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

/// A client fetches from servers of ours: with each kind of key in TLS 1.3, then in TLS 1.2, where `tls12` names what
/// it prints of that.
void expect_client_works(const Command& peer, const std::string& tls12) {
  const auto fetch = [&](KeyType type, const Command& options, const std::string& expected) {
    KeywayServer server(world(), type, options);
    const Outcome outcome =
        run(with(peer, {"client", std::to_string(server.port()), world().root()}), {}, std::chrono::seconds(120));
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find(expected), std::string::npos) << outcome.out;
  };
  fetch(KeyType::p256, {}, "TLS_AES_128_GCM_SHA256");
  fetch(KeyType::rsa, {}, "TLS_AES_128_GCM_SHA256");
  fetch(KeyType::p256, {"--tls-max", "1.2"}, tls12);
}

/// Our client fetches from a server in both versions, and comes back in TLS 1.3.
void expect_server_works(const Command& peer, const Command& files, const std::string& greeting,
                         bool has_extended_master_secret = true) {
  const std::uint16_t port = free_port();
  Process server(with(with(peer, {"server", std::to_string(port)}), files));
  ASSERT_TRUE(wait_for_port(port, std::chrono::seconds(90))) << server.output();
  const std::string sessions = world().path("sessions-" + std::to_string(port));
  for (const bool resumes : {false, true}) {
    const Outcome outcome = keyway_get(world(), port, {"-v", "--session-file", sessions});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << server.output();
    EXPECT_NE(outcome.out.find(greeting), std::string::npos) << outcome.out;
    EXPECT_EQ(outcome.out.find("yes, of an earlier session") != std::string::npos, resumes) << outcome.out;
  }
  const Outcome outcome = keyway_get(world(), port, {"-v", "--tls-max", "1.2"});
  if (!has_extended_master_secret) {
    EXPECT_EQ(outcome.exit_code, 6) << outcome.out;
    EXPECT_NE(outcome.out.find("extended_master_secret"), std::string::npos) << outcome.out;
    return;
  }
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out << server.output();
  EXPECT_NE(outcome.out.find(greeting), std::string::npos) << outcome.out;
  EXPECT_NE(outcome.out.find("TLS 1.2, the only one offered"), std::string::npos) << outcome.out;
}

/// A Python whose ssl module speaks TLS 1.3.
std::string python() {
  return has_program("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
}

TEST(Python, ClientFetchesFromOurServer) {
  KEYWAY_REQUIRE_PROGRAM(python());
  expect_client_works({python(), peer_source("peer.py")}, "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256");
}

TEST(Python, ServerIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM(python());
  expect_server_works({python(), peer_source("peer.py")}, {world().chain(), world().key()}, "Hello from Python");
}

TEST(Node, ClientFetchesFromOurServer) {
  KEYWAY_REQUIRE_PROGRAM("node");
  expect_client_works({"node", peer_source("peer.js")}, "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
}

TEST(Node, ServerIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM("node");
  expect_server_works({"node", peer_source("peer.js")}, {world().chain(), world().key()}, "Hello from Node");
}

// One test: who builds the peer first needs half a minute.
TEST(Go, ClientFetchesAndComesBackAndOurClientFetchesFromItsServer) {
  KEYWAY_REQUIRE_PROGRAM(go_command());
  expect_client_works({go_peer()}, "0x303 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256");
  expect_server_works({go_peer()}, {world().chain(), world().key()}, "Hello from Go",
                      /*has_extended_master_secret=*/go_minor_version() >= 21);
  KeywayServer server(world());
  const Outcome outcome = run({go_peer(), "resume", std::to_string(server.port()), world().root(), "1.3"});
  EXPECT_NE(outcome.out.find("0x304 resumed: true"), std::string::npos) << outcome.out;
}

TEST(Java, ClientFetchesFromOurServerAndOurClientFromIts) {
  KEYWAY_REQUIRE_PROGRAM("javac");
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const Outcome compiled =
      run({"javac", "-d", world().path("java"), peer_source("Peer.java")}, {}, std::chrono::seconds(120));
  ASSERT_EQ(compiled.exit_code, 0) << compiled.out;
  const Outcome exported = run({"openssl", "pkcs12", "-export", "-in", world().chain(), "-inkey", world().key(), "-out",
                                world().path("java.p12"), "-passout", "pass:keyway"});
  ASSERT_EQ(exported.exit_code, 0) << exported.out;
  const Command peer = {"java", "-cp", world().path("java"), "Peer"};
  expect_client_works(peer, "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_");
  expect_server_works(peer, {world().path("java.p12")}, "Hello from Java");
}

}  // namespace
}  // namespace keyway::interop
