// Chains of public web sites and cases of others' suites, where they are on this machine.

#include <algorithm>
#include <array>
#include <chrono>
#include <iostream>
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "testing/vectors.hpp"
#include "x509/limbo.hpp"

namespace keyway::testing {
namespace {

/// Where Keyway means to differ from limbo, each taken with open eyes (docs/decisions/0010).
const std::map<std::string, std::string> limbo_differences{
    {"webpki::cn::ipv4-hex-mismatch", "the Common Name is never looked at, for good or bad"},
    {"webpki::cn::ipv4-leading-zeros-mismatch", "as above"},
    {"webpki::cn::ipv6-non-rfc5952-mismatch", "as above"},
    {"webpki::cn::punycode-not-in-san", "as above"},
    {"webpki::cn::not-in-san", "as above"},
};

TEST(OutsideChains, JudgesAsLimboDoesButForWrittenDecisions) {
  KEYWAY_REQUIRE_VECTORS("limbo/limbo.json");
  const auto suite = *vector_json("limbo/limbo.json");
  std::size_t agreed = 0;
  std::size_t differed = 0;

  for (const auto& test_case : suite["testcases"]) {
    const auto id = test_case["id"].get<std::string>();
    const LimboResult result = run_limbo_case(test_case);
    ASSERT_TRUE(result.was_run) << id << ": " << result.reason;
    const bool agrees = result.was_accepted == (test_case["expected_result"] == "SUCCESS");
    agreed += agrees ? 1 : 0;
    differed += agrees ? 0 : 1;
    EXPECT_NE(agrees, limbo_differences.contains(id)) << id << ": " << result.reason;
  }

  std::cout << "limbo: " << agreed << " agree, " << differed << " differ by decision\n";
}

/// The verdicts of cases that their authors have not reviewed are told, not demanded.
TEST(OutsideChains, TellsHowItJudgesTheUnreviewedCasesOfLimbo) {
  KEYWAY_REQUIRE_VECTORS("limbo/limbo-unmerged.json");
  const auto suite = *vector_json("limbo/limbo-unmerged.json");
  std::size_t agreed = 0;

  for (const auto& test_case : suite["testcases"]) {
    const LimboResult result = run_limbo_case(test_case);
    if (result.was_accepted == (test_case["expected_result"] == "SUCCESS")) {
      ++agreed;
    } else {
      std::cout << test_case["id"] << ": " << (result.was_accepted ? "accepted" : result.reason) << '\n';
    }
  }

  EXPECT_GE(agreed, 15U);
}

TEST(OutsideChains, JudgesAllOfBetterTlsAsItsAuthorsDo) {
  KEYWAY_REQUIRE_VECTORS("bettertls/bettertls.json");
  const auto suite = *vector_json("bettertls/bettertls.json");
  std::size_t agreed = 0;
  std::size_t total = 0;
  std::map<std::string, std::size_t> disagreed;

  for (const auto& test_case : suite["testcases"]) {
    const LimboResult result = run_limbo_case(test_case);
    if (!result.was_run) continue;
    ++total;
    if (result.was_accepted == (test_case["expected_result"] == "SUCCESS")) {
      ++agreed;
    } else {
      ++disagreed[(result.was_accepted ? "accepted " : "refused ") + test_case["required_features"].dump()];
    }
  }

  std::cout << "BetterTLS: " << total << " run, " << agreed << " agree\n";
  for (const auto& [what, count] : disagreed) std::cout << "  " << count << ' ' << what << '\n';
  EXPECT_EQ(agreed, total);
}

TEST(OutsideChains, AcceptsEveryChainOfPublicWebSites) {
  KEYWAY_REQUIRE_VECTORS("realworld/online-chains.json");
  const auto suite = *vector_json("realworld/online-chains.json");
  std::size_t count = 0;

  for (const auto& test_case : suite["testcases"]) {
    const LimboResult result = run_limbo_case(test_case);
    ++count;
    EXPECT_TRUE(result.was_accepted) << test_case["id"] << ": " << result.reason;
  }

  EXPECT_EQ(count, 332U);
}

}  // namespace
}  // namespace keyway::testing
