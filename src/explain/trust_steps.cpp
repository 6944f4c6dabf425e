#include "explain/trust_steps.hpp"

#include <cstddef>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "core/text.hpp"
#include "explain/hello_steps.hpp"
#include "explain/plain_words.hpp"
#include "tls/handshake/peer_certificate.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_request_tls12.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/extensions/certificate_authorities.hpp"
#include "tls/wire/extensions/signature_algorithms.hpp"

namespace keyway::explain {
namespace {

using x509::Check;
using x509::CheckKind;
using x509::CheckOutcome;

[[nodiscard]] Tone tone_of(CheckOutcome outcome) noexcept {
  switch (outcome) {
    case CheckOutcome::passed:
      return Tone::good;
    case CheckOutcome::failed:
      return Tone::bad;
    case CheckOutcome::unknown:
      return Tone::warning;
    case CheckOutcome::not_checked:
      return Tone::aside;
  }
  return Tone::plain;
}

/// The holder and the issuer of a certificate of the chain; dashes where it can't be read.
struct Names {
  std::string holder = "(unreadable)";
  std::string issuer = "(unreadable)";
};
[[nodiscard]] Names names_of(ByteView der) {
  const auto certificate = x509::CertificateView::parse(der);
  if (!certificate) return {};
  return {holder_text(certificate->subject), holder_text(certificate->issuer)};
}

/// The path that was accepted, or that the refusal speaks of.
[[nodiscard]] const std::vector<x509::PathElement>& telling_path(const x509::Verdict& verdict) noexcept {
  for (const x509::Candidate& candidate : verdict.candidates()) {
    if (&candidate.finding == verdict.finding()) return candidate.path;
  }
  return verdict.path();
}

/// What a passed check has found.
[[nodiscard]] std::string finding_of_pass(CheckKind kind, const x509::Verdict& verdict, std::string_view server_name) {
  switch (kind) {
    case CheckKind::name:
      return fmt::format("the certificate is for {}", server_name);
    case CheckKind::issuer:
      return "the path ends at an authority that is trusted here";
    case CheckKind::signature: {
      const std::size_t size = telling_path(verdict).size();
      const std::size_t links = size > 1 ? size - 1 : size;
      return fmt::format("{} checked: each certificate is signed by the next", count_of(links, "signature"));
    }
    case CheckKind::validity:
      return "each certificate is within its time";
    case CheckKind::purpose:
      return fmt::format("the certificate may be used by a {}", server_name.empty() ? "client" : "server");
    case CheckKind::constraints:
      return "each authority stayed within what it may issue";
    case CheckKind::revocation:
      return "for each certificate somebody who may say so says that it is not";
    case CheckKind::transparency:
      return "by the word of logs that are on the list";
  }
  return {};
}

[[nodiscard]] std::string text_of(const Check& check, const x509::Verdict& verdict, std::string_view server_name) {
  const std::string answer(answer_of(check.outcome));
  switch (check.outcome) {
    case CheckOutcome::passed:
      return fmt::format("{}: {}", answer, finding_of_pass(check.kind, verdict, server_name));
    case CheckOutcome::unknown:
      if (check.kind == CheckKind::revocation) return answer + ": nobody at hand tells it for every certificate";
      if (check.kind == CheckKind::transparency) return answer + ": no log that is on the list says so";
      return answer;
    case CheckOutcome::not_checked:
      return answer + (verdict.accepted() ? "" : ": the refusal came first");
    case CheckOutcome::failed:
      return answer;
  }
  return answer;
}

[[nodiscard]] std::string_view origin_text(x509::Origin origin) noexcept {
  switch (origin) {
    case x509::Origin::peer:
      return "sent";
    case x509::Origin::intermediate:
      return "configured";
    case x509::Origin::anchor:
      return "trusted";
    case x509::Origin::fetched:
      return "fetched";
  }
  return "unknown";
}

/// "shop.localhost (sent) → Example Intermediate (sent) → Example Root (trusted)".
[[nodiscard]] std::string path_text(const std::vector<x509::PathElement>& path, std::span<const ByteView> chain) {
  std::vector<std::string> parts;
  std::string issuer_before;
  for (const x509::PathElement& element : path) {
    const bool is_root = element.origin == x509::Origin::anchor;
    std::string holder = issuer_before.empty() ? (is_root ? "a root" : "an intermediate") : issuer_before;
    issuer_before.clear();
    const bool is_of_chain = element.origin == x509::Origin::peer || element.origin == x509::Origin::fetched;
    if (is_of_chain && element.index < chain.size()) {
      Names names = names_of(chain[element.index]);
      holder = std::move(names.holder);
      issuer_before = std::move(names.issuer);
    }
    parts.push_back(fmt::format("{} ({})", holder, origin_text(element.origin)));
  }
  return join(parts, " → ");
}

void add_fact(Step& step, std::string_view label, const std::string& text, Tone tone = Tone::plain) {
  if (!text.empty()) step.facts.push_back({std::string(label), text, tone});
}

void tell_finding(Step& step, const x509::Verdict& verdict) {
  const x509::Finding* finding = verdict.finding();
  if (finding == nullptr) return;
  add_fact(step, "certificate", finding->subject);
  add_fact(step, "rule", finding->rule);
  add_fact(step, "expected", finding->expected);
  add_fact(step, "came instead", finding->received, Tone::bad);
  add_fact(step, "what to do", finding->advice);
  if (verdict.candidates().size() < 2) return;
  add_fact(step, "paths tried", fmt::format("{}, none of them good:", verdict.candidates().size()));
  for (const x509::Candidate& candidate : verdict.candidates()) {
    add_fact(step, "",
             fmt::format("{} in the path: {}, at {}", count_of(candidate.path.size(), "certificate"),
                         fail(candidate.finding.code).message(), candidate.finding.subject));
  }
}

/// The certificates of a Certificate message, DER.
[[nodiscard]] Result<std::vector<ByteView>> read_chain(ByteView body, ProtocolVersion version) {
  if (version == ProtocolVersion::TLS1_2) {
    auto message = tls::CertificateTls12::parse(body);
    if (!message) return std::unexpected(std::move(message.error()));
    return std::move(message->certificate_list);
  }
  const auto message = tls::CertificateMessage::parse(body);
  if (!message) return std::unexpected(message.error());
  std::vector<ByteView> chain;
  for (const tls::CertificateEntry& entry : message->certificate_list) chain.push_back(entry.cert_data);
  return chain;
}

/// What a CertificateRequest says, whichever version it is of.
struct Request {
  std::vector<SignatureScheme> schemes;
  std::vector<std::string> authorities;
};

[[nodiscard]] Request request_of(const tls::WireList<SignatureScheme>& schemes, ByteView authorities) {
  Request request{{schemes.begin(), schemes.end()}, {}};
  tls::CertificateAuthoritiesExtension{authorities}.for_each([&](ByteView name) {
    request.authorities.push_back(printable(x509::DistinguishedNameView{name}.to_string(), 200));
  });
  return request;
}

[[nodiscard]] Result<Request> read_request(ByteView body, ProtocolVersion version) {
  if (version == ProtocolVersion::TLS1_2) {
    const auto request = tls::CertificateRequestTls12::parse(body);
    if (!request) return std::unexpected(request.error());
    return request_of(request->supported_signature_algorithms, request->certificate_authorities);
  }
  const auto request = tls::CertificateRequest::parse(body);
  if (!request) return std::unexpected(request.error());
  tls::SignatureAlgorithmsExtension schemes;
  if (const auto extension = request->extensions.find(ExtensionType::signature_algorithms)) {
    const auto parsed = tls::SignatureAlgorithmsExtension::parse(*extension);
    if (!parsed) return std::unexpected(parsed.error());
    schemes = *parsed;
  }
  tls::CertificateAuthoritiesExtension authorities;
  if (const auto extension = request->extensions.find(ExtensionType::certificate_authorities)) {
    const auto parsed = tls::CertificateAuthoritiesExtension::parse(*extension);
    if (!parsed) return std::unexpected(parsed.error());
    authorities = *parsed;
  }
  return request_of(schemes.supported_signature_algorithms, authorities.authorities);
}

/// "OCSP response from http://…, about certificate 1: good, as of …; 3 hours old".
[[nodiscard]] std::string witness_text(const x509::RevocationWitness& witness) {
  std::string text(x509::to_string(witness.source));
  if (!witness.place.empty()) text += " from " + printable(witness.place, 300);
  text += fmt::format(", about certificate {}: {}", witness.depth + 1, printable(witness.detail, 1000));
  if (witness.age) text += fmt::format("; {} old", span_text(*witness.age));
  return text;
}

[[nodiscard]] Json witness_json(const x509::RevocationWitness& witness) {
  Json json = {{"depth", witness.depth},
               {"source", x509::to_string(witness.source)},
               {"outcome", answer_of(witness.outcome)},
               {"detail", printable(witness.detail, 1000)}};
  if (!witness.place.empty()) json["place"] = printable(witness.place, 2048);
  if (witness.this_update) json["this_update"] = time_json(*witness.this_update);
  if (witness.next_update) json["next_update"] = time_json(*witness.next_update);
  if (witness.age) json["age_seconds"] = witness.age->count();
  return json;
}

/// "timestamp of Argon 2026 (Google), in the certificate: seen on …".
[[nodiscard]] std::string witness_text(const x509::SctWitness& witness) {
  const bool is_inside = witness.origin == x509::SctOrigin::certificate;
  const std::string log = witness.log.empty() ? "log " + witness.log_id.substr(0, 16) : witness.log;
  return fmt::format("timestamp of {}{}, {} {}: {}", printable(log),
                     witness.operator_name.empty() ? "" : " (" + printable(witness.operator_name) + ")",
                     is_inside ? "in the" : "with the", x509::to_string(witness.origin), printable(witness.detail));
}

[[nodiscard]] Json witness_json(const x509::SctWitness& witness) {
  Json json = {{"origin", x509::to_string(witness.origin)},
               {"outcome", answer_of(witness.outcome)},
               {"log_id", witness.log_id},
               {"detail", printable(witness.detail, 1000)}};
  if (!witness.log.empty()) json["log"] = printable(witness.log);
  if (!witness.operator_name.empty()) json["operator"] = printable(witness.operator_name);
  if (witness.timestamp) json["timestamp"] = time_json(*witness.timestamp);
  return json;
}

[[nodiscard]] Json path_json(const std::vector<x509::PathElement>& path) {
  Json json = Json::array();
  for (const x509::PathElement& element : path) {
    json.push_back({{"origin", origin_text(element.origin)}, {"index", element.index}});
  }
  return json;
}

[[nodiscard]] Json finding_json(const x509::Finding& finding) {
  return {{"code", name(finding.code)}, {"depth", finding.depth},       {"subject", finding.subject},
          {"rule", finding.rule},       {"expected", finding.expected}, {"received", finding.received},
          {"advice", finding.advice}};
}

}  // namespace

Step tell_certificates(ByteView body, ProtocolVersion version, std::string_view sender, const Viewpoint& from) {
  const auto chain = read_chain(body, version);
  if (!chain) return tell_unreadable("certificate", "Certificate", chain.error());

  Step step;
  step.kind = "certificate";
  step.data = {{"from", sender}, {"certificates", Json::array()}};
  if (chain->empty()) {
    step.headline = fmt::format("Certificate: the {} has none to show", sender);
    return step;
  }
  step.headline =
      fmt::format("Certificate: the {} shows who it is, with {}", sender, count_of(chain->size(), "certificate"));
  std::size_t number = 0;
  for (const ByteView der : *chain) {
    ++number;
    const auto certificate = x509::CertificateView::parse(der);
    if (!certificate) {
      step.facts.push_back({fmt::format("{}: unreadable", number), certificate.error().message(), Tone::bad});
      step.data["certificates"].push_back({{"error", error_json(certificate.error())}});
      continue;
    }
    std::vector<Fact> facts = summary_facts(*certificate, from);
    facts.front().label = fmt::format("{}: {}", number, facts.front().label);
    for (std::size_t i = 1; i < facts.size(); ++i) facts[i].label = "   " + facts[i].label;
    step.facts.insert(step.facts.end(), facts.begin(), facts.end());
    step.data["certificates"].push_back(certificate_json(*certificate, from));
  }
  if (version == ProtocolVersion::TLS1_2) {
    step.facts.push_back(
        {"", "In the clear: TLS 1.2 shows it to everybody on the way; TLS 1.3 does not.", Tone::aside});
  }
  return step;
}

Step tell_certificate_request(ByteView body, ProtocolVersion version) {
  const auto request = read_request(body, version);
  if (!request) return tell_unreadable("certificate_request", "CertificateRequest", request.error());
  Step step;
  step.kind = "certificate_request";
  step.headline = "CertificateRequest: the server asks who the client is";
  step.facts.push_back({"signatures", join(names_of(request->schemes))});
  step.data = {{"signature_schemes", names_of(request->schemes)}, {"certificate_authorities", request->authorities}};
  constexpr std::size_t most = 8;
  const std::size_t count = request->authorities.size();
  if (count == 0) step.facts.push_back({"authorities", "it does not say whose certificates it takes", Tone::aside});
  for (std::size_t i = 0; i < count && i < most; ++i) {
    step.facts.push_back({i == 0 ? "authorities" : "", request->authorities[i]});
  }
  if (count > most) step.facts.push_back({"", fmt::format("and {} more", count - most)});
  return step;
}

Step tell_compressed_certificates(ByteView body, std::string_view sender, const Viewpoint& from) {
  constexpr std::size_t max_size = 131072;  // what a connection takes by default
  const auto message = tls::CompressedCertificate::parse(body);
  if (!message) return tell_unreadable("certificate", "CompressedCertificate", message.error());
  const auto certificate = tls::decompress(*message, certificate_compressors(), max_size);
  if (!certificate) return tell_unreadable("certificate", "CompressedCertificate", certificate.error());
  Step step = tell_certificates(*certificate, ProtocolVersion::TLS1_3, sender, from);
  const std::size_t size = message->compressed_certificate_message.size();
  step.facts.push_back({"compressed", fmt::format("with {}, to {} of {}", to_string(message->algorithm), size,
                                                  count_of(certificate->size(), "byte"))});
  step.data["compression"] = {
      {"algorithm", to_string(message->algorithm)}, {"bytes", size}, {"uncompressed_bytes", certificate->size()}};
  return step;
}

Step tell_verdict(const x509::Verdict& verdict, std::span<const ByteView> chain, std::string_view server_name) {
  Step step;
  step.kind = "certificate_checks";
  step.data = verdict_json(verdict);
  const std::string asked = printable(server_name);
  if (verdict.accepted()) {
    const bool is_client = asked.empty() && !chain.empty();
    step.headline = fmt::format("Checked: this is {}, by the word of an authority that is trusted here",
                                is_client ? names_of(chain.front()).holder : asked);
    step.tone = Tone::good;
    step.facts.push_back({"path", path_text(verdict.path(), chain)});
  } else {
    const std::string reason = verdict.finding() == nullptr ? "" : fail(verdict.finding()->code).message();
    step.headline = fmt::format("Refused: {}", reason);
    step.tone = Tone::bad;
  }
  for (const Check& check : verdict.checks()) {
    // Without a list of logs nobody has asked.
    if (check.kind == CheckKind::transparency && check.outcome == CheckOutcome::not_checked) continue;
    step.facts.push_back(
        {std::string(question_of(check.kind)), text_of(check, verdict, asked), tone_of(check.outcome)});
  }
  for (const x509::RevocationWitness& witness : verdict.revocation()) {
    step.facts.push_back({"", witness_text(witness), tone_of(witness.outcome)});
  }
  for (const x509::SctWitness& witness : verdict.timestamps()) {
    step.facts.push_back({"", witness_text(witness), tone_of(witness.outcome)});
  }
  for (const std::string& remark : verdict.remarks()) add_fact(step, "", remark, Tone::warning);
  tell_finding(step, verdict);
  return step;
}

Json verdict_json(const x509::Verdict& verdict) {
  Json json = {{"accepted", verdict.accepted()}, {"checks", Json::object()}};
  for (const Check& check : verdict.checks()) json["checks"][x509::to_string(check.kind)] = answer_of(check.outcome);
  if (verdict.accepted()) json["path"] = path_json(verdict.path());
  for (const x509::RevocationWitness& witness : verdict.revocation()) {
    json["revocation"].push_back(witness_json(witness));
  }
  for (const x509::SctWitness& witness : verdict.timestamps()) {
    json["timestamps"].push_back(witness_json(witness));
  }
  for (const x509::Fetch& fetch : verdict.wanted()) {
    json["wanted"].push_back(
        {{"kind", x509::to_string(fetch.kind)}, {"url", printable(fetch.url, 2048)}, {"depth", fetch.depth}});
  }
  if (!verdict.policies().empty()) json["policies"] = verdict.policies();
  if (!verdict.remarks().empty()) json["remarks"] = verdict.remarks();
  if (const auto* finding = verdict.finding()) json["finding"] = finding_json(*finding);
  if (verdict.accepted()) return json;
  json["candidates"] = Json::array();
  for (const x509::Candidate& candidate : verdict.candidates()) {
    json["candidates"].push_back({{"path", path_json(candidate.path)}, {"finding", finding_json(candidate.finding)}});
  }
  return json;
}

Json error_json(const Error& error) {
  Json json = {{"code", name(error.code())}, {"message", error.message()}};
  if (!error.where().empty()) json["where"] = error.where();
  if (!error.expected().empty()) json["expected"] = error.expected();
  if (!error.received().empty()) json["received"] = error.received();
  if (!error.advice().empty()) json["advice"] = error.advice();
  if (const auto alert = error.alert()) json["alert"] = to_string(*alert);
  return json;
}

Step tell_error(const Error& error) {
  Step step;
  step.kind = "failed";
  step.headline = fmt::format("Failed: {}", fail(error.code()).message());
  step.tone = Tone::bad;
  step.data["error"] = error_json(error);
  add_fact(step, "where", error.where());
  add_fact(step, "expected", error.expected());
  add_fact(step, "came instead", error.received(), Tone::bad);
  if (const auto alert = error.alert()) {
    const std::string_view verb = error.category() == ErrorCategory::alert_received ? "received" : "sent";
    add_fact(step, "alert " + std::string(verb), fmt::format("{}: “{}”", to_string(*alert), meaning_of(*alert)));
  }
  add_fact(step, "what to do", error.advice());
  return step;
}

}  // namespace keyway::explain
