#pragma once

#include <array>
#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 9849 5 in a ClientHello: in the outer one, the inner one sealed; in the inner one, that it is one.
struct EncryptedClientHelloExtension {
  static constexpr ExtensionType type = ExtensionType::encrypted_client_hello;
  enum class Kind : std::uint8_t { outer = 0, inner = 1 };

  Kind kind = Kind::inner;
  // Of the outer one:
  std::uint16_t kdf_id = 0;
  std::uint16_t aead_id = 0;
  std::uint8_t config_id = 0;
  ByteView enc;      ///< empty after a HelloRetryRequest
  ByteView payload;  ///< ends the extension; not empty

  /// Errors also: InvalidValue, for another kind.
  [[nodiscard]] static Result<EncryptedClientHelloExtension> parse(ByteView body);
  void write(Writer& out) const;
};

/// The same in a HelloRetryRequest: the server has read the inner ClientHello, or hasn't (RFC 9849 7.2.1).
struct EchConfirmationExtension {
  static constexpr ExtensionType type = ExtensionType::encrypted_client_hello;

  std::array<std::uint8_t, 8> confirmation{};

  [[nodiscard]] static Result<EchConfirmationExtension> parse(ByteView body);
  void write(Writer& out) const { out.bytes(confirmation); }
};

/// The same in EncryptedExtensions: configurations to try again with.
struct EchRetryConfigsExtension {
  static constexpr ExtensionType type = ExtensionType::encrypted_client_hello;

  ByteView list;  ///< an ECHConfigList, well-formed, its length included

  [[nodiscard]] static Result<EchRetryConfigsExtension> parse(ByteView body);
  void write(Writer& out) const { out.bytes(list); }
};

/// RFC 9849 5.1, in an encoded inner ClientHello alone: extensions that stand as they do in the outer one.
struct EchOuterExtensions {
  static constexpr ExtensionType type = ExtensionType::ech_outer_extensions;

  WireList<ExtensionType> outer_extensions;  ///< 1 to 127

  [[nodiscard]] static Result<EchOuterExtensions> parse(ByteView body);
  void write(Writer& out) const { out.vector8(outer_extensions.bytes()); }
};

}  // namespace keyway::tls
