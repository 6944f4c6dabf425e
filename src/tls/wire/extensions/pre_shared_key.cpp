#include "tls/wire/extensions/pre_shared_key.hpp"

#include <string>

#include "core/reader.hpp"

namespace keyway::tls {
namespace {

constexpr std::string_view pre_shared_key_place = "extension pre_shared_key";
/// RFC 8446 4.2.11 says 32, but what the length should be is known when the session is: another one is no valid binder.
constexpr std::size_t min_binder = 1;

/// The number of well-formed entries.
std::size_t count_identities(Reader& in) noexcept {
  std::size_t count = 0;
  for (; !in.empty(); ++count) {
    (void)in.vector16("identity", 1);
    (void)in.u32("obfuscated_ticket_age");
  }
  return count;
}

std::size_t count_binders(Reader& in) noexcept {
  std::size_t count = 0;
  for (; !in.empty(); ++count) (void)in.vector8("binder", min_binder);
  return count;
}

}  // namespace

void PskIdentity::write(Writer& out) const {
  out.vector16(identity);
  out.u32(obfuscated_ticket_age);
}

Result<PreSharedKeyClientHello> PreSharedKeyClientHello::parse(ByteView body) {
  Reader in(body, pre_shared_key_place);
  const PreSharedKeyClientHello extension{in.vector16("identities", 1), in.vector16("binders", 1)};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());

  Reader identities(extension.identities, "extension pre_shared_key, identities");
  const std::size_t identity_count = count_identities(identities);
  if (auto read = identities.check(); !read) return std::unexpected(std::move(read).error());
  Reader binders(extension.binders, "extension pre_shared_key, binders");
  const std::size_t binder_count = count_binders(binders);
  if (auto read = binders.check(); !read) return std::unexpected(std::move(read).error());
  if (identity_count != binder_count) {
    return std::unexpected(fail(ErrorCode::InvalidValue)
                               .at("extension pre_shared_key, binders")
                               .expected("as many as identities, " + std::to_string(identity_count))
                               .received(std::to_string(binder_count)));
  }
  return extension;
}

void PreSharedKeyClientHello::write(Writer& out) const {
  out.vector16(identities);
  out.vector16(binders);
}

std::optional<ByteView> PreSharedKeyClientHello::binder(std::size_t index) const noexcept {
  for (ByteView rest = binders; !rest.empty(); --index) {
    const ByteView one = rest.subspan(1, rest[0]);
    if (index == 0) return one;
    rest = rest.subspan(1 + one.size());
  }
  return std::nullopt;
}

Result<PreSharedKeyServerHello> PreSharedKeyServerHello::parse(ByteView body) {
  Reader in(body, pre_shared_key_place);
  const PreSharedKeyServerHello extension{in.u16("selected_identity")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void PreSharedKeyServerHello::write(Writer& out) const {
  out.u16(selected_identity);
}

}  // namespace keyway::tls
