// keyway-pkits: see README.md.

#include <filesystem>
#include <fstream>
#include <iostream>
#include <span>
#include <string>
#include <string_view>

#include "x509/pkits.hpp"

namespace {

using nlohmann::json;

constexpr std::string_view usage =
    "usage: keyway-pkits DIR   what agrees with NIST's expectations and what differs; DIR holds pkits.json\n";

std::string told(const keyway::testing::PkitsResult& result) {
  if (!result.was_accepted) return "FAILURE (" + result.reason + ")";
  std::string text = "SUCCESS, policies";
  for (const std::string& policy : result.policies) text += " " + policy;
  return result.policies.empty() ? "SUCCESS, no policies" : text;
}

std::size_t judge_all(const std::filesystem::path& folder) {
  std::ifstream file(folder / "pkits.json");
  if (!file) throw std::runtime_error("pkits.json can't be opened");
  const json suite = json::parse(file);
  std::size_t agreed = 0;
  std::size_t differed = 0;
  std::string differences;
  for (const json& test_case : suite.at("testcases")) {
    const auto result = keyway::testing::run_pkits_case(folder, suite.at("policy_oids"), test_case);
    if (keyway::testing::is_as_nist_expects(result, test_case)) {
      ++agreed;
      continue;
    }
    ++differed;
    differences += "  " + test_case.at("number").get<std::string>() + " " + test_case.at("id").get<std::string>() +
                   ": expected " + test_case.at("expected_result").get<std::string>() + ", got " + told(result) + '\n';
  }
  std::cout << "PKITS: " << agreed << " agreed, " << differed << " differed\n" << differences;
  return differed;
}

int run(std::span<char* const> arguments) {
  if (arguments.size() != 1 || std::string_view(arguments.front()).starts_with("-")) {
    std::cerr << usage;
    return 2;
  }
  try {
    return judge_all(arguments.front()) == 0 ? 0 : 3;
  } catch (const std::exception& error) {
    std::cerr << "keyway-pkits: " << arguments.front() << ": " << error.what() << '\n';
    return 1;
  }
}

}  // namespace

int main(int count, char** values) {
  return run(std::span(values, static_cast<std::size_t>(count)).subspan(1));
}
