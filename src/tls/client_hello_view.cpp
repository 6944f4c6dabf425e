#include <keyway/credential.hpp>

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

}  // namespace keyway
