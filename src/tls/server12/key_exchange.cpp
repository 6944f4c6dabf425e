#include "tls/server12/key_exchange.hpp"

#include <utility>

#include "tls/wire/client_key_exchange.hpp"

namespace keyway::tls::server12 {

Result<ExpectClientKeyExchange::Next> ExpectClientKeyExchange::handle(Flow& flow, const HandshakeMessage& message) && {
  auto key_exchange = ClientKeyExchange::parse(message.body);
  if (!key_exchange) return std::unexpected(std::move(key_exchange.error()));
  auto premaster_secret = exchange_.ephemeral->complete(key_exchange->public_key);
  if (!premaster_secret) return std::unexpected(std::move(premaster_secret.error()).at("ClientKeyExchange, ecdh_Yc"));
  flow.emit(event::KeyAgreement{exchange_.ephemeral->group(), key_exchange->public_key.size(),
                                exchange_.ephemeral->share().size()});
  Transcript& transcript = exchange_.transcript;
  transcript.add(message.raw);
  const crypto::HashFunction& hash = transcript.function();
  auto master = exchange_.extended_master_secret
                    ? MasterSecretTls12::extended(hash, premaster_secret->view(), transcript.hash())
                    : MasterSecretTls12::plain(hash, premaster_secret->view(), exchange_.randoms);
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), exchange_.randoms.client);

  const KeyBlockTls12 keys = master.key_block(*exchange_.suite, exchange_.randoms);
  const crypto::Provider& provider = *exchange_.config->common().provider;
  auto reading = ProtectionTls12::create(provider, *exchange_.suite, keys.client);
  if (!reading) return std::unexpected(std::move(reading.error()));
  auto writing = ProtectionTls12::create(provider, *exchange_.suite, keys.server);
  if (!writing) return std::unexpected(std::move(writing.error()));
  flow.reader().allow_change_cipher_spec(true);
  return Next(ExpectChangeCipherSpec({exchange_.config, exchange_.suite, transcript, exchange_.randoms,
                                      std::move(master), std::move(*reading), std::move(*writing),
                                      std::move(exchange_.session), exchange_.extended_master_secret}));
}

}  // namespace keyway::tls::server12
