// Policies down a path: each byte picks what the next certificate has. The graph stays as small as what went in, and
// a policy that holds at the end was somebody's to begin with.

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "x509/policy_graph.hpp"

namespace {

using namespace keyway;

/// Some of eight policies, the first of them anyPolicy.
std::vector<ByteView> pick(std::uint8_t bits) {
  static const std::vector<Bytes> all{
      {0x55, 0x1d, 0x20, 0x00}, {0x2a, 1}, {0x2a, 2}, {0x2a, 3}, {0x2a, 4}, {0x2a, 5}, {0x2a, 6}, {0x2a, 7}};
  std::vector<ByteView> picked;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if ((bits >> i & 1U) != 0) picked.emplace_back(all[i]);
  }
  std::ranges::sort(picked, x509::is_before);
  return picked;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // The extension's readers take any bytes.
  const ByteView bytes(data, size);
  x509::der::Status status;
  const ByteView contents = x509::read_certificate_policies(bytes, status);
  if (status.ok()) (void)x509::list_policies(contents);
  x509::der::Status mapping_status;
  const ByteView pairs = x509::read_policy_mappings(bytes, mapping_status);
  if (mapping_status.ok() && x509::list_mappings(pairs).empty()) std::abort();

  x509::PolicyGraph graph;
  std::size_t most = 0;
  for (std::size_t i = 0; i + 4 <= size && i < 64; i += 4) {
    const auto policies = pick(data[i]);
    const bool has_any = std::ranges::any_of(policies, x509::is_any_policy);
    graph.add_level(policies, has_any && (data[i + 1] & 1U) != 0);
    std::vector<x509::PolicyMapping> mappings;
    for (const ByteView from : pick(data[i + 2] & 0xfeU)) {
      for (const ByteView to : pick(data[i + 3] & 0xfeU)) mappings.push_back({from, to});
    }
    graph.map(mappings, (data[i + 1] & 2U) != 0);
    most += 7 + 7 + mappings.size();
    if (graph.size() > most) std::abort();
    const auto valid = graph.valid_policies();
    if (graph.is_null() != valid.empty()) std::abort();
    if (!std::ranges::is_sorted(valid, x509::is_before)) std::abort();
  }
  return 0;
}
