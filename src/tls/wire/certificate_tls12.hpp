#pragma once

#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 5246 7.4.2: TLS 1.2's Certificate, a list without extensions. As many entries as in TLS 1.3
/// (max_certificate_entries).
struct CertificateTls12 {
  static constexpr HandshakeType type = HandshakeType::certificate;

  std::vector<ByteView> certificate_list;  ///< each of 1 to 2^24-1 bytes

  [[nodiscard]] static Result<CertificateTls12> parse(ByteView body);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
