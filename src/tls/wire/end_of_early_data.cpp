#include "tls/wire/end_of_early_data.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<EndOfEarlyData> EndOfEarlyData::parse(ByteView body) {
  const Reader in(body, "EndOfEarlyData");
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return EndOfEarlyData{};
}

void EndOfEarlyData::write(Writer& /*out*/) const {}

}  // namespace keyway::tls
