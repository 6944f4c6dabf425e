#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>
#include <keyway/policy.hpp>
#include <keyway/trust.hpp>

namespace keyway::tls {

/// A digest of what a configuration allows and trusts: a session goes on only where it is the same.
using ConfigurationId = std::array<std::uint8_t, 32>;

/// Computes a ConfigurationId from parts, each told apart from the next by its length.
class ConfigurationDigest {
 public:
  /// `side`: "client" or "server", so that neither's is ever the other's. The provider has SHA-256, and outlives this.
  ConfigurationDigest(const crypto::Provider& provider, std::string_view side);

  void add(ByteView part) noexcept;
  void add(std::string_view part) noexcept { add(as_bytes(part)); }
  void add_number(std::uint64_t number) noexcept;
  template <typename E>
  void add_list(std::span<const E> values) noexcept {
    add_number(values.size());
    for (const E value : values) add_number(static_cast<std::uint64_t>(value));
  }
  void add_policy(const Policy& policy) noexcept;
  void add_protocols(std::span<const std::string> protocols) noexcept;
  /// All that a peer's chain is judged by. `anchors` may be null: the application judges.
  void add_judge(const x509::Verifier::Options& options, const x509::TrustStore* anchors,
                 std::span<const x509::Certificate> intermediates, std::span<const x509::Crl> crls);

  [[nodiscard]] ConfigurationId finish() noexcept;

 private:
  void add_limits(const x509::AnchorLimits* limits) noexcept;

  const crypto::HashFunction* hash_;
  crypto::HashState state_;
};

}  // namespace keyway::tls
