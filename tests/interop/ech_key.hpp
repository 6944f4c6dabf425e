#pragma once

#include <string>

#include <keyway/ech.hpp>

namespace keyway::interop {

/// A file of `keyway ech generate`.
struct EchKeyFile {
  std::string file;
  [[nodiscard]] EchKey key() const;
  [[nodiscard]] EchConfigList configs() const { return key().config_list(); }
};

/// A new one each time.
[[nodiscard]] EchKeyFile make_ech_key(const std::string& public_name);

}  // namespace keyway::interop
