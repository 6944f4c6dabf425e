#include "authority/kinds.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "core/text.hpp"

namespace keyway::authority {
namespace {

constexpr auto key_kinds = std::to_array<KeyKindFacts>({
    {KeyKind::p256, "p256", crypto::KeyType::p256, 0},
    {KeyKind::p384, "p384", crypto::KeyType::p384, 0},
    {KeyKind::ed25519, "ed25519", crypto::KeyType::ed25519, 0},
    {KeyKind::rsa2048, "rsa2048", crypto::KeyType::rsa, 2048},
    {KeyKind::rsa3072, "rsa3072", crypto::KeyType::rsa, 3072},
});

struct ReasonName {
  RevocationReason reason;
  std::string_view name;
};

constexpr auto reasons = std::to_array<ReasonName>({
    {RevocationReason::unspecified, "unspecified"},
    {RevocationReason::key_compromise, "keyCompromise"},
    {RevocationReason::ca_compromise, "cACompromise"},
    {RevocationReason::affiliation_changed, "affiliationChanged"},
    {RevocationReason::superseded, "superseded"},
    {RevocationReason::cessation_of_operation, "cessationOfOperation"},
    {RevocationReason::privilege_withdrawn, "privilegeWithdrawn"},
});

/// Letters alone, in lower case.
std::string letters_of(std::string_view text) {
  std::string letters;
  for (const char c : text) {
    if (c != '-' && c != '_') letters.push_back(lower_case(c));
  }
  return letters;
}

}  // namespace

const KeyKindFacts& facts_of(KeyKind kind) noexcept {
  const auto found = std::ranges::find(key_kinds, kind, &KeyKindFacts::kind);
  return found != key_kinds.end() ? *found : key_kinds.front();
}

std::string_view to_string(KeyKind kind) noexcept {
  return facts_of(kind).name;
}

std::optional<KeyKind> key_kind_from(std::string_view text) noexcept {
  const auto found = std::ranges::find(key_kinds, text, &KeyKindFacts::name);
  if (found == key_kinds.end()) return std::nullopt;
  return found->kind;
}

std::string_view to_string(RevocationReason reason) noexcept {
  const auto found = std::ranges::find(reasons, reason, &ReasonName::reason);
  return found != reasons.end() ? found->name : reasons.front().name;
}

std::optional<RevocationReason> revocation_reason_from(std::string_view text) {
  const std::string wanted = letters_of(text);
  for (const ReasonName& each : reasons) {
    if (letters_of(each.name) == wanted) return each.reason;
  }
  return std::nullopt;
}

RevocationReason revocation_reason_from_number(std::int64_t number) noexcept {
  for (const ReasonName& each : reasons) {
    if (static_cast<std::int64_t>(each.reason) == number) return each.reason;
  }
  return RevocationReason::unspecified;
}

}  // namespace keyway::authority
