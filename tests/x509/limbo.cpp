#include "x509/limbo.hpp"

#include <cstdio>

#include "core/text.hpp"
#include "testing/make_certificate.hpp"

namespace keyway::testing {

std::optional<Time> parse_rfc3339(const nlohmann::json& text) {
  if (!text.is_string()) return std::nullopt;
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  const auto value = text.get<std::string>();
  if (std::sscanf(value.c_str(), "%d-%d-%dT%d:%d:%d", &year, &month, &day, &hour, &minute, &second) != 6) {
    return std::nullopt;
  }
  using namespace std::chrono;
  return sys_days(std::chrono::year(year) / month / day) + hours(hour) + minutes(minute) + seconds(second);
}

namespace {

LimboResult refused(std::string reason) {
  return {false, true, std::move(reason)};
}

/// DER of each block; what is no PEM at all refuses the case.
std::optional<std::vector<Bytes>> blocks(const nlohmann::json& list) {
  std::vector<Bytes> all;
  for (const auto& pem : list) {
    auto parsed = parse_pem(pem.get<std::string>());
    if (!parsed) return std::nullopt;
    for (PemBlock& block : *parsed) all.push_back(std::move(block.data));
  }
  return all;
}

}  // namespace

LimboResult run_limbo_case(const nlohmann::json& test_case) {
  const auto anchors = blocks(test_case["trusted_certs"]);
  const auto others = blocks(test_case["untrusted_intermediates"]);
  const auto leaf = blocks(nlohmann::json::array({test_case["peer_certificate"]}));
  const auto crls = blocks(test_case.value("crls", nlohmann::json::array()));
  if (!anchors || !others || !leaf || !crls) return refused("PEM");

  auto store = std::make_shared<x509::TrustStore>();
  std::string skipped;
  for (const Bytes& der : *anchors) {
    auto certificate = x509::Certificate::from_der(der);
    if (certificate) {
      store->add(std::move(*certificate));
    } else {
      skipped += " [anchor: " + certificate.error().message() + "]";
    }
  }
  std::vector<x509::Crl> lists;
  for (const Bytes& der : *crls) {
    auto list = x509::Crl::from_der(der);
    if (!list) return refused("CRL: " + list.error().message());
    lists.push_back(std::move(*list));
  }

  x509::Verifier::Options options;
  // "The maximum number of intermediates"; self-issued ones do not count there, which Keyway's budget does not know.
  if (!lists.empty()) options.revocation = x509::RevocationPolicy::hard_fail;
  if (test_case.contains("max_chain_depth") && test_case["max_chain_depth"].is_number()) {
    options.budget.max_depth = test_case["max_chain_depth"].get<std::size_t>() + 2;
  }
  const x509::Verifier verifier(provider(), store, std::move(lists), {}, options);

  std::optional<ServerName> name;
  const auto& wanted = test_case["expected_peer_name"];
  if (wanted.is_object()) {
    if (wanted["kind"] == "RFC822") return {false, false, "an e-mail address as peer"};
    auto parsed = ServerName::parse(wanted["value"].get<std::string>());
    if (!parsed) return refused("name: " + parsed.error().message());
    name = *parsed;
  }
  const bool is_client = test_case["validation_kind"] == "CLIENT";
  if (!name && !is_client) return {false, false, "a server without a name"};

  std::vector<ByteView> chain{leaf->front()};
  for (const Bytes& der : *others) chain.emplace_back(der);
  const Time at =
      parse_rfc3339(test_case["validation_time"]).value_or(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
  const auto verdict =
      verifier.verify(chain, name ? &*name : nullptr, is_client ? x509::Purpose::client : x509::Purpose::server, at);
  if (verdict.accepted()) return {true, true, {}};
  return refused(verdict.to_error().message() + skipped);
}

}  // namespace keyway::testing
