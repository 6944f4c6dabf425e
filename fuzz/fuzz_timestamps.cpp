// A SignedCertificateTimestampList: parsed strictly, bounded, and never believed without its log's signature.

#include <cstdint>

#include "fuzz_wire_identity.hpp"
#include "x509/timestamps.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;

  const ByteView input(data, size);
  if (const auto scts = x509::read_sct_list(input)) {
    tls::fuzzing::require(scts->size() <= x509::max_timestamps);
    for (const ByteView serialized : *scts) {
      const auto sct = x509::SctView::parse(serialized);
      if (sct) tls::fuzzing::require(sct->log_id.size() == 32 && sct->signature.size() < size);
    }
  }
  // What a log saw: a certificate without its list, which has no list any more.
  const auto certificate = x509::CertificateView::parse(input);
  if (!certificate) return 0;
  const auto before = x509::precertificate_tbs(*certificate);
  tls::fuzzing::require(!before || before->size() < certificate->tbs_certificate.size());
  return 0;
}
