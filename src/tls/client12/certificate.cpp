#include "tls/client12/certificate.hpp"

#include <algorithm>
#include <utility>

#include "tls/client/server_chain.hpp"
#include "tls/handshake/next.hpp"
#include "tls/wire/certificate_tls12.hpp"

namespace keyway::tls::client12 {
namespace {

bool is_transport(const SuiteTls12& suite) noexcept {
  return suite.key_exchange == KeyExchangeTls12::rsa_transport;
}

/// RFC 8422 5.3: a leaf's key lies on a curve that the client has listed.
Result<void> check_curve(const crypto::PublicKey& key, const Policy& policy) {
  const auto curve = curve_of(key.type());
  if (!curve || std::ranges::find(policy.groups, *curve) != policy.groups.end()) return {};
  return std::unexpected(fail(ErrorCode::GroupNotOffered)
                             .at("Certificate, entry 0, subjectPublicKeyInfo")
                             .expected("a key on a curve of supported_groups")
                             .received(to_string(*curve)));
}

/// The leaf's key, which must be of the kind that the suite uses (RFC 5246 7.4.2).
Result<std::unique_ptr<crypto::PublicKey>> leaf_key_for(const SuiteTls12& suite, ByteView leaf,
                                                        const CommonConfig& config) {
  const auto use = is_transport(suite) ? client::LeafUse::decryption : client::LeafUse::signing;
  auto key = client::parse_leaf_key(leaf, *config.provider, use);
  if (!key) return key;
  if (auto checked = check_curve(**key, config.policy); !checked) return std::unexpected(std::move(checked.error()));
  if (serves((*key)->type(), suite)) return key;
  return std::unexpected(fail(ErrorCode::WrongKeyForSuite)
                             .at("Certificate, entry 0, subjectPublicKeyInfo")
                             .expected("a key for " + to_string(suite.id))
                             .received(crypto::to_string((*key)->type())));
}

/// The chain is accepted: waits for the server's half of the key exchange; or makes the whole of it, where the server's
/// half is the key in its certificate.
Result<AwaitVerdict::Next> after_chain(Flow& flow, Common12 common, std::unique_ptr<crypto::PublicKey> leaf_key,
                                       ChainAccepted chain) {
  using Next = AwaitVerdict::Next;
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

}  // namespace

Result<AwaitVerdict::Next> AwaitVerdict::resume(Flow& flow, Answer& answer) && {
  auto accepted = client::take_judgement(server_name_, chain_, flow, answer);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return after_chain(flow, std::move(common_), std::move(leaf_key_), *accepted);
}

Result<ExpectCertificate::Next> ExpectCertificate::handle(Flow& flow, const HandshakeMessage& message) && {
  auto certificate = CertificateTls12::parse(message.body);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  if (certificate->certificate_list.empty()) {
    return std::unexpected(fail(ErrorCode::EmptyServerCertificate).at("Certificate, certificate_list"));
  }
  const CommonConfig& config = common_.config->common();
  auto leaf_key = leaf_key_for(*common_.suite, certificate->certificate_list.front(), config);
  if (!leaf_key) return std::unexpected(std::move(leaf_key.error()));
  common_.transcript.add(message.raw);
  std::vector<ByteView> chain = client::keep_chain(flow, certificate->certificate_list);
  if (common_.config->pauses_for_verification()) {
    return Next(AwaitVerdict(std::move(common_), std::move(server_name_), std::move(*leaf_key), std::move(chain)));
  }
  auto accepted = client::judge_chain(*common_.config, server_name_, chain, flow);
  if (!accepted) return std::unexpected(std::move(accepted.error()));
  return widen<Next>(after_chain(flow, std::move(common_), std::move(*leaf_key), *accepted));
}

}  // namespace keyway::tls::client12
