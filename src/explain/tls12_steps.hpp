#pragma once
/// \file
/// The messages that TLS 1.2 alone has, each with what TLS 1.3 does in its place, and why.

#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/types.hpp>

#include "explain/hello_steps.hpp"
#include "explain/story.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::explain {

/// True for the suites in which the client sends the secret to the certificate's RSA key.
[[nodiscard]] bool is_key_transport(CipherSuite suite) noexcept;

/// What a ServerHello of TLS 1.2 adds to the story: what its extensions mean, and what differs from here on.
void add_tls12_facts(Step& step, const tls::ExtensionBlock& extensions);

/// A ServerKeyExchange; its signature is told when it is found to hold. Gives the size of that in bytes.
[[nodiscard]] Step tell_server_key_exchange(ByteView body, const Offer& offer, std::size_t& signature_size);
[[nodiscard]] Step tell_server_hello_done();
[[nodiscard]] Step tell_client_key_exchange(ByteView body, CipherSuite suite);
[[nodiscard]] Step tell_change_cipher_spec(std::string_view sender);

}  // namespace keyway::explain
