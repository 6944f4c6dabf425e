#include "tls/server/inner_hello.hpp"

#include <algorithm>
#include <utility>

#include "core/reader.hpp"
#include "core/writer.hpp"
#include "tls/wire/extensions/encrypted_client_hello.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls::server {
namespace {

std::unexpected<Error> refuse_outer_extension(std::string_view expected, ExtensionType received) {
  return std::unexpected(fail(ErrorCode::InvalidOuterExtension)
                             .at("inner ClientHello, ech_outer_extensions")
                             .expected(expected)
                             .received(to_string(received)));
}

/// Copies what is named, in the order of the outer ClientHello, each once: one walk over that.
Result<void> copy_outer_extensions(ByteView body, const ExtensionBlock& outer, Writer& out) {
  auto names = EchOuterExtensions::parse(body);
  if (!names) {
    return std::unexpected(std::move(names.error()).at("inner ClientHello").alert(AlertDescription::illegal_parameter));
  }
  auto at = outer.begin();
  for (const ExtensionType wanted : names->outer_extensions) {
    if (wanted == ExtensionType::encrypted_client_hello) return refuse_outer_extension("any other", wanted);
    while (at != outer.end() && (*at).type != wanted) ++at;
    if (at == outer.end()) {
      return refuse_outer_extension("what stands in the outer ClientHello, once and in its order", wanted);
    }
    out.value(wanted);
    out.vector16((*at).body);
    ++at;
  }
  return {};
}

Result<void> write_extensions(const ExtensionBlock& encoded, const ExtensionBlock& outer, Writer& out) {
  for (const ExtensionView extension : encoded) {
    if (extension.type == ExtensionType::ech_outer_extensions) {
      if (auto copied = copy_outer_extensions(extension.body, outer, out); !copied) return copied;
      continue;
    }
    out.value(extension.type);
    out.vector16(extension.body);
  }
  return {};
}

struct EncodedHello {
  ClientHello hello;
  ByteView padding;
};

Result<EncodedHello> parse_encoded(ByteView encoded) {
  Reader in(encoded, "inner ClientHello");
  EncodedHello parsed;
  ClientHello& hello = parsed.hello;
  hello.legacy_version = in.value<ProtocolVersion>("legacy_version");
  hello.random = in.array<32>("random");
  hello.legacy_session_id = in.vector8("legacy_session_id", 0, 0);  // the outer one's stands for it
  hello.cipher_suites = read_list16<CipherSuite>(in, "cipher_suites");
  hello.legacy_compression_methods = read_list8<CompressionMethod>(in, "legacy_compression_methods");
  hello.extensions = ExtensionBlock::read(in, "extensions");
  parsed.padding = in.rest();
  if (auto read = in.finish(); !read) {
    return std::unexpected(std::move(read.error()).alert(AlertDescription::illegal_parameter));
  }
  if (std::ranges::all_of(parsed.padding, [](std::uint8_t byte) { return byte == 0; })) return parsed;
  return std::unexpected(fail(ErrorCode::InvalidValue).at("inner ClientHello, padding").expected("zeros"));
}

}  // namespace

Result<Bytes> reconstruct_inner_hello(ByteView encoded, const ClientHello& outer) {
  auto parsed = parse_encoded(encoded);
  if (!parsed) return std::unexpected(std::move(parsed.error()));
  const ClientHello& inner = parsed->hello;
  Bytes message;
  message.reserve(encoded.size() + outer.extensions.contents().size());
  Writer out(message);
  Result<void> written;
  out.value(HandshakeType::client_hello);
  out.vector24([&] {
    out.value(inner.legacy_version);
    out.bytes(inner.random);
    out.vector8(outer.legacy_session_id);
    out.vector16(inner.cipher_suites.bytes());
    out.vector8(inner.legacy_compression_methods.bytes());
    out.vector16([&] { written = write_extensions(inner.extensions, outer.extensions, out); });
  });
  if (!written) return std::unexpected(std::move(written.error()));
  if (out.ok()) return message;
  return std::unexpected(fail(ErrorCode::InvalidInnerHello).at("inner ClientHello").expected("at most 65535 bytes"));
}

}  // namespace keyway::tls::server
