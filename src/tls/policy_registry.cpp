#include <algorithm>
#include <array>

#include <keyway/policy.hpp>

#include "core/text.hpp"

namespace keyway {

std::span<const NamedPolicy> named_policies() {
  static const std::array all{
      NamedPolicy{Policy::compatible_2026(),
                  "TLS 1.2 and 1.3 with authenticated encryption and forward secrecy: what every server and client of "
                  "the last ten years can, and nothing that is known to be weak"},
      NamedPolicy{Policy::modern_2026(), "TLS 1.3 alone: for programs whose other end is known to be of today"},
      NamedPolicy{Policy::classic_rsa_2026(),
                  "compatible-2026 and, behind everything else, TLS 1.2's RSA key transport, which has no forward "
                  "secrecy: for peers that can do nothing better"},
  };
  return all;
}

Result<Policy> find_policy(std::string_view name) {
  std::string names;
  for (const NamedPolicy& each : named_policies()) {
    if (each.policy.name == name) return each.policy;
    names += (names.empty() ? "" : ", ") + each.policy.name;
  }
  return std::unexpected(
      fail(ErrorCode::InvalidArgument).at("the policy").expected("one of " + names).received(printable(name, 100)));
}

}  // namespace keyway
