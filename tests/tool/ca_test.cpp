// `keyway ca`: its command line, from an authority to a revoked certificate.

#include <gtest/gtest.h>

#include <sys/stat.h>

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "interop/world.hpp"

namespace keyway::interop {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// A folder of its own for each test, in which `keyway ca` runs.
class Ca : public ::testing::Test {
 protected:
  Ca() : folder_(world().path("ca-" + std::to_string(++count_))) { fs::create_directory(folder_); }

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }
  [[nodiscard]] Outcome ca(const std::vector<std::string>& arguments) const {
    std::vector<std::string> command = {keyway_command(), "ca"};
    command.insert(command.end(), arguments.begin(), arguments.end());
    command.insert(command.end(), {"--dir", path("authority")});
    return run(command);
  }
  [[nodiscard]] Outcome issue(const std::vector<std::string>& more) const {
    std::vector<std::string> arguments = {"issue", "shop.localhost", "--out", folder_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return ca(arguments);
  }

 private:
  static int count_;
  std::string folder_;
};
int Ca::count_ = 0;

TEST_F(Ca, IssuesRevokesListsAndSignsItsList) {
  const Outcome founded = ca({"init", "--name", "Test Shop"});
  const Outcome issued = issue({"--org", "Shop", "--ttl", "24h"});
  const Outcome revoked = ca({"revoke", path("shop.localhost.pem"), "--reason", "superseded"});
  const Outcome listed = ca({"list", "--json"});
  const Outcome signed_list = ca({"crl", "--out", path("list.crl")});

  EXPECT_EQ(founded.exit_code, 0) << founded.out;
  EXPECT_EQ(issued.exit_code, 0) << issued.out;
  EXPECT_EQ(revoked.exit_code, 0) << revoked.out;
  EXPECT_EQ(signed_list.exit_code, 0) << signed_list.out;
  struct ::stat about{};
  ASSERT_EQ(::stat(path("shop.localhost-key.pem").c_str(), &about), 0);
  EXPECT_EQ(about.st_mode & 07777U, 0600U);
  EXPECT_TRUE(fs::exists(path("list.crl")));
  EXPECT_NE(listed.out.find("revoked"), std::string::npos) << listed.out;
  EXPECT_FALSE(Json::parse(listed.out, nullptr, false).is_discarded()) << listed.out;
}

TEST_F(Ca, DoesNotReplaceAKeyUnlessForcedTo) {
  static_cast<void>(ca({"init"}));
  static_cast<void>(issue({}));

  const Outcome again = issue({});
  const Outcome forced = issue({"--force"});

  EXPECT_NE(again.exit_code, 0);
  EXPECT_NE(again.out.find("--force"), std::string::npos) << again.out;
  EXPECT_EQ(forced.exit_code, 0) << forced.out;
}

TEST_F(Ca, TellsAnAuthorityThatIsMissingAndOneThatIsThere) {
  const Outcome missing = issue({});
  static_cast<void>(ca({"init"}));
  const Outcome twice = ca({"init"});

  EXPECT_EQ(missing.exit_code, 2) << missing.out;
  EXPECT_NE(missing.out.find("keyway ca init"), std::string::npos) << missing.out;
  EXPECT_NE(twice.exit_code, 0) << twice.out;
}

TEST_F(Ca, TellsACommandLineThatMakesNoSense) {
  static_cast<void>(ca({"init"}));
  EXPECT_EQ(ca({"issue"}).exit_code, 2);
  EXPECT_EQ(issue({"--ttl", "soon"}).exit_code, 2);
  EXPECT_EQ(issue({"--days", "5000"}).exit_code, 2);
  EXPECT_EQ(issue({"--days", "5", "--ttl", "24h"}).exit_code, 2);
  EXPECT_EQ(issue({"--key", "rsa512"}).exit_code, 2);
  EXPECT_EQ(ca({"revoke", "no-such-serial"}).exit_code, 2);
  EXPECT_EQ(ca({"revoke", "00", "--reason", "boredom"}).exit_code, 2);
}

}  // namespace
}  // namespace keyway::interop
