#include "benchmarks.hpp"

#include <benchmark/benchmark.h>

#include <string>

#include "comparisons.hpp"

namespace keyway::bench {
namespace {

constinit bool record_allocated = false;

double seconds(Nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}
void run_handshakes(benchmark::State& state, Library& keyway, Library& libssl, const HandshakeKind& kind, Side side) {
  HandshakeComparison comparison(keyway, libssl, kind);
  for ([[maybe_unused]] const auto iteration : state) {
    comparison.run_round();
    state.SetIterationTime(seconds(comparison.last(side)));
  }
  const auto figures = comparison.figures(side);
  state.counters["keyway_us"] = microseconds(figures.keyway);
  state.counters["libssl_us"] = microseconds(figures.libssl);
  state.counters["ratio"] = figures.ratio();
  state.counters["primitives_us"] = microseconds(figures.primitives);
  state.counters["above_primitives_us"] = microseconds(figures.overhead());
}

void run_records(benchmark::State& state, Library& keyway, Library& libssl, CipherSuite suite, bool sends) {
  RecordComparison comparison(keyway, libssl, suite);
  for ([[maybe_unused]] const auto iteration : state) {
    comparison.run_round();
    state.SetIterationTime(seconds(sends ? comparison.last().sending : comparison.last().receiving));
  }
  const auto figures = sends ? comparison.sending() : comparison.receiving();
  state.SetBytesProcessed(static_cast<std::int64_t>(records_per_batch * record_content) * state.iterations());
  state.counters["keyway_MBps"] = figures.keyway;
  state.counters["libssl_MBps"] = figures.libssl;
  state.counters["ratio"] = figures.ratio();
  state.counters["bare_MBps"] = figures.bare;
  state.counters["of_bare"] = figures.share_of_bare();
}

void run_heap(benchmark::State& state, Library& keyway, Library& libssl, const HandshakeKind& kind, Side side) {
  const auto of = [side](const HandshakeCost& cost) { return side == Side::client ? cost.client : cost.server; };
  SideCost own;
  SideCost other;
  for ([[maybe_unused]] const auto iteration : state) {
    own = of(heap_of_handshake(keyway, kind));
    if (libssl.has(kind.form)) other = of(heap_of_handshake(libssl, kind));
  }
  state.counters["keyway_allocations"] = static_cast<double>(own.allocations);
  state.counters["libssl_allocations"] = static_cast<double>(other.allocations);
  state.counters["keyway_peak_bytes"] = static_cast<double>(own.peak_bytes);
  state.counters["libssl_peak_bytes"] = static_cast<double>(other.peak_bytes);
  state.counters["keyway_idle_bytes"] = static_cast<double>(own.idle_bytes);
  state.counters["libssl_idle_bytes"] = static_cast<double>(other.idle_bytes);
}

void run_record_heap(benchmark::State& state, Library& keyway, Library& libssl, CipherSuite suite) {
  double own = 0;
  double other = 0;
  for ([[maybe_unused]] const auto iteration : state) {
    own = allocations_per_record(keyway, suite);
    other = allocations_per_record(libssl, suite);
  }
  state.counters["keyway_allocations"] = own;
  state.counters["libssl_allocations"] = other;
  if (own == 0) return;
  record_allocated = true;
  state.SkipWithError("a record costs an allocation");
}

void run_primitive(benchmark::State& state, const Primitive& primitive) {
  Samples samples;
  for ([[maybe_unused]] const auto iteration : state) {
    const Nanoseconds time = primitive.run();
    samples.add(time);
    state.SetIterationTime(seconds(time));
  }
  state.counters["median_us"] = microseconds(samples.median());
}

void register_handshakes(Library& keyway, Library& libssl, const HandshakeKind& kind) {
  for (const Side side : {Side::server, Side::client}) {
    const std::string name = kind.name() + (side == Side::server ? "/server" : "/client");
    benchmark::RegisterBenchmark(("handshake/" + name).c_str(), [=, &keyway, &libssl](benchmark::State& state) {
      run_handshakes(state, keyway, libssl, kind, side);
    })->UseManualTime();
    benchmark::RegisterBenchmark(("handshake_heap/" + name).c_str(), [=, &keyway, &libssl](benchmark::State& state) {
      run_heap(state, keyway, libssl, kind, side);
    })->Iterations(1);
  }
}

void register_records(Library& keyway, Library& libssl, CipherSuite suite) {
  const std::string name = keyway::to_string(suite);
  for (const bool sends : {true, false}) {
    benchmark::RegisterBenchmark(
        ("records/" + name + (sends ? "/send" : "/receive")).c_str(),
        [=, &keyway, &libssl](benchmark::State& state) { run_records(state, keyway, libssl, suite, sends); })
        ->UseManualTime();
  }
  benchmark::RegisterBenchmark(("records_heap/" + name).c_str(), [=, &keyway, &libssl](benchmark::State& state) {
    run_record_heap(state, keyway, libssl, suite);
  })->Iterations(1);
}

}  // namespace

bool a_record_allocated() noexcept {
  return record_allocated;
}

void register_benchmarks(Library& keyway, Library& libssl) {
  for (const HandshakeKind& kind : handshake_kinds) register_handshakes(keyway, libssl, kind);
  for (const CipherSuite suite : suites) register_records(keyway, libssl, suite);
  for (const Primitive& primitive : all_primitives()) {
    benchmark::RegisterBenchmark(("primitive/" + primitive.name).c_str(), [primitive](benchmark::State& state) {
      run_primitive(state, primitive);
    })->UseManualTime();
  }
}

}  // namespace keyway::bench
