#include "tls/wire/finished.hpp"

#include <string>

namespace keyway::tls {

Result<Finished> Finished::parse(ByteView body, std::size_t size) {
  if (body.size() != size) {
    return std::unexpected(fail(ErrorCode::LengthOutOfRange)
                               .at("Finished, verify_data")
                               .expected(std::to_string(size) + " bytes")
                               .received(std::to_string(body.size()) + " bytes"));
  }
  return Finished{body};
}

void Finished::write(Writer& out) const {
  out.bytes(verify_data);
}

}  // namespace keyway::tls
