// keyway-limbo: see README.md.

#include <cstdio>
#include <fstream>
#include <iostream>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "x509/limbo.hpp"

namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr std::string_view usage =
    "usage: keyway-limbo FILE.json              the results, in x509-limbo's form\n"
    "       keyway-limbo --summary FILE.json…   what agrees with the expectations and what differs\n";

struct Judged {
  std::string id;
  std::string expected;
  std::string actual;  ///< SUCCESS, FAILURE or SKIPPED
  std::string reason;
};

Judged judge(const json& test_case) {
  Judged judged{"?", "", "SKIPPED", {}};
  try {
    judged.id = test_case.at("id").get<std::string>();
    const auto expected = test_case.find("expected_result");
    if (expected != test_case.end() && expected->is_string()) judged.expected = expected->get<std::string>();
    const auto result = keyway::testing::run_limbo_case(test_case);
    judged.reason = result.reason;
    if (result.was_run) judged.actual = result.was_accepted ? "SUCCESS" : "FAILURE";
  } catch (const json::exception& error) {
    judged.actual = "SKIPPED";
    judged.reason = std::string("not of limbo's form: ") + error.what();
  }
  return judged;
}

std::vector<Judged> judge_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("it can't be opened");
  const json suite = json::parse(file);
  std::vector<Judged> all;
  for (const json& test_case : suite.at("testcases")) all.push_back(judge(test_case));
  return all;
}

void print_results(const std::vector<Judged>& all) {
  ordered_json results = ordered_json::array();
  for (const Judged& each : all) {
    results.push_back({{"id", each.id},
                       {"actual_result", each.actual},
                       {"context", each.reason.empty() ? ordered_json(nullptr) : ordered_json(each.reason)}});
  }
  std::cout << ordered_json{{"version", 1}, {"harness", "keyway"}, {"results", results}}.dump(
                   1, ' ', false, json::error_handler_t::replace)
            << '\n';
}

void print_summary(const std::string& path, const std::vector<Judged>& all) {
  std::map<std::string_view, std::size_t> counts;
  std::string differences;
  for (const Judged& each : all) {
    const std::string_view kind =
        each.actual == "SKIPPED" ? "skipped" : (each.actual == each.expected ? "agreed" : "differed");
    ++counts[kind];
    if (kind == "agreed") continue;
    differences += "  " + std::string(kind) + "  " + each.id + ": expected " + each.expected + ", got " + each.actual +
                   (each.reason.empty() ? "" : " (" + each.reason + ")") + '\n';
  }
  std::cout << path << ": " << counts["agreed"] << " agreed, " << counts["differed"] << " differed, "
            << counts["skipped"] << " skipped\n"
            << differences;
}

int run(std::span<char* const> arguments) {
  const bool sums_up = !arguments.empty() && std::string_view(arguments.front()) == "--summary";
  const auto files = sums_up ? arguments.subspan(1) : arguments;
  if (files.empty() || (!sums_up && files.size() > 1)) {
    std::cerr << usage;
    return 2;
  }
  for (const std::string path : files) {
    try {
      const auto all = judge_file(path);
      sums_up ? print_summary(path, all) : print_results(all);
    } catch (const std::exception& error) {
      std::cerr << "keyway-limbo: " << path << ": " << error.what() << '\n';
      return 1;
    }
  }
  return 0;
}

}  // namespace

int main(int count, char** values) {
  return run(std::span(values, static_cast<std::size_t>(count)).subspan(1));
}
