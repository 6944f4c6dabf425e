#include "tls/client12/own_flight.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/handshake/next.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/client_key_exchange.hpp"
#include "tls/wire/finished.hpp"

namespace keyway::tls::client12 {
namespace {

/// Adds the ClientKeyExchange to `messages`. There the session hash ends, and the master secret is made (RFC 7627 4).
OwnFlight with_key_exchange(Flow& flow, Common12 common, Agreement agreement, Bytes messages) {
  Writer out(messages);
  write_handshake(out, ClientKeyExchange{agreement.share});
  TranscriptTls12& transcript = common.transcript;
  transcript.add(messages);
  auto master =
      MasterSecretTls12::extended(transcript.function(), agreement.premaster_secret.view(), transcript.hash());
  flow.emit_secret(SecretLabel::CLIENT_RANDOM, master.bytes(), common.randoms.client);
  return {std::move(common), std::move(master), std::move(messages)};
}

/// Sends what was written, turns to the new keys and sends the Finished under them.
Result<ExpectChangeCipherSpec> finish_own(Flow& flow, OwnFlight own) {
  Common12& common = own.common;
  const KeyBlockTls12 keys = own.master.key_block(*common.suite, common.randoms);
  const crypto::Provider& provider = *common.config->common().provider;
  auto writing = ProtectionTls12::create(provider, *common.suite, keys.client);
  if (!writing) return std::unexpected(std::move(writing.error()));
  auto reading = ProtectionTls12::create(provider, *common.suite, keys.server);
  if (!reading) return std::unexpected(std::move(reading.error()));

  if (auto sent = flow.send(own.messages); !sent) return std::unexpected(std::move(sent.error()));
  if (auto sent = flow.send_change_cipher_spec(); !sent) return std::unexpected(std::move(sent.error()));
  flow.protect_writing(std::move(*writing));
  TranscriptTls12& transcript = common.transcript;
  Bytes message;
  Writer out(message);
  write_handshake(out, Finished{own.master.finished(Side::client, transcript.hash())});
  transcript.add(message);
  if (auto sent = flow.send(message); !sent) return std::unexpected(std::move(sent.error()));
  flow.emit(event::Finished{Direction::sent});

  flow.reader().allow_change_cipher_spec(true);
  const VerifyDataTls12 awaited = own.master.finished(Side::server, transcript.hash());
  return ExpectChangeCipherSpec({common.suite, std::move(*reading), awaited,
                                 std::move(own.master).into_exporter(common.randoms), common.randoms.client});
}

/// Shows what was chosen.
Result<AwaitCredential::Next> show(Flow& flow, Common12 common, Agreement agreement, client::Shown shown) {
  using Next = AwaitCredential::Next;
  Bytes messages;
  Writer out(messages);
  if (!shown.credential) {
    // RFC 5246 7.4.6: a client without a suitable certificate sends an empty list.
    write_handshake(out, CertificateTls12{});
    common.transcript.forget_messages();
    return widen<Next>(Result<std::variant<ExpectChangeCipherSpec>>(
        finish_own(flow, with_key_exchange(flow, std::move(common), std::move(agreement), std::move(messages)))));
  }
  out.bytes(shown.credential->certificate_message_tls12());
  OwnFlight own = with_key_exchange(flow, std::move(common), std::move(agreement), std::move(messages));
  const ByteView all = own.common.transcript.messages();
  Bytes content(all.begin(), all.end());
  own.common.transcript.forget_messages();
  return sign<Next>(flow,
                    UnsignedFlight{std::move(own), {std::move(shown.credential), shown.scheme, std::move(content)}});
}

}  // namespace

Result<UnsignedFlight::Next> UnsignedFlight::finish(Flow& flow, ByteView signature) && {
  const std::size_t before = own.messages.size();
  Writer out(own.messages);
  write_handshake(out, CertificateVerify{wanted.scheme, signature});
  own.common.transcript.add(ByteView(own.messages).subspan(before));
  flow.info().client_signature_scheme = wanted.scheme;
  flow.emit(event::HandshakeSignature{Direction::sent, wanted.scheme});
  return finish_own(flow, std::move(own));
}

Result<AwaitCredential::Next> AwaitCredential::resume(Flow& flow, Answer& answer) && {
  auto shown = client::take_credential(*common_.config, *asked_, answer, name);
  if (!shown) return std::unexpected(std::move(shown.error()));
  return show(flow, std::move(common_), std::move(agreement_), std::move(*shown));
}

Result<std::variant<AwaitCredential, AwaitSignature, ExpectChangeCipherSpec>> send_own_flight(
    Flow& flow, Common12 common, Agreement agreement, std::unique_ptr<client::CertificateAsked> asked) {
  using Next = std::variant<AwaitCredential, AwaitSignature, ExpectChangeCipherSpec>;
  if (!asked) return finish_own(flow, with_key_exchange(flow, std::move(common), std::move(agreement), {}));
  const ClientConfig& config = *common.config;
  if (config.pauses_for_credential()) {
    return Next(AwaitCredential(std::move(common), std::move(agreement), std::move(asked)));
  }
  auto shown = client::choose_credential(config, *asked);
  if (!shown) return std::unexpected(std::move(shown.error()));
  return widen<Next>(show(flow, std::move(common), std::move(agreement), std::move(*shown)));
}

}  // namespace keyway::tls::client12
