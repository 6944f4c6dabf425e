#include <cstdio>
#include <string>

#include <openssl/crypto.h>

#include "benchmarks.hpp"
#include "comparisons.hpp"
#include "material.hpp"

namespace keyway::bench {
namespace {

void print_handshake(const std::string& name, const HandshakeComparison::Figures& figures) {
  std::printf("%-32s %8.1f ", name.c_str(), microseconds(figures.keyway));
  if (figures.libssl.count() > 0) {
    std::printf("%8.1f %6.2fx", microseconds(figures.libssl), figures.ratio());
  } else {
    std::printf("%8s %7s", "none", "");
  }
  std::printf(" %11.1f %7.1f\n", microseconds(figures.primitives), microseconds(figures.overhead()));
}

void print_handshakes(Library& keyway, Library& libssl, int rounds) {
  std::printf("%-32s %8s %8s %7s %11s %7s\n", "handshake, us", "keyway", "libssl", "ratio", "primitives", "above");
  for (const HandshakeKind& kind : handshake_kinds) {
    HandshakeComparison comparison(keyway, libssl, kind);
    for (int i = 0; i < rounds; ++i) comparison.run_round();
    for (const Side side : {Side::server, Side::client}) {
      const auto figures = comparison.figures(side);
      const std::string name = kind.name() + (side == Side::server ? ", server" : ", client");
      print_handshake(name, figures);
    }
  }
}

void print_speed(const std::string& name, const RecordComparison::Figures& figures) {
  std::printf("%-40s %8.0f %8.0f %6.2fx %8.0f %6.1f %%\n", name.c_str(), figures.keyway, figures.libssl,
              figures.ratio(), figures.bare, 100 * figures.share_of_bare());
}

void print_records(Library& keyway, Library& libssl, int rounds) {
  std::printf("\n%-40s %8s %8s %7s %8s %8s\n", "records of 16 KiB, MB/s", "keyway", "libssl", "ratio", "bare",
              "of bare");
  for (const CipherSuite suite : suites) {
    RecordComparison comparison(keyway, libssl, suite);
    for (int i = 0; i < rounds; ++i) comparison.run_round();
    print_speed(keyway::to_string(suite) + ", send", comparison.sending());
    print_speed(keyway::to_string(suite) + ", receive", comparison.receiving());
  }
}

void print_heap_line(std::string_view name, double keyway, double libssl) {
  std::printf("%-40s %8.0f %8.0f\n", std::string(name).c_str(), keyway, libssl);
}

void print_heap(Library& keyway, Library& libssl) {
  std::printf("\n%-40s %8s %8s\n", "heap, ecdsa_p256", "keyway", "libssl");
  const HandshakeCost own = heap_of_handshake(keyway, {});
  const HandshakeCost other = heap_of_handshake(libssl, {});
  const auto print_side = [](const std::string& side, const SideCost& ours, const SideCost& theirs) {
    print_heap_line(side + ", idle bytes", static_cast<double>(ours.idle_bytes),
                    static_cast<double>(theirs.idle_bytes));
    print_heap_line(side + ", peak bytes in a handshake", static_cast<double>(ours.peak_bytes),
                    static_cast<double>(theirs.peak_bytes));
    print_heap_line(side + ", allocations a handshake", static_cast<double>(ours.allocations),
                    static_cast<double>(theirs.allocations));
  };
  print_side("server", own.server, other.server);
  print_side("client", own.client, other.client);
}

bool print_record_allocations(Library& keyway, Library& libssl) {
  bool none = true;
  for (const CipherSuite suite : suites) {
    const double own = allocations_per_record(keyway, suite);
    none = none && own == 0;
    std::printf("%-40s %8.2f %8.2f\n", ("allocations a record, " + keyway::to_string(suite).substr(4, 12)).c_str(), own,
                allocations_per_record(libssl, suite));
  }
  return none;
}

void print_primitives(int rounds) {
  std::printf("\n%-40s %8s\n", "primitive, us", "keyway");
  for (const Primitive& primitive : all_primitives()) {
    Samples samples;
    for (int i = 0; i < rounds; ++i) samples.add(primitive.run());
    std::printf("%-40s %8.2f\n", primitive.name.c_str(), microseconds(samples.median()));
  }
}

}  // namespace

bool print_summary(Library& keyway, Library& libssl, int rounds) {
  std::printf("Keyway on %s\nagainst %s\n%d rounds, medians\n\n", testing::provider()->description().c_str(),
              OpenSSL_version(OPENSSL_VERSION), rounds);
  print_handshakes(keyway, libssl, rounds);
  print_records(keyway, libssl, rounds);
  print_heap(keyway, libssl);
  const bool none = print_record_allocations(keyway, libssl);
  print_primitives(rounds);
  return none;
}

}  // namespace keyway::bench
