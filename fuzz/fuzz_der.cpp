// Walks any bytes as DER, as deep as they go: the reader must neither pass their end nor run long.

#include <cstdlib>
#include <vector>

#include "x509/der.hpp"

namespace {

using keyway::ByteView;
using namespace keyway::x509;

void read_as_every_type(ByteView element) {
  for (int type = 0; type < 8; ++type) {
    der::Status status;
    der::Reader reader(element, status);
    switch (type) {
      case 0:
        (void)reader.boolean("fuzz");
        break;
      case 1:
        (void)reader.integer("fuzz");
        break;
      case 2:
        (void)reader.small_integer("fuzz");
        break;
      case 3:
        (void)reader.bit_string("fuzz");
        break;
      case 4:
        (void)reader.named_bits("fuzz");
        break;
      case 5:
        (void)reader.identifier("fuzz");
        break;
      case 6:
        (void)reader.time("fuzz");
        break;
      default:
        reader.null("fuzz");
        break;
    }
    reader.end("fuzz");
    if (!status.ok()) (void)status.error("fuzz", keyway::ErrorCode::InvalidCertificate).message();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::vector<ByteView> open{ByteView(data, size)};
  // Each element is walked once per level of its nesting; the levels are bounded by the size.
  for (std::size_t steps = 0; !open.empty() && steps < 10'000; ++steps) {
    der::Status status;
    der::Reader reader(open.back(), status);
    open.pop_back();
    while (!reader.empty()) {
      const der::Element element = reader.any("fuzz");
      if (!status.ok()) break;
      if (element.whole.size() < element.contents.size() + 2) std::abort();
      read_as_every_type(element.whole);
      const bool is_constructed = (static_cast<unsigned>(element.tag) & 0x20U) != 0;
      if (is_constructed) open.push_back(element.contents);
    }
  }
  return 0;
}
