#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/crypto.hpp>
#include <keyway/external_psk.hpp>
#include <keyway/secret.hpp>

#include "tls/schedule/key_schedule.hpp"
#include "tls/session/configuration_id.hpp"

namespace keyway::tls {

/// An ExternalPsk as one hash of the suites has use for it: imported for that (RFC 9258), or as it is.
struct ReadyPsk {
  const ExternalPsk* psk;
  Bytes identity;  ///< as it is on the wire: the ImportedIdentity, or the key's own
  SecretBuffer<ExternalPsk::max_key_size> secret;
  crypto::HashAlgorithm hash;
  PskKind kind;
  std::array<std::uint8_t, 32> digest;  ///< of the identity: whom a session is with
};

/// All that a configuration has, made ready once.
class PskSet {
 public:
  static constexpr std::size_t max_of_client = 16;  ///< all are offered in each ClientHello
  static constexpr std::size_t max_of_server = 1024;

  /// `side`: the configuration's; `common` is complete. Errors: InvalidConfiguration: one of the other side, too many,
  /// two of the same identity and context, none that fits the policy's suites, no TLS 1.3.
  [[nodiscard]] static Result<std::shared_ptr<const PskSet>> make(std::vector<std::shared_ptr<const ExternalPsk>> psks,
                                                                  Side side, const CommonConfig& common);

  /// In the order in which they were added; of one key, SHA-256 before SHA-384.
  [[nodiscard]] std::span<const ReadyPsk> ready() const noexcept { return ready_; }
  /// The one that a session is with; null where it is not of this set.
  [[nodiscard]] const ReadyPsk* find(ByteView digest) const noexcept;
  [[nodiscard]] bool has_direct() const noexcept;
  /// Sessions are bound to the keys that they may come from.
  void add_to(ConfigurationDigest& digest) const noexcept;

 private:
  [[nodiscard]] Result<void> add(const ExternalPsk& psk, crypto::HashAlgorithm hash, const crypto::Provider& provider);

  std::vector<std::shared_ptr<const ExternalPsk>> psks_;
  std::vector<ReadyPsk> ready_;
};

}  // namespace keyway::tls
