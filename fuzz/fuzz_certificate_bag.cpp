// Any bytes as what a caIssuers URL leads to, and as distribution points: views of the input alone, of which each
// parses.

#include <cstdlib>

#include <keyway/certificate.hpp>

#include "x509/certificate_bag.hpp"
#include "x509/distribution_point.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  const ByteView bytes(data, size);
  for (const ByteView der : x509::read_certificate_bag(bytes)) {
    if (!x509::CertificateView::parse(der) || der.size() > size) std::abort();
  }
  x509::der::Status status;
  x509::der::Reader points(bytes, status);
  while (!points.empty()) {
    const x509::DistributionPoint point = x509::read_distribution_point(points);
    if (status.ok() && !point.name && !point.crl_issuer) std::abort();
    if (status.ok() && point.name) (void)x509::share_a_name(*point.name, {}, *point.name, {});
  }
  return 0;
}
