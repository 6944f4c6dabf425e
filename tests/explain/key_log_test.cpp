#include <keyway/key_log.hpp>

#include <sys/stat.h>

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <regex>
#include <string>
#include <thread>
#include <vector>

#include "core/text.hpp"
#include "explain/conversation.hpp"

namespace keyway::explain {
namespace {

namespace fs = std::filesystem;

class KeyLogTest : public ::testing::Test {
 protected:
  KeyLogTest() {
    std::string pattern = (fs::temp_directory_path() / "keyway-keylog-XXXXXX").string();
    folder = ::mkdtemp(pattern.data());
    file = folder / "keys.log";
  }
  ~KeyLogTest() override { fs::remove_all(folder); }

  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> lines;
    std::ifstream in(file);
    for (std::string line; std::getline(in, line);) lines.push_back(line);
    return lines;
  }
  [[nodiscard]] unsigned mode() const {
    struct stat status{};
    EXPECT_EQ(::stat(file.c_str(), &status), 0);
    return status.st_mode & 0777U;
  }

  fs::path folder;
  fs::path file;
  const Bytes random = Bytes(32, 0x11);
};

TEST_F(KeyLogTest, MakesAFileThatItsOwnerAloneCanRead) {
  const auto log = KeyLogFile::open(file);

  ASSERT_TRUE(log);
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(KeyLogTest, ClosesAFileThatWasOpenToAll) {
  std::ofstream(file) << "# a comment\n";
  fs::permissions(file, fs::perms(0644));

  const auto log = KeyLogFile::open(file);

  ASSERT_TRUE(log);
  EXPECT_EQ(mode(), 0600U);
}

TEST_F(KeyLogTest, AppendsLinesInTheFormatOfRfc9850) {
  std::ofstream(file) << "# a comment\n";
  const auto log = KeyLogFile::open(file).value();

  log->on_secret({}, SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET, 0, random, Bytes{0x0a, 0xbc, 0x90, 0xff});
  log->on_secret({}, SecretLabel::SERVER_TRAFFIC_SECRET, 0, random, Bytes(48, 0x22));
  log->on_secret({}, SecretLabel::CLIENT_TRAFFIC_SECRET, 12, random, Bytes(64, 0x33));
  log->on_secret({}, SecretLabel::EXPORTER_SECRET, 0, random, Bytes(32, 0x44));

  EXPECT_EQ(lines(),
            (std::vector<std::string>{"# a comment", "CLIENT_HANDSHAKE_TRAFFIC_SECRET " + to_hex(random) + " 0abc90ff",
                                      "SERVER_TRAFFIC_SECRET_0 " + to_hex(random) + " " + to_hex(Bytes(48, 0x22)),
                                      "CLIENT_TRAFFIC_SECRET_12 " + to_hex(random) + " " + to_hex(Bytes(64, 0x33)),
                                      "EXPORTER_SECRET " + to_hex(random) + " " + to_hex(Bytes(32, 0x44))}));
}

TEST_F(KeyLogTest, KeepsTheLinesOfManyThreadsApart) {
  const auto log = KeyLogFile::open(file).value();
  {
    std::vector<std::jthread> threads;
    for (std::uint8_t i = 0; i < 4; ++i) {
      threads.emplace_back([&, i] {
        for (int n = 0; n < 200; ++n) log->on_secret({}, SecretLabel::EXPORTER_SECRET, 0, random, Bytes(32, i));
      });
    }
  }

  const std::regex format("EXPORTER_SECRET (11){32} [0-9a-f]{64}");
  EXPECT_EQ(lines().size(), 800U);
  for (const std::string& line : lines()) EXPECT_TRUE(std::regex_match(line, format)) << line;
}

TEST_F(KeyLogTest, SaysWhyAFileCanNotBeWritten) {
  const auto log = KeyLogFile::open(folder / "missing" / "keys.log");

  ASSERT_FALSE(log);
  EXPECT_EQ(log.error().code(), ErrorCode::FileUnwritable);
  EXPECT_NE(log.error().message().find("No such file"), std::string::npos);
}

TEST_F(KeyLogTest, HasTheSecretsOfAWholeHandshake) {
  const auto log = KeyLogFile::open(file).value();
  Conversation conversation({}, log.get());

  conversation.run();

  const std::regex format("[A-Z_]+(_0)? [0-9a-f]{64} [0-9a-f]{64,96}");
  std::vector<std::string> labels;
  for (const std::string& line : lines()) {
    EXPECT_TRUE(std::regex_match(line, format)) << line;
    labels.push_back(line.substr(0, line.find(' ')));
  }
  std::ranges::sort(labels);
  EXPECT_EQ(labels,
            (std::vector<std::string>{"CLIENT_HANDSHAKE_TRAFFIC_SECRET", "CLIENT_TRAFFIC_SECRET_0", "EXPORTER_SECRET",
                                      "SERVER_HANDSHAKE_TRAFFIC_SECRET", "SERVER_TRAFFIC_SECRET_0"}));
}

TEST(SecretLabels, HaveTheNamesOfTheFile) {
  EXPECT_EQ(to_string(SecretLabel::CLIENT_EARLY_TRAFFIC_SECRET), "CLIENT_EARLY_TRAFFIC_SECRET");
  EXPECT_EQ(to_string(SecretLabel::CLIENT_RANDOM), "CLIENT_RANDOM");
}

}  // namespace
}  // namespace keyway::explain
