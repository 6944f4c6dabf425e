#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.1 in a ClientHello.
struct SupportedVersionsExtension {
  static constexpr ExtensionType type = ExtensionType::supported_versions;

  WireList<ProtocolVersion> versions;

  [[nodiscard]] static Result<SupportedVersionsExtension> parse(ByteView body);
  void write(Writer& out) const;
};

/// RFC 8446 4.2.1 in a ServerHello or HelloRetryRequest.
struct SelectedVersionExtension {
  static constexpr ExtensionType type = ExtensionType::supported_versions;

  ProtocolVersion selected_version{};

  [[nodiscard]] static Result<SelectedVersionExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
