#include "interop/quic/keyway_peer.hpp"

#include <algorithm>
#include <utility>

#include "testing/make_certificate.hpp"

namespace keyway::quic_interop {
namespace {

using testing::provider;

/// What ngtcp2 holds for us, and gives back by delete_aead() and delete_protector().
struct Installed {
  ngtcp2_crypto_aead_ctx aead{};
  ngtcp2_crypto_cipher_ctx header{};
  crypto::Nonce iv{};
};

std::optional<Installed> ready(const QuicSecret& secret) {
  const auto keys = quic_keys(*provider(), version, secret);
  if (!keys) return std::nullopt;
  auto aead = provider()->aead(keys->aead, keys->key.view());
  auto header = provider()->header_protector(keys->aead, keys->header_key.view());
  if (!aead || !header) return std::nullopt;
  return Installed{{aead->release()}, {header->release()}, keys->iv};
}

void delete_aead(ngtcp2_conn*, ngtcp2_crypto_aead_ctx* context, void*) {
  delete static_cast<crypto::Aead*>(std::exchange(context->native_handle, nullptr));
}
void delete_protector(ngtcp2_conn*, ngtcp2_crypto_cipher_ctx* context, void*) {
  delete static_cast<crypto::HeaderProtector*>(std::exchange(context->native_handle, nullptr));
}

crypto::Nonce to_nonce(const std::uint8_t* bytes, std::size_t size) {
  crypto::Nonce nonce{};
  std::copy_n(bytes, std::min(size, nonce.size()), nonce.begin());
  return nonce;
}

int encrypt(std::uint8_t* out, const ngtcp2_crypto_aead*, const ngtcp2_crypto_aead_ctx* context,
            const std::uint8_t* text, std::size_t size, const std::uint8_t* nonce, std::size_t nonce_size,
            const std::uint8_t* associated, std::size_t associated_size) {
  auto* aead = static_cast<crypto::Aead*>(context->native_handle);
  const std::array parts{ByteView(text, size)};
  const auto sealed = aead->seal(to_nonce(nonce, nonce_size), {associated, associated_size}, parts,
                                 ByteSpan(out, size + crypto::aead_tag_size));
  return sealed ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
}

int decrypt(std::uint8_t* out, const ngtcp2_crypto_aead*, const ngtcp2_crypto_aead_ctx* context,
            const std::uint8_t* sealed, std::size_t size, const std::uint8_t* nonce, std::size_t nonce_size,
            const std::uint8_t* associated, std::size_t associated_size) {
  auto* aead = static_cast<crypto::Aead*>(context->native_handle);
  Bytes in_place(sealed, sealed + size);  // `out` has no room for the tag
  if (!aead->open(to_nonce(nonce, nonce_size), {associated, associated_size}, in_place)) return NGTCP2_ERR_DECRYPT;
  std::copy_n(in_place.begin(), size - crypto::aead_tag_size, out);
  return 0;
}

int header_mask(std::uint8_t* out, const ngtcp2_crypto_cipher*, const ngtcp2_crypto_cipher_ctx* context,
                const std::uint8_t* sample) {
  auto* protector = static_cast<crypto::HeaderProtector*>(context->native_handle);
  const auto mask = protector->mask(crypto::HeaderSample(sample, crypto::header_sample_size));
  if (!mask) return NGTCP2_ERR_CALLBACK_FAILURE;
  std::ranges::copy(*mask, out);
  return 0;
}

int negotiate_version(ngtcp2_conn*, std::uint32_t, const ngtcp2_cid*, void*) {
  return NGTCP2_ERR_CALLBACK_FAILURE;  // both ends know one version alone
}

EncryptionLevel level_of(ngtcp2_crypto_level level) {
  switch (level) {
    case NGTCP2_CRYPTO_LEVEL_HANDSHAKE:
      return EncryptionLevel::handshake;
    case NGTCP2_CRYPTO_LEVEL_APPLICATION:
      return EncryptionLevel::application;
    default:
      return EncryptionLevel::initial;
  }
}

ngtcp2_crypto_ctx context_of(crypto::AeadAlgorithm algorithm) {
  ngtcp2_crypto_ctx context{};
  context.aead.max_overhead = crypto::aead_tag_size;
  context.max_encryption = crypto::limits(algorithm).max_packets_sealed;
  context.max_decryption_failure = crypto::limits(algorithm).max_packets_forged;
  return context;
}

crypto::AeadAlgorithm aead_of(CipherSuite suite) {
  if (suite == CipherSuite::TLS_AES_256_GCM_SHA384) return crypto::AeadAlgorithm::aes_256_gcm;
  if (suite == CipherSuite::TLS_CHACHA20_POLY1305_SHA256) return crypto::AeadAlgorithm::chacha20_poly1305;
  return crypto::AeadAlgorithm::aes_128_gcm;
}

/// The next secret, its IV, and a key made of it.
bool next_keys(const QuicSecret& secret, std::uint8_t* out, ngtcp2_crypto_aead_ctx* context, std::uint8_t* iv) {
  const auto next = next_quic_secret(*provider(), version, secret);
  if (!next) return false;
  const auto keys = quic_keys(*provider(), version, *next);
  if (!keys) return false;
  auto aead = provider()->aead(keys->aead, keys->key.view());
  if (!aead) return false;
  std::ranges::copy(next->secret.view(), out);
  std::ranges::copy(keys->iv, iv);
  context->native_handle = aead->release();
  return true;
}

}  // namespace

KeywayPeer::KeywayPeer(std::shared_ptr<const ClientConfig> config, const ServerName& name, std::string to_send,
                       ngtcp2_tstamp now, SecretSeen seen)
    : Ngtcp2Peer(Side::client, std::move(to_send)), seen_(std::move(seen)) {
  connect(callbacks(), now);
  set_up();
  handshake_ = QuicConnection::client(std::move(config), name, transport_parameters()).value();
}

KeywayPeer::KeywayPeer(std::shared_ptr<const ServerConfig> config, const FirstPacket& first, std::string to_send,
                       ngtcp2_tstamp now, SecretSeen seen)
    : Ngtcp2Peer(Side::server, std::move(to_send)), seen_(std::move(seen)) {
  accept(callbacks(), first, now);
  set_up();
  handshake_ = QuicConnection::server(std::move(config), transport_parameters()).value();
}

KeywayPeer::~KeywayPeer() {
  release();
}

void KeywayPeer::set_up() {
  const ngtcp2_crypto_ctx initial = context_of(crypto::AeadAlgorithm::aes_128_gcm);
  ngtcp2_conn_set_initial_crypto_ctx(connection(), &initial);
  // ngtcp2 makes Retry's tag itself, by encrypt().
  constexpr std::string_view key(NGTCP2_RETRY_KEY_V1, 16);
  ngtcp2_crypto_aead_ctx retry{provider()->aead(crypto::AeadAlgorithm::aes_128_gcm, as_bytes(key)).value().release()};
  ngtcp2_conn_set_retry_aead(connection(), &initial.aead, &retry);
}

ngtcp2_callbacks KeywayPeer::callbacks() {
  ngtcp2_callbacks all{};
  all.client_initial = [](ngtcp2_conn* connection, void* user_data) {
    const ngtcp2_cid* id = ngtcp2_conn_get_dcid(connection);
    const int done = self(user_data).use_initial_keys({id->data, id->datalen});
    return done != 0 ? done : self(user_data).drive();
  };
  all.recv_client_initial = [](ngtcp2_conn*, const ngtcp2_cid* id, void* user_data) {
    return self(user_data).use_initial_keys({id->data, id->datalen});
  };
  all.recv_retry = [](ngtcp2_conn*, const ngtcp2_pkt_hd* header, void* user_data) {
    return self(user_data).use_initial_keys({header->scid.data, header->scid.datalen});
  };
  all.recv_crypto_data = [](ngtcp2_conn*, ngtcp2_crypto_level level, std::uint64_t, const std::uint8_t* data,
                            std::size_t size, void* user_data) { return self(user_data).receive(level, {data, size}); };
  all.update_key = [](ngtcp2_conn*, std::uint8_t* rx_secret, std::uint8_t* tx_secret, ngtcp2_crypto_aead_ctx* rx,
                      std::uint8_t* rx_iv, ngtcp2_crypto_aead_ctx* tx, std::uint8_t* tx_iv,
                      const std::uint8_t* current_rx, const std::uint8_t* current_tx, std::size_t size,
                      void* user_data) {
    const CipherSuite suite = self(user_data).suite_;
    const auto secret = [&](Direction direction, const std::uint8_t* bytes) {
      return QuicSecret{EncryptionLevel::application, direction, suite, SecretBuffer<64>(ByteView(bytes, size))};
    };
    const bool made = next_keys(secret(Direction::received, current_rx), rx_secret, rx, rx_iv) &&
                      next_keys(secret(Direction::sent, current_tx), tx_secret, tx, tx_iv);
    return made ? 0 : NGTCP2_ERR_CALLBACK_FAILURE;
  };
  all.encrypt = encrypt;
  all.decrypt = decrypt;
  all.hp_mask = header_mask;
  all.delete_crypto_aead_ctx = delete_aead;
  all.delete_crypto_cipher_ctx = delete_protector;
  all.version_negotiation = negotiate_version;
  return all;
}

int KeywayPeer::use_initial_keys(ByteView destination) {
  const Side side = ngtcp2_conn_is_server(connection()) != 0 ? Side::server : Side::client;
  const auto secrets = quic_initial_secrets(*provider(), version, side, destination);
  const auto received = secrets ? ready(secrets->received) : std::nullopt;
  const auto sent = secrets ? ready(secrets->sent) : std::nullopt;
  if (!received || !sent) return NGTCP2_ERR_CALLBACK_FAILURE;
  return ngtcp2_conn_install_initial_key(connection(), &received->aead, received->iv.data(), &received->header,
                                         &sent->aead, sent->iv.data(), &sent->header, sent->iv.size());
}

int KeywayPeer::install(const QuicSecret& secret) {
  seen_(secret);
  if (suite_ != secret.cipher_suite) {
    suite_ = secret.cipher_suite;
    const ngtcp2_crypto_ctx context = context_of(aead_of(suite_));
    ngtcp2_conn_set_crypto_ctx(connection(), &context);
  }
  const auto keys = ready(secret);
  if (!keys) return NGTCP2_ERR_CALLBACK_FAILURE;
  const ByteView bytes = secret.secret.view();
  const bool is_sent = secret.direction == Direction::sent;
  if (secret.level == EncryptionLevel::handshake) {
    const auto use = is_sent ? ngtcp2_conn_install_tx_handshake_key : ngtcp2_conn_install_rx_handshake_key;
    return use(connection(), &keys->aead, keys->iv.data(), keys->iv.size(), &keys->header);
  }
  const auto use = is_sent ? ngtcp2_conn_install_tx_key : ngtcp2_conn_install_rx_key;
  return use(connection(), bytes.data(), bytes.size(), &keys->aead, keys->iv.data(), keys->iv.size(), &keys->header);
}

int KeywayPeer::give_parameters() {
  const auto parameters = handshake_->peer_transport_parameters();
  if (has_parameters_ || !parameters) return 0;
  has_parameters_ = true;
  return ngtcp2_conn_decode_remote_transport_params(connection(), parameters->data(), parameters->size());
}

int KeywayPeer::drive() {
  if (const int done = give_parameters(); done != 0) return done;
  if (handshake_->tls().pause() == Pause::client_hello) {
    // Only now ngtcp2 knows the version that it puts into them.
    const bool goes_on = handshake_->set_transport_parameters(transport_parameters()).has_value() &&
                         handshake_->tls().resume(answer::Proceed{}).has_value();
    if (!goes_on) return NGTCP2_ERR_CALLBACK_FAILURE;
  }
  while (const auto secret = handshake_->take_secret()) {
    if (const int done = install(*secret); done != 0) return done;
  }
  for (const ngtcp2_crypto_level level :
       {NGTCP2_CRYPTO_LEVEL_INITIAL, NGTCP2_CRYPTO_LEVEL_HANDSHAKE, NGTCP2_CRYPTO_LEVEL_APPLICATION}) {
    const ByteView bytes = handshake_->output(level_of(level));
    if (bytes.empty()) continue;
    const int done = ngtcp2_conn_submit_crypto_data(connection(), level, bytes.data(), bytes.size());
    if (done != 0) return done;
    handshake_->sent(level_of(level), bytes.size());
  }
  if (is_done_ || handshake_->tls().is_handshaking()) return 0;
  is_done_ = true;
  ngtcp2_conn_handshake_completed(connection());
  return 0;
}

int KeywayPeer::receive(ngtcp2_crypto_level level, ByteView bytes) {
  const auto taken = handshake_->receive(level_of(level), bytes);
  if (taken) return drive();
  fail(taken.error().message());
  if (taken.error().alert()) {
    ngtcp2_conn_set_tls_alert(connection(), static_cast<std::uint8_t>(*taken.error().alert()));
  }
  return NGTCP2_ERR_CRYPTO;
}

}  // namespace keyway::quic_interop
