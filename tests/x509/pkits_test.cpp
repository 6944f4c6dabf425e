// NIST's Public Key Interoperability Test Suite, where it is on this machine.

#include <iostream>

#include <gtest/gtest.h>

#include "testing/vectors.hpp"
#include "x509/pkits.hpp"
#include "x509/testing_verifier.hpp"

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

TEST(Pkits, TakesDsaOnlyByChoice) {
  KEYWAY_REQUIRE_VECTORS("pkits/certs/ValidDSASignaturesTest4EE.crt");
  const auto der = [](const char* name) { return *vector_file(std::string("pkits/certs/") + name + ".crt"); };
  Judge judge(der("TrustAnchorRootCertificate"));
  judge.options.profile = x509::Profile::rfc5280;
  judge.purpose = x509::Purpose::any;
  judge.now = std::chrono::sys_days(std::chrono::year(2011) / 4 / 15);
  const std::vector<Bytes> chain{der("ValidDSASignaturesTest4EE"), der("DSACACert")};

  EXPECT_EQ(code_of(judge.ask(chain, std::nullopt)), ErrorCode::UnsupportedKey);
  judge.options.takes_dsa_with_sha1 = true;
  EXPECT_TRUE(judge.ask(chain, std::nullopt).accepted());
}

}  // namespace
}  // namespace keyway::testing
