#include "tls/wire/extensions/extended_master_secret.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<ExtendedMasterSecretExtension> ExtendedMasterSecretExtension::parse(ByteView body) {
  const Reader in(body, "extension extended_master_secret");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return ExtendedMasterSecretExtension{};
}

void ExtendedMasterSecretExtension::write(Writer& /*out*/) const {}

}  // namespace keyway::tls
