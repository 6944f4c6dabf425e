#include "tls/client/own_flight.hpp"

#include <utility>

#include "core/writer.hpp"
#include "tls/certificate_messages.hpp"
#include "tls/handshake/next.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/finished.hpp"

namespace keyway::tls::client {
namespace {

/// After both Finished. Null where no sessions are kept.
std::shared_ptr<SessionKeeper> keep_sessions(Flow& flow, Common13& common, ChainAccepted chain) {
  if (!common.sessions) return nullptr;
  SessionPlan& plan = *common.sessions;
  if (plan.is_resumed) recall_peer(flow, *common.config, *plan.offered);
  return std::make_shared<SessionKeeper>(SessionKeeper::Parts{
      std::move(plan), common.suite, chain, flow.info().signature_scheme, flow.info().peer_certificate_type,
      common.master.resumption_master_secret(common.transcript.hash())});
}

/// Shows what was chosen.
Result<AwaitCredential::Next> show(Flow& flow, OwnFlight own, const CertificateAsked& asked, Shown shown) {
  using Next = AwaitCredential::Next;
  Writer out(own.messages);
  if (!shown.credential) {
    // RFC 8446 4.4.2: a client without a suitable certificate sends an empty list.
    write_handshake(out, CertificateMessage{});
    own.common.transcript.add(own.messages);
    auto done = finish_own_flight(flow, std::move(own));
    if (!done) return std::unexpected(std::move(done.error()));
    return Next(std::move(*done));
  }
  const auto& compressors = own.common.config->common().certificate_compressors;
  const WireList<CertificateCompressionAlgorithm> theirs(asked.compression);
  out.bytes(shown.credential->messages().choose_tls13(ProofsAsked(), compressors, theirs).message);
  own.common.transcript.add(own.messages);
  Bytes content = certificate_verify_content(Side::client, own.common.transcript.hash().view());
  return sign<Next>(flow,
                    UnsignedFlight{std::move(own), {std::move(shown.credential), shown.scheme, std::move(content)}});
}

}  // namespace

Result<Established> finish_own_flight(Flow& flow, OwnFlight own) {
  Common13& common = own.common;
  Writer out(own.messages);
  const HashSecret verify_data = common.handshake.client.finished(common.transcript.hash());
  const std::size_t before = own.messages.size();
  write_handshake(out, Finished{verify_data.view()});
  common.transcript.add(ByteView(own.messages).subspan(before));
  if (auto sent = flow.send(own.messages); !sent) return std::unexpected(std::move(sent.error()));
  flow.emit(event::Finished{Direction::sent});
  auto done = flow.protect_writing(EncryptionLevel::application, *common.config->common().provider, *common.suite,
                                   own.application.client);
  if (!done) return std::unexpected(std::move(done.error()));
  auto sessions = keep_sessions(flow, common, own.chain);
  std::unique_ptr<const Transcript> whole;
  if (common.config->allows_late_authentication()) {
    whole = std::make_unique<const Transcript>(common.transcript);
    flow.info().late_authentication = ClientProofLater::possible;
  }
  return Established{
      own.proof,           common.suite,    std::move(own.application), std::move(own.exporter), common.client_random,
      std::move(sessions), std::move(whole)};
}

Result<UnsignedFlight::Next> UnsignedFlight::finish(Flow& flow, ByteView signature) && {
  flow.info().client_signature_scheme = wanted.scheme;
  add_certificate_verify(flow, wanted, signature, own.messages, own.common.transcript);
  auto done = finish_own_flight(flow, std::move(own));
  if (!done) return std::unexpected(std::move(done.error()));
  return Next(std::move(*done));
}

Result<AwaitCredential::Next> AwaitCredential::resume(Flow& flow, Answer& answer) && {
  auto shown = take_credential(*own_.common.config, *asked_, answer, name);
  if (!shown) return std::unexpected(std::move(shown.error()));
  return show(flow, std::move(own_), *asked_, std::move(*shown));
}

Result<std::variant<AwaitCredential, AwaitSignature, Established>> send_own_flight(
    Flow& flow, OwnFlight own, std::unique_ptr<CertificateAsked> asked) {
  using Next = std::variant<AwaitCredential, AwaitSignature, Established>;
  if (!asked) {
    auto done = finish_own_flight(flow, std::move(own));
    if (!done) return std::unexpected(std::move(done.error()));
    return Next(std::move(*done));
  }
  const ClientConfig& config = *own.common.config;
  if (flow.info().ech == EchStatus::rejected) return widen<Next>(show(flow, std::move(own), *asked, Shown{}));
  if (config.pauses_for_credential()) return Next(AwaitCredential(std::move(own), std::move(asked)));
  auto shown = choose_credential(config, *asked);
  if (!shown) return std::unexpected(std::move(shown.error()));
  return widen<Next>(show(flow, std::move(own), *asked, std::move(*shown)));
}

}  // namespace keyway::tls::client
