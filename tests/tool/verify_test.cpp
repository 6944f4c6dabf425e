// `keyway verify`: what it says of certificates in files, its exit codes, and its JSON by the published schema.

#include <algorithm>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "core/text.hpp"
#include "interop/world.hpp"
#include "testing/http_stub.hpp"
#include "testing/json_schema.hpp"
#include "testing/make_ocsp.hpp"
#include "testing/make_sct.hpp"

namespace keyway::interop {
namespace {

using Json = nlohmann::json;
using testing::HttpStub;
using testing::IssuedCertificate;

std::string text_of(const Bytes& bytes) {
  return {bytes.begin(), bytes.end()};
}

/// A root that issues a leaf, in files, as of test_now.
class Verify : public ::testing::Test {
 protected:
  IssuedCertificate root_ = testing::make_self_signed({.common_name = "Verify Root", .is_ca = true});
  IssuedCertificate leaf_;

  void issue(testing::CertificateOptions options = {}) {
    options.names = {"shop.localhost"};
    leaf_ = testing::make_certificate(root_, options);
    world().write("verify-root.pem", root_.pem());
    world().write("verify-leaf.pem", leaf_.chain_pem());
  }
  static std::string file(const std::string& name) { return world().path(name); }
  static Outcome run_verify(const std::vector<std::string>& more, const std::string& at = "2026-11-21T12:00:00Z") {
    std::vector<std::string> command{
        keyway_command(), "verify", file("verify-leaf.pem"), "--trust", file("verify-root.pem"), "--at", at,
        "--no-cache"};
    command.insert(command.end(), more.begin(), more.end());
    return run(command);
  }
  static Outcome for_shop(std::vector<std::string> more, const std::string& at = "2026-11-21T12:00:00Z") {
    more.insert(more.begin(), {"--host", "shop.localhost"});
    return run_verify(more, at);
  }
  static Json json_of(const Outcome& outcome) {
    const Json json = Json::parse(outcome.out, nullptr, false);
    std::ifstream file(std::string(KEYWAY_SOURCE_DIR) + "/docs/verdict.schema.json");
    const Json schema = Json::parse(file);
    EXPECT_EQ(testing::violation(schema, json), "") << outcome.out;
    return json;
  }
};

TEST_F(Verify, AcceptsAndShowsThePath) {
  issue();
  const Outcome outcome = for_shop({});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_TRUE(has(outcome, "shop.localhost")) << outcome.out;
  EXPECT_TRUE(has(outcome, "(trusted)")) << outcome.out;
}

TEST_F(Verify, TellsWhatIsWrongByItsExitCode) {
  issue();
  EXPECT_EQ(run_verify({"--host", "other.localhost"}).exit_code, 7);
  EXPECT_EQ(for_shop({}, "2030-01-01").exit_code, 9);
  EXPECT_EQ(for_shop({}, "2020-01-01T00:00:00Z").exit_code, 10);
  EXPECT_EQ(for_shop({"--revocation", "hard-fail"}).exit_code, 8);
  world().write("verify-stranger.pem", testing::make_self_signed({.common_name = "Stranger", .is_ca = true}).pem());
  EXPECT_EQ(run({keyway_command(), "verify", file("verify-leaf.pem"), "--host", "shop.localhost", "--trust",
                 file("verify-stranger.pem"), "--at", "2026-11-21T12:00:00Z"})
                .exit_code,
            8);
}

/// A point that is not on the curve, under a signature that holds.
TEST_F(Verify, TellsOfAKeyThatIsNone) {
  issue();
  const auto view = x509::CertificateView::parse(leaf_.der).value();
  Bytes tbs(view.tbs_certificate.begin(), view.tbs_certificate.end());
  const auto key = std::ranges::search(tbs, view.subject_public_key_info);
  ASSERT_FALSE(key.empty());
  *(key.end() - 1) ^= 1;
  world().write("verify-leaf.pem", to_pem("CERTIFICATE", testing::sign_again(root_, leaf_.der, tbs)));
  const Outcome outcome = for_shop({"--json"});
  EXPECT_EQ(outcome.exit_code, 8) << outcome.out;
  EXPECT_EQ(json_of(outcome)["verdict"]["finding"]["code"], "InvalidKey") << outcome.out;
}

TEST_F(Verify, RefusesACommandLineThatMakesNoSense) {
  issue();
  EXPECT_EQ(run_verify({}).exit_code, 2);
  for (const char* odd : {"yesterday", "2026-13-01", "2026-11-21T25:00:00Z", "2026-11-21T12:00:00", "2026-11-21x"}) {
    EXPECT_EQ(for_shop({}, odd).exit_code, 2) << odd;
  }
  EXPECT_EQ(for_shop({"--profile", "mine"}).exit_code, 2);
  EXPECT_EQ(for_shop({"--crl", file("no-such-file")}).exit_code, 3);
  EXPECT_EQ(run({keyway_command(), "verify", file("no-such-file"), "--host", "shop.localhost"}).exit_code, 3);
}

TEST_F(Verify, LooksIntoListsAndStaplesThatAreGiven) {
  issue();
  world().write("verify-good.crl", text_of(testing::make_crl(root_, {})));
  world().write("verify-bad.crl", text_of(testing::make_crl(root_, {leaf_.serial}, {.reason = 1})));
  world().write("verify-good.ocsp", text_of(testing::make_ocsp(root_, leaf_.serial)));

  EXPECT_EQ(for_shop({"--revocation", "hard-fail", "--crl", file("verify-good.crl")}).exit_code, 0);
  EXPECT_EQ(for_shop({"--revocation", "hard-fail", "--ocsp", file("verify-good.ocsp")}).exit_code, 0);
  const Outcome revoked = for_shop({"--crl", file("verify-bad.crl")});
  EXPECT_EQ(revoked.exit_code, 11);
  EXPECT_TRUE(has(revoked, "keyCompromise")) << revoked.out;
  EXPECT_EQ(for_shop({"--crl", file("verify-bad.crl"), "--revocation", "off"}).exit_code, 0);
}

TEST_F(Verify, PrintsJsonByItsSchema) {
  issue();
  world().write("verify-good.crl", text_of(testing::make_crl(root_, {})));

  const Json good = json_of(for_shop({"--json", "--crl", file("verify-good.crl")}));
  const Json bad = json_of(run_verify({"--json", "--host", "other.localhost"}));
  const Json old = json_of(for_shop({"--json"}, "2030-01-01"));

  EXPECT_TRUE(good["verdict"]["accepted"].get<bool>());
  EXPECT_EQ(good["verdict"]["revocation"][0]["source"], "CRL");
  EXPECT_EQ(good["verdict"]["revocation"][0]["age_seconds"], 3600);
  EXPECT_EQ(bad["verdict"]["finding"]["code"], "NameMismatch");
  EXPECT_EQ(bad["exit_code"], 7);
  EXPECT_EQ(old["verdict"]["finding"]["code"], "CertificateExpired");
}

TEST_F(Verify, FetchesWhatItIsAllowedToAndNothingElse) {
  Bytes answer;
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = answer}; });
  issue({.crl_urls = {server.url("/list.crl")}, .ocsp_urls = {server.url("/ocsp")}});

  EXPECT_EQ(for_shop({}).exit_code, 0);
  EXPECT_TRUE(server.requests().empty());

  answer = testing::make_ocsp(root_, leaf_.serial);
  const Json good = json_of(for_shop({"--fetch", "--json", "--revocation", "hard-fail"}));
  EXPECT_EQ(good["exit_code"], 0);
  EXPECT_EQ(good["verdict"]["revocation"][0]["source"], "OCSP response");
  EXPECT_EQ(server.requests().size(), 1U);

  answer = testing::make_ocsp(root_, leaf_.serial, {.status = x509::SingleResponse::Status::revoked});
  EXPECT_EQ(for_shop({"--fetch"}).exit_code, 11);

  answer = testing::make_crl(root_, {});
  const Outcome by_list = for_shop({"--fetch", "--revocation", "hard-fail"});
  EXPECT_EQ(by_list.exit_code, 0) << by_list.out;
  EXPECT_TRUE(has(by_list, "/list.crl")) << by_list.out;
}

TEST_F(Verify, FetchesAnIssuerThatWasForgotten) {
  const auto intermediate = testing::make_certificate(root_, {.common_name = "Verify Intermediate", .is_ca = true});
  HttpStub server([&](const std::string&) { return HttpStub::Reply{.body = intermediate.der}; });
  world().write("verify-root.pem", root_.pem());
  world().write("verify-leaf.pem", testing::make_certificate(intermediate, {.names = {"shop.localhost"},
                                                                            .issuer_urls = {server.url("/issuer.der")}})
                                       .pem());

  const Outcome without = for_shop({});
  const Outcome with = for_shop({"--fetch-issuers"});

  EXPECT_EQ(without.exit_code, 8);
  EXPECT_TRUE(has(without, server.url("/issuer.der"))) << without.out;
  EXPECT_EQ(with.exit_code, 0) << with.out;
  EXPECT_TRUE(has(with, "(fetched)")) << with.out;
}

TEST_F(Verify, SaysWhatIsMissingBesideACertificateThatPromisesAStaple) {
  issue({.extra_extensions = {{"1.3.6.1.5.5.7.1.24", false, {0x30, 0x03, 0x02, 0x01, 0x05}}}});
  world().write("good.ocsp", text_of(testing::make_ocsp(root_, leaf_.serial)));

  const Outcome without = for_shop({});
  EXPECT_EQ(without.exit_code, 0);
  EXPECT_TRUE(has(without, "promises a stapled OCSP response")) << without.out;
  EXPECT_FALSE(has(for_shop({"--ocsp", file("good.ocsp")}), "promises a stapled"));
}

TEST_F(Verify, CountsTheSignaturesOfWhatItRefuses) {
  issue();
  const Outcome outcome = run_verify({"--host", "elsewhere.localhost"});

  EXPECT_EQ(outcome.exit_code, 7);
  EXPECT_TRUE(has(outcome, "1 signature checked")) << outcome.out;
}

/// Logs in the form of log_list.json, and a certificate's timestamps by them.
class VerifyTimestamps : public Verify {
 protected:
  testing::TestLog one_{"Argon 2026", "First"};
  testing::TestLog two_{"Oak 2026", "Second", crypto::KeyType::rsa};

  static Json entry(const testing::TestLog& log, const std::string& state = "usable") {
    const x509::CtLog facts = log.facts();
    return {{"description", facts.description},
            {"key", to_base64(facts.public_key)},
            {"mmd", 86400},
            {"state", {{state, {{"timestamp", "2026-11-20T00:00:00Z"}}}}}};
  }
  void SetUp() override {
    issue();
    const Json list{{"version", "30.1"},
                    {"operators",
                     {{{"name", "First"}, {"email", Json::array()}, {"logs", {entry(one_)}}},
                      {{"name", "Second"}, {"logs", Json::array()}, {"tiled_logs", {entry(two_, "qualified")}}}}}};
    world().write("logs.json", list.dump());
    const Bytes entry_of_leaf = testing::certificate_entry(leaf_.der);
    world().write("both.sct", text_of(testing::sct_list({one_.sct(entry_of_leaf), two_.sct(entry_of_leaf)})));
    world().write("one.sct", text_of(testing::sct_list({one_.sct(entry_of_leaf)})));
  }
};

TEST_F(VerifyTimestamps, AreToldWithTheirLogs) {
  const Outcome outcome = for_shop({"--ct-logs", file("logs.json"), "--sct", file("both.sct")});

  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_TRUE(has(outcome, "publicly logged")) << outcome.out;
  EXPECT_TRUE(has(outcome, "timestamp of Argon 2026 (First), with the TLS extension: seen on")) << outcome.out;
}

TEST_F(VerifyTimestamps, StandInTheJson) {
  const Json json =
      json_of(for_shop({"--json", "--ct-logs", file("logs.json"), "--ct-policy", "chrome", "--sct", file("both.sct")}));

  EXPECT_EQ(json["ct_policy"], "chrome");
  EXPECT_EQ(json["verdict"]["checks"]["transparency"], "passed");
  ASSERT_EQ(json["verdict"]["timestamps"].size(), 2U);
  EXPECT_EQ(json["verdict"]["timestamps"][1]["operator"], "Second");
}

TEST_F(VerifyTimestamps, AreDemandedByAPolicy) {
  const Outcome outcome = for_shop({"--ct-logs", file("logs.json"), "--ct-policy", "chrome", "--sct", file("one.sct")});

  EXPECT_EQ(outcome.exit_code, 8) << outcome.out;
  EXPECT_TRUE(has(outcome, "too few public logs")) << outcome.out;
}

TEST_F(VerifyTimestamps, WantALogListThatIsOne) {
  EXPECT_EQ(for_shop({"--ct-policy", "chrome"}).exit_code, 2);
  EXPECT_EQ(for_shop({"--ct-logs", file("absent.json")}).exit_code, 3);
  for (const char* const text :
       {"nothing", "{}", "[]", R"({"operators": []})", R"({"operators": [{"logs": [{"key": "!"}]}]})",
        R"({"operators": [{"logs": [7]}]})", R"({"operators": 7})"}) {
    world().write("wrong.json", text);
    EXPECT_EQ(for_shop({"--ct-logs", file("wrong.json")}).exit_code, 3) << text;
  }
  Json other = entry(one_);
  other["log_id"] = to_base64(Bytes(32, 1));
  world().write("wrong.json", Json{{"operators", {{{"logs", {other}}}}}}.dump());
  EXPECT_EQ(for_shop({"--ct-logs", file("wrong.json")}).exit_code, 3) << "an identity that is not the key's";
}

}  // namespace
}  // namespace keyway::interop
