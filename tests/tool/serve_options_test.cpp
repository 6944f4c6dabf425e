// Options of `keyway serve` for what is off by default: cookies, clients who are asked later, keys in a file, the
// kernel.

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "interop/world.hpp"

namespace keyway::interop {
namespace {

namespace fs = std::filesystem;

/// `keyway serve` of the world's site, with no more than what is said.
class PlainServer {
 public:
  explicit PlainServer(std::vector<std::string> more) : port_(free_port()) {
    std::vector<std::string> command = {keyway_command(), "serve", world().site(), "--listen",
                                        "127.0.0.1:" + std::to_string(port_)};
    command.insert(command.end(), more.begin(), more.end());
    process_ = std::make_unique<Process>(command);
    EXPECT_TRUE(wait_for_port(port_)) << process_->output();
  }
  [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
  [[nodiscard]] Process& process() noexcept { return *process_; }

 private:
  std::uint16_t port_;
  std::unique_ptr<Process> process_;
};

TEST(ServeStatelessRetry, GivesACookieAndTakesItBack) {
  KeywayServer server(world(), crypto::KeyType::p256, {"--groups", "secp384r1", "--stateless-retry", "-v"});

  const Outcome got = keyway_get(world(), server.port(), {"-v"});

  EXPECT_EQ(got.exit_code, 0) << got.out;
  EXPECT_TRUE(has(got, "to be given back")) << got.out;
  EXPECT_TRUE(has(got, "given back to the server")) << got.out;
  EXPECT_TRUE(server.process().wait_for("a HelloRetryRequest with a cookie")) << server.process().output();
  EXPECT_TRUE(server.process().wait_for("with the cookie")) << server.process().output();
}

TEST(ServeStatelessRetry, GoesWithNoEarlyData) {
  const Outcome refused = run({keyway_command(), "serve", world().site(), "--cert", world().chain(), "--key",
                               world().key(), "--early-data", "--stateless-retry"});

  EXPECT_NE(refused.exit_code, 0);
  EXPECT_TRUE(has(refused, "stateless_retry")) << refused.out;
}

/// Asks at /members/ alone.
KeywayServer club() {
  fs::create_directories(fs::path(world().site()) / "members");
  world().write("site/members/list.txt", "Ann and nobody else\n");
  std::error_code is_there;
  fs::create_symlink("members/list.txt", fs::path(world().site()) / "shortcut.txt", is_there);
  return KeywayServer(world(), crypto::KeyType::p256,
                      {"--client-ca", world().root(), "--ask-for-cert-at", "/members/"});
}
std::vector<std::string> as_ann() {
  return {"--cert", world().client_chain(), "--key", world().client_key()};
}

TEST(ServeAskForCertAt, AsksThoseAloneWhoGoThere) {
  KeywayServer server = club();

  const Outcome elsewhere = keyway_get(world(), server.port(), as_ann());
  std::vector<std::string> told = as_ann();
  told.emplace_back("-v");
  const Outcome there = keyway_get(world(), server.port(), told, "/members/list.txt");

  EXPECT_TRUE(has(elsewhere, "Welcome to the shop")) << elsewhere.out;
  EXPECT_TRUE(has(there, "Ann and nobody else")) << there.out;
  EXPECT_TRUE(has(there, "CertificateRequest, after the handshake")) << there.out;
  EXPECT_TRUE(server.process().wait_for("\"GET /members/list.txt\" 200")) << server.process().output();
  EXPECT_TRUE(server.process().wait_for("CN=Ann")) << server.process().output();
  EXPECT_TRUE(server.process().wait_for("after the handshake")) << server.process().output();
  const std::string log = server.process().output();
  EXPECT_EQ(log.substr(log.find("\"GET /\""), log.find("/members/list") - log.find("\"GET /\"")).find("Ann"),
            std::string::npos);
}

TEST(ServeAskForCertAt, RefusesWhoShowsNoneInWords) {
  KeywayServer server = club();

  for (const char* path : {"/members/list.txt", "/members/", "/members", "/%6dembers/list.txt", "//members/./list.txt",
                           "/shortcut.txt", "/members/no-such-file"}) {
    const Outcome refused = keyway_get(world(), server.port(), {}, path);

    EXPECT_EQ(refused.exit_code, 12) << path << ": " << refused.out;
    EXPECT_TRUE(has(refused, "403 This is for visitors who show a certificate, and your program can't")) << refused.out;
    EXPECT_FALSE(has(refused, "Ann and nobody else"));
  }
  std::vector<std::string> older = as_ann();
  older.insert(older.end(), {"--tls-max", "1.2"});
  EXPECT_TRUE(has(keyway_get(world(), server.port(), older, "/members/list.txt"), "that takes TLS 1.3"));
}

TEST(ServeAskForCertAt, EndsTheConnectionOfWhoShowsAnothersCertificate) {
  KeywayServer server = club();
  const testing::TestAuthority other;
  const auto stranger = other.issue({.names = {"ann.localhost"},
                                     .common_name = "Ann",
                                     .not_before = SystemClock().now() - std::chrono::hours(1),
                                     .not_after = SystemClock().now() + std::chrono::hours(1),
                                     .extended_key_usage = std::vector<std::string>{"1.3.6.1.5.5.7.3.2"}});
  world().write("stranger.pem", stranger.chain_pem());
  world().write("stranger-key.pem", stranger.key_pem());

  const Outcome refused = keyway_get(
      world(), server.port(), {"--cert", world().path("stranger.pem"), "--key", world().path("stranger-key.pem")},
      "/members/list.txt");

  EXPECT_NE(refused.exit_code, 0) << refused.out;
  EXPECT_FALSE(has(refused, "Ann and nobody else"));
  EXPECT_TRUE(server.process().wait_for("failed: ")) << server.process().output();
  EXPECT_EQ(server.process().output().find("client \""), std::string::npos) << server.process().output();
}

TEST(ServeAskForCertAt, AsksOpenSslsClientToo) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KeywayServer server = club();
  const auto ask = [&](const std::vector<std::string>& more) {
    std::vector<std::string> command = {"openssl",     "s_client",
                                        "-connect",    server.address(),
                                        "-CAfile",     world().root(),
                                        "-servername", "localhost",
                                        "-ign_eof",    "-quiet",
                                        "-cert",       world().client_chain(),
                                        "-cert_chain", world().client_chain(),
                                        "-key",        world().client_key()};
    command.insert(command.end(), more.begin(), more.end());
    return run(command, {.input = "GET /members/list.txt HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"});
  };

  const Outcome allows = ask({"-enable_pha"});
  const Outcome does_not = ask({});

  EXPECT_TRUE(has(allows, "Ann and nobody else")) << allows.out << server.process().output();
  EXPECT_TRUE(has(does_not, "403 This is for visitors")) << does_not.out;
}

TEST(ServeAskForCertAt, NeedsAnAuthority) {
  const Outcome refused = run({keyway_command(), "serve", world().site(), "--ask-for-cert-at", "/members/"});

  EXPECT_EQ(refused.exit_code, 2) << refused.out;
  EXPECT_TRUE(has(refused, "--client-ca FILE")) << refused.out;
}

const std::string first_key = "000102030405060708090a0b0c0d0e0f";
const std::string second_key = "101112131415161718191a1b1c1d1e1f";

/// A file of keys that its owner alone may read.
std::string key_file(const std::string& name, const std::string& text) {
  world().write(name, text);
  ::chmod(world().path(name).c_str(), 0600);
  return world().path(name);
}
Outcome get_as(std::uint16_t port, const std::string& identity, const std::string& key) {
  return keyway_get(world(), port, {"--psk", identity + ":" + key_file("one.hex", key)});
}

TEST(ServePskFile, LooksUpWhomAClientNames) {
  const std::string file =
      key_file("many.psk", "# the devices\n\nbed:room:" + first_key + "\nkitchen:" + second_key + "\r\n");
  PlainServer server({"--psk-file", file});

  const Outcome bed = keyway_get(world(), server.port(), {"--psk", "kitchen:" + key_file("k.hex", second_key)});
  const Outcome wrong_key = get_as(server.port(), "kitchen", first_key);
  const Outcome unknown = get_as(server.port(),
                                 "cell\x1b"
                                 "ar",
                                 first_key);

  EXPECT_TRUE(has(bed, "Welcome to the shop")) << bed.out;
  EXPECT_EQ(wrong_key.exit_code, 6) << wrong_key.out;
  EXPECT_EQ(unknown.exit_code, 6) << unknown.out;
  EXPECT_TRUE(server.process().wait_for("psk \"kitchen\"")) << server.process().output();
  EXPECT_TRUE(server.process().wait_for("no key for \"cell\\x1bar\"")) << server.process().output();
}

TEST(ServePskFile, IsReadAgainWhenItHasChanged) {
  const std::string file = key_file("changing.psk", "bed:" + first_key + "\n");
  PlainServer server({"--psk-file", file});
  ASSERT_FALSE(has(get_as(server.port(), "kitchen", second_key), "Welcome"));

  key_file("changing.psk", "kitchen:" + second_key + "\n");
  EXPECT_TRUE(has(get_as(server.port(), "kitchen", second_key), "Welcome"));
  EXPECT_FALSE(has(get_as(server.port(), "bed", first_key), "Welcome"));
  key_file("changing.psk", "kitchen\n");
  EXPECT_TRUE(has(get_as(server.port(), "kitchen", second_key), "Welcome"));
  EXPECT_TRUE(server.process().wait_for("goes on with the keys that were read before")) << server.process().output();
  EXPECT_TRUE(server.process().wait_for("line 1")) << server.process().output();
}

TEST(ServePskFile, IsRefusedWhereOthersMayReadIt) {
  const std::string file = key_file("open.psk", "bed:" + first_key + "\n");
  ::chmod(file.c_str(), 0644);

  const Outcome refused = run({keyway_command(), "serve", world().site(), "--psk-file", file});

  EXPECT_EQ(refused.exit_code, 3) << refused.out;
  EXPECT_TRUE(has(refused, "mode 0644")) << refused.out;
  EXPECT_TRUE(has(refused, "chmod 600")) << refused.out;
}

TEST(ServePskFile, TellsTheLineThatIsWrongAndNotTheKeyInIt) {
  for (const std::string& wrong :
       std::vector<std::string>{"a:" + first_key + "zz", "a:0011", ":" + first_key, std::string("lonely"),
                                "a:" + first_key + "\na:" + second_key}) {
    const std::string file = key_file("wrong.psk", "# keys\n" + wrong + "\n");

    const Outcome refused = run({keyway_command(), "serve", world().site(), "--psk-file", file});

    EXPECT_NE(refused.exit_code, 0);
    EXPECT_TRUE(has(refused, ", line ")) << refused.out;
    EXPECT_FALSE(has(refused, first_key)) << refused.out;
  }
}

TEST(ServeKernelTls, TellsWhatTheKernelLacksAndServesAllTheSame) {
  KeywayServer server(world(), crypto::KeyType::p256, {"--kernel-tls"});

  const Outcome got = keyway_get(world(), server.port(), {"--kernel-tls", "--json"}, "/big.bin");
  EXPECT_EQ(got.exit_code, 0) << got.out;

  // Whatever this kernel offers: either it is said why it is nothing, or both ends use it.
  EXPECT_TRUE(server.process().wait_for("\"GET /big.bin\" 200 1048576")) << server.process().output();
  const bool is_told = server.process().output().find("so all goes the plain way: ") != std::string::npos;
  const bool is_used = server.process().output().find(" kernel") != std::string::npos;
  EXPECT_TRUE(is_told || is_used) << server.process().output();
  EXPECT_TRUE(server.process().wait_for("keys of a connection may leave it")) << server.process().output();
}

TEST(ServeHandOver, IsNotNoticedByAClientThatStays) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  const std::string door = world().path("hand-over.sock");
  const std::vector<std::string> more = {"--hand-over", door};
  KeywayServer first(world(), crypto::KeyType::p256, more);
  Process client({"openssl", "s_client", "-connect", first.address(), "-CAfile", world().root(), "-quiet"},
                 {.keep_input_open = true});
  world().write("site/again.txt", "Good to see you again\n");
  client.say("GET /index.html HTTP/1.1\r\nHost: localhost\r\n\r\n");
  ASSERT_TRUE(client.wait_for("Welcome to the shop")) << client.output();

  Process second({keyway_command(), "serve", world().site(), "--cert", world().chain(), "--key", world().key(),
                  "--listen", first.address(), "--hand-over", door});
  const Outcome ended = first.process().finish();
  EXPECT_EQ(ended.exit_code, 0) << ended.out;
  EXPECT_TRUE(has(ended, "another process takes over")) << ended.out;
  client.say("GET /again.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");

  EXPECT_TRUE(client.wait_for("Good to see you again")) << client.output();
  EXPECT_TRUE(second.wait_for("\"GET /again.txt\" 200")) << second.output() << client.output();
  EXPECT_TRUE(second.wait_for("took over 1 connections")) << second.output();
  EXPECT_EQ(keyway_get(world(), first.port()).exit_code, 0);
}

}  // namespace
}  // namespace keyway::interop
