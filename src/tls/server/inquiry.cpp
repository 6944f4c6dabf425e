#include "tls/server/inquiry.hpp"

#include <algorithm>
#include <utility>

#include <keyway/secret.hpp>

namespace keyway::tls::server {

Inquiry::Asked::~Asked() {
  auto* found = std::get_if<answer::Found>(&answer);
  if (found != nullptr && found->session) wipe(*found->session);
}

const Answer* Inquiry::find(Pause kind, ByteView key) const noexcept {
  const auto at = std::ranges::find_if(
      known_, [&](const Asked& asked) { return asked.kind == kind && std::ranges::equal(asked.key, key); });
  return at != known_.end() ? &at->answer : nullptr;
}

const Answer* Inquiry::ask(Pause kind, const PendingLookup& question) {
  if (const Answer* known = find(kind, question.key)) return known;
  open_.emplace(kind, question);
  return nullptr;
}

void Inquiry::keep(Pause kind, ByteView key, Answer answer) {
  known_.emplace_back(kind, PendingLookup{.key = key}).answer = std::move(answer);
}

bool Inquiry::takes(const Answer& answer) const noexcept {
  if (std::holds_alternative<answer::Refuse>(answer)) return true;
  switch (open_->kind) {
    case Pause::ticket_opening:
    case Pause::session_lookup:
      return std::holds_alternative<answer::Found>(answer);
    case Pause::psk_lookup:
      return std::holds_alternative<answer::UsePsk>(answer);
    case Pause::first_use:
      return std::holds_alternative<answer::FirstUse>(answer);
    default:
      return false;
  }
}

Result<void> Inquiry::take(Answer& answer, std::string_view state) {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) return refused(state, *refuse);
  open_->answer = std::move(answer);
  known_.push_back(std::move(*open_));
  open_.reset();
  return {};
}

std::unexpected<Error> refused(std::string_view state, const answer::Refuse& refuse) {
  return std::unexpected(fail(ErrorCode::RejectedByApplication).at(state).alert(refuse.alert));
}

}  // namespace keyway::tls::server
