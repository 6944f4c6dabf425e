// `keyway demo --more`: what is off by default, an act for each.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "interop/process.hpp"
#include "interop/world.hpp"

namespace keyway::interop {
namespace {

using Json = nlohmann::json;

/// The acts by their kinds.
std::map<std::string, Json> acts_of_demo() {
  const Outcome outcome = run({keyway_command(), "demo", "--more", "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  const Json told = Json::parse(outcome.out, nullptr, false);
  std::map<std::string, Json> acts;
  if (!told.is_object()) return acts;
  for (const Json& step : told.value("steps", Json::array())) acts[step.value("step", "")] = step;
  return acts;
}

/// What an act tells under this label; empty: nothing.
std::string fact_of(const Json& act, const std::string& label) {
  for (const Json& fact : act.value("facts", Json::array())) {
    if (fact.value("label", "") == label) return fact.value("text", "");
  }
  return "";
}

TEST(DemoOfMore, HasAnActForAllThatIsOffByDefault) {
  const auto acts = acts_of_demo();
  for (const char* kind : {"early_data", "external_psk", "psk_lookup", "raw_public_key", "delegated_credential",
                           "encrypted_client_hello", "late_authentication", "exported_authenticator", "stateless_retry",
                           "early_choice", "session_lookup", "handover", "kernel_tls", "quic"}) {
    const auto act = acts.find(kind);
    ASSERT_NE(act, acts.end()) << kind;
    EXPECT_TRUE(act->second.value("as_expected", false)) << act->second.dump(2);
    EXPECT_NE(act->second.value("use", ""), "") << kind;
  }
}

TEST(DemoOfMore, TellsWhatWasProvedAndWhatWasRefused) {
  auto acts = acts_of_demo();
  EXPECT_EQ(fact_of(acts["late_authentication"], "a member's answer"), "is proven to be CN=Ann,O=Example Shop");
  EXPECT_EQ(fact_of(acts["exported_authenticator"], "market.localhost"), "proved, for this connection");
  EXPECT_EQ(fact_of(acts["exported_authenticator"], "made elsewhere").rfind("is refused", 0), 0U);
  EXPECT_EQ(fact_of(acts["stateless_retry"], "another address").rfind("is refused", 0), 0U);
  EXPECT_EQ(fact_of(acts["early_choice"], "nobody.localhost").rfind("is refused", 0), 0U);
  EXPECT_EQ(fact_of(acts["handover"], "without the key"), "it is of no use to anybody");
}

TEST(DemoOfMore, SaysWhatTheKernelOffersOrWhyNot) {
  const Json act = acts_of_demo()["kernel_tls"];
  const bool offers = fact_of(act, "TLS 1.3") != "nothing" || fact_of(act, "TLS 1.2") != "nothing";
  EXPECT_EQ(fact_of(act, "why not").empty(), offers) << act.dump(2);
}

}  // namespace
}  // namespace keyway::interop
