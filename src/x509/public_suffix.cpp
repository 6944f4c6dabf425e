#include "x509/public_suffix.hpp"

#if defined(KEYWAY_HAS_PSL)

#include <algorithm>
#include <array>

#include <libpsl.h>

#include "core/text.hpp"

namespace keyway::x509 {

bool is_public_suffix(std::string_view domain, Suffixes which) noexcept {
  // The list that libpsl was built with: nothing is read, nothing allocated, and it never changes while a program runs.
  const psl_ctx_t* const list = psl_builtin();
  std::array<char, 256> text{};
  if (list == nullptr || domain.size() >= text.size()) return false;
  std::ranges::transform(domain, text.begin(), lower_case);
  const int types = which == Suffixes::registries ? PSL_TYPE_ICANN : PSL_TYPE_ANY;
  return psl_is_public_suffix2(list, text.data(), types | PSL_TYPE_NO_STAR_RULE) == 1;
}

}  // namespace keyway::x509

#else

namespace keyway::x509 {

bool is_public_suffix(std::string_view, Suffixes) noexcept {
  return false;
}

}  // namespace keyway::x509

#endif
