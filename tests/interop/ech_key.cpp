#include "interop/ech_key.hpp"

#include <gtest/gtest.h>

#include <cstdlib>

#include "core/files.hpp"
#include "interop/world.hpp"

namespace keyway::interop {

EchKey EchKeyFile::key() const {
  const auto text = read_file(file);
  if (!text) std::abort();
  auto key = EchKey::from_pem(*testing::provider(), as_text(*text));
  if (!key) std::abort();
  return std::move(*key);
}

EchKeyFile make_ech_key(const std::string& public_name) {
  static int count = 0;
  EchKeyFile made{world().path("ech-" + std::to_string(++count) + ".pem")};
  const Outcome outcome =
      run({keyway_command(), "ech", "generate", "--public-name", public_name, "--out", made.file, "--json"});
  EXPECT_EQ(outcome.exit_code, 0) << outcome.out;
  EXPECT_NE(outcome.out.find(made.configs().to_base64()), std::string::npos) << outcome.out;
  return made;
}

}  // namespace keyway::interop
