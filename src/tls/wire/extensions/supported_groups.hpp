#pragma once

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// RFC 8446 4.2.7.
struct SupportedGroupsExtension {
  static constexpr ExtensionType type = ExtensionType::supported_groups;

  WireList<NamedGroup> named_group_list;

  [[nodiscard]] static Result<SupportedGroupsExtension> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
