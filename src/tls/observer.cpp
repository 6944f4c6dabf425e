#include <keyway/observer.hpp>

namespace keyway {

std::string_view to_string(SecretLabel label) noexcept {
  switch (label) {
    case SecretLabel::CLIENT_EARLY_TRAFFIC_SECRET:
      return "CLIENT_EARLY_TRAFFIC_SECRET";
    case SecretLabel::EARLY_EXPORTER_SECRET:
      return "EARLY_EXPORTER_SECRET";
    case SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET:
      return "CLIENT_HANDSHAKE_TRAFFIC_SECRET";
    case SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET:
      return "SERVER_HANDSHAKE_TRAFFIC_SECRET";
    case SecretLabel::CLIENT_TRAFFIC_SECRET:
      return "CLIENT_TRAFFIC_SECRET";
    case SecretLabel::SERVER_TRAFFIC_SECRET:
      return "SERVER_TRAFFIC_SECRET";
    case SecretLabel::EXPORTER_SECRET:
      return "EXPORTER_SECRET";
    case SecretLabel::CLIENT_RANDOM:
      return "CLIENT_RANDOM";
  }
  return "UNKNOWN";
}

}  // namespace keyway
