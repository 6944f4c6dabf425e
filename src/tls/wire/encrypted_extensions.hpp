#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls {

/// RFC 8446 4.3.1.
struct EncryptedExtensions {
  static constexpr HandshakeType type = HandshakeType::encrypted_extensions;

  ExtensionBlock extensions;

  [[nodiscard]] static Result<EncryptedExtensions> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
