#include "tls/client12/certificate.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "tls/handshake/next.hpp"
#include "tls/handshake/peer_chain.hpp"
#include "tls/wire/certificate_status.hpp"

namespace keyway::tls::client12 {
namespace {

bool is_transport(const SuiteTls12& suite) noexcept {
  return suite.key_exchange == KeyExchangeTls12::rsa_transport;
}

/// The leaf's key, which must be of the kind that the suite uses (RFC 5246 7.4.2), and on a curve that was offered
/// (RFC 8422 5.1: in TLS 1.2 the groups are for certificates, too).
Result<std::unique_ptr<crypto::PublicKey>> leaf_key_for(const SuiteTls12& suite, std::span<const ByteView> shown,
                                                        CertificateType type, const CommonConfig& config) {
  constexpr std::string_view where = "Certificate, entry 0, subjectPublicKeyInfo";
  const LeafUse use = is_transport(suite) ? LeafUse::decryption : LeafUse::signing;
  auto leaf = parse_shown_leaf(shown, type, *config.provider, use);
  if (!leaf) return std::unexpected(std::move(leaf.error()));
  auto key = std::move(leaf->key);
  if (!serves(key->type(), suite)) {
    return std::unexpected(fail(ErrorCode::WrongKeyForSuite)
                               .at(where)
                               .expected("a key for " + to_string(suite.id))
                               .received(crypto::to_string(key->type())));
  }
  const auto curve = curve_of(key->type());
  const auto& offered = config.policy.groups;
  if (!curve || std::ranges::find(offered, *curve) != offered.end()) return key;
  return std::unexpected(fail(ErrorCode::GroupNotOffered).at(where).received(to_string(*curve)));
}

using AfterChain = std::variant<ExpectServerKeyExchange, ExpectRequestOrDone>;

/// The chain is accepted: waits for the server's half of the key exchange; or makes the whole of it, where the server's
/// half is the key in its certificate.
Result<AfterChain> after_chain(Flow& flow, Common12 common, std::unique_ptr<crypto::PublicKey> leaf_key,
                               ChainAccepted chain) {
  using Next = AfterChain;
  if (!is_transport(*common.suite)) {
    return Next(ExpectServerKeyExchange(std::move(common), std::move(leaf_key), chain));
  }
  // The ClientHello's legacy_version is TLS 1.2 whatever it offers beside it.
  auto sent = send_premaster(common.config->common().randomness(), *leaf_key, ProtocolVersion::TLS1_2);
  if (!sent) return std::unexpected(std::move(sent.error()).at("ClientKeyExchange"));
  flow.emit(event::Weakened{rsa_transport_in_use});
  Agreement agreement{std::move(sent->encrypted), std::move(sent->secret), /*is_encrypted=*/true};
  return Next(ExpectRequestOrDone(std::move(common), std::move(agreement), chain, sent->proof));
}

/// Goes on with a message that was there before the chain was judged.
Result<AwaitVerdict::Next> go_on_with(Flow& flow, AfterChain state, const HandshakeMessage& message) {
  if (auto* key_exchange = std::get_if<ExpectServerKeyExchange>(&state)) {
    return widen<AwaitVerdict::Next>(std::move(*key_exchange).handle(flow, message));
  }
  return widen<AwaitVerdict::Next>(std::get<ExpectRequestOrDone>(std::move(state)).handle(flow, message));
}

/// Has the chain judged, here or by the application. `following`: as AwaitVerdict has it.
Result<std::variant<AwaitVerdict, ExpectServerKeyExchange, ExpectRequestOrDone>> judge(Flow& flow, ShownChain shown,
                                                                                       ByteView following) {
  using Next = std::variant<AwaitVerdict, ExpectServerKeyExchange, ExpectRequestOrDone>;
  const ClientConfig& config = *shown.common.config;
  auto accepted = judge_chain(config, shown.server_name, shown.chain, flow);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  if (!*accepted) return Next(AwaitVerdict(std::move(shown), Bytes(following.begin(), following.end())));
  return widen<Next>(after_chain(flow, std::move(shown.common), std::move(shown.leaf_key), **accepted));
}

}  // namespace

Result<AwaitVerdict::Next> AwaitVerdict::resume(Flow& flow, Answer& answer) && {
  auto accepted = take_judgement(shown_.server_name.to_string(), shown_.chain, flow, answer);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  auto next = after_chain(flow, std::move(shown_.common), std::move(shown_.leaf_key), *accepted);
  if (!next) return std::unexpected(std::move(next.error()));
  if (following_.empty()) return widen<Next>(std::move(next));
  const ByteView raw = following_;
  const auto type = static_cast<HandshakeType>(raw[0]);
  return go_on_with(flow, std::move(*next), {type, raw.subspan(handshake_header_size), raw});
}

Result<ExpectStatusOrKeyExchange::Next> ExpectStatusOrKeyExchange::handle(Flow& flow,
                                                                          const HandshakeMessage& message) && {
  if (message.type == HandshakeType::certificate_status) {
    auto status = CertificateStatus::parse(message.body);
    if (!status) return std::unexpected(std::move(status.error()));
    shown_.common.transcript.add(message.raw);
    flow.peer_proofs().ocsp_responses.assign(1, Bytes(status->response.begin(), status->response.end()));
    return widen<Next>(judge(flow, std::move(shown_), {}));
  }
  // RFC 6066 8: the server need not send what it has announced.
  if (is_transport(*shown_.common.suite) != (message.type != HandshakeType::server_key_exchange)) {
    return std::unexpected(fail(ErrorCode::UnexpectedMessage).at(name).received(to_string(message.type)));
  }
  auto judged = judge(flow, std::move(shown_), message.raw);
  if (!judged) return std::unexpected(std::move(judged.error()));
  if (auto* paused = std::get_if<AwaitVerdict>(&*judged)) return Next(std::move(*paused));
  if (auto* key_exchange = std::get_if<ExpectServerKeyExchange>(&*judged)) {
    return widen<Next>(go_on_with(flow, std::move(*key_exchange), message));
  }
  return widen<Next>(go_on_with(flow, std::get<ExpectRequestOrDone>(std::move(*judged)), message));
}

Result<ExpectCertificate::Next> ExpectCertificate::handle(Flow& flow, const HandshakeMessage& message) && {
  const CertificateType type = flow.info().peer_certificate_type;
  auto shown_chain = parse_shown_tls12(message.body, type);
  if (!shown_chain) return std::unexpected(std::move(shown_chain.error()));
  if (shown_chain->empty()) {
    return std::unexpected(fail(ErrorCode::EmptyServerCertificate).at("Certificate, certificate_list"));
  }
  const CommonConfig& config = common_.config->common();
  auto leaf_key = leaf_key_for(*common_.suite, *shown_chain, type, config);
  if (!leaf_key) return std::unexpected(std::move(leaf_key.error()));
  common_.transcript.add(message.raw);
  ShownChain shown{std::move(common_), std::move(server_name_), std::move(*leaf_key), keep_chain(flow, *shown_chain)};
  if (promises_status_) return Next(ExpectStatusOrKeyExchange(std::move(shown)));
  return widen<Next>(judge(flow, std::move(shown), {}));
}

}  // namespace keyway::tls::client12
