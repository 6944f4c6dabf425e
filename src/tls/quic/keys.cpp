#include <string>
#include <utility>

#include <keyway/quic_keys.hpp>

#include "crypto/hkdf.hpp"
#include "tls/quic/labels.hpp"
#include "tls/suites.hpp"

namespace keyway {
namespace {

using crypto::HmacKey;
using tls::constants_of;
using tls::QuicConstants;

constexpr std::size_t max_datagram = 65535;

// HKDF-Expand-Label of what fits any hash: the labels are short, so it can't refuse.
void expand(const HmacKey& secret, std::string_view label, ByteSpan out) noexcept {
  (void)crypto::hkdf_expand_label(secret, label, {}, out);
}

QuicSecret make_secret(const HmacKey& from, std::string_view label, const QuicSecret& like) {
  QuicSecret made{like.level, like.direction, like.cipher_suite, SecretBuffer<64>(from.output_size())};
  expand(from, label, made.secret.span());
  return made;
}

struct SuiteParts {
  const tls::SuiteTls13* suite;
  const crypto::HashFunction* hash;
};

Result<SuiteParts> parts_of(const crypto::Provider& provider, CipherSuite id) {
  const tls::SuiteTls13* suite = tls::find_suite_tls13(id);
  const crypto::HashFunction* hash = suite != nullptr ? provider.hash(suite->hash) : nullptr;
  if (hash != nullptr) return SuiteParts{suite, hash};
  return std::unexpected(fail(ErrorCode::UnsupportedAlgorithm).at("QuicSecret, cipher_suite").received(to_string(id)));
}

Result<SuiteParts> check(const crypto::Provider& provider, const QuicSecret& secret) {
  auto parts = parts_of(provider, secret.cipher_suite);
  if (!parts || secret.secret.size() == parts->hash->output_size()) return parts;
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("QuicSecret, secret")
                             .expected(std::to_string(parts->hash->output_size()) + " bytes")
                             .received(std::to_string(secret.secret.size())));
}

Result<void> check_connection_id(ByteView id) {
  if (id.size() <= max_quic_connection_id) return {};
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("Destination Connection ID")
                             .expected("at most 20 bytes")
                             .received(std::to_string(id.size())));
}

}  // namespace

Result<QuicInitialSecrets> quic_initial_secrets(const crypto::Provider& provider, QuicVersion version, Side side,
                                                ByteView destination) {
  if (auto fits = check_connection_id(destination); !fits) return std::unexpected(std::move(fits.error()));
  // RFC 9001 5.2: always SHA-256 and AES-128-GCM.
  constexpr CipherSuite suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  const auto parts = parts_of(provider, suite);
  if (!parts) return std::unexpected(parts.error());

  HashSecret initial;
  crypto::hkdf_extract(*parts->hash, constants_of(version).initial_salt, destination, initial);
  const HmacKey from(*parts->hash, initial.view());
  const bool is_client = side == Side::client;
  const QuicSecret sent{EncryptionLevel::initial, Direction::sent, suite, {}};
  const QuicSecret received{EncryptionLevel::initial, Direction::received, suite, {}};
  return QuicInitialSecrets{make_secret(from, is_client ? "client in" : "server in", sent),
                            make_secret(from, is_client ? "server in" : "client in", received)};
}

Result<QuicKeys> quic_keys(const crypto::Provider& provider, QuicVersion version, const QuicSecret& secret) {
  const auto parts = check(provider, secret);
  if (!parts) return std::unexpected(parts.error());
  const QuicConstants& constants = constants_of(version);
  const std::size_t size = crypto::limits(parts->suite->aead).key_size;
  const HmacKey from(*parts->hash, secret.secret.view());
  QuicKeys keys{parts->suite->aead, SecretBuffer<32>(size), {}, SecretBuffer<32>(size)};
  expand(from, constants.key_label, keys.key.span());
  expand(from, constants.iv_label, keys.iv);
  expand(from, constants.header_label, keys.header_key.span());
  return keys;
}

Result<QuicSecret> next_quic_secret(const crypto::Provider& provider, QuicVersion version, const QuicSecret& secret) {
  const auto parts = check(provider, secret);
  if (!parts) return std::unexpected(parts.error());
  return make_secret(HmacKey(*parts->hash, secret.secret.view()), constants_of(version).update_label, secret);
}

// ------------------------------------------------------------------------------------------------ Retry

Result<QuicRetryIntegrity> QuicRetryIntegrity::create(const crypto::Provider& provider, QuicVersion version) {
  const QuicConstants& constants = constants_of(version);
  auto aead = provider.aead(crypto::AeadAlgorithm::aes_128_gcm, constants.retry_key);
  if (!aead) return std::unexpected(std::move(aead.error()));
  return QuicRetryIntegrity(std::move(*aead), constants.retry_nonce);
}

Result<QuicRetryIntegrity::Tag> QuicRetryIntegrity::tag(ByteView original_destination, ByteView retry) {
  if (auto fits = check_connection_id(original_destination); !fits) return std::unexpected(std::move(fits.error()));
  if (retry.size() > max_datagram) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("Retry").expected("at most 65535 bytes"));
  }
  // RFC 9001 5.8: the tag of nothing, with the Retry Pseudo-Packet as associated data.
  pseudo_packet_.assign(1, static_cast<std::uint8_t>(original_destination.size()));
  pseudo_packet_.insert(pseudo_packet_.end(), original_destination.begin(), original_destination.end());
  pseudo_packet_.insert(pseudo_packet_.end(), retry.begin(), retry.end());
  Tag tag{};
  if (auto sealed = aead_->seal(nonce_, pseudo_packet_, {}, tag); !sealed) {
    return std::unexpected(std::move(sealed.error()));
  }
  return tag;
}

bool QuicRetryIntegrity::holds(ByteView original_destination, ByteView retry) {
  if (retry.size() < std::tuple_size_v<Tag>) return false;
  const auto expected = tag(original_destination, retry.first(retry.size() - std::tuple_size_v<Tag>));
  return expected && equal_in_constant_time(*expected, retry.last(std::tuple_size_v<Tag>));
}

}  // namespace keyway
