#include "tls/handshake/peer_chain.hpp"

#include <string>
#include <utility>

#include <keyway/certificate.hpp>

#include "tls/handshake/raw_public_key.hpp"
#include "tls/wire/certificate_status.hpp"
#include "tls/wire/certificate_tls12.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/extensions/signed_certificate_timestamp.hpp"

namespace keyway::tls {

namespace {

Result<ShownLeaf> parse_leaf(ByteView leaf, const crypto::Provider& provider, LeafUse use) {
  auto view = x509::CertificateView::parse(leaf);
  if (!view) {
    Error error = std::move(view.error()).at("Certificate, entry 0");
    // Bytes that are no certificate at all are a malformed message; one that breaks X.509's rules is a bad certificate.
    if (error.code() == ErrorCode::InvalidDer) error = std::move(error).alert(AlertDescription::decode_error);
    return std::unexpected(std::move(error));
  }
  const bool signs = use == LeafUse::signing;
  const auto& usage = view->key_usage;
  if (usage && !(signs ? usage->digital_signature() : usage->key_encipherment())) {
    return std::unexpected(fail(ErrorCode::WrongKeyUsage)
                               .at("Certificate, entry 0, keyUsage")
                               .expected(signs ? "digitalSignature" : "keyEncipherment")
                               .alert(AlertDescription::illegal_parameter));
  }
  auto key = provider.public_key(view->subject_public_key_info);
  if (!key) return std::unexpected(std::move(key.error()).at("Certificate, entry 0, subjectPublicKeyInfo"));
  return ShownLeaf{std::move(*key), *view};
}

Result<ShownLeaf> parse_raw_leaf(ByteView first, const crypto::Provider& provider) {
  auto key = parse_raw_public_key(first, provider);
  if (!key) return std::unexpected(std::move(key.error()));
  return ShownLeaf{std::move(*key), std::nullopt};
}

}  // namespace

Result<ShownLeaf> parse_shown_leaf(const CertificateMessage& message, CertificateType type,
                                   const crypto::Provider& provider) {
  const ByteView first = message.certificate_list.front().cert_data;
  if (type != CertificateType::RawPublicKey) return parse_leaf(first, provider, LeafUse::signing);
  if (auto checked = check_raw_public_key(message); !checked) return std::unexpected(std::move(checked.error()));
  return parse_raw_leaf(first, provider);
}

Result<std::vector<ByteView>> parse_shown_tls12(ByteView body, CertificateType type) {
  if (type == CertificateType::RawPublicKey) {
    auto key = parse_raw_public_key_tls12(body);
    if (!key) return std::unexpected(std::move(key.error()));
    return key->empty() ? std::vector<ByteView>() : std::vector<ByteView>{*key};
  }
  auto certificate = CertificateTls12::parse(body);
  if (!certificate) return std::unexpected(std::move(certificate.error()));
  return std::move(certificate->certificate_list);
}

Result<ShownLeaf> parse_shown_leaf(std::span<const ByteView> shown, CertificateType type,
                                   const crypto::Provider& provider, LeafUse use) {
  if (type == CertificateType::RawPublicKey) return parse_raw_leaf(shown.front(), provider);
  return parse_leaf(shown.front(), provider, use);
}

namespace {

/// Keeps the verdict and tells of it.
Result<ChainAccepted> settle(Flow& flow, x509::Verdict verdict, std::span<const ByteView> chain,
                             std::string_view name) {
  flow.keep_verdict(std::move(verdict));
  flow.emit(event::ChainJudged{flow.verdict(), chain, name});
  return accept_chain(*flow.verdict());
}

/// The verifier's word on a server's chain, with all that came beside it.
x509::Verdict ask(const x509::Verifier& verifier, const ClientConfig& config, const ServerName& name,
                  std::span<const ByteView> chain, Flow& flow, const ShownLeaf& leaf) {
  const auto& responses = flow.peer_proofs().ocsp_responses;
  const std::vector<ByteView> stapled(responses.begin(), responses.end());
  const auto staples = config.asks_for_ocsp() ? x509::Verifier::Staples(stapled) : std::nullopt;
  const Time now = config.common().clock->now();
  const ByteView sct_list = flow.peer_proofs().sct_list(0);
  return leaf.certificate
             ? verifier.verify(*leaf.certificate, chain, &name, x509::Purpose::server, now, staples, sct_list)
             : verifier.verify(chain, &name, x509::Purpose::server, now, staples, {}, sct_list);
}

}  // namespace

Result<void> check_entries_are_bare(const CertificateMessage& certificate, std::string_view message) {
  for (const CertificateEntry& entry : certificate.certificate_list) {
    auto checked = check_extensions(entry.extensions, ExtensionHome::certificate, ExtensionSet(), message);
    if (!checked) return checked;
  }
  return {};
}

Result<std::optional<ChainAccepted>> judge_chain(const ClientConfig& config, const ServerName& name,
                                                 std::span<const ByteView> chain, Flow& flow, const ShownLeaf& leaf) {
  if (config.pauses_for_verification()) return std::nullopt;
  if (flow.info().peer_certificate_type == CertificateType::RawPublicKey) {
    // RFC 9849 6.1.7: the public name's server is to be vouched for by name, which a key's pin is not.
    if (flow.info().ech == EchStatus::rejected) return std::unexpected(fail(ErrorCode::RawPublicKeyUnknown));
    return accept_raw_public_key(config.pinned_keys(), chain.front());
  }
  const x509::Verifier* verifier = config.verifier();
  if (verifier == nullptr) return accept_unverified_chain(config);
  x509::Verdict verdict = ask(*verifier, config, name, chain, flow, leaf);
  if (config.pauses_for_fetches() && !verdict.wanted().empty()) return std::nullopt;
  return settle(flow, std::move(verdict), chain, name.to_string());
}

Result<ChainAccepted> judge_chain(const ServerConfig& config, std::span<const ByteView> chain, Flow& flow,
                                  const ShownLeaf& leaf) {
  return judge_chain(config, *config.client_authentication(), chain, flow, leaf);
}

Result<ChainAccepted> judge_chain(const ServerConfig& config, const ClientAuthentication& by,
                                  std::span<const ByteView> chain, Flow& flow, const ShownLeaf& leaf) {
  if (flow.info().peer_certificate_type == CertificateType::RawPublicKey) {
    return accept_raw_public_key(by.pinned_keys, chain.front());
  }
  const x509::Verifier& verifier = *by.verifier;
  const Time now = config.common().clock->now();
  auto verdict = leaf.certificate ? verifier.verify(*leaf.certificate, chain, nullptr, x509::Purpose::client, now)
                                  : verifier.verify(chain, nullptr, x509::Purpose::client, now);
  return settle(flow, std::move(verdict), chain, {});
}

Result<CarriedProofs> read_proofs(const CertificateMessage& message) {
  CarriedProofs proofs;
  const auto put = [](std::vector<Bytes>& list, std::size_t index, ByteView bytes) {
    list.resize(index + 1);
    list[index].assign(bytes.begin(), bytes.end());
  };
  for (std::size_t i = 0; i < message.certificate_list.size(); ++i) {
    const auto where = [i] { return "Certificate, entry " + std::to_string(i); };
    const ExtensionBlock& extensions = message.certificate_list[i].extensions;
    if (const auto body = extensions.find(ExtensionType::status_request)) {
      auto status = CertificateStatus::parse(*body);
      if (!status) return std::unexpected(std::move(status.error()).at(where()));
      put(proofs.ocsp_responses, i, status->response);
    }
    if (const auto body = extensions.find(ExtensionType::signed_certificate_timestamp)) {
      auto scts = SctListExtension::parse(*body);
      if (!scts) return std::unexpected(std::move(scts.error()).at(where()));
      put(proofs.sct_lists, i, scts->list);
    }
  }
  return proofs;
}

std::vector<ByteView> keep_chain(Flow& flow, std::span<const ByteView> chain) {
  std::vector<Bytes> kept;
  std::vector<ByteView> views;
  kept.reserve(chain.size());
  views.reserve(chain.size());
  for (const ByteView certificate : chain) {
    kept.emplace_back(certificate.begin(), certificate.end());
    views.emplace_back(kept.back());
  }
  flow.keep_peer_chain(std::move(kept));  // moving the vector leaves the bytes where they are
  return views;
}

std::vector<ByteView> recall_chain(Flow& flow, const ClientSession& session) {
  flow.keep_peer_chain(session.peer->chain);
  flow.info().peer_certificate_type = session.session.peer_certificate_type;
  flow.keep_peer_proofs(session.peer->proofs);
  return {flow.peer_chain().begin(), flow.peer_chain().end()};
}

Result<ChainAccepted> take_judgement(std::string_view name, std::span<const ByteView> chain, Flow& flow,
                                     Answer& answer) {
  if (const auto* refuse = std::get_if<answer::Refuse>(&answer)) {
    return std::unexpected(fail(ErrorCode::CertificateRefused).at("Certificate").alert(refuse->alert));
  }
  return settle(flow, std::move(std::get<answer::Verified>(answer).verdict), chain, name);
}

}  // namespace keyway::tls
