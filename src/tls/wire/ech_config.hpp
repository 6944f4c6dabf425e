#pragma once

#include <cstdint>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "core/writer.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// One ECHConfig (RFC 9849 4).
struct EchConfig {
  static constexpr std::uint16_t known_version = 0xfe0d;

  std::uint16_t version = known_version;
  ByteView raw;  ///< version and length included

  // Of another version, nothing of this is known.
  std::uint8_t config_id = 0;
  std::uint16_t kem_id = 0;
  ByteView public_key;                    ///< 1 to 65535 bytes
  WireList<std::uint32_t> cipher_suites;  ///< each a KDF's number, then an AEAD's; not empty
  std::uint8_t maximum_name_length = 0;
  ByteView public_name;  ///< 1 to 255 bytes
  ExtensionBlock extensions;

  [[nodiscard]] bool is_known() const noexcept { return version == known_version; }
  /// True where there is an extension that must be understood: none is (RFC 9849 4.2).
  [[nodiscard]] bool has_mandatory_extension() const noexcept;

  /// One, and nothing after it.
  [[nodiscard]] static Result<EchConfig> parse(ByteView wire);
  void write(Writer& out) const;  ///< from its parts; one of another version as it came
};

/// An ECHConfigList with its length: not empty, each well-formed. Errors: the reader's, DuplicateExtension.
[[nodiscard]] Result<std::vector<EchConfig>> parse_ech_config_list(ByteView wire);
/// `configs`: each as it is.
void write_ech_config_list(Writer& out, const std::vector<ByteView>& configs);

}  // namespace keyway::tls
