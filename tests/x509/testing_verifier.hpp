#pragma once

#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include <keyway/trust.hpp>

#include "testing/make_certificate.hpp"

namespace keyway::testing {

/// A question to a Verifier, asked in a line: `Judge(root).ask(leaf.chain, "shop.localhost")`.
class Judge {
 public:
  explicit Judge(const Bytes& anchor) : Judge(std::vector<Bytes>{anchor}) {}
  explicit Judge(const std::vector<Bytes>& anchors) {
    for (const Bytes& der : anchors) store_->add(x509::Certificate::from_der(der).value());
  }

  Judge& crl(Bytes der) {
    crls_.push_back(std::move(der));
    return *this;
  }
  Judge& intermediate(const Bytes& der) {
    intermediates_.push_back(der);
    return *this;
  }

  x509::Verifier::Options options;
  Time now = test_now;
  x509::Purpose purpose = x509::Purpose::server;
  Bytes sct_list;  ///< that came in the handshake

  [[nodiscard]] x509::TrustStore& anchors() noexcept { return *store_; }

  [[nodiscard]] x509::Verdict ask(const std::vector<Bytes>& chain, std::string_view name) const {
    return ask(chain, ServerName::parse(name).value());
  }
  /// With OCSP responses that came with the chain.
  [[nodiscard]] x509::Verdict ask(const std::vector<Bytes>& chain, std::string_view name,
                                  const std::vector<Bytes>& staples) const {
    const auto verifier = this->verifier();
    const std::vector<ByteView> views(chain.begin(), chain.end());
    const std::vector<ByteView> responses(staples.begin(), staples.end());
    const ServerName server = ServerName::parse(name).value();
    return verifier->verify(views, &server, purpose, now, responses, {}, sct_list);
  }
  [[nodiscard]] x509::Verdict ask(const std::vector<Bytes>& chain, std::optional<ServerName> name) const {
    const auto verifier = this->verifier();
    const std::vector<ByteView> views(chain.begin(), chain.end());
    return verifier->verify(views, name ? &*name : nullptr, purpose, now, std::nullopt, {}, sct_list);
  }

  [[nodiscard]] std::unique_ptr<x509::Verifier> verifier() const {
    std::vector<x509::Crl> lists;
    for (const Bytes& der : crls_) lists.push_back(x509::Crl::from_der(der).value());
    std::vector<x509::Certificate> others;
    for (const Bytes& der : intermediates_) others.push_back(x509::Certificate::from_der(der).value());
    return std::make_unique<x509::Verifier>(provider(), store_, std::move(lists), std::move(others), options);
  }

 private:
  std::shared_ptr<x509::TrustStore> store_ = std::make_shared<x509::TrustStore>();
  std::vector<Bytes> crls_;
  std::vector<Bytes> intermediates_;
};

/// The code that a verdict speaks of; InternalError for one that was accepted, which no test expects.
[[nodiscard]] inline ErrorCode code_of(const x509::Verdict& verdict) {
  return verdict.accepted() ? ErrorCode::InternalError : verdict.finding()->code;
}

[[nodiscard]] inline x509::CheckOutcome outcome_of(const x509::Verdict& verdict, x509::CheckKind kind) {
  return verdict.checks().at(static_cast<std::size_t>(kind)).outcome;
}

}  // namespace keyway::testing
