#pragma once
/// \file
/// The messages in which both sides say what they can do and choose: ClientHello, ServerHello, EncryptedExtensions.

#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "explain/story.hpp"

namespace keyway::explain {

/// What a ClientHello offered: what is chosen later is told "out of" it. GREASE values are left out.
struct Offer {
  std::vector<ProtocolVersion> versions;
  std::vector<CipherSuite> cipher_suites;
  std::vector<CompressionMethod> compression_methods;
  std::vector<NamedGroup> groups;
  std::vector<SignatureScheme> signature_schemes;
  std::vector<std::string> alpn;
  std::string server_name;
  std::size_t psk_count = 0;  ///< sessions that the client would go on with (TLS 1.3)
  Bytes session_id;           ///< in TLS 1.2 the name of a session
};

/// A ClientHello that was told, and what later steps need of it.
struct ToldClientHello {
  Step step;
  Offer offer;
};

/// Each takes a message's body, without the handshake header; one that does not parse gives a step that says so.
[[nodiscard]] ToldClientHello tell_client_hello(ByteView body, bool is_second);
/// The ClientHello that another one hides: before that is sent, or after it was opened.
[[nodiscard]] Step tell_inner_client_hello(ByteView body, bool is_sent);
/// `version` becomes the one that was chosen, where it can be read.
[[nodiscard]] Step tell_server_hello(ByteView body, const Offer& offer, ProtocolVersion& version);
[[nodiscard]] Step tell_encrypted_extensions(ByteView body, const Offer& offer);

/// "x, out of a, x, c"; "x, the only one offered".
[[nodiscard]] std::string out_of(const std::string& chosen, const std::vector<std::string>& offered);

template <typename E>
[[nodiscard]] std::vector<std::string> names_of(const std::vector<E>& values) {
  std::vector<std::string> names;
  for (const E value : values) names.push_back(to_string(value));
  return names;
}

/// A message that came and can't be read.
[[nodiscard]] Step tell_unreadable(std::string_view kind, std::string_view title, const Error& error);

}  // namespace keyway::explain
