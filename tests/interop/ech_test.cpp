// Encrypted ClientHello with clients of others. Chromium and Firefox take configurations from DNS alone, over HTTPS,
// and are left out; NSS, which Firefox has inside, comes by its test client. BoGo's peer has both sides
// (docs/conformance.md).

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "interop/peers.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

struct PublishedKey {
  std::string file;
  std::string configs;  ///< base64
};

PublishedKey make_key(const std::string& name) {
  PublishedKey key{world().path(name), {}};
  std::filesystem::remove(key.file);
  const Outcome made =
      run({keyway_command(), "ech", "generate", "--public-name", "public.example", "--out", key.file, "--json"});
  const std::string field = "\"ech_config_list\": \"";
  const std::size_t at = made.out.find(field);
  if (at != std::string::npos) {
    key.configs = made.out.substr(at + field.size(), made.out.find('"', at + field.size()) - at - field.size());
  }
  EXPECT_FALSE(key.configs.empty()) << made.out;
  return key;
}

TEST(NssClient, HidesTheNameFromAllButOurServer) {
  KEYWAY_REQUIRE_PROGRAM("tstclnt");
  KEYWAY_REQUIRE_PROGRAM("certutil");
  const std::string database = world().path("nss");
  std::filesystem::create_directories(database);
  ASSERT_EQ(run({"certutil", "-d", "sql:" + database, "-N", "--empty-password"}).exit_code, 0);
  ASSERT_EQ(run({"certutil", "-d", "sql:" + database, "-A", "-t", "C,,", "-n", "root", "-i", world().root()}).exit_code,
            0);
  const PublishedKey key = make_key("interop-ech.pem");
  KeywayServer server(world(), crypto::KeyType::p256, {"--ech", key.file});

  const auto visit = [&](const std::string& configs) {
    return run({"tstclnt", "-d", "sql:" + database, "-4", "-h", "localhost", "-p", std::to_string(server.port()), "-V",
                "tls1.3:tls1.3", "-N", configs, "-Q"});
  };

  // No certificate here is for public.example: the handshake holds only where what is hidden was read.
  EXPECT_EQ(visit(key.configs).exit_code, 0) << visit(key.configs).out;
  EXPECT_NE(visit(make_key("other-interop-ech.pem").configs).exit_code, 0);
}

}  // namespace
}  // namespace keyway::interop
