#include "tool/demo_steps.hpp"

#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "core/text.hpp"
#include "explain/plain_words.hpp"
#include "explain/trust_steps.hpp"
#include "tool/exit_codes.hpp"

namespace keyway::tool {
namespace {

using explain::Fact;
using explain::Step;
using explain::Tone;

constexpr std::string_view welcome = "Welcome to the shop";

/// The facts of a certificate under a title: "root: issued to", then the rest, indented.
void add_certificate(Step& step, std::string_view title, const x509::Certificate& certificate,
                     const explain::Viewpoint& from) {
  auto facts = explain::summary_facts(certificate.view(), from);
  facts.insert(facts.begin(), Fact{std::string(title), explain::holder_text(certificate.view().subject)});
  facts.erase(facts.begin() + 1);  // "issued to" says the same
  for (std::size_t i = 1; i < facts.size(); ++i) facts[i].label = "   " + facts[i].label;
  step.facts.insert(step.facts.end(), facts.begin(), facts.end());
}

[[nodiscard]] std::string status_line(ByteView answer) {
  const std::string_view text = as_text(answer);
  return printable(text.substr(0, text.find("\r\n")));
}

[[nodiscard]] std::string_view body_of(ByteView answer) noexcept {
  const std::string_view text = as_text(answer);
  const std::size_t end = text.find("\r\n\r\n");
  return end == std::string_view::npos ? std::string_view() : text.substr(end + 4);
}

void add_fact(Step& step, std::string_view label, const std::string& text, Tone tone = Tone::plain) {
  if (!text.empty()) step.facts.push_back({std::string(label), text, tone});
}

void add_reason(Step& step, const Error& error, const std::optional<x509::Verdict>& verdict = std::nullopt) {
  add_fact(step, "reason", fail(error.code()).message(), Tone::bad);
  const x509::Finding* finding = verdict ? verdict->finding() : nullptr;
  add_fact(step, finding != nullptr ? "certificate" : "where", finding != nullptr ? finding->subject : error.where());
  if (finding != nullptr) add_fact(step, "rule", finding->rule);
  add_fact(step, "expected", error.expected());
  add_fact(step, "came instead", error.received());
  if (const auto alert = error.alert()) {
    add_fact(step, "alert sent", fmt::format("{}: “{}”", to_string(*alert), explain::meaning_of(*alert)));
  }
  add_fact(step, "what to do", error.advice());
}

}  // namespace

Step tell_authority(const authority::Authority& made, const explain::Viewpoint& from, std::chrono::nanoseconds took) {
  Step step;
  step.kind = "authority";
  step.headline = "An authority is founded: whoever trusts its root, trusts what it vouches for";
  add_certificate(step, "root", made.root(), from);
  add_certificate(step, "intermediate", made.intermediate(), from);
  step.facts.push_back(
      {"", "The root signs the intermediate alone, and could now be locked away; the intermediate does the daily work.",
       Tone::aside});
  step.data = {{"root", explain::certificate_json(made.root().view(), from)},
               {"intermediate", explain::certificate_json(made.intermediate().view(), from)}};
  step.took = took;
  return step;
}

Step tell_issued(const authority::IssuedCertificate& issued, const DemoStage& stage, const explain::Viewpoint& from,
                 std::chrono::nanoseconds took) {
  Step step;
  step.kind = "certificate_issued";
  step.headline = fmt::format("The authority issues a certificate to {}, of {}", demo_name, demo_organization);
  if (const auto certificate = x509::CertificateView::parse(issued.record.der)) {
    for (Fact& fact : explain::summary_facts(*certificate, from)) step.facts.push_back(std::move(fact));
    step.data["certificate"] = explain::certificate_json(*certificate, from);
  }
  step.facts.push_back({"serial", issued.record.serial_hex()});
  step.facts.push_back({"private key", stage.key_file().filename().string() +
                                           ", which its owner alone can read; the authority keeps no copy"});
  step.took = took;
  return step;
}

Step tell_server(const net::FileServer& server, std::chrono::nanoseconds took) {
  Step step;
  step.kind = "server_started";
  const std::string url = fmt::format("https://{}:{}/", demo_name, server.port());
  step.headline = fmt::format("The shop opens at {}", url);
  step.facts.push_back({"listens on", fmt::format("127.0.0.1, port {}: this machine alone", server.port())});
  step.facts.push_back({"speaks", "HTTP/1.1 over TLS 1.3, or TLS 1.2 with those who have no more"});
  step.data = {{"url", url}, {"address", "127.0.0.1"}, {"port", server.port()}};
  step.took = took;
  return step;
}

bool is_the_page(const Exchange& exchange) noexcept {
  return !exchange.failure && as_text(exchange.answer).starts_with("HTTP/1.1 200") &&
         body_of(exchange.answer).find(welcome) != std::string_view::npos;
}

Step tell_page(const Exchange& exchange) {
  Step step;
  step.kind = "page";
  const std::string_view body = body_of(exchange.answer);
  if (is_the_page(exchange)) {
    step.headline = fmt::format("The page has arrived, whole and unread by others: “{}”", welcome);
    step.tone = Tone::good;
  } else {
    step.headline = "The page did not arrive";
    step.tone = Tone::bad;
  }
  if (!exchange.answer.empty()) step.facts.push_back({"answer", status_line(exchange.answer)});
  step.facts.push_back({"page", explain::count_of(body.size(), "byte")});
  step.data = {{"status_line", status_line(exchange.answer)}, {"body_bytes", body.size()}};
  if (!exchange.failure) return step;
  add_reason(step, *exchange.failure);
  step.data["error"] = explain::error_json(*exchange.failure);
  return step;
}

bool is_as_expected(const ExpectedRefusal& expected, const Exchange& exchange) noexcept {
  return exchange.failure && exchange.failure->code() == expected.code;
}

Step tell_refusal(const ExpectedRefusal& expected, const Exchange& exchange, std::chrono::nanoseconds took) {
  Step step;
  step.kind = "refusal";
  const bool good = is_as_expected(expected, exchange);
  step.headline = fmt::format("{}: {}", exchange.failure ? "Refused" : "NOT refused", expected.title);
  step.tone = good ? Tone::plain : Tone::bad;
  step.facts.push_back({"set up", std::string(expected.story), Tone::aside});
  step.facts.push_back({"asked for", std::string(expected.asked)});
  step.data = {{"case", expected.title}, {"asked_for", expected.asked}, {"as_expected", good}};
  step.took = took;
  if (!exchange.failure) return step;

  add_reason(step, *exchange.failure, exchange.verdict);
  step.data["error"] = explain::error_json(*exchange.failure);
  if (exchange.verdict) step.data["verdict"] = explain::verdict_json(*exchange.verdict);
  step.facts.push_back({"for scripts", fmt::format("keyway get would end with exit code {}",
                                                   static_cast<int>(exit_code_for(*exchange.failure)))});
  if (good) return step;
  step.facts.push_back(
      {"", fmt::format("This is not the reason that was to come: {}", name(expected.code)), Tone::bad});
  return step;
}

}  // namespace keyway::tool
