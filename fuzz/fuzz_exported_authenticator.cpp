// Exported authenticators (RFC 9261) between two ends of a connection that are always the same.
//
// Input: byte 0 chooses: an arbitrary request that the client is to answer; a request of the server's own, changed; an
// authenticator of the client's, changed, which then proves nothing; an arbitrary one.

#include <keyway/exported_authenticator.hpp>

#include "fuzz_connection.hpp"

namespace {

using namespace keyway;           // NOLINT: one small program
using namespace keyway::testing;  // NOLINT
using fuzzing::Plan;

Pair& connected() {
  static Pair pair = [] {
    Pair made{fuzzing::fixed_client(), fuzzing::fixed_server()};
    fuzzing::require(made.run());
    return made;
  }();
  return pair;
}

x509::Verdict judge(std::span<const ByteView> chain) {
  const x509::Verifier verifier(provider(), fuzzing::fixed_identity().trust, {}, {}, {});
  const ServerName name = server_name();
  return verifier.verify(chain, &name, x509::Purpose::server, test_now);
}

/// The prover shows the only identity that there is.
const Credential* shown() {
  return fuzzing::fixed_identity().credential.get();
}

void answer_request(ByteView request) {
  const auto asked = ExportedAuthenticators::asked_name(request);
  fuzzing::require(!asked || !*asked || (*asked)->is_dns());
  ExportedAuthenticators prover(connected().client, provider());
  const auto answer = prover.authenticate(request, shown());
  if (!answer) return;
  fuzzing::require(answer->size() <= ExportedAuthenticators::max_size);
  fuzzing::require(!prover.authenticate(request, shown()));  // once
}

void answer_changed_request(Plan& plan) {
  ExportedAuthenticators asker(connected().server, provider());
  Bytes request = asker.request().value();
  const Bytes sent = request;
  fuzzing::mutate(request, plan);
  answer_request(request);
  ExportedAuthenticators prover(connected().client, provider());
  const auto answer = prover.authenticate(request, shown());
  if (!answer) return;
  const auto who = asker.validate(sent, *answer, judge);
  fuzzing::require(!who || request == sent);
}

void judge_answer(Plan& plan, bool is_arbitrary) {
  ExportedAuthenticators asker(connected().server, provider());
  ExportedAuthenticators prover(connected().client, provider());
  const Bytes request = asker.request().value();
  Bytes answer = prover.authenticate(request, shown()).value();
  const Bytes sent = answer;
  if (is_arbitrary) {
    const ByteView all = plan.all();
    answer.assign(all.begin(), all.end());
  } else {
    fuzzing::mutate(answer, plan);
  }
  const auto who = asker.validate(request, answer, judge);
  fuzzing::require(who.has_value() == (answer == sent));
  fuzzing::require(!asker.validate(request, sent, judge));  // each request is good for one
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Plan plan(ByteView(data, size));
  const std::uint8_t kind = plan.u8() % 4;
  if (kind == 0) answer_request(plan.all());
  if (kind == 1) answer_changed_request(plan);
  if (kind == 2) judge_answer(plan, /*is_arbitrary=*/false);
  if (kind == 3) judge_answer(plan, /*is_arbitrary=*/true);
  return 0;
}
