// What `keyway get` does to hide a name besides the handshake: whom it asks for configurations, what it offers for
// everybody to read, where it goes on; and servers that know nothing of ECH and ask for another ClientHello.

#include <gtest/gtest.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <string>
#include <thread>

#include <nlohmann/json.hpp>

#include <keyway/blocking.hpp>

#include "interop/ech_key.hpp"
#include "interop/name_server.hpp"
#include "interop/peers.hpp"

namespace keyway::interop {
namespace {

using Json = nlohmann::json;

/// Of a client that found `key` out of date: whether it came back, or did not come so far.
Outcome visit_with_old_key(const KeywayServer& server, const Command& more) {
  return keyway_get(world(), server.port(), with({"--ech", make_ech_key("localhost").file}, more));
}

Json tls_of(const Outcome& outcome) {
  const Json json = Json::parse(outcome.out, nullptr, false);
  return json.is_object() ? json.value("tls", Json::object()) : Json::object();
}

/// One HTTPS server with an ECH key that sends its first visitor elsewhere.
class SendingOn {
 public:
  SendingOn(const EchKeyFile& key, const std::string& location) {
    std::vector<EchKey> keys;
    keys.push_back(key.key());
    ServerConfig::Builder builder;
    builder.provider(testing::provider())
        .add_credential(Credential::from_files(world().chain(), world().key(), *testing::provider()).value())
        .alpn({"http/1.1"})
        .ech_keys(EchKeys::make(testing::provider(), std::move(keys)).value());
    ::sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::socklen_t size = sizeof address;
    EXPECT_EQ(::bind(listener_, reinterpret_cast<::sockaddr*>(&address), size), 0);
    EXPECT_EQ(::getsockname(listener_, reinterpret_cast<::sockaddr*>(&address), &size), 0);
    EXPECT_EQ(::listen(listener_, 4), 0);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, config = builder.build().value(), location] { answer(config, location); });
  }
  SendingOn(const SendingOn&) = delete;
  SendingOn& operator=(const SendingOn&) = delete;
  ~SendingOn() {
    ::shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }

 private:
  void answer(const std::shared_ptr<const ServerConfig>& config, const std::string& location) const {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    auto stream = BlockingStream::server(client, config);
    Bytes room(4096);
    if (stream && stream->handshake() && stream->read_some(room)) {
      const std::string reply = "HTTP/1.1 302 Found\r\nLocation: " + location + "\r\nContent-Length: 0\r\n\r\n";
      static_cast<void>(stream->write_all(as_bytes(reply)));
      static_cast<void>(stream->close());
    }
    ::close(client);
  }

  int listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::uint16_t port_ = 0;
  std::thread thread_;
};

TEST(EchOfDns, IsAskedForByIpv6Too) {
  const EchKeyFile key = make_ech_key("localhost");
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", key.file});
  NameServer names(world(), {{.name = "localhost", .port = server.port(), .ech = key.configs()}}, /*on_ipv6=*/true);

  const Outcome outcome =
      keyway_get(world(), server.port(), {"--ech", "dns", "--dns-server", names.address(), "--json"});

  EXPECT_EQ(tls_of(outcome).value("ech", ""), "accepted") << outcome.out;
  EXPECT_EQ(names.questions().size(), 1U);
}

TEST(EchOfDns, OfAnotherHostIsAskedForWhereARedirectLeadsThere) {
  const EchKeyFile first_key = make_ech_key("localhost");
  const EchKeyFile second_key = make_ech_key("localhost");
  KeywayServer second(world(), crypto::KeyType::p256, {"--ech", second_key.file});
  const SendingOn first(first_key, second.url());
  NameServer names(world(), {{.name = "shop.localhost", .port = first.port(), .ech = first_key.configs()},
                             {.name = "localhost", .port = second.port(), .ech = second_key.configs()}});
  const std::string place = "shop.localhost:" + std::to_string(first.port());

  const Outcome outcome =
      run({keyway_command(), "get", "https://" + place + "/", "--cacert", world().root(), "--resolve",
           place + ":127.0.0.1", "--ech", "dns", "--dns-server", names.address(), "-L", "-v"});

  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_FALSE(has(outcome, "once more")) << outcome.out;
  EXPECT_TRUE(second.process().wait_for(" ech")) << second.process().output();
  const std::vector<std::string> asked{"_" + std::to_string(first.port()) + "._https.shop.localhost 65",
                                       "_" + std::to_string(second.port()) + "._https.localhost 65"};
  EXPECT_EQ(names.questions(), asked);
}

TEST(EchOuterAlpn, IsWhatAServerSeesThatCannotReadTheRest) {
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", make_ech_key("localhost").file});

  const Outcome same = visit_with_old_key(server, {});
  EXPECT_EQ(same.exit_code, 0) << same.out;
  const Outcome nothing = visit_with_old_key(server, {"--ech-outer-alpn", "none"});
  EXPECT_EQ(nothing.exit_code, 0) << nothing.out;
  const Outcome other = visit_with_old_key(server, {"--ech-outer-alpn", "h2,h3"});
  EXPECT_EQ(other.exit_code, 6) << other.out;
  EXPECT_TRUE(has(other, "no_application_protocol")) << other.out;
}

TEST(EchOuterAlpn, IsNotWhatIsAgreedOn) {
  const EchKeyFile key = make_ech_key("localhost");
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", key.file});
  const Outcome outcome = keyway_get(world(), server.port(), {"--ech", key.file, "--ech-outer-alpn", "h2", "--json"});
  EXPECT_EQ(tls_of(outcome).value("ech", ""), "accepted") << outcome.out;
  EXPECT_EQ(tls_of(outcome).value("alpn", ""), "http/1.1") << outcome.out;
}

TEST(EchOuterAlpn, WantsSomethingHidden) {
  EXPECT_EQ(keyway_get(world(), 1, {"--ech-outer-alpn", "h2"}).exit_code, 2);
  EXPECT_EQ(keyway_get(world(), 1, {"--ech", "grease", "--ech-outer-alpn", "h2"}).exit_code, 2);
}

// NSS 3.87 fails here by itself (ech_test.cpp); OpenSSL 3.0 passes over what it does not know.
TEST(OpenSslServerWithoutEch, AsksForASecondClientHelloOfWhatOnlyLooksHidden) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  OpenSslServer server(crypto::KeyType::p256, {"-groups", "P-384"});
  const Outcome outcome = keyway_get(world(), server.port(), {"--ech", "grease", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_EQ(tls_of(outcome).value("ech", ""), "greased") << outcome.out;
  EXPECT_TRUE(tls_of(outcome).value("after_hello_retry_request", false)) << outcome.out;
}

TEST(OpenSslServerWithoutEch, RejectsWhatIsHiddenAfterASecondClientHello) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  OpenSslServer server(crypto::KeyType::p256, {"-groups", "P-384"});
  const Outcome outcome = keyway_get(world(), server.port(), {"--ech", make_ech_key("localhost").file, "-v"});
  EXPECT_EQ(outcome.exit_code, 6) << outcome.out;
  EXPECT_TRUE(has(outcome, "HelloRetryRequest")) << outcome.out;
  // The handshake went to its end for the public name: that alone gives leave to say so.
  EXPECT_TRUE(has(outcome, "the server can't read the encrypted ClientHello")) << outcome.out;
}

}  // namespace
}  // namespace keyway::interop
