// The same chains, bent in many ways, judged by OpenSSL's and GnuTLS's commands and by us.
//
// What both others refuse and we take is a hole, and what we refuse and both take a nuisance: each is either explained
// here, case by case or by the rule that we refuse by, or fails the test. docs/conformance.md has the table.

#include <algorithm>
#include <chrono>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "interop/world.hpp"
#include "x509/testing_verifier.hpp"

namespace keyway::interop {
namespace {

using testing::CertificateOptions;
using testing::IssuedCertificate;

constexpr std::string_view host = "shop.example";

/// GnuTLS's command judges by the machine's clock alone.
const Time now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());

/// What is issued, before it is bent.
struct Plan {
  CertificateOptions root{.common_name = "Differential Root", .is_ca = true};
  CertificateOptions intermediate{.common_name = "Differential Intermediate", .is_ca = true};
  CertificateOptions leaf{.names = {std::string(host)}};
  bool sends_intermediate = true;

  Plan() {
    for (CertificateOptions* each : {&root, &intermediate, &leaf}) {
      each->not_before = now - std::chrono::hours(24);
      each->not_after = now + std::chrono::hours(24 * 60);
    }
  }
};

/// What the three are asked about.
struct Chain {
  std::vector<Bytes> sent;  ///< leaf first
  Bytes root;
};

Chain issue(const Plan& plan) {
  const IssuedCertificate root = testing::make_self_signed(plan.root);
  const IssuedCertificate intermediate = testing::make_certificate(root, plan.intermediate);
  const IssuedCertificate leaf = testing::make_certificate(intermediate, plan.leaf);
  Chain chain{{leaf.der}, root.der};
  if (plan.sends_intermediate) chain.sent.push_back(intermediate.der);
  return chain;
}

struct Answers {
  bool openssl = false;
  bool gnutls = false;
  x509::Verdict ours;
  std::string told;  ///< what the others said
};

std::string pem_of(const std::vector<Bytes>& certificates) {
  std::string text;
  for (const Bytes& der : certificates) text += to_pem("CERTIFICATE", der);
  return text;
}

Answers ask(const Chain& chain) {
  world().write("differential-root.pem", pem_of({chain.root}));
  world().write("differential-leaf.pem", pem_of({chain.sent.front()}));
  world().write("differential-rest.pem", pem_of({chain.sent.begin() + 1, chain.sent.end()}));
  world().write("differential-chain.pem", pem_of(chain.sent));
  std::vector<std::string> verify = {
      "openssl",     "verify",    "-CAfile",          world().path("differential-root.pem"),
      "-purpose",    "sslserver", "-verify_hostname", std::string(host),
      "-auth_level", "2"};
  if (chain.sent.size() > 1) verify.insert(verify.end(), {"-untrusted", world().path("differential-rest.pem")});
  verify.push_back(world().path("differential-leaf.pem"));
  const Outcome openssl = run(verify);
  const Outcome gnutls = run({"certtool", "--verify", "--load-ca-certificate", world().path("differential-root.pem"),
                              "--infile", world().path("differential-chain.pem"), "--verify-hostname",
                              std::string(host), "--verify-purpose", "1.3.6.1.5.5.7.3.1"});
  testing::Judge judge(chain.root);
  judge.now = now;
  return {openssl.exit_code == 0, gnutls.exit_code == 0, judge.ask(chain.sent, host), openssl.out + gnutls.out};
}

std::string text_of(const x509::Verdict& verdict) {
  if (verdict.accepted()) return "accepted";
  const x509::Finding& finding = *verdict.finding();
  return "refused: " + std::string(name(finding.code)) + ", " + finding.rule + ", " + finding.received;
}

// ------------------------------------------------------------------------------------------- one rule at a time

/// A chain bent by name, and what each is known to make of it.
struct Bent {
  std::string what;
  std::function<void(Plan&)> bend;
  bool ours = false;
  bool openssl = false;
  bool gnutls = false;
};

x509::RawExtension unknown_critical() {
  return {"1.3.6.1.4.1.55555.1", true, Bytes{5, 0}};
}

const std::vector<Bent>& bent_chains() {
  using namespace std::chrono_literals;
  static const std::vector<Bent> all{
      {"nothing", [](Plan&) {}, true, true, true},
      {"an expired leaf", [](Plan& p) { p.leaf.not_after = now - 1h; }},
      {"a leaf that is not yet valid", [](Plan& p) { p.leaf.not_before = now + 1h; }},
      {"an expired intermediate", [](Plan& p) { p.intermediate.not_after = now - 1h; }},
      {"an expired root", [](Plan& p) { p.root.not_after = now - 1h; }},
      {"another name", [](Plan& p) { p.leaf.names = {"other.example"}; }},
      {"the name in the Common Name alone",
       [](Plan& p) {
         p.leaf.names = {};
         p.leaf.common_name = std::string(host);
       },
       false, true, true},
      {"a wildcard", [](Plan& p) { p.leaf.names = {"*.example"}; }, false, false, false},
      {"a wildcard one level up", [](Plan& p) { p.leaf.names = {"*.shop.example"}; }},
      {"a leaf for clients alone", [](Plan& p) { p.leaf.extended_key_usage = {{"1.3.6.1.5.5.7.3.2"}}; }},
      {"an intermediate for clients alone",
       [](Plan& p) { p.intermediate.extended_key_usage = {{"1.3.6.1.5.5.7.3.2"}}; }},
      {"a leaf that may only encrypt keys", [](Plan& p) { p.leaf.key_usage = std::uint16_t{1U << 2U}; }, false, true,
       true},
      {"a leaf of an authority", [](Plan& p) { p.leaf.is_ca = true; }, false, false, true},
      {"an intermediate that is none", [](Plan& p) { p.intermediate.is_ca = false; }},
      {"an intermediate without basicConstraints", [](Plan& p) { p.intermediate.no_basic_constraints = true; }},
      {"an intermediate that may not sign certificates",
       [](Plan& p) { p.intermediate.key_usage = std::uint16_t{1U << 6U}; }},
      {"a root that allows no intermediate", [](Plan& p) { p.root.path_length = 0; }},
      {"a name outside the intermediate's bounds",
       [](Plan& p) { p.intermediate.permitted_names = {x509::OwnedGeneralName::dns("other.example")}; }},
      {"a name that the intermediate excludes",
       [](Plan& p) { p.intermediate.excluded_names = {x509::OwnedGeneralName::dns("example")}; }},
      {"a name inside the intermediate's bounds",
       [](Plan& p) { p.intermediate.permitted_names = {x509::OwnedGeneralName::dns("example")}; }, true, true, true},
      {"an unknown critical extension in the leaf", [](Plan& p) { p.leaf.extra_extensions = {unknown_critical()}; }},
      {"an unknown critical extension in the intermediate",
       [](Plan& p) { p.intermediate.extra_extensions = {unknown_critical()}; }},
      {"a broken signature of the leaf", [](Plan& p) { p.leaf.break_signature = true; }},
      {"a broken signature of the intermediate", [](Plan& p) { p.intermediate.break_signature = true; }},
      {"a broken signature of the root", [](Plan& p) { p.root.break_signature = true; }, true, true, true},
      {"a missing intermediate", [](Plan& p) { p.sends_intermediate = false; }},
      {"no key identifiers", [](Plan& p) { p.leaf.no_key_identifiers = true; }, true, true, true},
      {"a leaf that names another issuer",
       [](Plan& p) { p.leaf.issuer_name = testing::make_self_signed({.common_name = "Another"}).subject; }},
      {"a signature with SHA-1 on the leaf",
       [](Plan& p) { p.leaf.algorithm = crypto::SignatureAlgorithm::ecdsa_sha1; }},
      {"a leaf of version 1, with extensions", [](Plan& p) { p.leaf.version = 1; }, false, true, true},
  };
  return all;
}

TEST(Differential, BentChainsAreJudgedAsByOthersOrForAReason) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KEYWAY_REQUIRE_PROGRAM("certtool");
  for (const Bent& bent : bent_chains()) {
    Plan plan;
    bent.bend(plan);
    const Answers answers = ask(issue(plan));
    EXPECT_EQ(answers.ours.accepted(), bent.ours) << bent.what << ": " << text_of(answers.ours);
    EXPECT_EQ(answers.openssl, bent.openssl) << bent.what << answers.told;
    EXPECT_EQ(answers.gnutls, bent.gnutls) << bent.what << answers.told;
  }
}

// ------------------------------------------------------------------------------------------- any byte

/// `certificate` with one byte of what is signed changed, and signed again by `issuer`, so that the signature holds.
Bytes with_byte_changed(const IssuedCertificate& issuer, const Bytes& certificate, std::mt19937& random) {
  const auto view = x509::CertificateView::parse(certificate).value();
  Bytes tbs(view.tbs_certificate.begin(), view.tbs_certificate.end());
  tbs[random() % tbs.size()] ^= static_cast<std::uint8_t>(1 + random() % 255);
  return testing::sign_again(issuer, certificate, tbs);
}

/// RFC 5280 4.2.1.1 has them for finding an issuer, and 6.1 does not look at them: where the signature holds, we take a
/// certificate whatever key it says that it was made with. Both others don't.
bool do_key_identifiers_differ(const Bytes& leaf, const Bytes& intermediate, const Bytes& root) {
  const auto differ = [](const Bytes& child, const Bytes& issuer) {
    const auto below = x509::CertificateView::parse(child);
    const auto above = x509::CertificateView::parse(issuer);
    return below && above && below->authority_key_identifier && above->subject_key_identifier &&
           !std::ranges::equal(*below->authority_key_identifier, *above->subject_key_identifier);
  };
  return differ(leaf, intermediate) || differ(intermediate, root);
}

TEST(Differential, WhatBothOthersRefuseWeRefuseAndWhatBothTakeWeRefuseByARuleAlone) {
  KEYWAY_REQUIRE_PROGRAM("openssl");
  KEYWAY_REQUIRE_PROGRAM("certtool");
  const Plan plan;
  const IssuedCertificate root = testing::make_self_signed(plan.root);
  const IssuedCertificate intermediate = testing::make_certificate(root, plan.intermediate);
  const IssuedCertificate leaf = testing::make_certificate(intermediate, plan.leaf);
  std::mt19937 random(20261122);  // NOLINT(cert-msc51-cpp): the same chains in every run
  std::map<ErrorCode, std::string> stricter;
  for (int i = 0; i < 250; ++i) {
    const bool is_leaf = i % 2 == 0;
    const Bytes first = is_leaf ? with_byte_changed(intermediate, leaf.der, random) : leaf.der;
    const Bytes second = is_leaf ? intermediate.der : with_byte_changed(root, intermediate.der, random);
    const Answers answers = ask({{first, second}, root.der});
    const std::string what = to_hex(is_leaf ? first : second) + ": " + text_of(answers.ours);
    const bool is_looser = answers.ours.accepted() && !answers.openssl && !answers.gnutls;
    EXPECT_TRUE(!is_looser || do_key_identifiers_differ(first, second, root.der)) << what << answers.told;
    if (!answers.ours.accepted() && answers.openssl && answers.gnutls) stricter[answers.ours.finding()->code] = what;
  }
  for (const auto& [code, what] : stricter) {
    // DER is DER: what others still read with a byte changed is not read here. And where the subjectAltName became
    // something else, they go by the Common Name.
    EXPECT_TRUE(code == ErrorCode::InvalidDer || code == ErrorCode::InvalidCertificate ||
                code == ErrorCode::NameMismatch)
        << what;
  }
}

}  // namespace
}  // namespace keyway::interop
