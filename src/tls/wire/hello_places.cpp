#include "tls/wire/hello_places.hpp"

#include <algorithm>

#include "tls/wire/extensions/encrypted_client_hello.hpp"

namespace keyway::tls {

std::optional<MessagePart> find_body(const ExtensionBlock& extensions, ExtensionType type,
                                     std::size_t message_size) noexcept {
  constexpr std::size_t header_size = 4;
  std::size_t at = message_size - extensions.contents().size();
  for (const ExtensionView extension : extensions) {
    at += header_size;
    if (extension.type == type) return MessagePart{at, extension.body.size()};
    at += extension.body.size();
  }
  return std::nullopt;
}

std::optional<MessagePart> find_ech_payload(const ExtensionBlock& extensions, std::size_t message_size) {
  const auto body = extensions.find(ExtensionType::encrypted_client_hello);
  if (!body) return std::nullopt;
  const auto extension = EncryptedClientHelloExtension::parse(*body);
  if (!extension || extension->kind != EncryptedClientHelloExtension::Kind::outer) return std::nullopt;
  const auto place = find_body(extensions, ExtensionType::encrypted_client_hello, message_size);
  const std::size_t size = extension->payload.size();
  return MessagePart{place->begin + place->size - size, size};
}

Bytes with_zeros(ByteView message, const MessagePart& part) {
  Bytes copy(message.begin(), message.end());
  std::ranges::fill(ByteSpan(copy).subspan(part.begin, part.size), std::uint8_t{0});
  return copy;
}

}  // namespace keyway::tls
