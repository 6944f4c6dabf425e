#include "tls/wire/alert.hpp"

#include <string>

namespace keyway::tls {

Result<Alert> Alert::parse(ByteView fragment) {
  // RFC 8446 5.1: alerts are neither fragmented nor joined, so a record of another size is none.
  if (fragment.size() != 2) {
    return std::unexpected(fail(ErrorCode::InvalidAlert)
                               .at("Alert")
                               .expected("2 bytes")
                               .received(std::to_string(fragment.size()) + " bytes"));
  }
  const Alert alert{static_cast<AlertLevel>(fragment[0]), static_cast<AlertDescription>(fragment[1])};
  if (alert.level != AlertLevel::warning && alert.level != AlertLevel::fatal) {
    return std::unexpected(fail(ErrorCode::InvalidAlert)
                               .at("Alert, level")
                               .alert(AlertDescription::illegal_parameter)
                               .expected("1 (warning) or 2 (fatal)")
                               .received(std::to_string(fragment[0])));
  }
  return alert;
}

void Alert::write(Writer& out) const {
  out.value(level);
  out.value(description);
}

bool is_closure(AlertDescription description) noexcept {
  return description == AlertDescription::close_notify || description == AlertDescription::user_canceled;
}

}  // namespace keyway::tls
