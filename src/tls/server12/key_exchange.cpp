#include "tls/server12/key_exchange.hpp"

#include <utility>

#include "tls/schedule/premaster_rsa.hpp"
#include "tls/wire/client_key_exchange.hpp"

namespace keyway::tls::server12 {

namespace {

Result<crypto::SharedSecret> agree(Flow& flow, crypto::KeyExchange& ephemeral, ByteView body) {
  auto key_exchange = ClientKeyExchange::parse(body);
  if (!key_exchange) return std::unexpected(std::move(key_exchange.error()));
  auto secret = ephemeral.complete(key_exchange->public_key);
  if (!secret) return std::unexpected(std::move(secret.error()).at("ClientKeyExchange, ecdh_Yc"));
  flow.emit(event::KeyAgreement{ephemeral.group(), key_exchange->public_key.size(), ephemeral.share().size()});
  return secret;
}

Result<crypto::SharedSecret> decrypt(const CommonConfig& config, const PremasterReceiver& receiver, ByteView body) {
  auto sent = EncryptedPremasterSecret::parse(body);
  if (!sent) return std::unexpected(std::move(sent.error()));
  return receive_premaster(config.randomness(), *receiver.credential->key(), sent->encrypted, receiver.offered);
}

/// The pre-master secret, out of our half and the client's.
Result<crypto::SharedSecret> take_premaster(Flow& flow, Exchange& exchange, ByteView body) {
  if (const auto* receiver = std::get_if<PremasterReceiver>(&exchange.own)) {
    return decrypt(exchange.config->common(), *receiver, body);
  }
  return agree(flow, *std::get<std::unique_ptr<crypto::KeyExchange>>(exchange.own), body);
}

}  // namespace

Result<ExpectClientKeyExchange::Next> ExpectClientKeyExchange::handle(Flow& flow, const HandshakeMessage& message) && {
  auto premaster_secret = take_premaster(flow, exchange_, message.body);
  if (!premaster_secret) return std::unexpected(std::move(premaster_secret.error()));
  Transcript& transcript = exchange_.transcript;
  transcript.add(message.raw);
  auto master = MasterSecretTls12::extended(transcript.function(), premaster_secret->view(), transcript.hash());
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), exchange_.randoms.client);

  const KeyBlockTls12 keys = master.key_block(*exchange_.suite, exchange_.randoms);
  const crypto::Provider& provider = *exchange_.config->common().provider;
  auto reading = ProtectionTls12::create(provider, *exchange_.suite, keys.client);
  if (!reading) return std::unexpected(std::move(reading.error()));
  auto writing = ProtectionTls12::create(provider, *exchange_.suite, keys.server);
  if (!writing) return std::unexpected(std::move(writing.error()));
  flow.reader().allow_change_cipher_spec(true);
  return Next(ExpectChangeCipherSpec(
      {exchange_.suite, transcript, exchange_.randoms, std::move(master), std::move(*reading), std::move(*writing)}));
}

}  // namespace keyway::tls::server12
