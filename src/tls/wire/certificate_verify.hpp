#pragma once

#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.4.3.
struct CertificateVerify {
  static constexpr HandshakeType type = HandshakeType::certificate_verify;

  SignatureScheme algorithm{};
  ByteView signature;  ///< 0 to 65535 bytes

  [[nodiscard]] static Result<CertificateVerify> parse(ByteView body);
  void write(Writer& out) const;
};

/// RFC 8446 4.4.3: 64 spaces, the context string, a zero byte and what the signature is about.
[[nodiscard]] Bytes content_to_sign(std::string_view context, ByteView rest);

/// The same for the transcript, with the context string of `signer`'s side.
[[nodiscard]] Bytes certificate_verify_content(Side signer, ByteView transcript_hash);

}  // namespace keyway::tls
