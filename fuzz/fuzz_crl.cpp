// Any bytes as a CRL: every entry that is counted can be read.

#include <cstdlib>

#include <keyway/trust.hpp>

#include "x509/crl.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  const ByteView bytes(data, size);
  const auto list = x509::Crl::from(bytes);
  if (!list) {
    if (list.error().message().empty()) std::abort();
    return 0;
  }
  (void)list->issuer().to_string();
  const Bytes serial{0x01};
  if (list->find(serial) && list->size() == 0) std::abort();
  return 0;
}
