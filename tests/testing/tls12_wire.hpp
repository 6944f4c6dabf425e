#pragma once

#include <optional>
#include <vector>

#include <keyway/observer.hpp>

#include "testing/pair.hpp"
#include "tls/record/protection_tls12.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::testing {

/// A policy of TLS 1.2 alone.
[[nodiscard]] Policy tls12_policy();
[[nodiscard]] std::shared_ptr<const ClientConfig> client_with(const Policy& policy);
[[nodiscard]] std::shared_ptr<const ServerConfig> server_with(const Policy& policy,
                                                              crypto::KeyType key = crypto::KeyType::p256);

/// A record of TLS 1.2 in the clear.
[[nodiscard]] Bytes plain_record(ContentType type, ByteView content);
[[nodiscard]] std::vector<Bytes> split_records(ByteView wire);
/// The handshake messages of the plaintext records at the front of `wire`, up to the first ChangeCipherSpec.
[[nodiscard]] std::vector<Bytes> plain_messages(ByteView wire);

/// A hello of ours again, without one of its extensions. `Hello` is ClientHello or ServerHello.
template <typename Hello>
[[nodiscard]] Bytes without_extension(ByteView message, ExtensionType type) {
  auto hello = Hello::parse(message.subspan(tls::handshake_header_size)).value();
  Bytes kept;
  Writer out(kept);
  for (const tls::ExtensionView extension : hello.extensions) {
    if (extension.type == type) continue;
    out.value(extension.type);
    out.vector16(extension.body);
  }
  hello.extensions = tls::ExtensionBlock::of_own(kept);
  Bytes encoded;
  Writer writer(encoded);
  tls::write_handshake(writer, hello);
  return encoded;
}

/// The same with one more extension at the end.
template <typename Hello>
[[nodiscard]] Bytes with_extension(ByteView message, ExtensionType type, ByteView body) {
  auto hello = Hello::parse(message.subspan(tls::handshake_header_size)).value();
  Bytes all(hello.extensions.contents().begin(), hello.extensions.contents().end());
  Writer out(all);
  out.value(type);
  out.vector16(body);
  hello.extensions = tls::ExtensionBlock::of_own(all);
  Bytes encoded;
  Writer writer(encoded);
  tls::write_handshake(writer, hello);
  return encoded;
}

/// Is given a TLS 1.2 connection's master secret, so that a test can make records of its own.
class Tls12Tap final : public Observer {
 public:
  void on(const EventOrigin& origin, const Event& event) noexcept override;
  [[nodiscard]] bool reveals_secrets() const noexcept override { return true; }
  void on_secret(const EventOrigin& origin, SecretLabel label, std::uint32_t generation, ByteView client_random,
                 ByteView secret) noexcept override;

  [[nodiscard]] const Bytes& master_secret() const noexcept { return master_; }
  /// What `writer` seals with, from record 0 on.
  [[nodiscard]] tls::ProtectionTls12 protection(Side writer) const;
  /// A record of `writer`, the `number`th.
  [[nodiscard]] Bytes seal(Side writer, std::uint64_t number, ContentType type, ByteView content) const;

 private:
  const tls::SuiteTls12* suite_ = nullptr;
  tls::HelloRandoms randoms_;
  Bytes master_;
};

}  // namespace keyway::testing
