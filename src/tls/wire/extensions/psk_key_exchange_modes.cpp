#include "tls/wire/extensions/psk_key_exchange_modes.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {

Result<PskKeyExchangeModesExtension> PskKeyExchangeModesExtension::parse(ByteView body) {
  Reader in(body, "extension psk_key_exchange_modes");
  const PskKeyExchangeModesExtension extension{read_list8<PskKeyExchangeMode>(in, "ke_modes")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void PskKeyExchangeModesExtension::write(Writer& out) const {
  out.vector8(ke_modes.bytes());
}

}  // namespace keyway::tls
