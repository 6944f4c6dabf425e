#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include <keyway/observer.hpp>

#include "tls/record/protection.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/suites.hpp"

namespace keyway::testing {

/// Is given a connection's secrets, so that a test can open its records and make records of its own.
class WireTap final : public Observer {
 public:
  void on(const EventOrigin& origin, const Event& event) noexcept override;
  [[nodiscard]] bool reveals_secrets() const noexcept override { return true; }
  void on_secret(const EventOrigin& origin, SecretLabel label, std::uint32_t generation, ByteView client_random,
                 ByteView secret) noexcept override;

  /// What the connection chose. Aborts the test program before it chose.
  [[nodiscard]] const tls::SuiteTls13& suite() const;
  [[nodiscard]] bool knows(SecretLabel label, std::uint32_t generation = 0) const;
  /// Aborts the test program when it was not told.
  [[nodiscard]] tls::TrafficSecret secret(SecretLabel label, std::uint32_t generation = 0) const;
  /// Fresh keys of that secret, from record 0 on.
  [[nodiscard]] tls::ProtectionTls13 protection(SecretLabel label, std::uint32_t generation = 0) const;
  /// All secrets, in no order.
  [[nodiscard]] std::vector<Bytes> all() const;

 private:
  std::map<std::pair<SecretLabel, std::uint32_t>, Bytes> secrets_;
  const tls::SuiteTls13* suite_ = nullptr;
};

}  // namespace keyway::testing
