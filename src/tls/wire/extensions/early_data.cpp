#include "tls/wire/extensions/early_data.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<EarlyDataNewSessionTicket> EarlyDataNewSessionTicket::parse(ByteView body) {
  Reader in(body, "extension early_data");
  const EarlyDataNewSessionTicket extension{in.u32("max_early_data_size")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

void EarlyDataNewSessionTicket::write(Writer& out) const {
  out.u32(max_early_data_size);
}

}  // namespace keyway::tls
