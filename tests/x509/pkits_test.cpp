// NIST's Public Key Interoperability Test Suite, where it is on this machine.

#include <iostream>

#include <gtest/gtest.h>

#include "testing/vectors.hpp"
#include "x509/pkits.hpp"

namespace keyway::testing {
namespace {

TEST(Pkits, JudgesEveryRunAsNistExpects) {
  KEYWAY_REQUIRE_VECTORS("pkits/pkits.json");
  const auto suite = *vector_json("pkits/pkits.json");
  const auto folder = *vectors_folder() / "pkits";
  std::size_t agreed = 0;

  for (const auto& test_case : suite["testcases"]) {
    const PkitsResult result = run_pkits_case(folder, suite["policy_oids"], test_case);
    agreed += is_as_nist_expects(result, test_case) ? 1 : 0;
    EXPECT_TRUE(is_as_nist_expects(result, test_case))
        << test_case["number"] << ' ' << test_case["id"] << ": expected " << test_case["expected_result"] << ' '
        << test_case["expected_user_constrained_policy_set"] << ", got "
        << (result.was_accepted ? "SUCCESS" : result.reason) << ' ' << nlohmann::json(result.policies).dump();
  }

  std::cout << "PKITS: " << agreed << " of " << suite["testcases"].size() << " runs as NIST expects\n";
}

}  // namespace
}  // namespace keyway::testing
