#pragma once

#include <cstddef>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls {

/// RFC 8446 4.4.2.
struct CertificateEntry {
  ByteView cert_data;  ///< 1 to 2^24-1 bytes
  ExtensionBlock extensions;
};

/// More entries than this are refused (LengthOutOfRange): no real chain has as many.
inline constexpr std::size_t max_certificate_entries = 64;

/// RFC 8446 4.4.2.
struct CertificateMessage {
  static constexpr HandshakeType type = HandshakeType::certificate;

  ByteView certificate_request_context;  ///< 0 to 255 bytes
  std::vector<CertificateEntry> certificate_list;

  [[nodiscard]] static Result<CertificateMessage> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
