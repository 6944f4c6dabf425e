#include "x509/limbo.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <expected>
#include <map>
#include <span>
#include <string_view>
#include <utility>

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
  int read = 0;
  const auto value = text.get<std::string>();
  if (std::sscanf(value.c_str(), "%d-%d-%d%*[Tt ]%d:%d:%d%n", &year, &month, &day, &hour, &minute, &second, &read) !=
      6) {
    return std::nullopt;
  }
  using namespace std::chrono;
  const Time local = sys_days(std::chrono::year(year) / month / day) + hours(hour) + minutes(minute) + seconds(second);
  // A fraction of a second is none in X.509; what is left is the offset.
  std::string_view zone = std::string_view(value).substr(static_cast<std::size_t>(read));
  if (zone.starts_with('.')) zone = zone.substr(std::min(zone.find_first_not_of("0123456789", 1), zone.size()));
  char sign = '+';
  int away_hours = 0;
  int away_minutes = 0;
  if (std::sscanf(std::string(zone).c_str(), "%c%d:%d", &sign, &away_hours, &away_minutes) != 3) return local;
  const minutes away = hours(away_hours) + minutes(away_minutes);
  return sign == '-' ? local + away : local - away;
}

namespace {

/// The member, or `otherwise` where there is none or a null.
nlohmann::json member(const nlohmann::json& object, const char* name, nlohmann::json otherwise) {
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? std::move(otherwise) : *found;
}
nlohmann::json list(const nlohmann::json& object, const char* name) {
  return member(object, name, nlohmann::json::array());
}
bool has(const nlohmann::json& list, std::string_view text) {
  return std::ranges::any_of(list, [&](const auto& each) { return each.is_string() && each == text; });
}

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
  return std::ranges::any_of(list(test_case, "features"), [&](const auto& each) {
    return each.is_string() && each.template get<std::string>().starts_with(beginning);
  });
}

/// Certificates are held to all rules, those for who issues them too: many of limbo's cases break one of these.
x509::Verifier::Options options_of(const nlohmann::json& test_case) {
  x509::Verifier::Options options;
  options.conformance =
      has_feature(test_case, "pedantic-") ? x509::Conformance::to_the_letter : x509::Conformance::strict;
  if (has_feature(test_case, "rfc5280-incompatible-with-webpki")) options.profile = x509::Profile::rfc5280;
  if (!list(test_case, "crls").empty()) {
    options.revocation = x509::RevocationPolicy::hard_fail;
  }
  const auto depth = test_case.find("max_chain_depth");
  if (depth != test_case.end() && depth->is_number()) options.max_path_length = depth->get<std::uint32_t>();
  return options;
}

/// What the leaf is to be for, as CertificateView::extended_key_usages() has it. Of several, one that Keyway has a
/// question for; the others are looked at in what came out.
x509::Purpose purpose_of(const nlohmann::json& test_case) {
  const auto usages = list(test_case, "extended_key_usage");
  const bool is_client = member(test_case, "validation_kind", "SERVER") == "CLIENT";
  if (usages.empty()) return is_client ? x509::Purpose::client : x509::Purpose::server;
  if (has(usages, "serverAuth") || has(usages, "1.3.6.1.5.5.7.3.1")) return x509::Purpose::server;
  if (has(usages, "clientAuth") || has(usages, "1.3.6.1.5.5.7.3.2")) return x509::Purpose::client;
  if (has(usages, "emailProtection") || has(usages, "1.3.6.1.5.5.7.3.4")) return x509::Purpose::email;
  return x509::Purpose::any;
}

/// A purpose as CertificateView::extended_key_usages() writes it.
std::string usage_text(const std::string& usage) {
  static const std::map<std::string, std::string> names{
      {"1.3.6.1.5.5.7.3.1", "serverAuth"},    {"1.3.6.1.5.5.7.3.2", "clientAuth"},
      {"1.3.6.1.5.5.7.3.3", "codeSigning"},   {"1.3.6.1.5.5.7.3.4", "emailProtection"},
      {"1.3.6.1.5.5.7.3.8", "timeStamping"},  {"1.3.6.1.5.5.7.3.9", "OCSPSigning"},
      {"2.5.29.37.0", "anyExtendedKeyUsage"},
  };
  const auto known = names.find(usage);
  return known == names.end() ? usage : known->second;
}

/// What limbo asks for beside RFC 5280 6.1 and Keyway's verifier has no question for: empty where all is as asked.
class FurtherDemands {
 public:
  explicit FurtherDemands(const nlohmann::json& test_case) : case_(test_case) {}

  /// `below`: the path without its anchor, the leaf first.
  [[nodiscard]] std::string broken_by(std::span<const x509::CertificateView> below) const {
    if (below.empty()) return {};
    for (const auto& bit : list(case_, "key_usage")) {
      if (!has_usage(below.front(), bit.get<std::string>())) return "keyUsage without " + bit.get<std::string>();
    }
    for (const auto& usage : list(case_, "extended_key_usage")) {
      for (const auto& certificate : below) {
        if (!is_for(certificate, usage_text(usage.get<std::string>()))) return "extKeyUsage without " + usage.dump();
      }
    }
    for (const auto& name : list(case_, "expected_peer_names")) {
      if (!is_named(below.front(), name)) return "not for " + name.dump();
    }
    const auto algorithms = list(case_, "signature_algorithms");
    for (const auto& certificate : below) {
      if (!algorithms.empty() && !has(algorithms, algorithm_text(certificate))) return "another signature algorithm";
    }
    return {};
  }

 private:
  static bool has_usage(const x509::CertificateView& leaf, std::string_view bit) {
    static constexpr std::array<std::string_view, 9> bits{"digitalSignature", "contentCommitment", "keyEncipherment",
                                                          "dataEncipherment", "keyAgreement",      "keyCertSign",
                                                          "cRLSign",          "encipherOnly",      "decipherOnly"};
    const auto* const found = std::ranges::find(bits, bit);
    if (!leaf.key_usage) return true;
    return found != bits.end() && leaf.key_usage->has(static_cast<unsigned>(found - bits.begin()));
  }
  static bool is_for(const x509::CertificateView& certificate, const std::string& usage) {
    const auto usages = certificate.extended_key_usages();
    return !certificate.extended_key_usage || std::ranges::find(usages, usage) != usages.end() ||
           std::ranges::find(usages, "anyExtendedKeyUsage") != usages.end();
  }
  static bool is_named(const x509::CertificateView& leaf, const nlohmann::json& name) {
    const auto text = name.at("value").get<std::string>();
    if (name.at("kind") == "RFC822") {
      const auto address = EmailAddress::parse(text);
      return address && x509::covers(leaf, *address);
    }
    const auto host = ServerName::parse(text);
    return host && host->is_dns() == (name.at("kind") == "DNS") && x509::covers(leaf, *host);
  }
  static std::string algorithm_text(const x509::CertificateView& certificate) {
    using enum crypto::SignatureAlgorithm;
    switch (certificate.algorithm().value_or(rsa_pkcs1_sha1)) {
      case rsa_pkcs1_sha1:
        return "RSA_WITH_SHA1";
      case rsa_pkcs1_sha256:
        return "RSA_WITH_SHA256";
      case rsa_pkcs1_sha384:
        return "RSA_WITH_SHA384";
      case rsa_pkcs1_sha512:
        return "RSA_WITH_SHA512";
      case rsa_pss_sha256:
      case rsa_pss_sha384:
      case rsa_pss_sha512:
        return "RSASSA_PSS";
      case ecdsa_sha1:
        return "ECDSA_WITH_SHA1";
      case ecdsa_sha256:
        return "ECDSA_WITH_SHA256";
      case ecdsa_sha384:
        return "ECDSA_WITH_SHA384";
      case ecdsa_sha512:
        return "ECDSA_WITH_SHA512";
      case ed25519:
        return "ED25519";
      default:
        return "another";
    }
  }

  const nlohmann::json& case_;
};

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
  const x509::Purpose purpose = purpose_of(test_case);
  const auto wanted = member(test_case, "expected_peer_name", nlohmann::json());
  if (!wanted.is_null() && !wanted.is_object()) {
    return std::unexpected(LimboResult{false, false, "a name that is not of limbo's form"});
  }
  if (wanted.is_null()) {
    const auto name = purpose == x509::Purpose::server ? own_name(chain.front()) : std::nullopt;
    return verifier.verify(chain, name ? &*name : nullptr, purpose, at);
  }
  const auto text = wanted.at("value").get<std::string>();
  if (wanted.at("kind") == "RFC822") {
    const auto address = EmailAddress::parse(text);
    if (!address) return std::unexpected(refused("name: " + address.error().message()));
    return verifier.verify(chain, *address, at, purpose);
  }
  const bool is_address = wanted.at("kind") == "IP";
  if (!is_address && wanted.at("kind") != "DNS") {
    return std::unexpected(LimboResult{false, false, "a kind of name that Keyway has no question for"});
  }
  const auto name = ServerName::parse(text);
  if (!name) return std::unexpected(refused("name: " + name.error().message()));
  if (name->is_dns() == is_address) return std::unexpected(refused("name: not of its kind"));
  return verifier.verify(chain, &*name, purpose, at);
}

std::vector<x509::CertificateView> below_anchor(const x509::Verdict& verdict, std::span<const ByteView> chain) {
  std::vector<x509::CertificateView> below;
  for (const x509::PathElement& element : verdict.path()) {
    if (element.origin == x509::Origin::peer)
      below.push_back(x509::CertificateView::parse(chain[element.index]).value());
  }
  return below;
}

}  // namespace

LimboResult run_limbo_case(const nlohmann::json& test_case) {
  const auto anchors = blocks(test_case.at("trusted_certs"));
  const auto others = blocks(list(test_case, "untrusted_intermediates"));
  const auto leaf = blocks(nlohmann::json::array({test_case.at("peer_certificate")}));
  const auto crls = blocks(list(test_case, "crls"));
  if (!anchors || !others || !leaf || leaf->empty() || !crls) return refused("PEM");

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
  const Time at = parse_rfc3339(member(test_case, "validation_time", nlohmann::json()))
                      .value_or(std::chrono::sys_days(std::chrono::year(2026) / 11 / 21));
  const auto asked = ask(verifier, chain, test_case, at);
  if (!asked) return asked.error();
  const x509::Verdict& verdict = *asked;
  if (verdict.accepted()) {
    std::string broken = FurtherDemands(test_case).broken_by(below_anchor(verdict, chain));
    return broken.empty() ? LimboResult{true, true, {}} : refused(std::move(broken));
  }
  if (verdict.finding()->code == ErrorCode::InvalidKey && needs_missing_mldsa(chain, *anchors)) {
    return {false, false, "ML-DSA, which this libcrypto lacks"};
  }
  return refused(verdict.to_error().message() + skipped);
}

}  // namespace keyway::testing
