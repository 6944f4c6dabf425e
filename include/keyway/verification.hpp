#pragma once
/// \file
/// A verdict that may take answers from elsewhere: asked, fed and asked again, without a connection of its own.

#include <memory>
#include <span>
#include <vector>

#include <keyway/fetch.hpp>
#include <keyway/trust.hpp>
#include <keyway/verdict.hpp>

namespace keyway::x509 {

/// One question to a Verifier whose options allow fetching:
///
///   Verification question(verifier, chain, &name, Purpose::server, now, staples);
///   while (!question.wanted().empty()) question.supply(fetch_all(question.wanted()));
///   question.verdict();
///
/// Connection::verification() makes one at Pause::verification, and its verdict is the answer. The loop ends: no more
/// than Fetching::max_fetches things are asked for, and none twice. The verifier, the name and the bytes that are
/// viewed outlive it.
class Verification {
 public:
  Verification(const Verifier& verifier, std::span<const ByteView> chain, const ServerName* name, Purpose purpose,
               Time now, Verifier::Staples staples = std::nullopt, ByteView sct_list = {});
  ~Verification();
  Verification(Verification&&) noexcept;
  Verification& operator=(Verification&&) noexcept;

  /// As far as is known now. It may be acted on at any time: what is missing counts as silence.
  [[nodiscard]] const Verdict& verdict() const noexcept KEYWAY_LIFETIMEBOUND;
  /// What would help; empty when nothing would.
  [[nodiscard]] std::span<const Fetch> wanted() const noexcept KEYWAY_LIFETIMEBOUND;
  /// Takes what was fetched, also what was not to be had (an empty answer), and judges anew. What was wanted and is not
  /// among it is taken for not to be had.
  void supply(std::vector<Fetched> fetched);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace keyway::x509
