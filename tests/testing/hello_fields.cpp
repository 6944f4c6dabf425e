#include "testing/hello_fields.hpp"

#include <algorithm>

#include "core/writer.hpp"

namespace keyway::testing {

ExtensionList& ExtensionList::set(ExtensionType type, Bytes body) {
  const auto found = std::ranges::find(fields_, type, &ExtensionFields::type);
  if (found == fields_.end()) return add(type, std::move(body));
  found->body = std::move(body);
  return *this;
}

ExtensionList& ExtensionList::remove(ExtensionType type) {
  std::erase_if(fields_, [&](const ExtensionFields& each) { return each.type == type; });
  return *this;
}

ExtensionList& ExtensionList::add(ExtensionType type, Bytes body) {
  fields_.push_back({type, std::move(body)});
  return *this;
}

ExtensionList& ExtensionList::add_first(ExtensionType type, Bytes body) {
  fields_.insert(fields_.begin(), {type, std::move(body)});
  return *this;
}

Bytes& ExtensionList::body(ExtensionType type) {
  return std::ranges::find(fields_, type, &ExtensionFields::type)->body;
}

Bytes ExtensionList::encode() const {
  Bytes bytes;
  bytes.reserve(256);
  Writer out(bytes);
  for (const ExtensionFields& each : fields_) {
    out.value(each.type);
    out.vector16(each.body);
  }
  return bytes;
}

Bytes key_share_body(const std::vector<std::pair<NamedGroup, Bytes>>& shares) {
  Bytes body;
  body.reserve(64);
  Writer out(body);
  out.vector16([&] {
    for (const auto& [group, share] : shares) tls::KeyShareEntry{group, share}.write(out);
  });
  return body;
}

Bytes ClientHelloFields::encode() const {
  Bytes message;
  message.reserve(512);  // also keeps GCC 12 from seeing an overflow that is not there
  Writer out(message);
  out.value(HandshakeType::client_hello);
  out.vector24([&] {
    out.value(legacy_version);
    out.bytes(random);
    out.vector8(session_id);
    out.bytes(list16(cipher_suites));
    out.bytes(list8(compression_methods));
    if (has_extensions) out.vector16(extensions.encode());
  });
  return message;
}

Bytes ServerHelloFields::encode() const {
  Bytes message;
  message.reserve(512);  // also keeps GCC 12 from seeing an overflow that is not there
  Writer out(message);
  out.value(HandshakeType::server_hello);
  out.vector24([&] {
    out.value(legacy_version);
    out.bytes(random);
    out.vector8(session_id);
    out.value(cipher_suite);
    out.value(compression_method);
    if (has_extensions) out.vector16(extensions.encode());
  });
  return message;
}

Bytes message_of(HandshakeType type, ByteView body) {
  Bytes message;
  message.reserve(512);  // also keeps GCC 12 from seeing an overflow that is not there
  Writer out(message);
  out.value(type);
  out.vector24(body);
  return message;
}

}  // namespace keyway::testing
