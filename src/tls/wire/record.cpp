#include "tls/wire/record.hpp"

namespace keyway::tls {

RecordHeader RecordHeader::parse(ByteView data) noexcept {
  return {static_cast<ContentType>(data[0]), static_cast<ProtocolVersion>(data[1] << 8U | data[2]),
          static_cast<std::uint16_t>(data[3] << 8U | data[4])};
}

void RecordHeader::write_to(ByteSpan out) const noexcept {
  const auto version = static_cast<std::uint16_t>(legacy_record_version);
  out[0] = static_cast<std::uint8_t>(type);
  out[1] = static_cast<std::uint8_t>(version >> 8U);
  out[2] = static_cast<std::uint8_t>(version);
  out[3] = static_cast<std::uint8_t>(length >> 8U);
  out[4] = static_cast<std::uint8_t>(length);
}

}  // namespace keyway::tls
