#include <gtest/gtest.h>

#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using crypto::KeyType;

/// A client fetches from servers of ours: with each kind of key in TLS 1.3, then in TLS 1.2, where `tls12` names what
/// it prints of that; then from one that wants to know who comes, in both: `own` are the files of its certificate.
void expect_client_works(const Command& peer, const std::string& tls12, const Command& own) {
  const auto visit = [&](const KeywayServer& server, const Command& files) {
    return run(with(with(peer, {"client", std::to_string(server.port()), world().root()}), files), {},
               std::chrono::seconds(120));
  };
  const auto fetch = [&](KeyType type, const Command& options, const std::string& expected, const Command& files = {}) {
    const KeywayServer server(world(), type, options);
    const Outcome outcome = visit(server, files);
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
    EXPECT_NE(outcome.out.find("Welcome to the shop"), std::string::npos) << outcome.out;
    EXPECT_NE(outcome.out.find(expected), std::string::npos) << outcome.out;
  };
  fetch(KeyType::p256, {}, "TLS_AES_128_GCM_SHA256");
  fetch(KeyType::rsa, {}, "TLS_AES_128_GCM_SHA256");
  fetch(KeyType::p256, {"--tls-max", "1.2"}, tls12);
  const Command asking = {"--client-ca", world().root(), "--require-client-cert"};
  fetch(KeyType::p256, asking, "TLS_AES_128_GCM_SHA256", own);
  fetch(KeyType::p256, with(asking, {"--tls-max", "1.2"}), tls12, own);
  const KeywayServer server(world(), KeyType::p256, asking);
  const Outcome unknown = visit(server, {});
  EXPECT_EQ(unknown.out.find("Welcome to the shop"), std::string::npos) << unknown.out;

  KeywayServer far(world(), KeyType::p256, {"--groups", "secp521r1"});
  const Outcome again = visit(far, {});
  EXPECT_NE(again.out.find("Welcome to the shop"), std::string::npos) << again.out;
}

/// A client that visits a server of ours twice goes on with its session, in these versions.
void expect_client_comes_back(const Command& peer, const std::vector<std::string>& versions) {
  for (const std::string& version : versions) {
    const KeywayServer server(world());
    const Outcome outcome = run(with(peer, {"resume", std::to_string(server.port()), world().root(), version}), {},
                                std::chrono::seconds(120));
    EXPECT_NE(outcome.out.find("resumed: true"), std::string::npos) << version << outcome.out;
  }
}

/// A server that takes clients with a certificate alone takes ours, in both versions.
void expect_server_takes_our_certificate(const Command& peer, const Command& files, const std::string& greeting) {
  const std::uint16_t port = free_port();
  Process server(with(with(peer, {"server", std::to_string(port)}), with(files, {world().root()})));
  ASSERT_TRUE(wait_for_port(port, std::chrono::seconds(90))) << server.output();
  for (const char* version : {"1.2", "1.3"}) {
    const Outcome known = keyway_get(
        world(), port, {"--tls-max", version, "--cert", world().client_chain(), "--key", world().client_key()});
    EXPECT_NE(known.out.find(greeting), std::string::npos) << version << known.out << server.output();
  }
  const Outcome unknown = keyway_get(world(), port, {});
  EXPECT_NE(unknown.exit_code, 0) << unknown.out;
  EXPECT_EQ(unknown.out.find(greeting), std::string::npos) << unknown.out;
}

Command own_certificate() {
  return {world().client_chain(), world().client_key()};
}

struct ServerTraits {
  bool knows_protocols = true;  ///< chooses http/1.1
  bool takes_one_group = true;  ///< one that our client sends no share of
  bool has_extended_master_secret = true;
};

/// Our client fetches from a server in both versions, by the protocol and the group that this takes alone, and comes
/// back.
void expect_server_works(const Command& peer, const Command& files, const std::string& greeting,
                         ServerTraits traits = {}) {
  const std::uint16_t port = free_port();
  Process server(with(with(peer, {"server", std::to_string(port)}), files), {.environment = {{"PEER_CURVE", "P-384"}}});
  ASSERT_TRUE(wait_for_port(port, std::chrono::seconds(90))) << server.output();
  const auto visit = [&](const std::string& version, bool resumes) {
    const std::string sessions = world().path("sessions-" + version + "-" + std::to_string(port));
    const Outcome outcome =
        keyway_get(world(), port, {"-v", "--tls-max", version, "--alpn", "h3,http/1.1", "--session-file", sessions});
    EXPECT_EQ(outcome.exit_code, 0) << outcome.out << server.output();
    EXPECT_TRUE(has(outcome, greeting)) << outcome.out;
    EXPECT_TRUE(has(outcome, "TLS " + version)) << outcome.out;
    EXPECT_EQ(has(outcome, "yes, of an earlier session"), resumes) << version << outcome.out;
    EXPECT_EQ(has(outcome, "http/1.1, out of"), traits.knows_protocols) << outcome.out;
    const bool asks_again = traits.takes_one_group && version == "1.3";
    EXPECT_EQ(has(outcome, "HelloRetryRequest"), asks_again) << outcome.out;
  };
  for (const bool resumes : {false, true}) visit("1.3", resumes);
  if (traits.has_extended_master_secret) {
    for (const bool resumes : {false, true}) visit("1.2", resumes);
    return;
  }
  const Outcome outcome = keyway_get(world(), port, {"-v", "--tls-max", "1.2"});
  EXPECT_EQ(outcome.exit_code, 6) << outcome.out;
  EXPECT_TRUE(has(outcome, "extended_master_secret")) << outcome.out;
}

/// A Python whose ssl module speaks TLS 1.3.
std::string python() {
  return has_program("/usr/bin/python3") ? "/usr/bin/python3" : "python3";
}

TEST(Python, ClientFetchesFromOurServer) {
  KEYWAY_REQUIRE_PROGRAM(python());
  expect_client_works({python(), peer_source("peer.py")}, "TLSv1.2 ECDHE-ECDSA-AES128-GCM-SHA256", own_certificate());
  expect_client_comes_back({python(), peer_source("peer.py")}, {"1.2", "1.3"});
}

TEST(Python, ServerIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM(python());
  expect_server_works({python(), peer_source("peer.py")}, {world().chain(), world().key()}, "Hello from Python");
  expect_server_takes_our_certificate({python(), peer_source("peer.py")}, {world().chain(), world().key()},
                                      "Hello from Python");
}

TEST(Node, ClientFetchesFromOurServer) {
  KEYWAY_REQUIRE_PROGRAM("node");
  expect_client_works({"node", peer_source("peer.js")}, "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
                      own_certificate());
  expect_client_comes_back({"node", peer_source("peer.js")}, {"1.2", "1.3"});
}

TEST(Node, ServerIsAcceptedByOurClient) {
  KEYWAY_REQUIRE_PROGRAM("node");
  expect_server_works({"node", peer_source("peer.js")}, {world().chain(), world().key()}, "Hello from Node");
  expect_server_takes_our_certificate({"node", peer_source("peer.js")}, {world().chain(), world().key()},
                                      "Hello from Node");
}

// One test: who builds the peer first needs half a minute.
TEST(Go, ClientFetchesAndComesBackAndOurClientFetchesFromItsServer) {
  KEYWAY_REQUIRE_PROGRAM(go_command());
  expect_client_works({go_peer()}, "0x303 TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", own_certificate());
  expect_server_works({go_peer()}, {world().chain(), world().key()}, "Hello from Go",
                      {.has_extended_master_secret = go_minor_version() >= 21});
  if (go_minor_version() >= 21) {
    expect_server_takes_our_certificate({go_peer()}, {world().chain(), world().key()}, "Hello from Go");
  }
  // Without RFC 7627's extension, there is nothing of TLS 1.2 to go on with.
  expect_client_comes_back(
      {go_peer()}, go_minor_version() >= 21 ? std::vector<std::string>{"1.2", "1.3"} : std::vector<std::string>{"1.3"});
}

TEST(Java, ClientFetchesFromOurServerAndOurClientFromIts) {
  KEYWAY_REQUIRE_PROGRAM("javac");
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const Outcome compiled =
      run({"javac", "-d", world().path("java"), peer_source("Peer.java")}, {}, std::chrono::seconds(120));
  ASSERT_EQ(compiled.exit_code, 0) << compiled.out;
  const auto pack = [](const std::string& chain, const std::string& key, const std::string& name) {
    const Outcome exported = run({"openssl", "pkcs12", "-export", "-in", chain, "-inkey", key, "-out",
                                  world().path(name), "-passout", "pass:keyway"});
    EXPECT_EQ(exported.exit_code, 0) << exported.out;
    return world().path(name);
  };
  const std::string own = pack(world().client_chain(), world().client_key(), "java-client.p12");
  const std::string store = pack(world().chain(), world().key(), "java.p12");
  const Command peer = {"java", "-cp", world().path("java"), "Peer"};
  expect_client_works(peer, "TLSv1.2 TLS_ECDHE_ECDSA_WITH_AES_", {own});
  expect_client_comes_back(peer, {"1.2", "1.3"});
  expect_server_works(peer, {store}, "Hello from Java", {.knows_protocols = false, .takes_one_group = false});
  expect_server_takes_our_certificate(peer, {store}, "Hello from Java");
}

}  // namespace
}  // namespace keyway::interop
