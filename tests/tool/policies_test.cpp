// `keyway policies`: everything that a policy allows, for people and for programs.

#include <gtest/gtest.h>

#include <string>

#include <nlohmann/json.hpp>

#include <keyway/policy.hpp>

#include "interop/process.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using Json = nlohmann::json;

Outcome policies(const std::vector<std::string>& more) {
  std::vector<std::string> command = {keyway_command(), "policies"};
  command.insert(command.end(), more.begin(), more.end());
  return run(command);
}

template <typename E>
void expect_list(const Json& printed, const char* key, const std::vector<E>& values) {
  ASSERT_TRUE(printed.contains(key)) << key;
  ASSERT_EQ(printed[key].size(), values.size()) << key;
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_EQ(printed[key][i].value("name", ""), to_string(values[i]));
    EXPECT_EQ(printed[key][i].value("code", 0U), static_cast<unsigned>(values[i]));
  }
}

TEST(Policies, ArePrintedInFull) {
  const Outcome outcome = policies({});

  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  for (const NamedPolicy& named : named_policies()) {
    EXPECT_NE(outcome.out.find(named.policy.name), std::string::npos) << outcome.out;
    for (const CipherSuite suite : named.policy.cipher_suites) {
      EXPECT_NE(outcome.out.find(to_string(suite)), std::string::npos) << to_string(suite);
    }
  }
}

TEST(Policies, ArePrintedInFullForPrograms) {
  const Outcome outcome = policies({"--json"});

  const Json json = Json::parse(outcome.out, nullptr, false);
  ASSERT_TRUE(json.is_object()) << outcome.out;
  ASSERT_EQ(json["policies"].size(), named_policies().size());
  for (std::size_t i = 0; i < named_policies().size(); ++i) {
    const Policy& policy = named_policies()[i].policy;
    const Json& printed = json["policies"][i];
    EXPECT_EQ(printed.value("name", ""), policy.name);
    EXPECT_EQ(printed.value("default", false), i == 0);
    expect_list(printed, "versions", policy.versions);
    expect_list(printed, "cipher_suites", policy.cipher_suites);
    expect_list(printed, "groups", policy.groups);
    expect_list(printed, "key_shares", policy.key_shares);
    expect_list(printed, "signature_schemes", policy.signature_schemes);
    expect_list(printed, "signature_schemes_in_certificates", policy.signature_schemes_in_certificates);
  }
}

TEST(Policies, ArePrintedOneByOne) {
  const Outcome one = policies({"modern-2026"});
  const Outcome unknown = policies({"modern-1999"});

  EXPECT_EQ(one.exit_code, 0) << one.out;
  EXPECT_EQ(one.out.find("TLS 1.2"), std::string::npos) << one.out;
  EXPECT_EQ(unknown.exit_code, 2) << unknown.out;
  EXPECT_NE(unknown.out.find("compatible-2026"), std::string::npos) << unknown.out;
}

}  // namespace
}  // namespace keyway::interop
