#include "tls/wire/server_hello.hpp"

#include <algorithm>
#include <span>

#include "core/reader.hpp"
#include "tls/wire/extensions/supported_versions.hpp"

namespace keyway::tls {
namespace {

using Sentinel = std::array<std::uint8_t, 8>;

/// "DOWNGRD" and a byte that tells how far (RFC 8446 4.1.3).
constexpr Sentinel sentinel_tls12 = {0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x01};
constexpr Sentinel sentinel_tls11_or_below = {0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 0x00};

}  // namespace

/// The SHA-256 of "HelloRetryRequest".
const HelloRandom hello_retry_request_random = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c,
                                                0x02, 0x1e, 0x65, 0xb8, 0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb,
                                                0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};

DowngradeSentinel downgrade_sentinel(const HelloRandom& random) noexcept {
  const auto last = std::span(random).last<8>();
  if (std::ranges::equal(last, sentinel_tls12)) return DowngradeSentinel::tls12;
  if (std::ranges::equal(last, sentinel_tls11_or_below)) return DowngradeSentinel::tls11_or_below;
  return DowngradeSentinel::none;
}

void set_downgrade_sentinel(HelloRandom& random, DowngradeSentinel sentinel) noexcept {
  if (sentinel == DowngradeSentinel::none) return;
  const Sentinel& bytes = sentinel == DowngradeSentinel::tls12 ? sentinel_tls12 : sentinel_tls11_or_below;
  std::ranges::copy(bytes, std::span(random).last<8>().begin());
}

Result<ServerHello> ServerHello::parse(ByteView body) {
  Reader in(body, "ServerHello");
  ServerHello hello;
  hello.legacy_version = in.value<ProtocolVersion>("legacy_version");
  hello.random = in.array<32>("random");
  hello.legacy_session_id_echo = in.vector8("legacy_session_id_echo", 0, 32);
  hello.cipher_suite = in.value<CipherSuite>("cipher_suite");
  hello.legacy_compression_method = in.value<CompressionMethod>("legacy_compression_method");
  hello.has_extensions = !in.empty();
  if (hello.has_extensions) hello.extensions = ExtensionBlock::read(in, "extensions");
  if (auto read = in.finish(); !read) {
    if (hello.is_hello_retry_request()) return std::unexpected(std::move(read).error());
    return std::unexpected(with_duplicates_as_decode_error(std::move(read).error()));
  }
  return hello;
}

void ServerHello::write(Writer& out) const {
  out.value(legacy_version);
  out.bytes(random);
  out.vector8(legacy_session_id_echo);
  out.value(cipher_suite);
  out.value(legacy_compression_method);
  if (has_extensions) extensions.write(out);
}

Result<ProtocolVersion> selected_version(const ServerHello& hello) {
  const auto body = hello.extensions.find(ExtensionType::supported_versions);
  if (!body) return hello.legacy_version;
  auto extension = SelectedVersionExtension::parse(*body);
  if (extension) return extension->selected_version;
  return std::unexpected(
      std::move(extension).error().at(hello.is_hello_retry_request() ? "HelloRetryRequest" : "ServerHello"));
}

}  // namespace keyway::tls
