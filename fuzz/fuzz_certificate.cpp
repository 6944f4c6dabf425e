// Any bytes as a certificate: what parses must be printable, comparable and stay the same when parsed again.

#include <cstdlib>

#include <keyway/certificate.hpp>
#include <keyway/trust.hpp>

#include "x509/algorithm.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/name_constraints.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  const ByteView bytes(data, size);
  const auto parsed = x509::CertificateView::parse(bytes);
  if (!parsed) {
    if (parsed.error().message().empty()) std::abort();
    return 0;
  }
  for (const std::string& text :
       {parsed->subject.to_string(), parsed->issuer.to_string(), parsed->serial_hex(), parsed->algorithm_name()}) {
    for (const char c : text) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) std::abort();
    }
  }
  (void)parsed->subject.attribute("commonName");
  (void)parsed->dns_names();
  (void)parsed->ip_addresses();
  (void)parsed->extended_key_usages();
  (void)parsed->crl_urls();
  (void)parsed->ocsp_urls();
  (void)parsed->issuer_urls();
  for (const auto& extension : parsed->all_extensions()) (void)x509::oid_to_string(extension.oid);
  (void)x509::read_key_facts(parsed->subject_public_key_info);
  if (!x509::same_name(parsed->subject.der, parsed->subject.der)) std::abort();
  if (x509::same_name(parsed->subject.der, parsed->issuer.der) &&
      x509::name_hash(parsed->subject.der) != x509::name_hash(parsed->issuer.der)) {
    std::abort();
  }
  if (const auto name = ServerName::parse("shop.localhost")) (void)x509::covers(*parsed, *name);
  if (parsed->name_constraints) {
    std::size_t budget = 1000;
    (void)x509::find_violation(*parsed->name_constraints, *parsed, budget);
  }
  const auto owned = x509::Certificate::from_der(Bytes(bytes.begin(), bytes.end()));
  if (!owned) std::abort();
  const auto again = x509::Certificate::from_pem(owned->to_pem());
  if (!again || !(*again == *owned)) std::abort();
  return 0;
}
