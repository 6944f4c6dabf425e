// What observers are told, in which order, on both sides.

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

#include <keyway/key_log.hpp>

#include "core/text.hpp"
#include "testing/pair.hpp"
#include "testing/scripted_peer.hpp"
#include "tls/wire/record.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

/// Notes events as short words.
class Notes final : public Observer {
 public:
  void on(const EventOrigin& origin, const Event& event) noexcept override {
    origins.insert(origin.connection);
    std::visit([&](const auto& e) { note(e); }, event);
  }
  std::vector<std::string> words;
  std::map<std::string, std::string> fingerprints;
  std::vector<event::Record> records;
  std::vector<std::string> weakened;
  std::set<std::uint64_t> origins;
  std::optional<ErrorCode> failed;

 private:
  static std::string way(Direction direction) { return direction == Direction::sent ? ">" : "<"; }
  void note(const event::HandshakeMessage& e) { words.push_back(way(e.direction) + to_string(e.type)); }
  void note(const event::InnerClientHello& e) { words.push_back(way(e.direction) + "inner client_hello"); }
  void note(const event::Record& e) { records.push_back(e); }
  void note(const event::ParametersChosen& e) { words.push_back("chosen " + std::string(e.alpn)); }
  void note(const event::ChainJudged& e) { words.emplace_back(e.verdict->accepted() ? "trusted" : "not trusted"); }
  void note(const event::HandshakeSignature& e) { words.push_back(way(e.direction) + "signature"); }
  void note(const event::DelegatedCredential& e) { words.push_back(way(e.direction) + "delegation"); }
  void note(const event::KeyAgreement&) { words.emplace_back("agreement"); }
  void note(const event::SecretDerived& e) {
    const std::string name = std::string(to_string(e.label)) + std::to_string(e.generation);
    fingerprints[name] = to_hex(e.fingerprint);
  }
  void note(const event::Finished& e) { words.push_back(way(e.direction) + "proved"); }
  void note(const event::HandshakeCompleted&) { words.emplace_back("completed"); }
  void note(const event::KeysUpdated& e) { words.push_back(way(e.direction) + "keys" + std::to_string(e.generation)); }
  void note(const event::AlertSeen& e) { words.push_back(way(e.direction) + "alert " + to_string(e.description)); }
  void note(const event::Weakened& e) { weakened.emplace_back(e.what); }
  void note(const event::Failed& e) { failed = e.error->code(); }
};

TEST(Observers, AreToldTheHandshakeInItsOrder) {
  Notes client;
  Notes server;
  auto client_side = client_builder();
  client_side.alpn({"h2"}).certificate_compression({});
  auto server_side = server_builder();
  server_side.alpn({"h2"});
  Pair pair = make_tls_pair(build(std::move(client_side)), build(std::move(server_side)), {7, &client}, {8, &server});
  ASSERT_TRUE(pair.run());

  EXPECT_EQ(client.words,
            (std::vector<std::string>{">client_hello", "<server_hello", "agreement", "chosen ", "<encrypted_extensions",
                                      "chosen h2", "<certificate", "trusted", "<certificate_verify", "<signature",
                                      "<finished", "<proved", ">finished", ">proved", "completed",
                                      "<new_session_ticket", "<new_session_ticket"}));
  EXPECT_EQ(server.words, (std::vector<std::string>{
                              "<client_hello", "chosen h2", ">server_hello", "agreement", ">signature",
                              ">encrypted_extensions", ">certificate", ">certificate_verify", ">finished", ">proved",
                              "<finished", "<proved", ">new_session_ticket", ">new_session_ticket", "completed"}));
  EXPECT_EQ(client.origins, std::set<std::uint64_t>{7});
  EXPECT_EQ(server.origins, std::set<std::uint64_t>{8});
}

TEST(Observers, OfBothSidesSeeTheSameFingerprints) {
  Notes client;
  Notes server;
  Pair pair = make_tls_pair(nullptr, nullptr, {.observer = &client}, {.observer = &server});
  ASSERT_TRUE(pair.run());
  ASSERT_TRUE(pair.client.update_keys(true));
  EXPECT_EQ(pair.transfer(Side::client, "a"), "a");
  EXPECT_EQ(pair.transfer(Side::server, "b"), "b");

  EXPECT_EQ(client.fingerprints, server.fingerprints);
  EXPECT_EQ(client.fingerprints.size(), 7U);  // two of the handshake, two of the application, one exporter, two updates
  std::set<std::string> different;
  for (const auto& [name, fingerprint] : client.fingerprints) different.insert(fingerprint);
  EXPECT_EQ(different.size(), 7U);
}

TEST(Observers, AreToldOfEachRecordWithItsSize) {
  Notes client;
  Pair pair = make_tls_pair(nullptr, nullptr, {.observer = &client});
  std::vector<std::size_t> sent;
  std::vector<std::size_t> received;
  const auto sizes_of = [](ByteView wire, std::vector<std::size_t>& sizes) {
    while (!wire.empty()) {
      sizes.push_back(tls::record_header_size + tls::RecordHeader::parse(wire).length);
      wire = wire.subspan(sizes.back());
    }
  };
  for (int round = 0; round < 3; ++round) {
    sizes_of(pair.client.output(), sent);
    pair.carry(Side::client);
    sizes_of(pair.server.output(), received);
    pair.carry(Side::server);
  }
  Bytes out(200000);
  const auto written = pair.client.send(Bytes(50000), out);
  ASSERT_TRUE(written);
  sizes_of(ByteView(out).first(written->written), sent);

  std::vector<std::size_t> told_sent;
  std::vector<std::size_t> told_received;
  for (const event::Record& each : client.records) {
    (each.direction == Direction::sent ? told_sent : told_received).push_back(each.size);
  }
  EXPECT_EQ(told_sent, sent);
  EXPECT_EQ(told_received, received);
}

TEST(Observers, AreToldOfAlertsUpdatesAndFailure) {
  Notes notes;
  ScriptedClient peer;
  Pair pair = make_tls_pair(nullptr, nullptr, {.observer = &notes});
  ASSERT_TRUE(pair.run());
  notes.words.clear();
  ASSERT_TRUE(pair.server.update_keys(true));
  EXPECT_EQ(pair.transfer(Side::server, "a"), "a");
  EXPECT_EQ(pair.transfer(Side::client, "b"), "b");
  EXPECT_EQ(notes.words, (std::vector<std::string>{"<key_update", "<keys1", ">key_update", ">keys1"}));
  notes.words.clear();
  static_cast<void>(feed(pair.client, Bytes{22, 3, 3, 0, 1, 0}));
  EXPECT_EQ(notes.words, std::vector<std::string>{">alert bad_record_mac"});
  EXPECT_EQ(notes.failed, ErrorCode::BadRecordMac);
}

TEST(Observers, AreToldWhatIsWeakened) {
  Notes notes;
  auto builder = client_builder();
  builder.without_certificate_verification().revocation(x509::RevocationPolicy::off);
  Pair pair = make_tls_pair(build(std::move(builder)), nullptr, {.observer = &notes});
  EXPECT_EQ(notes.weakened.size(), 2U);
  EXPECT_TRUE(pair.run());

  Notes none;
  Pair strong = make_tls_pair(nullptr, nullptr, {.observer = &none}, {.observer = &none});
  EXPECT_TRUE(strong.run());
  EXPECT_TRUE(none.weakened.empty());
}

TEST(Observers, AreToldWhatAnotherConfigurationWeakens) {
  Notes notes;
  auto first = server_builder();
  first.pause_for_client_hello();
  auto second = server_builder();
  second.observe(std::make_shared<WireTap>());
  Pair pair = make_tls_pair(nullptr, build(std::move(first)), {}, {.observer = &notes});
  pair.run();
  EXPECT_TRUE(notes.weakened.empty());
  ASSERT_TRUE(pair.server.resume(answer::UseConfig{build(std::move(second))}));
  EXPECT_EQ(notes.weakened.size(), 1U);
}

TEST(KeyLog, HasALineForEachSecretAndIsPrivate) {
  const auto path = std::filesystem::temp_directory_path() / ("keyway-keylog-" + std::to_string(::getpid()));
  std::filesystem::remove(path);
  {
    auto log = KeyLogFile::open(path);
    ASSERT_TRUE(log) << log.error().message();
    auto builder = server_builder();
    builder.observe(*log);
    const auto config = build(std::move(builder));
    EXPECT_EQ(config->weakenings().size(), 1U);
    Pair pair = make_connected_pair(nullptr, config);
    ASSERT_TRUE(pair.client.update_keys(true));
    EXPECT_EQ(pair.transfer(Side::client, "a"), "a");
    EXPECT_EQ(pair.transfer(Side::server, "b"), "b");
  }
  std::ifstream in(path);
  std::map<std::string, int> lines;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string label, random, secret;
    ASSERT_TRUE(words >> label >> random >> secret) << line;
    EXPECT_EQ(random.size(), 64U);
    EXPECT_EQ(secret.size(), 64U);
    ++lines[label];
  }
  const std::map<std::string, int> expected{{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", 1},
                                            {"SERVER_HANDSHAKE_TRAFFIC_SECRET", 1},
                                            {"CLIENT_TRAFFIC_SECRET_0", 1},
                                            {"SERVER_TRAFFIC_SECRET_0", 1},
                                            {"EXPORTER_SECRET", 1},
                                            {"CLIENT_TRAFFIC_SECRET_1", 1},
                                            {"SERVER_TRAFFIC_SECRET_1", 1}};
  EXPECT_EQ(lines, expected);
  using std::filesystem::perms;
  EXPECT_EQ(std::filesystem::status(path).permissions() & perms::all, perms::owner_read | perms::owner_write);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace keyway
