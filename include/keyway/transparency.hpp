#pragma once
/// \file
/// Certificate Transparency (RFC 6962): the logs whose signed certificate timestamps count, and how many are asked for.

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>

namespace keyway::x509 {

/// How far a log is trusted by those who keep the list of them.
enum class CtLogState : std::uint8_t {
  pending,    ///< not yet
  qualified,  ///< from now on
  usable,     ///< and has been for long enough
  read_only,  ///< takes nothing new; what it has said holds
  retired,    ///< what it said before that moment still counts, where certificates have it in them
  rejected,   ///< never, or no longer
};

/// A log.
struct CtLog {
  std::string description;
  std::string operator_name;
  Bytes public_key;  ///< DER of its SubjectPublicKeyInfo
  CtLogState state = CtLogState::usable;
  std::optional<Time> state_since = {};  ///< a retired log without it counts for nothing
};

/// The logs that are known. Filled once, then immutable and shared.
class CtLogList {
 public:
  /// The SHA-256 of a log's public key (RFC 6962 3.2).
  using Id = std::array<std::uint8_t, 32>;
  struct Entry {
    CtLog log;
    Id id{};
    std::unique_ptr<const crypto::PublicKey> key;
  };

  /// `provider` is not null.
  explicit CtLogList(std::shared_ptr<const crypto::Provider> provider);

  /// One that is known already is left as it is. Errors: InvalidKey, UnsupportedKey.
  [[nodiscard]] Result<void> add(CtLog log);

  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  [[nodiscard]] const std::vector<Entry>& entries() const noexcept KEYWAY_LIFETIMEBOUND { return entries_; }
  /// Null where there is none of this identity.
  [[nodiscard]] const Entry* find(ByteView id) const noexcept KEYWAY_LIFETIMEBOUND;

 private:
  std::shared_ptr<const crypto::Provider> provider_;
  std::vector<Entry> entries_;
};

/// How many timestamps a leaf must have.
enum class CtPolicy : std::uint8_t {
  off,  ///< none: those that come are judged and told; the default
  /// As Chrome asks: of certificates that have them inside, 2 for those that are good for 180 days or less, 3 for
  /// others, each from a log of its own that was not retired then; or 2 that came beside it (TLS, OCSP). They come from
  /// two operators at least, and one of a log that still counts.
  chrome,
};
[[nodiscard]] std::string_view to_string(CtPolicy policy) noexcept;

}  // namespace keyway::x509
