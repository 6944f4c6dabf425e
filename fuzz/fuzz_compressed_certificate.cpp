// A CompressedCertificate's body: what it decompresses to has the size that it declared, within the limit, and is read
// like any Certificate.

#include "fuzz_wire_identity.hpp"
#include "tls/handshake/peer_certificate.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace keyway;
  using namespace keyway::tls;
  constexpr std::size_t max_size = 131072;

  const ByteView body(data, size);
  const auto message = CompressedCertificate::parse(body);
  fuzzing::require_identity(message, body);
  if (!message) return 0;

  const auto certificate = decompress(*message, certificate_compressors(), max_size);
  if (!certificate) {
    fuzzing::require(certificate.error().alert().has_value());
    return 0;
  }
  fuzzing::require(certificate->size() == message->uncompressed_length && certificate->size() <= max_size);
  (void)CertificateMessage::parse(*certificate);
  return 0;
}
