#include "explain/certificate_facts.hpp"

#include <array>
#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "explain/extension_facts.hpp"
#include "explain/plain_words.hpp"
#include "x509/algorithm.hpp"

namespace keyway::explain {
namespace {

/// Lists from outside are told up to here in a summary.
constexpr std::size_t max_names = 12;

[[nodiscard]] std::vector<std::string> all_names(const x509::CertificateView& certificate) {
  std::vector<std::string> names;
  for (const std::string& name : certificate.dns_names()) names.push_back(printable(name));
  for (const IpAddress& address : certificate.ip_addresses()) names.push_back(address.to_string());
  return names;
}

[[nodiscard]] Tone tone_of_validity(const x509::CertificateView& certificate, Time now) noexcept {
  const bool is_valid = now >= certificate.not_before && now <= certificate.not_after;
  if (!is_valid) return Tone::bad;
  const bool ends_soon = certificate.not_after - now < std::chrono::days(7) &&
                         certificate.not_after - certificate.not_before > std::chrono::days(14);
  return ends_soon ? Tone::warning : Tone::plain;
}

[[nodiscard]] Fact validity_fact(const x509::CertificateView& certificate, Time now) {
  return {"valid",
          fmt::format("{} to {} ({}; {})", time_text(certificate.not_before), time_text(certificate.not_after),
                      // RFC 5280 4.1.2.5: both ends are included.
                      span_text(certificate.not_after - certificate.not_before + std::chrono::seconds(1)),
                      time_left(certificate.not_before, certificate.not_after, now)),
          tone_of_validity(certificate, now)};
}

void add_names(std::vector<Fact>& facts, const x509::CertificateView& certificate) {
  auto names = all_names(certificate);
  if (names.empty()) return;
  const std::size_t more = names.size() > max_names ? names.size() - max_names : 0;
  names.resize(names.size() - more);
  facts.push_back({"names", join(names) + (more > 0 ? fmt::format(", … and {} more", more) : "")});
}

[[nodiscard]] bool may_issue(const x509::CertificateView& certificate) noexcept {
  return certificate.basic_constraints && certificate.basic_constraints->is_authority;
}

void add_signature(std::vector<Fact>& facts, const x509::CertificateView& certificate) {
  const bool is_weak = x509::is_weak_algorithm(certificate.signature_algorithm);
  facts.push_back({"signed with", certificate.algorithm_name() + (is_weak ? ", which can be forged" : ""),
                   is_weak ? Tone::bad : Tone::plain});
}

[[nodiscard]] std::vector<Fact> extension_facts(const x509::ExtensionView& extension) {
  ExtensionText text = describe_extension(extension);
  std::vector<Fact> facts;
  if (text.critical) text.lines.front() += text.lines.size() == 1 ? " (critical)" : "";
  std::string label = text.name;
  for (std::string& line : text.lines) facts.push_back({std::exchange(label, {}), std::move(line)});
  if (text.critical && text.lines.size() > 1) facts.push_back({"", "(critical)"});
  return facts;
}

}  // namespace

std::string holder_text(const x509::DistinguishedNameView& name) {
  const auto common_name = name.attribute("commonName");
  const auto organization = name.attribute("organizationName");
  if (common_name && organization) return fmt::format("{}, of {}", printable(*common_name), printable(*organization));
  if (common_name) return printable(*common_name);
  if (organization) return printable(*organization);
  if (name.empty()) return "(no name in the subject)";
  return printable(name.to_string());
}

std::string fingerprint_text(ByteView bytes, const crypto::Provider* provider) {
  const auto* sha256 = provider == nullptr ? nullptr : provider->hash(crypto::HashAlgorithm::sha256);
  if (sha256 == nullptr) return {};
  std::array<std::uint8_t, 32> digest{};
  crypto::HashState state;
  sha256->start(state);
  sha256->update(state, bytes);
  sha256->finish(state, digest);
  return to_hex(digest);
}

std::string public_key_text(ByteView subject_public_key_info) {
  const auto facts = x509::read_key_facts(subject_public_key_info);
  return facts ? key_text(facts->type, facts->bits) : "of a kind that Keyway does not know";
}

std::vector<Fact> summary_facts(const x509::CertificateView& certificate, const Viewpoint& from) {
  std::vector<Fact> facts;
  facts.push_back({"issued to", holder_text(certificate.subject)});
  facts.push_back({"issued by", certificate.is_self_issued() ? "itself" : holder_text(certificate.issuer)});
  facts.push_back(validity_fact(certificate, from.now));
  facts.push_back({"key", public_key_text(certificate.subject_public_key_info)});
  add_names(facts, certificate);
  if (may_issue(certificate)) facts.push_back({"authority", "yes: it may issue certificates"});
  add_signature(facts, certificate);
  return facts;
}

std::vector<Fact> full_facts(const x509::CertificateView& certificate, const Viewpoint& from) {
  std::vector<Fact> facts;
  facts.push_back({"issued to", holder_text(certificate.subject)});
  facts.push_back({"issued by", certificate.is_self_issued() ? "itself" : holder_text(certificate.issuer)});
  facts.push_back(validity_fact(certificate, from.now));
  facts.push_back({"key", public_key_text(certificate.subject_public_key_info)});
  facts.push_back({"subject", certificate.subject.empty() ? "(empty)" : certificate.subject.to_string()});
  facts.push_back({"issuer", certificate.issuer.empty() ? "(empty)" : certificate.issuer.to_string()});
  facts.push_back({"serial", certificate.serial_hex()});
  add_signature(facts, certificate);
  if (certificate.version != 3) facts.push_back({"version", fmt::format("{}, an old one", certificate.version)});
  const std::string fingerprint = fingerprint_text(certificate.der, from.provider);
  if (!fingerprint.empty()) {
    facts.push_back({"SHA-256", fingerprint});
    facts.push_back({"SHA-256 of key", fingerprint_text(certificate.subject_public_key_info, from.provider)});
  }
  for (const x509::ExtensionView& extension : certificate.all_extensions()) {
    for (Fact& fact : extension_facts(extension)) facts.push_back(std::move(fact));
  }
  return facts;
}

Json certificate_json(const x509::CertificateView& certificate, const Viewpoint& from) {
  const auto key = x509::read_key_facts(certificate.subject_public_key_info);
  Json json = {{"subject", certificate.subject.to_string()},
               {"issuer", certificate.issuer.to_string()},
               {"serial", certificate.serial_hex()},
               {"version", certificate.version},
               {"not_before", time_json(certificate.not_before)},
               {"not_after", time_json(certificate.not_after)},
               {"days_left", std::chrono::floor<std::chrono::days>(certificate.not_after - from.now).count()},
               {"expired", from.now > certificate.not_after},
               {"signature_algorithm", certificate.algorithm_name()}};
  if (const auto organization = certificate.subject.attribute("organizationName"))
    json["organization"] = printable(*organization);
  json["key"] = key ? Json{{"type", crypto::to_string(key->type)}, {"bits", key->bits}} : Json(nullptr);
  json["names"] = all_names(certificate);
  json["is_authority"] = may_issue(certificate);
  const std::string fingerprint = fingerprint_text(certificate.der, from.provider);
  if (!fingerprint.empty()) {
    json["sha256"] = fingerprint;
    json["key_sha256"] = fingerprint_text(certificate.subject_public_key_info, from.provider);
  }
  json["extensions"] = Json::array();
  for (const x509::ExtensionView& extension : certificate.all_extensions()) {
    json["extensions"].push_back(extension_json(extension));
  }
  return json;
}

}  // namespace keyway::explain
