#pragma once

#include <cstddef>
#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/types.hpp>

#include "tls/wire/extension_block.hpp"

namespace keyway::tls {

/// Bytes of a message, from `begin` on.
struct MessagePart {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// Where the body of an extension stands in a message of `message_size` bytes that ends with its extensions, as each
/// hello does.
[[nodiscard]] std::optional<MessagePart> find_body(const ExtensionBlock& extensions, ExtensionType type,
                                                   std::size_t message_size) noexcept;

/// The same of the payload of an outer ClientHello's encrypted_client_hello, which ends that extension.
[[nodiscard]] std::optional<MessagePart> find_ech_payload(const ExtensionBlock& extensions, std::size_t message_size);

/// A copy of `message` with zeros in place of a part.
[[nodiscard]] Bytes with_zeros(ByteView message, const MessagePart& part);

}  // namespace keyway::tls
