#include "tls/server12/hello_writer.hpp"

#include <array>
#include <utility>

#include "core/writer.hpp"
#include "tls/certificate_messages.hpp"
#include "tls/server/hello_answers.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extensions/signed_certificate_timestamp.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::server12 {
namespace {

/// What is to be said of the certificate before it comes.
void write_proofs(Writer& out, const server::HelloInHand& hello, const Credential& credential) {
  if (!stapled_status(hello, credential).empty()) {  // RFC 6066 8: an empty extension announces the CertificateStatus
    out.value(ExtensionType::status_request);
    out.u16(0);
  }
  const ByteView scts = credential.proofs().sct_list(0);
  if (server::proofs_asked(hello).scts && !scts.empty()) write_extension(out, SctListExtension{scts});
}

void write_extensions(Writer& out, const HelloContents& contents) {
  static constexpr std::array<std::uint8_t, 1> uncompressed{0};
  const server::HelloInHand& hello = contents.hello;
  const Choice& choice = contents.choice;
  const bool names = contents.credential != nullptr && contents.config.acknowledges_server_name();
  if (hello.server_name && names) {  // RFC 6066 3: an empty extension says that the name was used
    out.value(ExtensionType::server_name);
    out.u16(0);
  }
  if (hello.extensions.ec_point_formats) {
    write_extension(out, EcPointFormatsExtension{WireList<EcPointFormat>(uncompressed)});
  }
  if (!choice.alpn.empty()) {
    out.value(ExtensionType::application_layer_protocol_negotiation);
    out.vector16([&] { out.vector16([&] { out.vector8(as_bytes(choice.alpn)); }); });
  }
  if (contents.credential != nullptr) write_proofs(out, hello, *contents.credential);
  server::write_certificate_types(out, hello, contents.own_type, contents.client_type);
  server::write_record_limits(out, contents.config, hello, ProtocolVersion::TLS1_2);
  if (choice.extended_master_secret) write_extension(out, ExtendedMasterSecretExtension{});
  if (contents.promises_ticket) write_extension(out, SessionTicketExtension{});
  if (choice.indicates_renegotiation) write_extension(out, RenegotiationInfoExtension{});
}

}  // namespace

ByteView stapled_status(const server::HelloInHand& hello, const Credential& credential) noexcept {
  return server::proofs_asked(hello).ocsp ? credential.messages().status_tls12() : ByteView();
}

void write_server_hello(Bytes& to, const HelloContents& contents) {
  Writer out(to);
  out.value(ServerHello::type);
  out.vector24([&] {
    out.value(ProtocolVersion::TLS1_2);
    out.bytes(contents.random);
    out.vector8(contents.session_id);
    out.value(contents.suite);
    out.value(CompressionMethod::null);
    const std::size_t at_extensions = out.size();
    out.vector16([&] { write_extensions(out, contents); });
    // RFC 5246 7.4.1.3: where there are none, the field is left out; a client that sent none may not know it.
    constexpr std::size_t empty_field = 2;
    if (out.size() == at_extensions + empty_field) to.resize(at_extensions);
  });
}

Result<HelloRandom> make_random(const CommonConfig& config) {
  HelloRandom random{};
  if (auto filled = config.randomness().fill(random); !filled) return std::unexpected(std::move(filled.error()));
  if (config.policy.has(ProtocolVersion::TLS1_3)) set_downgrade_sentinel(random, DowngradeSentinel::tls12);
  return random;
}

}  // namespace keyway::tls::server12
