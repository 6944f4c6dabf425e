// NIST PKITS's sections on revocation (4.4, 4.5, 4.7, 4.14 and 4.15), where they are on this machine.

#include <set>

#include <gtest/gtest.h>

#include "testing/make_certificate.hpp"
#include "testing/vectors.hpp"
#include "x509/limbo.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using nlohmann::json;

Bytes pkits_file(const std::string& folder, const std::string& name, const std::string& ending) {
  return vector_file("pkits/" + folder + "/" + name + ending).value();
}

x509::Verdict run(const json& test_case) {
  const auto& names = test_case["chain"];
  Judge judge(pkits_file("certs", names[0], ".crt"));
  for (const auto& crl : test_case["crls"]) {
    // One that is malformed, or that is not to be had, is as good as none.
    Bytes der = pkits_file("crls", crl, ".crl");
    if (x509::Crl::from_der(der)) judge.crl(std::move(der));
  }
  std::vector<Bytes> chain{pkits_file("certs", names.back(), ".crt")};
  for (std::size_t i = 1; i + 1 < names.size(); ++i) chain.push_back(pkits_file("certs", names[i], ".crt"));
  judge.now = *parse_rfc3339(test_case["time"]);
  judge.purpose = x509::Purpose::client;
  judge.options.revocation = x509::RevocationPolicy::hard_fail;
  return judge.ask(chain, std::nullopt);
}

TEST(Pkits, RevocationIsJudgedAsNistExpects) {
  KEYWAY_REQUIRE_VECTORS("pkits/pkits.json");
  const auto suite = *vector_json("pkits/pkits.json");
  const std::set<std::string> sections{"04", "05", "07", "14", "15"};
  // A target that is an authority, which is no fit client: what NIST tests is whether the list speaks of it.
  const std::string authority_as_target = "4.14.13";
  std::size_t judged = 0;

  for (const auto& test_case : suite["testcases"]) {
    if (test_case["number"] == authority_as_target) {
      EXPECT_EQ(code_of(run(test_case)), ErrorCode::WrongKeyUsage);
      continue;
    }
    if (!sections.contains(test_case["section"].get<std::string>().substr(0, 2))) continue;
    const auto verdict = run(test_case);
    ++judged;
    EXPECT_EQ(verdict.accepted(), test_case["expected_result"] == "SUCCESS")
        << test_case["number"] << ' ' << test_case["title"] << ": "
        << (verdict.accepted() ? "accepted" : verdict.to_error().message());
  }

  EXPECT_EQ(judged, 78U);
}

}  // namespace
}  // namespace keyway::testing
