// Any text as PEM: blocks that come out must go back in unchanged.

#include <cstdlib>

#include <keyway/certificate.hpp>

#include "core/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  const ByteView bytes(data, size);
  (void)x509::Certificate::all_from(bytes);
  const auto blocks = parse_pem(as_text(bytes));
  if (!blocks) return 0;
  for (const PemBlock& block : *blocks) {
    const auto again = parse_pem(to_pem(block.label, block.data));
    if (!again || again->size() != 1 || again->front().data != block.data) std::abort();
  }
  return 0;
}
