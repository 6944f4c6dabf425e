// Every other codec of wire/: the first byte selects it, the rest is what it parses.

#include <iterator>

#include "fuzz_wire_identity.hpp"
#include "tls/wire/alert.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_request_tls12.hpp"
#include "tls/wire/certificate_status.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/client_key_exchange.hpp"
#include "tls/wire/compressed_certificate.hpp"
#include "tls/wire/encrypted_extensions.hpp"
#include "tls/wire/end_of_early_data.hpp"
#include "tls/wire/extensions/alpn.hpp"
#include "tls/wire/extensions/certificate_type.hpp"
#include "tls/wire/extensions/compress_certificate.hpp"
#include "tls/wire/extensions/cookie.hpp"
#include "tls/wire/extensions/early_data.hpp"
#include "tls/wire/extensions/ec_point_formats.hpp"
#include "tls/wire/extensions/extended_master_secret.hpp"
#include "tls/wire/extensions/key_share.hpp"
#include "tls/wire/extensions/max_fragment_length.hpp"
#include "tls/wire/extensions/pre_shared_key.hpp"
#include "tls/wire/extensions/psk_key_exchange_modes.hpp"
#include "tls/wire/extensions/record_size_limit.hpp"
#include "tls/wire/extensions/renegotiation_info.hpp"
#include "tls/wire/extensions/server_name.hpp"
#include "tls/wire/extensions/session_ticket.hpp"
#include "tls/wire/extensions/signature_algorithms.hpp"
#include "tls/wire/extensions/signed_certificate_timestamp.hpp"
#include "tls/wire/extensions/status_request.hpp"
#include "tls/wire/extensions/supported_groups.hpp"
#include "tls/wire/extensions/supported_versions.hpp"
#include "tls/wire/finished.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/hello_request.hpp"
#include "tls/wire/key_update.hpp"
#include "tls/wire/new_session_ticket.hpp"
#include "tls/wire/new_session_ticket_tls12.hpp"
#include "tls/wire/record.hpp"
#include "tls/wire/server_hello_done.hpp"
#include "tls/wire/server_key_exchange.hpp"

namespace {

using namespace keyway;
using namespace keyway::tls;

template <typename M>
void try_codec(ByteView data) {
  fuzzing::require_identity(M::parse(data), data);
}

void try_finished(ByteView data) {
  fuzzing::require_identity(Finished::parse(data, 32), data);
}

void try_record_header(ByteView data) {
  if (data.size() < record_header_size) return;
  std::uint8_t written[record_header_size] = {};
  RecordHeader::parse(data).write_to(written);
  fuzzing::require(std::ranges::equal(written, data.first(record_header_size)));
}

void try_handshake_header(ByteView data) {
  if (data.size() < handshake_header_size) return;
  const HandshakeHeader header = parse_handshake_header(data);
  Bytes written;
  Writer out(written);
  out.value(header.type);
  out.u24(static_cast<std::uint32_t>(header.length));
  fuzzing::require(std::ranges::equal(written, data.first(handshake_header_size)));
}

// Append only: the seeds name a codec by its place.
constexpr void (*codecs[])(ByteView) = {
    try_codec<EncryptedExtensions>,
    try_codec<CertificateRequest>,
    try_codec<CertificateVerify>,
    try_finished,
    try_codec<KeyUpdate>,
    try_codec<NewSessionTicket>,
    try_codec<Alert>,
    try_record_header,
    try_handshake_header,
    try_codec<ServerNameExtension>,
    try_codec<SupportedVersionsExtension>,
    try_codec<SelectedVersionExtension>,
    try_codec<SupportedGroupsExtension>,
    try_codec<SignatureAlgorithmsExtension>,
    try_codec<SignatureAlgorithmsCertExtension>,
    try_codec<AlpnExtension>,
    try_codec<KeyShareClientHello>,
    try_codec<KeyShareServerHello>,
    try_codec<KeyShareHelloRetryRequest>,
    try_codec<CookieExtension>,
    try_codec<PskKeyExchangeModesExtension>,
    try_codec<PreSharedKeyClientHello>,
    try_codec<PreSharedKeyServerHello>,
    try_codec<EarlyDataNewSessionTicket>,
    try_codec<CertificateTls12>,
    try_codec<CertificateRequestTls12>,
    try_codec<ServerKeyExchange>,
    try_codec<ServerHelloDone>,
    try_codec<EndOfEarlyData>,
    try_codec<ClientKeyExchange>,
    try_codec<HelloRequest>,
    try_codec<EcPointFormatsExtension>,
    try_codec<ExtendedMasterSecretExtension>,
    try_codec<RenegotiationInfoExtension>,
    try_codec<CompressedCertificate>,
    try_codec<CompressCertificateExtension>,
    try_codec<NewSessionTicketTls12>,
    try_codec<SessionTicketExtension>,
    try_codec<CertificateStatus>,
    try_codec<StatusRequestExtension>,
    try_codec<SctRequestExtension>,
    try_codec<SctListExtension>,
    try_codec<RecordSizeLimitExtension>,
    try_codec<MaxFragmentLengthExtension>,
    try_codec<ServerCertificateTypesOffered>,
    try_codec<ClientCertificateTypesOffered>,
    try_codec<ServerCertificateTypeChosen>,
    try_codec<ClientCertificateTypeChosen>,
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const ByteView input(data, size);
  codecs[input.front() % std::size(codecs)](input.subspan(1));
  return 0;
}
