#include "tls/server12/hello_writer.hpp"

#include <array>
#include <utility>

#include "core/writer.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::tls::server12 {
namespace {

void write_extensions(Writer& out, const HelloContents& contents) {
  static constexpr std::array<std::uint8_t, 1> uncompressed{0};
  const auto& [config, random, suite, session_id, hello, choice, promises_ticket, is_resumption] = contents;
  if (hello.server_name && !is_resumption &&
      config.acknowledges_server_name()) {  // RFC 6066 3: an empty extension says that the name was used
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
  if (choice.extended_master_secret) write_extension(out, ExtendedMasterSecretExtension{});
  if (promises_ticket) write_extension(out, SessionTicketExtension{});
  if (choice.indicates_renegotiation) write_extension(out, RenegotiationInfoExtension{});
}

}  // namespace

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
