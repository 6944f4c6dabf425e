#include "tls/wire/extensions/key_share.hpp"

#include "core/reader.hpp"
#include "tls/wire/seen_codes.hpp"

namespace keyway::tls {
namespace {

constexpr std::string_view key_share_place = "extension key_share";

KeyShareEntry read_entry(Reader& in) noexcept {
  const auto group = in.value<NamedGroup>("group");
  return {group, in.vector16("key_exchange", 1)};
}

}  // namespace

void KeyShareEntry::write(Writer& out) const {
  out.value(group);
  out.vector16(key_exchange);
}

Result<KeyShareClientHello> KeyShareClientHello::parse(ByteView body) {
  Reader in(body, key_share_place);
  const KeyShareClientHello extension{in.vector16("client_shares")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());

  Reader shares(extension.client_shares, "extension key_share, client_shares");
  SeenCodes groups;
  while (!shares.empty()) {
    const KeyShareEntry entry = read_entry(shares);
    if (!shares.ok() || groups.add(static_cast<std::uint16_t>(entry.group))) continue;
    // RFC 8446 4.2.8: no two shares for one group; a server may check, and answers illegal_parameter.
    return std::unexpected(fail(ErrorCode::KeyShareMismatch)
                               .at("extension key_share, client_shares")
                               .expected("one share for each group")
                               .received("two for " + to_string(entry.group)));
  }
  if (auto read = shares.check(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void KeyShareClientHello::write(Writer& out) const {
  out.vector16(client_shares);
}

Result<KeyShareServerHello> KeyShareServerHello::parse(ByteView body) {
  Reader in(body, key_share_place);
  const KeyShareServerHello extension{read_entry(in)};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void KeyShareServerHello::write(Writer& out) const {
  server_share.write(out);
}

Result<KeyShareHelloRetryRequest> KeyShareHelloRetryRequest::parse(ByteView body) {
  Reader in(body, key_share_place);
  const KeyShareHelloRetryRequest extension{in.value<NamedGroup>("selected_group")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void KeyShareHelloRetryRequest::write(Writer& out) const {
  out.value(selected_group);
}

}  // namespace keyway::tls
