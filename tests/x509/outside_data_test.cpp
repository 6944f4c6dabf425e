// BoringSSL's and Debian's data, where they are on this machine.

#include <iostream>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "testing/make_certificate.hpp"
#include "testing/vectors.hpp"
#include "x509/algorithm.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/extensions.hpp"
#include "x509/limbo.hpp"
#include "x509/name_constraints.hpp"
#include "x509/ocsp.hpp"
#include "x509/ocsp_judgement.hpp"
#include "x509/policies.hpp"
#include "x509/revocation.hpp"

namespace keyway::testing {
namespace {

using nlohmann::json;

Bytes base64(const json& text) {
  return from_base64(text.get<std::string>()).value();
}

/// Where Keyway means to differ, with the reason.
const std::map<std::string, std::string> parse_differences{
    {"parse::bad_signature_algorithm_oid", "the algorithm is unknown and inner and outer are compared"},
    {"parse::failed_signature_algorithm", "inner and outer algorithm differ, or are malformed"},
    {"parse::name_constraints_bad_ip", "bounds are judged where they are used: find_violation() refuses it"},
    {"parse::issuer_bad_printable_string", "text is judged where it is compared: malformed text equals only itself"},
    {"parse::subject_not_ascii", "as above"},
    {"parse::subject_not_printable_string", "as above"},
    {"parse::subject_blank_subjectaltname_not_critical", "criticality of subjectAltName is the issuer's concern"},
    {"parse::basic_constraints_pathlen_256", "no reason for a bound of 255"},
    {"parse::serial_37_bytes", "RFC 5280 4.1.2.2: at most 20"},
};

TEST(OutsideData, ParsesCertificatesAsBoringSslDoes) {
  KEYWAY_REQUIRE_VECTORS("chromium/parse.json");
  const auto suite = *vector_json("chromium/parse.json");
  std::size_t judged = 0;

  for (const auto& test_case : suite["testcases"]) {
    if (!test_case.contains("expected") || test_case["expected"].is_null()) continue;
    const auto id = test_case["id"].get<std::string>();
    const bool expected = test_case["expected"];
    bool got = false;
    std::string reason;
    if (test_case["op"] == "full-certificate") {
      const Bytes der = base64(test_case["blocks"]["CERTIFICATE"]);
      const auto parsed = x509::CertificateView::parse(der);
      got = parsed.has_value();
      if (!got) reason = parsed.error().message();
    } else if (test_case["op"] == "aki") {
      const Bytes der = base64(test_case["blocks"]["AUTHORITY_KEY_IDENTIFIER"]);
      x509::der::Status status;
      (void)x509::read_authority_key_identifier(der, status);
      got = status.ok();
    } else {
      continue;  // skeletons, of which only parts are well-formed
    }
    ++judged;
    if (parse_differences.contains(id)) continue;
    EXPECT_EQ(got, expected) << id << ' ' << reason;
  }

  EXPECT_GT(judged, 60U);
}

TEST(OutsideData, ComparesNamesAsBoringSslDoes) {
  KEYWAY_REQUIRE_VECTORS("chromium/name-match.json");
  const auto suite = *vector_json("chromium/name-match.json");

  for (const auto& test_case : suite["testcases"]) {
    const Bytes a = base64(suite["names"][test_case["a"].get<std::string>()]);
    const Bytes b = base64(suite["names"][test_case["b"].get<std::string>()]);
    // Malformed names are refused by the parser; compared, they equal only themselves.
    if (test_case["a"].get<std::string>().starts_with("invalid") && test_case["a"] == test_case["b"]) continue;
    const bool got = test_case["op"] == "match" ? x509::same_name(a, b) : x509::within_name(a, b);
    EXPECT_EQ(got, test_case["expected"].get<bool>()) << test_case["id"];
    if (test_case["op"] == "match" && got) {
      EXPECT_EQ(x509::name_hash(a), x509::name_hash(b)) << test_case["id"];
    }
  }
}

/// The contents of a SEQUENCE that stands alone.
ByteView contents_of(ByteView der) {
  x509::der::Status status;
  return x509::der::Reader(der, status).contents(x509::der::Tag::sequence, "test data");
}

/// All of them stricter.
const std::map<std::string, std::string> constraint_differences{
    {"nc::DNSNames::020", "a wildcard that is no whole label can't be compared"},
    {"nc::DNSNames::021", "as above"},
    {"nc::DNSNames::022", "as above"},
    {"nc::DNSNamesExcludedWithLeadingDot::053", "in doubt the name itself is excluded too"},
    {"nc::DNSNamesPermittedTwoDot::057", "`..` is malformed"},
    {"nc::DNSNamesExcludeOnly::063", "an empty dNSName can't be compared"},
    {"nc::Rfc822NameHostnameWithAtInPermitted::215", "neither a mailbox, nor a host, nor a domain: no bound at all"},
    {"nc::Rfc822NameHostnameWithAtInExcluded::223", "as above"},
    {"nc::Rfc822NameIPv4Permitted::249", "as above"},
    {"nc::Rfc822NameIPv4Excluded::253", "as above"},
    {"nc::QuotedRfc822SanMatchesQuotedPermitted::259", "a quoted local part can't be compared, so it is no bound"},
    {"nc::UnquotedRfc822SanNotMatchingQuotedExcluded::261", "as above"},
    {"nc::URIsInPermitted::275", "a bound of URIs is a host, not a URI"},
    {"nc::URIsInExcluded::278", "as above"},
};

/// What can't be compared is refused whether the constraints are critical or not, and URIs can be.
bool is_about_criticality(const json& test_case) {
  return test_case["critical"] == false && test_case["expected"] == true;
}

bool is_beyond_scope(const json& test_case) {
  const auto name = test_case["test"].get<std::string>();
  return name == "DNSNamesExcludeDot"                 // a lone dot is no name: malformed here
         || name == "DNSNamesFailOnInvalidIA5String"  // patches the data in its own code
         || name == "DirectoryNamesExcludeAll"        // an empty subject is no name
         || test_case["constraints"].is_null() || test_case.value("value", json("none")).is_null();
}

TEST(OutsideData, ConstrainsNamesAsBoringSslDoes) {
  KEYWAY_REQUIRE_VECTORS("chromium/name-constraints.json");
  const auto suite = *vector_json("chromium/name-constraints.json");
  const Bytes no_name{0x30, 0x00};
  std::size_t judged = 0;

  for (const auto& test_case : suite["testcases"]) {
    if (is_beyond_scope(test_case)) continue;
    const auto op = test_case["op"].get<std::string>();
    const auto data = [&](const json& key) { return base64(suite["data"][key.get<std::string>()]["der"]); };
    const Bytes constraints = data(test_case["constraints"]);
    x509::CertificateView certificate;
    certificate.subject.der = no_name;
    Bytes held;
    Bytes names;
    if (op == "dns" || op == "ip") {
      const auto value = test_case["value"].get<std::string>();
      const Bytes bytes = op == "dns" ? Bytes(value.begin(), value.end()) : hex(value);
      names = {static_cast<std::uint8_t>(op == "dns" ? 0x82 : 0x87), static_cast<std::uint8_t>(bytes.size())};
      names.insert(names.end(), bytes.begin(), bytes.end());
      certificate.subject_alternative_name = names;
    } else if (op == "dirname") {
      held = data(test_case["value"]);
      certificate.subject.der = held;
    } else if (op == "cert") {
      if (!test_case["subject"].is_null()) {
        held = data(test_case["subject"]);
        certificate.subject.der = held;
      }
      if (!test_case["san"].is_null()) {
        names = data(test_case["san"]);
        certificate.subject_alternative_name = contents_of(names);
      }
    }
    x509::der::Status status;
    const ByteView read = x509::read_name_constraints(constraints, status);
    std::size_t budget = 100'000;
    const auto violation = x509::find_violation(read, certificate, budget);
    const bool got = status.ok() && !violation;
    ++judged;
    if (constraint_differences.contains(test_case["id"].get<std::string>()) || is_about_criticality(test_case)) {
      EXPECT_FALSE(got) << test_case["id"] << ": a difference may only be stricter";
      continue;
    }
    EXPECT_EQ(got, test_case["expected"].get<bool>())
        << test_case["id"] << ' ' << test_case.dump()
        << (violation ? violation->name + ": " + violation->constraint : "");
  }

  EXPECT_GT(judged, 100U);
}

const std::map<std::string, std::string> crl_differences{
    {"crl::bad_crldp_has_crlissuer",
     "RFC 5280 6.3.3, at its end: the issuer's own complete list counts, point or none"},
    {"crl::bad_idp_indirectcrl", "an indirect list speaks for its own issuer too"},
    {"crl::bad_fake_critical_crlentryextension", "an entry counts, whatever else it says"},
};

x509::Standing standing_by(const json& test_case, Time now, std::chrono::seconds max_age, std::string& reason) {
  const Bytes leaf_der = base64(test_case["cert"]);
  const auto leaf = x509::CertificateView::parse(leaf_der);
  auto crl = x509::Crl::from_der(base64(test_case["crl"]));
  if (!crl || !leaf) {
    reason = crl ? "certificate" : crl.error().message();
    return x509::Standing::unknown;
  }
  // The issuer, and where the key has changed the one above it, of the same name.
  std::vector<Bytes> issuers{base64(test_case["issuer"])};
  if (!test_case["issuer2"].is_null()) issuers.push_back(base64(test_case["issuer2"]));
  const auto is_signed = [&](const x509::SignedList& list) {
    return std::ranges::any_of(issuers, [&](const Bytes& der) {
      const auto issuer = x509::CertificateView::parse(der);
      const auto key = provider()->public_key(issuer.value().subject_public_key_info);
      std::size_t left = 1;
      return list.is_signed_by(*issuer, **key, left);
    });
  };
  const x509::SignedList list(std::move(*crl));
  const auto answer = x509::ask_lists(std::vector{&list}, {*leaf, now, max_age, is_signed});
  reason = answer.reason;
  return answer.standing;
}

std::string_view boringssl_name(x509::Standing standing) {
  if (standing == x509::Standing::good) return "GOOD";
  return standing == x509::Standing::revoked ? "REVOKED" : "UNKNOWN";
}

TEST(OutsideData, ReadsCrlsAsBoringSslDoes) {
  KEYWAY_REQUIRE_VECTORS("chromium/crl.json");
  const auto suite = *vector_json("chromium/crl.json");
  const Time now = *parse_rfc3339(suite["time"]);
  const std::chrono::seconds max_age{suite["max_age_seconds"].get<int>()};

  for (const auto& test_case : suite["testcases"]) {
    std::string reason;
    const auto got = boringssl_name(standing_by(test_case, now, max_age, reason));
    const bool differs = crl_differences.contains(test_case["id"].get<std::string>());
    EXPECT_EQ(got == test_case["expected"].get<std::string>(), !differs)
        << test_case["id"] << ' ' << got << ' ' << reason;
  }
}

const std::map<std::string, std::string> ocsp_differences{
    {"ocsp::good_response_invalid_serial", "a serial number that is not minimal is not DER"},
};

/// Nearly all of that suite is signed with SHA-1, which anybody may forge: it says nothing, whatever it says.
bool is_signed_with_sha1(ByteView response) {
  const auto view = x509::OcspResponseView::parse(response);
  return view && view->is_basic && x509::is_weak_algorithm(view->signature_algorithm);
}

TEST(OutsideData, ReadsOcspResponsesAsBoringSslDoes) {
  KEYWAY_REQUIRE_VECTORS("chromium/ocsp.json");
  const auto suite = *vector_json("chromium/ocsp.json");
  const Time now = *parse_rfc3339(suite["time"]);
  const std::chrono::seconds max_age{suite["max_age_seconds"].get<int>()};

  for (const auto& test_case : suite["testcases"]) {
    const Bytes leaf_der = base64(test_case["cert"]);
    const Bytes issuer_der = base64(test_case["issuer"]);
    const auto leaf = x509::CertificateView::parse(leaf_der).value_or(x509::CertificateView{});
    const auto issuer = x509::CertificateView::parse(issuer_der).value();
    const auto key = provider()->public_key(issuer.subject_public_key_info);
    const Bytes response = base64(test_case["response"]);
    std::size_t left = 16;

    const auto answer = x509::judge_ocsp_response(response, {leaf, issuer, **key, now, max_age}, *provider(), left);

    const bool is_forgeable = is_signed_with_sha1(response) && test_case["expected_status"] != "UNKNOWN";
    const bool differs = is_forgeable || ocsp_differences.contains(test_case["id"].get<std::string>());
    EXPECT_EQ(boringssl_name(answer.standing) == test_case["expected_status"].get<std::string>(), !differs)
        << test_case["id"] << ' ' << boringssl_name(answer.standing) << ' ' << answer.reason;
  }
}

TEST(OutsideData, ReadsPoliciesAsBoringSslDoes) {
  KEYWAY_REQUIRE_VECTORS("chromium/policies.json");
  const auto suite = *vector_json("chromium/policies.json");

  for (const auto& test_case : suite["testcases"]) {
    const Bytes value = base64(test_case["extension_value"]);
    x509::der::Status status;
    const ByteView contents = x509::read_certificate_policies(value, status);
    const auto policies = status.ok() ? x509::list_policies(contents) : std::nullopt;
    std::vector<std::string> got;
    for (const ByteView policy : policies.value_or(std::vector<ByteView>{})) got.push_back(x509::oid_to_string(policy));
    EXPECT_EQ(policies.has_value(), test_case["expected_result"] == "SUCCESS") << test_case["id"];
    EXPECT_EQ(got, test_case["policies"].get<std::vector<std::string>>()) << test_case["id"];
  }
}

const std::map<std::string, std::string> signature_differences{
    {"signed-data::rsa-pss-sha256-using-pss-key-with-params", "keys for RSASSA-PSS alone are taken (RFC 4055 1.2)"},
};

/// A signature and the algorithm that it is said to be of, without Keyway's rules on what is weak.
TEST(OutsideData, VerifiesSignaturesAsBoringSslDoes) {
  KEYWAY_REQUIRE_VECTORS("chromium/signed-data.json");
  const auto suite = *vector_json("chromium/signed-data.json");

  for (const auto& test_case : suite["testcases"]) {
    const auto id = test_case["id"].get<std::string>();
    const Bytes info = base64(test_case["spki"]);
    const Bytes identifier = base64(test_case["algorithm"]);
    const Bytes data = base64(test_case["data"]);
    const Bytes bits = base64(test_case["signature_bit_string"]);
    x509::der::Status status;
    const ByteView signature = x509::der::Reader(bits, status).bit_string("signature");
    const auto algorithm = x509::read_algorithm(identifier);
    const auto key = provider()->public_key(info);
    const bool has_key = key.has_value() && x509::read_key_facts(info).has_value();
    const bool got = status.ok() && algorithm && has_key && (*key)->verify(*algorithm, data, signature);
    const bool needs_mldsa = id.find("mldsa") != std::string::npos;
    if (signature_differences.contains(id) || (needs_mldsa && !key)) continue;
    EXPECT_EQ(got, test_case["expected_result"] == "SUCCESS") << id << ' ' << algorithm.has_value() << has_key;
  }
}

TEST(OutsideData, ParsesEveryRootOfDebian) {
  KEYWAY_REQUIRE_VECTORS("realworld/online-chains.json");
  std::size_t count = 0;

  for (const auto& entry : std::filesystem::recursive_directory_iterator(*vectors_folder() / "realworld/trust")) {
    if (!entry.is_regular_file()) continue;
    const auto store = x509::TrustStore::from_file(entry.path());
    if (entry.path().extension() != ".pem") continue;
    ASSERT_TRUE(store.has_value()) << store.error().message();
    count += store->size();
  }

  EXPECT_GE(count, 120U);
}

TEST(OutsideData, ParsesEveryRootOfAnOlderSet) {
  KEYWAY_REQUIRE_VECTORS("realworld/trust/boringssl-mozilla_roots.der");
  const Bytes file = *vector_file("realworld/trust/boringssl-mozilla_roots.der");
  x509::der::Status status;
  x509::der::Reader roots(file, status);
  std::size_t count = 0;

  while (!roots.empty()) {
    const auto root = x509::CertificateView::parse(roots.any("root").whole);
    EXPECT_TRUE(root.has_value()) << root.error().message();
    ++count;
  }

  EXPECT_TRUE(status.ok());
  EXPECT_EQ(count, 138U);
}

}  // namespace
}  // namespace keyway::testing
