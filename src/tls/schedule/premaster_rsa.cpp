#include "tls/schedule/premaster_rsa.hpp"

#include <array>
#include <utility>

#include "crypto/rsa_transport.hpp"

namespace keyway::tls {
namespace {

std::array<std::uint8_t, 2> bytes_of(ProtocolVersion version) noexcept {
  const auto code = std::to_underlying(version);
  return {static_cast<std::uint8_t>(code >> 8U), static_cast<std::uint8_t>(code)};
}

}  // namespace

Result<SentPremaster> send_premaster(const crypto::Random& random, const crypto::PublicKey& leaf,
                                     ProtocolVersion offered) {
  SentPremaster sent{{}, crypto::SharedSecret(rsa_premaster_size), SentToLeaf()};
  if (auto filled = random.fill(sent.secret.span()); !filled) return std::unexpected(std::move(filled.error()));
  const auto version = bytes_of(offered);
  sent.secret.span()[0] = version[0];
  sent.secret.span()[1] = version[1];
  auto encrypted = leaf.encrypt_pkcs1(random, sent.secret.view(), sent.encrypted);
  if (!encrypted) return std::unexpected(std::move(encrypted.error()));
  return sent;
}

Result<crypto::SharedSecret> receive_premaster(const crypto::Random& random, const crypto::PrivateKey& key,
                                               ByteView encrypted, ProtocolVersion offered) {
  // Drawn before anything is decrypted: a generator that is asked only on failure would tell.
  crypto::SharedSecret fallback(rsa_premaster_size);
  if (auto filled = random.fill(fallback.span()); !filled) return std::unexpected(std::move(filled.error()));
  crypto::SharedSecret secret = fallback.clone();
  if (auto decrypted = key.decrypt_pkcs1(encrypted, secret.span()); !decrypted) {
    return std::unexpected(std::move(decrypted.error()));
  }
  crypto::replace_unless_begins_with(bytes_of(offered), secret.span(), fallback.view());
  return secret;
}

}  // namespace keyway::tls
