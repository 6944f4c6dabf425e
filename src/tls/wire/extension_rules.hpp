#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "tls/wire/extension_block.hpp"

namespace keyway::tls {

/// The messages that carry extensions, as bits.
enum class ExtensionHome : std::uint16_t {
  client_hello = 1,
  server_hello = 2,
  hello_retry_request = 4,
  encrypted_extensions = 8,
  certificate = 16,
  certificate_request = 32,
  new_session_ticket = 64,
  server_hello_tls12 = 128,
};

/// One row of the table in extension_rules.cpp: RFC 8446 4.2 and the RFCs of each extension.
struct ExtensionRule {
  ExtensionType type;
  std::uint16_t homes;  ///< bits of ExtensionHome: where it may stand
};

/// All extensions that Keyway knows the place of.
[[nodiscard]] std::span<const ExtensionRule> extension_rules() noexcept;

/// Which known extensions stand in a message of ours: what may be answered.
class ExtensionSet {
 public:
  ExtensionSet() noexcept = default;
  [[nodiscard]] static ExtensionSet of(const ExtensionBlock& block) noexcept;
  [[nodiscard]] bool has(ExtensionType type) const noexcept;
  void add(ExtensionType type) noexcept;  ///< a type without a rule is left out
  void remove(ExtensionType type) noexcept;

 private:
  std::uint64_t bits_ = 0;
};

/// Judges the extensions of a message from the peer. In answers (`server_hello`, `encrypted_extensions`, …) each must
/// answer one of `asked`: else UnsolicitedExtension. One whose rule lacks `home` is MisplacedExtension. In a
/// `client_hello`, a `certificate_request` and a `new_session_ticket` unknown ones are passed over (RFC 8446 4.2).
/// `cookie` in a HelloRetryRequest needs no asking.
[[nodiscard]] Result<void> check_extensions(const ExtensionBlock& block, ExtensionHome home, const ExtensionSet& asked,
                                            std::string_view message);

}  // namespace keyway::tls
