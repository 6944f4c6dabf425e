// A Certificate's body: parse, write, and the bound on its entries.

#include "fuzz_wire_identity.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/extension_rules.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  using namespace keyway::tls;

  const ByteView body(data, size);
  const auto message = CertificateMessage::parse(body);
  fuzzing::require_identity(message, body);
  if (!message) return 0;

  fuzzing::require(message->certificate_list.size() <= max_certificate_entries);
  for (const CertificateEntry& entry : message->certificate_list) {
    fuzzing::require(!entry.cert_data.empty());
    (void)check_extensions(entry.extensions, ExtensionHome::certificate, {}, "Certificate");
  }
  return 0;
}
