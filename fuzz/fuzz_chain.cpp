// A whole chain from the peer, judged: the input is certificates one after the other. The last that parses stands in
// the trust store too, so that paths are found. Nothing that has a flaw may be accepted for a name that it lacks.

#include <cstdlib>

#include <keyway/trust.hpp>

#include "x509/der.hpp"

namespace {

using namespace keyway;

const std::shared_ptr<const crypto::Provider>& provider() {
  static const auto made = crypto::make_provider().value();
  return made;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  x509::der::Status status;
  x509::der::Reader reader(ByteView(data, size), status);
  std::vector<ByteView> chain;
  while (!reader.empty() && chain.size() < 16) chain.push_back(reader.any("fuzz").whole);
  if (!status.ok() && !chain.empty()) chain.pop_back();

  auto store = std::make_shared<x509::TrustStore>();
  std::vector<x509::Certificate> others;
  for (const ByteView der : chain) {
    auto parsed = x509::Certificate::from_der(Bytes(der.begin(), der.end()));
    if (!parsed) continue;
    others.push_back(std::move(*parsed));
  }
  if (!others.empty()) {
    store->add(std::move(others.back()));
    others.pop_back();
  }
  // The size picks what is asked: it changes with every mutation, and takes nothing from the certificates.
  x509::Verifier::Options options;
  if (size % 3 == 1) options.policies = x509::PolicyInputs{.require_explicit = size % 2 == 0};
  if (size % 3 == 2) options.conformance = x509::Conformance::to_the_letter;
  options.takes_dsa_with_sha1 = size % 5 == 0;
  const x509::Verifier verifier(provider(), store, {}, std::move(others), options);
  const auto name = ServerName::parse("shop.localhost").value();
  const Time now{std::chrono::sys_days(std::chrono::year(2026) / 11 / 21) + std::chrono::hours(12)};
  const auto verdict = verifier.verify(chain, &name, x509::Purpose::server, now);
  if (!verdict.accepted()) {
    if (verdict.finding() == nullptr || verdict.candidates().empty()) std::abort();
    (void)verdict.to_error().message();
    return 0;
  }
  const auto leaf = x509::CertificateView::parse(chain.front());
  if (!leaf || !x509::covers(*leaf, name) || now < leaf->not_before || now > leaf->not_after) std::abort();
  return 0;
}
