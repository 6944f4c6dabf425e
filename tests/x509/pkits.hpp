#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

namespace keyway::testing {

/// What Keyway made of one run of NIST's PKITS, as pkits.json tells of it.
struct PkitsResult {
  bool was_accepted = false;
  std::vector<std::string> policies;  ///< user-constrained-policy-set, by NIST's names, in order
  std::string reason;
};

/// `folder` holds certs/ and crls/; `policy_oids` is the file's table of names. Throws where a file can't be read.
[[nodiscard]] PkitsResult run_pkits_case(const std::filesystem::path& folder, const nlohmann::json& policy_oids,
                                         const nlohmann::json& test_case);

/// Whether that is as NIST expects: the answer, and for a valid path the policies.
[[nodiscard]] bool is_as_nist_expects(const PkitsResult& result, const nlohmann::json& test_case);

}  // namespace keyway::testing
