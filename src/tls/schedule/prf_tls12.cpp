#include "tls/schedule/prf_tls12.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "crypto/hmac.hpp"

namespace keyway::tls {
namespace {

/// The bytes of the key block's IV that each direction gets.
std::size_t iv_size(crypto::AeadAlgorithm aead) noexcept {
  return aead == crypto::AeadAlgorithm::chacha20_poly1305 ? crypto::aead_nonce_size : 4;
}

/// RFC 5705 4: labels of the protocol's own would hand out its own secrets.
bool is_reserved(std::string_view label) noexcept {
  constexpr std::array<std::string_view, 5> reserved{"client finished", "server finished", "master secret",
                                                     "extended master secret", "key expansion"};
  return std::ranges::find(reserved, label) != reserved.end();
}

}  // namespace

void prf_tls12(const crypto::HashFunction& hash, ByteView secret, std::string_view label,
               std::span<const ByteView> seed, ByteSpan out) noexcept {
  const crypto::HmacKey key(hash, secret);
  const auto feed = [&](crypto::Hmac& mac) {
    mac.update(as_bytes(label));
    for (const ByteView part : seed) mac.update(part);
  };
  // RFC 5246 5, P_hash: A(i) = HMAC(A(i-1)), output i = HMAC(A(i) + label + seed).
  HashSecret a(hash.output_size());
  HashSecret block(hash.output_size());
  crypto::Hmac first(key);
  feed(first);
  first.finish(a.span());
  while (!out.empty()) {
    crypto::Hmac mac(key);
    mac.update(a.view());
    feed(mac);
    mac.finish(block.span());
    const std::size_t count = std::min(out.size(), block.size());
    std::ranges::copy(block.view().first(count), out.begin());
    out = out.subspan(count);
    HashSecret next(hash.output_size());
    key.mac(a.view(), next.span());
    a = std::move(next);
  }
}

MasterSecretTls12 MasterSecretTls12::extended(const crypto::HashFunction& hash, ByteView premaster_secret,
                                              const TranscriptHash& session_hash) noexcept {
  MasterSecretTls12 master(hash);
  const std::array<ByteView, 1> seed{session_hash.view()};
  prf_tls12(hash, premaster_secret, "extended master secret", seed, master.secret_.span());
  return master;
}

MasterSecretTls12 MasterSecretTls12::plain(const crypto::HashFunction& hash, ByteView premaster_secret,
                                           const HelloRandoms& randoms) noexcept {
  MasterSecretTls12 master(hash);
  const std::array<ByteView, 2> seed{randoms.client, randoms.server};
  prf_tls12(hash, premaster_secret, "master secret", seed, master.secret_.span());
  return master;
}

MasterSecretTls12 MasterSecretTls12::of_session(const crypto::HashFunction& hash, ByteView secret) noexcept {
  MasterSecretTls12 master(hash);
  master.secret_ = SecretBuffer<master_secret_size>(secret);
  return master;
}

KeyBlockTls12 MasterSecretTls12::key_block(const SuiteTls12& suite, const HelloRandoms& randoms) const noexcept {
  const std::size_t key_size = crypto::limits(suite.aead).key_size;
  const std::size_t each_iv = iv_size(suite.aead);
  SecretBuffer<128> block(2 * (key_size + each_iv));
  const std::array<ByteView, 2> seed{randoms.server, randoms.client};
  prf_tls12(*hash_, secret_.view(), "key expansion", seed, block.span());

  ByteView rest = block.view();
  const auto take = [&](std::size_t size) {
    const ByteView taken = rest.first(size);
    rest = rest.subspan(size);
    return taken;
  };
  KeyBlockTls12 keys;
  keys.client.key = SecretBuffer<32>(take(key_size));
  keys.server.key = SecretBuffer<32>(take(key_size));
  keys.client.iv = SecretBuffer<12>(take(each_iv));
  keys.server.iv = SecretBuffer<12>(take(each_iv));
  return keys;
}

VerifyDataTls12 MasterSecretTls12::finished(Side side, const TranscriptHash& transcript) const noexcept {
  VerifyDataTls12 verify_data{};
  const std::array<ByteView, 1> seed{transcript.view()};
  prf_tls12(*hash_, secret_.view(), side == Side::client ? "client finished" : "server finished", seed, verify_data);
  return verify_data;
}

Result<void> ExporterTls12::derive(std::string_view label, std::optional<ByteView> context, ByteSpan out) const {
  constexpr std::size_t max_context = 0xffff;
  if (is_reserved(label)) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("exporter, label")
                               .expected("a label of the application's own")
                               .received(printable(label)));
  }
  if (context && context->size() > max_context) {
    return std::unexpected(fail(ErrorCode::InvalidArgument).at("exporter, context").expected("at most 65535 bytes"));
  }
  if (!context) {
    const std::array<ByteView, 2> seed{randoms_.client, randoms_.server};
    prf_tls12(*hash_, master_secret_.view(), label, seed, out);
    return {};
  }
  const std::array<std::uint8_t, 2> size{static_cast<std::uint8_t>(context->size() >> 8U),
                                         static_cast<std::uint8_t>(context->size())};
  const std::array<ByteView, 4> seed{randoms_.client, randoms_.server, size, *context};
  prf_tls12(*hash_, master_secret_.view(), label, seed, out);
  return {};
}

}  // namespace keyway::tls
