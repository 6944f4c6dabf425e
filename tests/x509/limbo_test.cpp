// The runner of cases in x509-limbo's form: what it makes of all that the form has, and of what it does not know.

#include <gtest/gtest.h>

#include "x509/limbo.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::testing {
namespace {

using Json = nlohmann::json;

/// A case that succeeds, to be bent.
Json good_case() {
  static const IssuedCertificate root = make_self_signed({.common_name = "Root", .is_ca = true});
  static const IssuedCertificate leaf = make_certificate(root, {.names = {"example.com"}});
  return {{"id", "good"},
          {"features", Json::array()},
          {"validation_kind", "SERVER"},
          {"trusted_certs", Json::array({root.pem()})},
          {"untrusted_intermediates", Json::array()},
          {"peer_certificate", leaf.pem()},
          {"validation_time", "2026-11-21T12:00:00Z"},
          {"signature_algorithms", Json::array()},
          {"key_usage", Json::array()},
          {"extended_key_usage", Json::array()},
          {"expected_peer_name", {{"kind", "DNS"}, {"value", "example.com"}}},
          {"expected_peer_names", Json::array()},
          {"max_chain_depth", nullptr},
          {"crls", Json::array()}};
}

LimboResult run_with(const char* member, Json value) {
  Json test_case = good_case();
  test_case[member] = std::move(value);
  return run_limbo_case(test_case);
}
bool succeeds_with(const char* member, Json value) {
  const LimboResult result = run_with(member, std::move(value));
  EXPECT_TRUE(result.was_run) << member;
  return result.was_accepted;
}

TEST(LimboRunner, RunsACase) {
  const LimboResult result = run_limbo_case(good_case());
  EXPECT_TRUE(result.was_accepted) << result.reason;
}

TEST(LimboRunner, HoldsTheLeafToItsKeyUsage) {
  EXPECT_TRUE(succeeds_with("key_usage", Json::array({"digitalSignature"})));
  EXPECT_FALSE(succeeds_with("key_usage", Json::array({"digitalSignature", "keyEncipherment"})));
  EXPECT_FALSE(succeeds_with("key_usage", Json::array({"somethingElse"})));
}

TEST(LimboRunner, HoldsThePathToItsPurposes) {
  EXPECT_TRUE(succeeds_with("extended_key_usage", Json::array({"serverAuth"})));
  EXPECT_TRUE(succeeds_with("extended_key_usage", Json::array({"1.3.6.1.5.5.7.3.1"})));
  EXPECT_FALSE(succeeds_with("extended_key_usage", Json::array({"clientAuth"})));
  EXPECT_FALSE(succeeds_with("extended_key_usage", Json::array({"serverAuth", "codeSigning"})));
  EXPECT_FALSE(succeeds_with("extended_key_usage", Json::array({"1.2.3.4"})));
}

TEST(LimboRunner, HoldsThePathToItsAlgorithms) {
  EXPECT_TRUE(succeeds_with("signature_algorithms", Json::array({"RSA_WITH_SHA256", "ECDSA_WITH_SHA256"})));
  EXPECT_FALSE(succeeds_with("signature_algorithms", Json::array({"RSA_WITH_SHA256"})));
}

TEST(LimboRunner, HoldsTheLeafToAllItsNames) {
  const Json own{{"kind", "DNS"}, {"value", "example.com"}};
  const Json other{{"kind", "DNS"}, {"value", "example.org"}};
  const Json mail{{"kind", "RFC822"}, {"value", "a@example.com"}};

  EXPECT_TRUE(succeeds_with("expected_peer_names", Json::array({own})));
  EXPECT_FALSE(succeeds_with("expected_peer_names", Json::array({own, other})));
  EXPECT_FALSE(succeeds_with("expected_peer_names", Json::array({mail})));
  EXPECT_FALSE(succeeds_with("expected_peer_name", other));
  EXPECT_FALSE(succeeds_with("expected_peer_name", {{"kind", "IP"}, {"value", "example.com"}}));
  EXPECT_TRUE(succeeds_with("expected_peer_name", nullptr));
}

TEST(LimboRunner, ReadsTimesWithOffsetsAndFractions) {
  const auto at = [](const char* text) { return parse_rfc3339(text).value(); };

  EXPECT_EQ(at("2026-11-21T12:00:00Z"), test_now);
  EXPECT_EQ(at("2026-11-21T12:00:00.999Z"), test_now);
  EXPECT_EQ(at("2026-11-21T12:00:00+00:00"), test_now);
  EXPECT_EQ(at("2026-11-21T14:30:00+02:30"), test_now);
  EXPECT_EQ(at("2026-11-21T07:00:00.5-05:00"), test_now);
  EXPECT_FALSE(parse_rfc3339("yesterday"));
  EXPECT_FALSE(parse_rfc3339(nullptr));
}

TEST(LimboRunner, PassesOverWhatItDoesNotKnow) {
  for (const char* const member : {"features", "crls", "key_usage", "extended_key_usage", "signature_algorithms",
                                   "expected_peer_names", "untrusted_intermediates", "validation_kind"}) {
    EXPECT_TRUE(succeeds_with(member, nullptr)) << member;
  }
  EXPECT_TRUE(succeeds_with("features", Json::array({"something-new", 7})));
  EXPECT_TRUE(succeeds_with("a-new-member", {{"with", "content"}}));
  EXPECT_TRUE(succeeds_with("untrusted_intermediates", Json::array({"nothing of the kind"})));
}

TEST(LimboRunner, RefusesWhatIsNoCertificate) {
  EXPECT_FALSE(succeeds_with("peer_certificate", ""));
  EXPECT_FALSE(succeeds_with("peer_certificate", "-----BEGIN CERTIFICATE-----\n!\n-----END CERTIFICATE-----\n"));
  EXPECT_FALSE(succeeds_with("trusted_certs", Json::array()));
  EXPECT_FALSE(succeeds_with("crls", Json::array({"nothing of the kind"})));
}

TEST(LimboRunner, LeavesOutWhatIsNotOfTheForm) {
  EXPECT_FALSE(run_with("expected_peer_name", "example.com").was_run);
  EXPECT_FALSE(run_with("expected_peer_name", {{"kind", "URI"}, {"value", "https://example.com"}}).was_run);
  EXPECT_THROW(static_cast<void>(run_with("peer_certificate", nullptr)), Json::exception);
}

}  // namespace
}  // namespace keyway::testing
