#include "tool/prove_also.hpp"

#include <utility>

#include <keyway/certificate.hpp>
#include <keyway/clock.hpp>
#include <keyway/trust.hpp>
#include <keyway/verification.hpp>

#include "core/text.hpp"
#include "explain/certificate_facts.hpp"
#include "explain/trust_steps.hpp"
#include "net/authenticator.hpp"

namespace keyway::tool {

Result<std::vector<ServerName>> parse_further_names(const std::vector<std::string>& names) {
  std::vector<ServerName> parsed;
  for (const std::string& text : names) {
    auto name = ServerName::parse(text);
    if (!name || !name->is_dns()) {
      return std::unexpected(
          fail(ErrorCode::InvalidArgument).at("--prove-also").expected("a host name").received(printable(text)));
    }
    parsed.push_back(std::move(*name));
  }
  return parsed;
}

Result<std::vector<FurtherProof>> prove_further_names(BlockingStream& stream, const net::Url& url,
                                                      const std::vector<ServerName>& names, const ClientConfig& config,
                                                      net::EvidenceFetcher* evidence) {
  std::vector<FurtherProof> proofs;
  const x509::Verifier* verifier = config.verifier();
  if (verifier == nullptr) return std::unexpected(fail(ErrorCode::NotReady).at("--prove-also").received("no verifier"));
  for (const ServerName& name : names) {
    const auto judge = [&](std::span<const ByteView> chain) {
      const Time now = SystemClock().now();
      x509::Verification question(*verifier, chain, &name, x509::Purpose::server, now);
      return evidence != nullptr ? settle(question, *evidence, now) : question.verdict();
    };
    auto identity = net::prove_also(stream, url, name, config.common().provider, judge);
    if (!identity) return std::unexpected(std::move(identity.error()).at("--prove-also " + name.to_string()));
    proofs.push_back({name, std::move(*identity)});
  }
  return proofs;
}

explain::Step tell_further_proof(const FurtherProof& proof, const crypto::Provider* provider) {
  explain::Step step;
  step.kind = "further_proof";
  step.headline =
      "The server proves that it is " + proof.name.to_string() + ", too, for this connection alone (RFC 9261)";
  step.tone = explain::Tone::good;
  if (const auto leaf = x509::CertificateView::parse(proof.identity.chain.front())) {
    step.facts = explain::summary_facts(*leaf, {SystemClock().now(), provider});
  }
  step.facts.push_back({"proved by", to_string(proof.identity.scheme)});
  step.data = to_json(proof, provider);
  return step;
}

explain::Json to_json(const FurtherProof& proof, const crypto::Provider* provider) {
  explain::Json chain = explain::Json::array();
  for (const Bytes& der : proof.identity.chain) {
    const auto certificate = x509::CertificateView::parse(der);
    if (certificate) chain.push_back(explain::certificate_json(*certificate, {SystemClock().now(), provider}));
  }
  explain::Json json{{"name", proof.name.to_string()},
                     {"signature_scheme", to_string(proof.identity.scheme)},
                     {"is_bound_to_connection", true},
                     {"certificates", std::move(chain)}};
  if (proof.identity.verdict) json["verdict"] = explain::verdict_json(*proof.identity.verdict);
  return json;
}

}  // namespace keyway::tool
