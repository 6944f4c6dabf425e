// An OCSP response: parsed strictly, walked to its end, and never believed without its issuer's signature.

#include <cstdint>

#include "fuzz_wire_identity.hpp"
#include "x509/ocsp.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;

  const auto response = x509::OcspResponseView::parse(ByteView(data, size));
  if (!response) {
    tls::fuzzing::require(response.error().code() == ErrorCode::InvalidOcspResponse);
    return 0;
  }
  std::size_t count = 0;
  response->for_each([&](const x509::SingleResponse& single) {
    tls::fuzzing::require(!single.cert_id.serial_number.empty());
    ++count;
    return false;
  });
  tls::fuzzing::require(!response->is_basic || count > 0);
  return 0;
}
