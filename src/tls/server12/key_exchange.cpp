#include "tls/server12/key_exchange.hpp"

#include <utility>

#include "tls/schedule/premaster_rsa.hpp"
#include "tls/wire/certificate_verify.hpp"
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

/// Completes the key exchange with the client's half, and makes the keys.
Result<Keyed> make_keys(Flow& flow, Exchange exchange, const HandshakeMessage& message) {
  auto premaster_secret = take_premaster(flow, exchange, message.body);
  if (!premaster_secret) return std::unexpected(std::move(premaster_secret.error()));
  TranscriptTls12& transcript = exchange.transcript;
  transcript.add(message.raw);
  const crypto::HashFunction& hash = transcript.function();
  auto master = exchange.extended_master_secret
                    ? MasterSecretTls12::extended(hash, premaster_secret->view(), transcript.hash())
                    : MasterSecretTls12::plain(hash, premaster_secret->view(), exchange.randoms);
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), exchange.randoms.client);

  const KeyBlockTls12 keys = master.key_block(*exchange.suite, exchange.randoms);
  const crypto::Provider& provider = *exchange.config->common().provider;
  auto reading = ProtectionTls12::create(provider, *exchange.suite, keys.client);
  if (!reading) return std::unexpected(std::move(reading.error()));
  auto writing = ProtectionTls12::create(provider, *exchange.suite, keys.server);
  if (!writing) return std::unexpected(std::move(writing.error()));
  return Keyed{exchange.config,
               exchange.suite,
               std::move(transcript),
               exchange.randoms,
               std::move(master),
               std::move(*reading),
               std::move(*writing),
               std::move(exchange.session),
               exchange.extended_master_secret};
}

}  // namespace

Result<ExpectClientKeyExchange::Next> ExpectClientKeyExchange::handle(Flow& flow, const HandshakeMessage& message) && {
  auto keyed = make_keys(flow, std::move(exchange_), message);
  if (!keyed) return std::unexpected(std::move(keyed.error()));
  flow.reader().allow_change_cipher_spec(true);
  return Next(ExpectChangeCipherSpec(std::move(*keyed), client_));
}

Result<ExpectKeyExchangeBeforeProof::Next> ExpectKeyExchangeBeforeProof::handle(Flow& flow,
                                                                                const HandshakeMessage& message) && {
  auto keyed = make_keys(flow, std::move(exchange_), message);
  if (!keyed) return std::unexpected(std::move(keyed.error()));
  return Next(ExpectCertificateVerify(std::move(*keyed), std::move(client_)));
}

Result<ExpectCertificateVerify::Next> ExpectCertificateVerify::handle(Flow& flow, const HandshakeMessage& message) && {
  auto verify = CertificateVerify::parse(message.body);
  if (!verify) return std::unexpected(std::move(verify.error()));
  const CommonConfig& config = keyed_.config->common();
  auto proof = verify_certificate_verify_tls12(*verify, *client_.leaf_key, keyed_.transcript.messages(),
                                               config.policy.signature_schemes);
  if (!proof) return std::unexpected(std::move(proof.error()));
  keyed_.transcript.forget_messages();
  keyed_.transcript.add(message.raw);
  flow.info().client_signature_scheme = verify->algorithm;
  flow.emit(event::HandshakeSignature{Direction::received, verify->algorithm});
  if (keyed_.session) {
    Session& session = keyed_.session->session;
    session.peer_scheme = verify->algorithm;
    session.peer_certificate_type = flow.info().peer_certificate_type;
    // What was promised is a ticket, or an ID that the client has: one that can't be kept is given empty, or not kept.
    keyed_.session->is_void =
        !bind_to_client(session, flow.peer_chain(), flow.verdict(), *config.provider, config.clock->now());
  }
  flow.reader().allow_change_cipher_spec(true);
  return Next(ExpectChangeCipherSpec(std::move(keyed_), admit_proven(client_.chain, *proof)));
}

}  // namespace keyway::tls::server12
