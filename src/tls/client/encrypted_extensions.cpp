#include "tls/client/encrypted_extensions.hpp"

#include <utility>

#include "tls/client/encrypted_hello.hpp"
#include "tls/client/extension_answers.hpp"
#include "tls/handshake/next.hpp"
#include "tls/handshake/peer_chain.hpp"
#include "tls/wire/encrypted_extensions.hpp"

namespace keyway::tls::client {
namespace {

/// The ServerHello has answered these already; once more, they answer nothing that was asked.
Result<void> check_answered_once(const ExtensionBlock& extensions) {
  for (const ExtensionType answered : {ExtensionType::key_share, ExtensionType::supported_versions}) {
    if (!extensions.has(answered)) continue;
    return std::unexpected(
        fail(ErrorCode::UnsolicitedExtension).at("EncryptedExtensions, extension " + to_string(answered)));
  }
  return {};
}

/// Whether the server takes the early data that was sent. Where it does not, the handshake keys are turned to now.
Result<std::optional<EarlyDataAccepted>> read_early_data_answer(Flow& flow, const Common13& common,
                                                                const ExtensionBlock& extensions,
                                                                std::string_view alpn) {
  const bool is_taken = extensions.has(ExtensionType::early_data);
  if (is_taken && !common.awaits_early_data) {
    return std::unexpected(fail(ErrorCode::UnsolicitedExtension)
                               .at("EncryptedExtensions, extension early_data")
                               .expected("none, as the session is not gone on with"));
  }
  if (is_taken) {
    auto accepted = accept_early_data(common.sessions->offered->session, *common.suite, alpn);
    if (!accepted) return std::unexpected(std::move(accepted.error()));
    flow.accept_early_data();
    return *accepted;
  }
  if (!common.awaits_early_data) return std::nullopt;
  flow.refuse_early_data(EarlyData::declined);
  if (flow.quic() != nullptr) return std::nullopt;  // which are in use already
  auto done = flow.protect_writing(EncryptionLevel::handshake, *common.config->common().provider, *common.suite,
                                   common.handshake.client);
  if (!done) return std::unexpected(std::move(done.error()));
  return std::nullopt;
}

/// RFC 9001 8.1, 8.2: a protocol must be agreed on, and the transport parameters must be there.
Result<void> take_quic_answers(QuicCarrier& quic, const ExtensionBlock& extensions, std::string_view alpn) {
  if (alpn.empty()) {
    return std::unexpected(fail(ErrorCode::NoCommonAlpn)
                               .at("EncryptedExtensions")
                               .expected("a protocol, as QUIC asks for")
                               .received("none"));
  }
  const auto parameters = extensions.find(ExtensionType::quic_transport_parameters);
  if (!parameters) {
    return std::unexpected(
        fail(ErrorCode::MissingExtension).at("EncryptedExtensions").expected("extension quic_transport_parameters"));
  }
  quic.peer_parameters.emplace(parameters->begin(), parameters->end());
  return {};
}

using AfterPsk = std::variant<ExpectFinished, ExpectFinishedEarly>;

AfterPsk expect_finished(Common13&& common, PskAccepted psk, std::optional<EarlyDataAccepted> early) {
  if (early) return ExpectFinishedEarly(std::move(common), psk, *early);
  return ExpectFinished(std::move(common), psk);
}

/// The session's chain is judged again where the configuration wants it.
Result<std::variant<AwaitVerdictResumed, ExpectFinished, ExpectFinishedEarly>> go_on_with_session(
    Flow& flow, Common13 common, ServerName server_name, PskAccepted psk, std::optional<EarlyDataAccepted> early) {
  using Next = std::variant<AwaitVerdictResumed, ExpectFinished, ExpectFinishedEarly>;
  const ClientConfig& config = *common.config;
  // A key from outside stands in the chain's place, now or when the session began.
  const bool has_chain = psk.external() == nullptr && !common.sessions->offered->peer->chain.empty();
  if (!config.reverifies_on_resumption() || !has_chain) {
    return widen<Next>(Result<AfterPsk>(expect_finished(std::move(common), psk, early)));
  }
  std::vector<ByteView> chain = recall_chain(flow, *common.sessions->offered);
  auto accepted = judge_chain(config, server_name, chain, flow);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  if (!*accepted) {
    return Next(AwaitVerdictResumed(std::move(common), std::move(server_name), psk, early, std::move(chain)));
  }
  return widen<Next>(Result<AfterPsk>(expect_finished(std::move(common), psk, early)));
}

}  // namespace

Result<AwaitVerdictResumed::Next> AwaitVerdictResumed::resume(Flow& flow, Answer& answer) && {
  auto accepted = take_judgement(server_name_.to_string(), chain_, flow, answer);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return expect_finished(std::move(common_), psk_, early_);
}

Result<ExpectEncryptedExtensions::Next> ExpectEncryptedExtensions::handle(Flow& flow,
                                                                          const HandshakeMessage& message) && {
  auto encrypted = EncryptedExtensions::parse(message.body);
  if (!encrypted) return std::unexpected(std::move(encrypted.error()));
  if (auto once = check_answered_once(encrypted->extensions); !once) return std::unexpected(std::move(once.error()));
  auto checked =
      check_extensions(encrypted->extensions, ExtensionHome::encrypted_extensions, offered_, "EncryptedExtensions");
  if (!checked) return std::unexpected(std::move(checked.error()));
  if (auto answers = check_plain_answers(encrypted->extensions, "EncryptedExtensions"); !answers) {
    return std::unexpected(std::move(answers.error()));
  }
  auto alpn = chosen_alpn(encrypted->extensions, *common_.config, flow.info().ech, "EncryptedExtensions");
  if (!alpn) return std::unexpected(std::move(alpn.error()));
  if (QuicCarrier* quic = flow.quic()) {
    auto taken = take_quic_answers(*quic, encrypted->extensions, *alpn);
    if (!taken) return std::unexpected(std::move(taken.error()));
  }
  if (auto taken = take_retry_configs(flow, encrypted->extensions); !taken) {
    return std::unexpected(std::move(taken.error()));
  }
  auto limits = take_record_limits(encrypted->extensions, *common_.config, flow, "EncryptedExtensions");
  if (!limits) return std::unexpected(std::move(limits.error()));

  if (!psk_) {
    auto types = take_certificate_types(encrypted->extensions, *common_.config, flow, "EncryptedExtensions");
    if (!types) return std::unexpected(std::move(types.error()));
  }
  auto early = read_early_data_answer(flow, common_, encrypted->extensions, *alpn);
  if (!early) return std::unexpected(std::move(early.error()));
  common_.transcript.add(message.raw);
  if (flow.info().alpn != *alpn || !alpn->empty()) {
    flow.info().alpn = std::move(*alpn);
    flow.emit_parameters();
  }
  if (psk_) return widen<Next>(go_on_with_session(flow, std::move(common_), std::move(server_name_), *psk_, *early));
  return Next(ExpectCertificateOrRequest(std::move(common_), std::move(server_name_)));
}

}  // namespace keyway::tls::client
