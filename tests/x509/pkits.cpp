#include "x509/pkits.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>

#include <keyway/trust.hpp>

#include "testing/make_certificate.hpp"
#include "x509/limbo.hpp"

namespace keyway::testing {
namespace {

using nlohmann::json;

Bytes read_file(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error(path.filename().string() + " can't be read");
  return {std::istreambuf_iterator<char>(in), {}};
}

x509::PolicyInputs inputs_of(const json& policy_oids, const json& test_case) {
  x509::PolicyInputs inputs;
  inputs.require_explicit = test_case.at("initial_explicit_policy");
  inputs.inhibit_mapping = test_case.at("initial_policy_mapping_inhibit");
  inputs.inhibit_any = test_case.at("initial_inhibit_any_policy");
  for (const auto& name : test_case.at("initial_policy_set")) {
    inputs.acceptable.push_back(policy_oids.at(name.get<std::string>()));
  }
  return inputs;
}

/// NIST's tests ask for no purpose, and some of their keys are of their time.
x509::Verifier::Options options_of(const json& policy_oids, const json& test_case) {
  x509::Verifier::Options options;
  options.profile = x509::Profile::rfc5280;
  options.revocation = x509::RevocationPolicy::hard_fail;
  options.min_rsa_bits = 1024;
  options.takes_dsa_with_sha1 = true;
  options.policies = inputs_of(policy_oids, test_case);
  return options;
}

std::vector<std::string> names_of(const std::vector<std::string>& policies, const json& policy_oids) {
  std::vector<std::string> names;
  for (const auto& [name, oid] : policy_oids.items()) {
    if (std::ranges::find(policies, oid.get<std::string>()) != policies.end()) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

PkitsResult run_pkits_case(const std::filesystem::path& folder, const json& policy_oids, const json& test_case) {
  std::vector<Bytes> certificates;
  for (const auto& name : test_case.at("chain")) {
    certificates.push_back(read_file(folder / "certs" / (name.get<std::string>() + ".crt")));
  }
  auto store = std::make_shared<x509::TrustStore>();
  auto anchor = x509::Certificate::from_der(certificates.front());
  if (!anchor) return {false, {}, "anchor: " + anchor.error().message()};
  store->add(std::move(*anchor));

  std::vector<x509::Crl> lists;
  std::string skipped;
  for (const auto& name : test_case.at("crls")) {
    auto list = x509::Crl::from_der(read_file(folder / "crls" / (name.get<std::string>() + ".crl")));
    if (list) {
      lists.push_back(std::move(*list));
    } else {
      skipped += " [" + name.get<std::string>() + ": " + list.error().message() + "]";
    }
  }

  const x509::Verifier verifier(provider(), store, std::move(lists), {}, options_of(policy_oids, test_case));
  const std::vector<ByteView> chain(certificates.rbegin(), std::prev(certificates.rend()));
  const Time now = parse_rfc3339(test_case.at("time")).value();
  const auto verdict = verifier.verify(chain, nullptr, x509::Purpose::any, now);
  if (!verdict.accepted()) return {false, {}, verdict.to_error().message() + skipped};
  return {true, names_of(verdict.policies(), policy_oids), {}};
}

bool is_as_nist_expects(const PkitsResult& result, const json& test_case) {
  if (result.was_accepted != (test_case.at("expected_result") == "SUCCESS")) return false;
  if (!result.was_accepted) return true;
  auto expected = test_case.at("expected_user_constrained_policy_set").get<std::vector<std::string>>();
  std::ranges::sort(expected);
  return result.policies == expected;
}

}  // namespace keyway::testing
