#include "tool/access_line.hpp"

#include <chrono>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include "core/text.hpp"

namespace keyway::tool {

std::string access_line(const net::AccessRecord& record) {
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::string line = fmt::format("{:%Y-%m-%dT%H:%M:%SZ} {}", fmt::gmtime(now), record.peer);
  if (!record.method.empty()) {
    line += fmt::format(" \"{} {}\" {} {} {:.1f}ms", printable(record.method, 20), printable(record.target, 300),
                        record.status, record.body_bytes, static_cast<double>(record.duration.count()) / 1000);
  } else if (record.status != 0) {
    line += fmt::format(" \"-\" {}", record.status);
  }
  if (record.tls != nullptr) {
    line += fmt::format(" {} {}", to_string(record.tls->version), to_string(record.tls->cipher_suite));
    // The RSA key transport has none.
    if (record.tls->group != NamedGroup{}) line += " " + to_string(record.tls->group);
    if (record.tls->is_resumption) line += " resumed";
    if (record.tls->is_delegated) line += " delegated";
    if (record.tls->psk != nullptr)
      line += fmt::format(" psk \"{}\"", printable(as_text(record.tls->psk->identity()), 100));
    if (record.is_early) line += " early";
    if (record.is_in_kernel) line += " kernel";
    if (record.tls->ech == EchStatus::accepted) line += " ech";
    if (record.tls->certificate_compression) {
      line += " certificate in " + to_string(*record.tls->certificate_compression);
    }
  }
  if (!record.client.empty()) line += fmt::format(" client \"{}\"", printable(record.client, 200));
  if (record.tls != nullptr && record.tls->late_authentication == ClientProofLater::proven) {
    line += " after the handshake";
  }
  if (record.failure != nullptr) line += " failed: " + printable(record.failure->message(), 400);
  return line + "\n";
}

}  // namespace keyway::tool
