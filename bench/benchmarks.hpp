#pragma once

#include "contest.hpp"

namespace keyway::bench {

/// Registers every comparison and primitive with Google Benchmark. The libraries outlive the runs.
void register_benchmarks(Library& keyway, Library& libssl);

/// True once a benchmark has found a record that costs an allocation.
[[nodiscard]] bool a_record_allocated() noexcept;

/// Prints the table of ratios. False when a record costs an allocation.
[[nodiscard]] bool print_summary(Library& keyway, Library& libssl, int rounds);

}  // namespace keyway::bench
