#pragma once

#include <utility>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/types.hpp>

#include "tls/wire/client_hello.hpp"

namespace keyway::testing {

/// One extension that a test writes, right or wrong.
struct ExtensionFields {
  ExtensionType type{};
  Bytes body;
};

/// A list of extensions to bend.
class ExtensionList {
 public:
  ExtensionList() = default;
  ExtensionList(std::initializer_list<ExtensionFields> fields) : fields_(fields) {}

  /// Puts `body` in place of the extension of this type, or at the end.
  ExtensionList& set(ExtensionType type, Bytes body);
  ExtensionList& remove(ExtensionType type);
  /// Adds one, whether or not there is one of its type.
  ExtensionList& add(ExtensionType type, Bytes body);
  ExtensionList& add_first(ExtensionType type, Bytes body);
  [[nodiscard]] Bytes& body(ExtensionType type);

  [[nodiscard]] Bytes encode() const;  ///< without the length of the whole

 private:
  std::vector<ExtensionFields> fields_;
};

/// The body of an extension of wire/extensions/.
template <typename E>
[[nodiscard]] Bytes body_of(const E& extension) {
  Bytes body;
  body.reserve(64);
  Writer out(body);
  extension.write(out);
  return body;
}

/// A list of code points with a length of one or two bytes before it.
template <typename E>
[[nodiscard]] Bytes list8(const std::vector<E>& values) {
  Bytes body;
  body.reserve(64);
  Writer out(body);
  out.vector8([&] {
    for (const E value : values) out.value(value);
  });
  return body;
}
template <typename E>
[[nodiscard]] Bytes list16(const std::vector<E>& values) {
  Bytes body;
  body.reserve(64);
  Writer out(body);
  out.vector16([&] {
    for (const E value : values) out.value(value);
  });
  return body;
}

/// The body of a client's key_share.
[[nodiscard]] Bytes key_share_body(const std::vector<std::pair<NamedGroup, Bytes>>& shares);

/// A ClientHello to bend.
struct ClientHelloFields {
  ProtocolVersion legacy_version = ProtocolVersion::TLS1_2;
  tls::HelloRandom random{};
  Bytes session_id = Bytes(32, 0x5e);
  std::vector<CipherSuite> cipher_suites;
  std::vector<CompressionMethod> compression_methods{CompressionMethod::null};
  ExtensionList extensions;
  bool has_extensions = true;

  [[nodiscard]] Bytes encode() const;  ///< handshake header included
};

/// A ServerHello or HelloRetryRequest to bend.
struct ServerHelloFields {
  ProtocolVersion legacy_version = ProtocolVersion::TLS1_2;
  tls::HelloRandom random{};
  Bytes session_id;
  CipherSuite cipher_suite{};
  CompressionMethod compression_method = CompressionMethod::null;
  ExtensionList extensions;
  bool has_extensions = true;

  [[nodiscard]] Bytes encode() const;  ///< handshake header included
};

/// A handshake message with this body.
[[nodiscard]] Bytes message_of(HandshakeType type, ByteView body);

}  // namespace keyway::testing
