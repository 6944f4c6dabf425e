// Any bytes as a CRL: every entry that is counted can be read.

#include <cstdlib>
#include <vector>

#include <keyway/trust.hpp>

#include "x509/crl.hpp"
#include "x509/revocation.hpp"

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
  // However it was signed, what is asked of it ends in an answer.
  x509::CertificateView certificate;
  certificate.serial_number = serial;
  certificate.issuer = list->issuer();
  const x509::SignedList asked(*x509::Crl::from(bytes));
  const auto answer =
      x509::ask_lists(std::vector{&asked}, {certificate, list->this_update(), {}, [](const auto&) { return true; }});
  if (answer.standing == x509::Standing::revoked && !answer.entry) std::abort();
  return 0;
}
