#include "x509/limbo.hpp"

#include <algorithm>
#include <cstdio>
#include <expected>
#include <span>

#include "core/text.hpp"
#include "testing/make_certificate.hpp"
#include "x509/algorithm.hpp"

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

bool is_mldsa(ByteView der) {
  const auto view = x509::CertificateView::parse(der);
  const auto facts = view ? x509::read_key_facts(view->subject_public_key_info) : std::nullopt;
  return facts && facts->type >= crypto::KeyType::mldsa44 && facts->type <= crypto::KeyType::mldsa87;
}

bool needs_missing_mldsa(std::span<const ByteView> chain, const std::vector<Bytes>& anchors) {
  if (provider()->has_signature(crypto::SignatureAlgorithm::mldsa65)) return false;
  return std::ranges::any_of(chain, is_mldsa) || std::ranges::any_of(anchors, is_mldsa);
}

bool has_feature(const nlohmann::json& test_case, std::string_view beginning) {
  const auto features = test_case.value("features", nlohmann::json::array());
  return std::ranges::any_of(features,
                             [&](const auto& each) { return each.template get<std::string>().starts_with(beginning); });
}

/// Certificates are held to all rules, those for who issues them too: many of limbo's cases break one of these.
x509::Verifier::Options options_of(const nlohmann::json& test_case) {
  x509::Verifier::Options options;
  options.conformance =
      has_feature(test_case, "pedantic-") ? x509::Conformance::to_the_letter : x509::Conformance::strict;
  if (has_feature(test_case, "rfc5280-incompatible-with-webpki")) options.profile = x509::Profile::rfc5280;
  if (!test_case.value("crls", nlohmann::json::array()).empty()) {
    options.revocation = x509::RevocationPolicy::hard_fail;
  }
  const auto depth = test_case.find("max_chain_depth");
  if (depth != test_case.end() && depth->is_number()) options.max_path_length = depth->get<std::uint32_t>();
  return options;
}

/// Nothing where Keyway has no such purpose.
std::optional<x509::Purpose> purpose_of(const nlohmann::json& test_case) {
  const bool is_client = test_case.value("validation_kind", "SERVER") == "CLIENT";
  const auto usages = test_case.value("extended_key_usage", nlohmann::json::array());
  if (usages.empty()) return is_client ? x509::Purpose::client : x509::Purpose::server;
  const auto has = [&](std::string_view usage) {
    return std::ranges::any_of(usages, [&](const auto& each) { return each == usage; });
  };
  if (has("serverAuth")) return x509::Purpose::server;
  if (has("clientAuth")) return x509::Purpose::client;
  if (has("emailProtection")) return x509::Purpose::email;
  if (has("anyExtendedKeyUsage")) return x509::Purpose::any;
  return std::nullopt;
}

/// A server is always asked for by name: where the case has none, by one that it has itself.
std::optional<ServerName> own_name(ByteView leaf) {
  const auto view = x509::CertificateView::parse(leaf);
  if (!view) return std::nullopt;
  for (const std::string& text : view->dns_names()) {
    const bool is_wildcard = text.starts_with("*.");
    if (auto name = ServerName::parse(is_wildcard ? "any" + text.substr(1) : text)) return *name;
  }
  for (const IpAddress& address : view->ip_addresses()) {
    if (auto name = ServerName::parse(address.to_string())) return *name;
  }
  return std::nullopt;
}

std::expected<x509::Verdict, LimboResult> ask(const x509::Verifier& verifier, std::span<const ByteView> chain,
                                              const nlohmann::json& test_case, Time at) {
  const auto purpose = purpose_of(test_case);
  if (!purpose) return std::unexpected(LimboResult{false, false, "a purpose that Keyway has no question for"});
  const auto wanted = test_case.value("expected_peer_name", nlohmann::json());
  if (!wanted.is_object()) {
    const auto name = *purpose == x509::Purpose::server ? own_name(chain.front()) : std::nullopt;
    return verifier.verify(chain, name ? &*name : nullptr, *purpose, at);
  }
  const auto text = wanted.at("value").get<std::string>();
  if (wanted.at("kind") == "RFC822") {
    const auto address = EmailAddress::parse(text);
    if (!address) return std::unexpected(refused("name: " + address.error().message()));
    return verifier.verify(chain, *address, at, *purpose);
  }
  const auto name = ServerName::parse(text);
  if (!name) return std::unexpected(refused("name: " + name.error().message()));
  const bool is_address = wanted.at("kind") == "IP";
  if (name->is_dns() == is_address) return std::unexpected(refused("name: not of its kind"));
  return verifier.verify(chain, &*name, *purpose, at);
}

}  // namespace

LimboResult run_limbo_case(const nlohmann::json& test_case) {
  const auto anchors = blocks(test_case.at("trusted_certs"));
  const auto others = blocks(test_case.value("untrusted_intermediates", nlohmann::json::array()));
  const auto leaf = blocks(nlohmann::json::array({test_case.at("peer_certificate")}));
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

  const x509::Verifier verifier(provider(), store, std::move(lists), {}, options_of(test_case));
  std::vector<ByteView> chain{leaf->front()};
  for (const Bytes& der : *others) chain.emplace_back(der);
  const Time at = parse_rfc3339(test_case.value("validation_time", nlohmann::json()))
                      .value_or(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
  const auto asked = ask(verifier, chain, test_case, at);
  if (!asked) return asked.error();
  const x509::Verdict& verdict = *asked;
  if (verdict.accepted()) return {true, true, {}};
  if (verdict.finding()->code == ErrorCode::InvalidKey && needs_missing_mldsa(chain, *anchors)) {
    return {false, false, "ML-DSA, which this libcrypto lacks"};
  }
  return refused(verdict.to_error().message() + skipped);
}

}  // namespace keyway::testing
