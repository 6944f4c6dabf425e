#include "tls/client12/own_flight.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/handshake/next.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/client_key_exchange.hpp"

namespace keyway::tls::client12 {
namespace {

/// RFC 7627 4, or RFC 5246 8.1 where the server lacks it and the configuration allows that.
MasterSecretTls12 make_master(const Common12& common, ByteView premaster_secret) {
  const crypto::HashFunction& hash = common.transcript.function();
  if (!common.extended_master_secret) return MasterSecretTls12::plain(hash, premaster_secret, common.randoms);
  return MasterSecretTls12::extended(hash, premaster_secret, common.transcript.hash());
}

/// Adds the ClientKeyExchange to `messages`. There the session hash ends, and the master secret is made.
OwnFlight with_key_exchange(Flow& flow, Answering answering, Bytes messages) {
  auto& [common, agreement, chain] = answering;
  Writer out(messages);
  if (agreement.is_encrypted) {
    write_handshake(out, EncryptedPremasterSecret{agreement.share});
  } else {
    write_handshake(out, ClientKeyExchange{agreement.share});
  }
  common.transcript.add(messages);
  auto master = make_master(common, agreement.premaster_secret.view());
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), common.randoms.client);
  return {std::move(common), std::move(master), chain, std::move(messages)};
}

/// Sends what was written, turns to the new keys and sends the Finished under them.
Result<AfterOwnFlight> finish_own(Flow& flow, OwnFlight own) {
  Common12& common = own.common;
  const KeyBlockTls12 keys = own.master.key_block(*common.suite, common.randoms);
  const crypto::Provider& provider = *common.config->common().provider;
  auto writing = ProtectionTls12::create(provider, *common.suite, keys.client);
  if (!writing) return std::unexpected(std::move(writing.error()));
  auto reading = ProtectionTls12::create(provider, *common.suite, keys.server);
  if (!reading) return std::unexpected(std::move(reading.error()));

  if (auto sent = flow.send(own.messages); !sent) return std::unexpected(std::move(sent.error()));
  auto finished = send_finished(flow, common.transcript, own.master, std::move(*writing));
  if (!finished) return std::unexpected(std::move(finished.error()));
  const bool promises_ticket = common.promises_ticket;
  Awaited12 awaited{std::move(common), std::move(own.master), std::move(*reading), *finished, own.chain};
  if (promises_ticket) return AfterOwnFlight(ExpectNewSessionTicket(std::move(awaited)));
  flow.reader().allow_change_cipher_spec(true);
  return AfterOwnFlight(ExpectChangeCipherSpec(std::move(awaited)));
}

/// Shows what was chosen.
Result<AwaitCredential::Next> show(Flow& flow, Answering answering, client::Shown shown) {
  using Next = AwaitCredential::Next;
  TranscriptTls12& transcript = answering.common.transcript;
  Bytes messages;
  Writer out(messages);
  if (!shown.credential) {
    // RFC 5246 7.4.6: a client without a suitable certificate sends an empty list.
    write_handshake(out, CertificateTls12{});
    transcript.forget_messages();
    return widen<Next>(finish_own(flow, with_key_exchange(flow, std::move(answering), std::move(messages))));
  }
  out.bytes(shown.credential->certificate_message_tls12());
  OwnFlight own = with_key_exchange(flow, std::move(answering), std::move(messages));
  const ByteView all = own.common.transcript.messages();
  Bytes content(all.begin(), all.end());
  own.common.transcript.forget_messages();
  return sign<Next>(flow,
                    UnsignedFlight{std::move(own), {std::move(shown.credential), shown.scheme, std::move(content)}});
}

}  // namespace

Result<UnsignedFlight::Next> UnsignedFlight::finish(Flow& flow, ByteView signature) && {
  flow.info().client_signature_scheme = wanted.scheme;
  add_certificate_verify(flow, wanted, signature, own.messages, own.common.transcript);
  return finish_own(flow, std::move(own));
}

Result<AwaitCredential::Next> AwaitCredential::resume(Flow& flow, Answer& answer) && {
  auto shown = client::take_credential(*answering_.common.config, *asked_, answer, name);
  if (!shown) return std::unexpected(std::move(shown.error()));
  return show(flow, std::move(answering_), std::move(*shown));
}

Result<std::variant<AwaitCredential, AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>> send_own_flight(
    Flow& flow, Answering answering, std::unique_ptr<client::CertificateAsked> asked) {
  using Next = std::variant<AwaitCredential, AwaitSignature, ExpectNewSessionTicket, ExpectChangeCipherSpec>;
  if (!asked) return widen<Next>(finish_own(flow, with_key_exchange(flow, std::move(answering), {})));
  const ClientConfig& config = *answering.common.config;
  if (flow.info().ech == EchStatus::rejected) return widen<Next>(show(flow, std::move(answering), {}));
  if (config.pauses_for_credential()) return Next(AwaitCredential(std::move(answering), std::move(asked)));
  auto shown = client::choose_credential(config, *asked);
  if (!shown) return std::unexpected(std::move(shown.error()));
  return widen<Next>(show(flow, std::move(answering), std::move(*shown)));
}

}  // namespace keyway::tls::client12
