#include <keyway/credential.hpp>

#include <algorithm>

#include "core/reader.hpp"
#include "tls/handshake/credential_fit.hpp"
#include "tls/suites.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway {
namespace {

/// The message was parsed before anybody gets to see it, so parsing it again can't fail; a raw view that a caller made
/// up gives empty lists.
tls::ClientHello parse_hello(ByteView raw) {
  if (raw.size() < tls::handshake_header_size) return {};
  auto hello = tls::ClientHello::parse(raw.subspan(tls::handshake_header_size));
  return hello ? *hello : tls::ClientHello{};
}

tls::ClientHelloExtensions parse_extensions(ByteView raw) {
  auto extensions = tls::ClientHelloExtensions::parse(parse_hello(raw).extensions);
  return extensions ? *extensions : tls::ClientHelloExtensions{};
}

template <typename E>
std::vector<E> to_vector(const tls::WireList<E>& list) {
  return {list.begin(), list.end()};
}

std::vector<x509::DistinguishedNameView> names_in(ByteView list) {
  std::vector<x509::DistinguishedNameView> names;
  if (list.empty()) return names;
  tls::CertificateAuthoritiesExtension{list}.for_each([&](ByteView name) { names.push_back({name}); });
  return names;
}

ByteView authorities_of(const tls::ClientHelloExtensions& extensions) {
  return extensions.certificate_authorities ? extensions.certificate_authorities->authorities : ByteView();
}

/// RFC 9258 5.1: an ImportedIdentity, where it has that shape; its KDFs are numbered 1 and 2.
OfferedPsk read_psk(ByteView identity) {
  OfferedPsk psk{.identity = identity, .external_identity = std::nullopt, .context = {}};
  Reader in(identity, "ImportedIdentity");
  const ByteView name = in.vector16("external_identity", 1);
  const ByteView context = in.vector16("context");
  const auto protocol = in.value<ProtocolVersion>("target_protocol");
  const std::uint16_t kdf = in.u16("target_kdf");
  if (!in.finish() || protocol != ProtocolVersion::TLS1_3 || kdf == 0 || kdf > 2) return psk;
  psk.external_identity = name;
  psk.context = context;
  return psk;
}

bool has_suite_for_tls13(const tls::ClientHello& hello, const Policy& policy) {
  return std::ranges::any_of(policy.cipher_suites, [&](CipherSuite id) {
    return tls::find_suite_tls13(id) != nullptr && hello.cipher_suites.contains(id);
  });
}

/// In TLS 1.2 the suite says which kind of key signs.
bool has_suite_for_tls12(const Credential& credential, const tls::ClientHello& hello, const Policy& policy) {
  return std::ranges::any_of(policy.cipher_suites, [&](CipherSuite id) {
    const tls::SuiteTls12* suite = tls::find_suite_tls12(id);
    return suite != nullptr && tls::serves(credential.key_type(), *suite) && hello.cipher_suites.contains(id);
  });
}

/// The RSA key transport asks neither for a signature nor for a group.
bool has_suite_for_transport(const Credential& credential, const tls::ClientHello& hello, const Policy& policy) {
  return std::ranges::any_of(policy.cipher_suites, [&](CipherSuite id) {
    const tls::SuiteTls12* suite = tls::find_suite_tls12(id);
    return suite != nullptr && suite->key_exchange == tls::KeyExchangeTls12::rsa_transport &&
           tls::serves(credential.key_type(), *suite) && hello.cipher_suites.contains(id);
  });
}

/// TLS 1.2's ECDHE wants a curve that both sides have.
bool has_common_curve(const tls::ClientHelloExtensions& extensions, const Policy& policy) {
  return extensions.supported_groups && std::ranges::any_of(policy.groups, [&](NamedGroup group) {
           return tls::is_ecdhe_group(group) && extensions.supported_groups->named_group_list.contains(group);
         });
}

/// RFC 8422 5.1: in TLS 1.2 the groups of a client say which curves its certificates may be on, too.
bool is_curve_taken(const Credential& credential, const tls::ClientHelloExtensions& extensions) {
  const auto curve = tls::curve_of(credential.key_type());
  return !curve || !extensions.supported_groups || extensions.supported_groups->named_group_list.contains(*curve);
}

}  // namespace

std::vector<ProtocolVersion> ClientHelloView::versions() const {
  const auto extensions = parse_extensions(raw_);
  if (extensions.supported_versions) return to_vector(extensions.supported_versions->versions);
  return {parse_hello(raw_).legacy_version};
}

std::vector<CipherSuite> ClientHelloView::cipher_suites() const {
  return to_vector(parse_hello(raw_).cipher_suites);
}

std::vector<CompressionMethod> ClientHelloView::compression_methods() const {
  return to_vector(parse_hello(raw_).legacy_compression_methods);
}

std::vector<NamedGroup> ClientHelloView::groups() const {
  const auto extensions = parse_extensions(raw_);
  return extensions.supported_groups ? to_vector(extensions.supported_groups->named_group_list)
                                     : std::vector<NamedGroup>();
}

std::vector<SignatureScheme> ClientHelloView::signature_schemes() const {
  const auto extensions = parse_extensions(raw_);
  return extensions.signature_algorithms ? to_vector(extensions.signature_algorithms->supported_signature_algorithms)
                                         : std::vector<SignatureScheme>();
}

std::vector<std::string> ClientHelloView::alpn() const {
  std::vector<std::string> protocols;
  const auto extensions = parse_extensions(raw_);
  if (extensions.alpn) extensions.alpn->for_each([&](ByteView name) { protocols.emplace_back(as_text(name)); });
  return protocols;
}

std::vector<OfferedPsk> ClientHelloView::psks() const {
  std::vector<OfferedPsk> psks;
  const auto extensions = parse_extensions(raw_);
  if (!extensions.pre_shared_key) return psks;
  extensions.pre_shared_key->for_each([&](const tls::PskIdentity& named) { psks.push_back(read_psk(named.identity)); });
  return psks;
}

std::vector<x509::DistinguishedNameView> ClientHelloView::authorities() const {
  return names_in(authorities_of(parse_extensions(raw_)));
}

bool ClientHelloView::takes(const Credential& credential) const {
  const tls::ClientHello hello = parse_hello(raw_);
  const tls::ClientHelloExtensions extensions = parse_extensions(raw_);
  const auto is_chosen = [&](ProtocolVersion version) { return !version_ || *version_ == version; };
  const Policy everything = policy_ == nullptr ? Policy::compatible_2026() : Policy();
  const Policy& policy = policy_ == nullptr ? everything : *policy_;
  const ByteView named = authorities_of(extensions);
  const bool is_barred =
      credential.terms().only_to_named_issuers && (named.empty() || !tls::is_issuer_named(credential, named));
  if (is_barred) return false;
  const auto& types = extensions.server_certificate_type;
  const bool is_type_taken = types ? types->types.contains(credential.certificate_type())
                                   : credential.certificate_type() == CertificateType::X509;
  if (!is_type_taken) return false;
  if (credential.delegation() != nullptr) {
    return is_chosen(ProtocolVersion::TLS1_3) && has_suite_for_tls13(hello, policy) && clock_ != nullptr &&
           tls::choose_delegated_scheme(credential, policy, extensions, clock_->now());
  }
  if (is_chosen(ProtocolVersion::TLS1_2) && has_suite_for_transport(credential, hello, policy)) return true;
  if (!extensions.signature_algorithms) return false;
  const auto& schemes = extensions.signature_algorithms->supported_signature_algorithms;
  const bool by_tls13 = is_chosen(ProtocolVersion::TLS1_3) && has_suite_for_tls13(hello, policy) &&
                        tls::choose_scheme_tls13(credential, policy, schemes);
  if (by_tls13) return true;
  return is_chosen(ProtocolVersion::TLS1_2) && has_suite_for_tls12(credential, hello, policy) &&
         has_common_curve(extensions, policy) && is_curve_taken(credential, extensions) &&
         tls::choose_scheme_tls12(credential, policy, schemes);
}

bool ClientHelloView::names_issuer_of(const Credential& credential) const {
  return tls::is_issuer_named(credential, authorities_of(parse_extensions(raw_)));
}

bool ClientHelloView::takes_chain_of(const Credential& credential) const {
  const auto extensions = parse_extensions(raw_);
  if (const auto& of_chains = extensions.signature_algorithms_cert) {
    return tls::are_signatures_taken(credential, of_chains->supported_signature_algorithms);
  }
  const auto& of_all = extensions.signature_algorithms;
  return !of_all || tls::are_signatures_taken(credential, of_all->supported_signature_algorithms);
}

std::vector<SignatureScheme> CertificateRequestView::signature_schemes() const {
  return to_vector(tls::WireList<SignatureScheme>(parts_.signature_schemes));
}

std::vector<x509::DistinguishedNameView> CertificateRequestView::authorities() const {
  return names_in(parts_.authorities);
}

bool CertificateRequestView::takes(const Credential& credential) const {
  return parts_.policy != nullptr && tls::answer_with(credential, parts_).has_value();
}

bool CertificateRequestView::names_issuer_of(const Credential& credential) const {
  return tls::is_issuer_named(credential, parts_.authorities);
}

bool CertificateRequestView::takes_chain_of(const Credential& credential) const {
  return tls::is_chain_taken(credential, parts_);
}

}  // namespace keyway
