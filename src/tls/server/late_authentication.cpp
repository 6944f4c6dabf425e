#include "tls/server/late_authentication.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/writer.hpp"
#include "tls/handshake/next.hpp"
#include "tls/handshake/peer_chain.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_verify.hpp"

namespace keyway::tls::server {
namespace {

constexpr std::size_t context_size = 16;

Result<void> check_certificate(const CertificateMessage& message, ByteView context) {
  if (!std::ranges::equal(message.certificate_request_context, context)) {
    return std::unexpected(
        fail(ErrorCode::InvalidValue).at("Certificate, certificate_request_context").expected("the request's"));
  }
  return check_entries_are_bare(message, "Certificate");
}

}  // namespace

Result<LateExpectCertificate::Next> LateExpectCertificate::handle(Flow& /*flow*/, const TrafficSecret& /*reading*/,
                                                                  const HandshakeMessage& message) && {
  auto certificate = CertificateMessage::parse(message.body);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  if (auto checked = check_certificate(*certificate, common_.context); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  common_.transcript.add(message.raw);
  if (certificate->certificate_list.empty()) {
    if (common_.config->late_client_authentication()->is_required) {
      return std::unexpected(fail(ErrorCode::NoCertificateSent).at("Certificate"));
    }
    return Next(LateExpectFinished(std::move(common_)));
  }
  auto leaf = parse_shown_leaf(*certificate, CertificateType::X509, *common_.config->common().provider);
  if (!leaf) return std::unexpected(std::move(leaf.error()));
  std::vector<Bytes> chain;
  for (const CertificateEntry& entry : certificate->certificate_list) {
    chain.emplace_back(entry.cert_data.begin(), entry.cert_data.end());
  }
  return Next(LateExpectCertificateVerify(std::move(common_), std::move(leaf->key), std::move(chain)));
}

Result<LateExpectCertificateVerify::Next> LateExpectCertificateVerify::handle(Flow& flow,
                                                                              const TrafficSecret& /*reading*/,
                                                                              const HandshakeMessage& message) && {
  auto verify = CertificateVerify::parse(message.body);
  if (!verify) return std::unexpected(std::move(verify.error()));
  const ServerConfig& config = *common_.config;
  auto proof = verify_certificate_verify(*verify, *leaf_key_, Side::client, common_.transcript.hash(),
                                         config.common().policy.signature_schemes);
  if (!proof) return std::unexpected(std::move(proof.error()));
  common_.transcript.add(message.raw);
  const std::vector<ByteView> views(chain_.begin(), chain_.end());
  std::vector<ByteView> kept = keep_chain(flow, views);
  flow.info().client_signature_scheme = verify->algorithm;
  flow.emit(event::HandshakeSignature{Direction::received, verify->algorithm});
  const ClientAuthentication& asks = *config.late_client_authentication();
  if (asks.pauses_for_verification) return Next(LateAwaitVerdict(std::move(common_), std::move(kept), *proof));
  auto accepted = judge_chain(config, asks, kept, flow);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return Next(LateExpectFinished(std::move(common_), *accepted, *proof));
}

Result<LateExpectFinished> LateAwaitVerdict::resume(Flow& flow, Answer& answer) && {
  auto accepted = take_judgement({}, chain_, flow, answer);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return LateExpectFinished(std::move(common_), *accepted, proof_);
}

Result<LateSettled> LateExpectFinished::handle(Flow& flow, const TrafficSecret& reading,
                                               const HandshakeMessage& message) && {
  const HashSecret expected = reading.finished(common_.transcript.hash());
  auto proof = verify_finished(expected.view(), message.body);
  if (!proof) return std::unexpected(std::move(proof.error()));
  flow.info().late_authentication = is_proven_ ? ClientProofLater::proven : ClientProofLater::declined;
  flow.emit(event::Finished{Direction::received});
  return LateSettled{*proof, is_proven_};
}

Result<void> LateAuthentication::ask(Flow& flow, const ServerConfig& config) {
  if (state_) {
    return std::unexpected(
        fail(ErrorCode::NotReady).at("request_client_certificate").expected("no request that waits for its answer"));
  }
  std::array<std::uint8_t, context_size> context{};
  if (auto filled = config.common().randomness().fill(context); !filled) return filled;
  const ByteView without = config.late_client_authentication()->request_tls13;
  auto request = CertificateRequest::parse(without.subspan(handshake_header_size));
  if (!request) return std::unexpected(std::move(request.error()));
  request->certificate_request_context = context;
  Bytes message;
  Writer out(message);
  write_handshake(out, *request);
  LateCommon common{&config, transcript_, Bytes(context.begin(), context.end())};
  common.transcript.add(message);
  if (auto sent = flow.send(message); !sent) return sent;
  state_.emplace(LateExpectCertificate(std::move(common)));
  flow.info().late_authentication = ClientProofLater::requested;
  return {};
}

// NOLINTNEXTLINE(bugprone-exception-escape): states move without throwing, so there is always one to visit
bool LateAuthentication::accepts(HandshakeType type) const noexcept {
  const auto is_accepted = [&]<typename S>(const S&) {
    if constexpr (std::is_same_v<S, LateAwaitVerdict>) {
      return false;
    } else {
      return S::accepts == type;
    }
  };
  return state_ && std::visit(is_accepted, *state_);
}

Result<void> LateAuthentication::resume(Flow& flow, Answer& answer) {
  auto next = std::move(std::get<LateAwaitVerdict>(*state_)).resume(flow, answer);
  state_.reset();
  if (!next) return std::unexpected(std::move(next.error()));
  state_.emplace(std::move(*next));
  return {};
}

Result<void> LateAuthentication::handle(Flow& flow, const TrafficSecret& reading, const HandshakeMessage& message) {
  State state = std::move(*state_);
  state_.reset();
  return std::visit(
      [&]<typename S>(S& in_force) -> Result<void> {
        if constexpr (std::is_same_v<S, LateAwaitVerdict>) {
          return std::unexpected(fail(ErrorCode::InternalError).at(S::name));
        } else {
          auto next = std::move(in_force).handle(flow, reading, message);
          if (!next) return std::unexpected(std::move(next.error()));
          if constexpr (!std::is_same_v<S, LateExpectFinished>) {
            std::visit([&](auto& after) { state_.emplace(std::move(after)); }, *next);
          }
          return {};
        }
      },
      state);
}

}  // namespace keyway::tls::server
