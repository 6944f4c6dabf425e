// keyway-bench: see docs/performance.md.
#include <benchmark/benchmark.h>

#include <charconv>
#include <iostream>
#include <span>
#include <string_view>

#include "benchmarks.hpp"
#include "feature_benchmarks.hpp"
#include "trust_benchmarks.hpp"

namespace {

constexpr std::string_view usage =
    "usage: keyway-bench --summary [--rounds=N]    the table of ratios\n"
    "       keyway-bench [--benchmark_…]           Google Benchmark; --help lists its options\n";

struct Options {
  bool summary = false;
  int rounds = 300;
  bool fine = true;
};

Options read_options(std::span<char*> arguments) {
  constexpr std::string_view rounds = "--rounds=";
  Options options;
  for (const std::string_view argument : arguments) {
    if (argument == "--summary") options.summary = true;
    if (!argument.starts_with(rounds)) continue;
    const std::string_view number = argument.substr(rounds.size());
    const auto read = std::from_chars(number.begin(), number.end(), options.rounds);
    options.fine = read.ec == std::errc() && read.ptr == number.end() && options.rounds > 0;
  }
  return options;
}

}  // namespace

int main(int argc, char** argv) {
  const Options options = read_options(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (!options.fine) {
    std::cerr << usage;
    return 2;
  }
  const auto keyway = keyway::bench::make_keyway();
  const auto libssl = keyway::bench::make_libssl();
  if (options.summary) return keyway::bench::print_summary(*keyway, *libssl, options.rounds) ? 0 : 1;

  keyway::bench::register_benchmarks(*keyway, *libssl);
  keyway::bench::register_trust_benchmarks();
  keyway::bench::register_feature_benchmarks();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) {
    std::cerr << usage;
    return 2;
  }
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
  return keyway::bench::a_record_allocated() ? 1 : 0;
}
