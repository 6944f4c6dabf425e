#include "checks.hpp"

#include "early.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_request_tls12.hpp"
#include "tls/wire/extensions/certificate_authorities.hpp"
#include "tls/wire/extensions/signature_algorithms.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway::bogo {
namespace {

Outcome<void> expect_code(std::string_view what, std::optional<int> expected, int got) {
  if (!expected || *expected == got) return {};
  return mismatch("expected " + std::string(what) + " " + std::to_string(*expected) + ", got " + std::to_string(got));
}

Outcome<void> expect_text(std::string_view what, std::string_view expected, std::string_view got) {
  if (expected == got) return {};
  return mismatch("expected " + std::string(what) + " " + printable(expected) + ", got " + printable(got));
}

bool processor_has_aes() {
#if defined(__x86_64__) || defined(__i386__)
  return __builtin_cpu_supports("aes") != 0;
#else
  return true;
#endif
}

Outcome<void> check_parameters(const Settings& settings, const ConnectionInfo& info) {
  const int suite = std::to_underlying(info.cipher_suite);
  const auto& by_hardware = processor_has_aes() ? settings.expect_cipher_aes : settings.expect_cipher_no_aes;
  if (auto ok = expect_code("version", settings.expect_version, std::to_underlying(info.version)); !ok) return ok;
  if (auto ok = expect_code("cipher suite", settings.expect_cipher, suite); !ok) return ok;
  if (auto ok = expect_code("cipher suite", by_hardware, suite); !ok) return ok;
  if (auto ok = expect_code("group", settings.expect_curve_id, std::to_underlying(info.group)); !ok) return ok;
  if (settings.expect_hrr && !info.after_hello_retry_request) return mismatch("expected a HelloRetryRequest");
  if (settings.expect_ech_accept != (info.ech == EchStatus::accepted)) {
    return mismatch("ECH: " + std::string(to_string(info.ech)));
  }
  if (settings.expect_no_hrr && info.after_hello_retry_request) return mismatch("expected no HelloRetryRequest");
  const int scheme = std::to_underlying(settings.server ? info.client_signature_scheme : info.signature_scheme);
  return expect_code("signature scheme", settings.expect_peer_signature_algorithm, scheme);
}

Outcome<void> check_names(const Settings& settings, const ConnectionInfo& info) {
  const std::string& protocol = settings.server ? settings.select_alpn : settings.expect_alpn;
  if (auto ok = expect_text("protocol", protocol, info.alpn); !ok) return ok;
  if (settings.expect_server_name.empty()) return {};
  return expect_text("server name", settings.expect_server_name, info.server_name.value_or(""));
}

Outcome<void> check_verdict(const Settings& settings, const Connection& connection) {
  if (!settings.expect_verify_result) return {};
  const x509::Verdict* verdict = connection.verdict();
  if (verdict != nullptr && verdict->accepted()) return {};
  if (settings.server && connection.peer_chain().empty()) return {};  // nobody is nobody to refuse
  return mismatch("expected a verdict that accepts the peer's chain");
}

Outcome<void> check_raw_key(const Settings& settings, const Connection& connection) {
  if (settings.expect_peer_rpk_sha256.empty()) return {};
  const auto expected = from_base64(settings.expect_peer_rpk_sha256);
  if (!expected) return broke(expected.error());
  const auto provider = crypto::make_provider();
  if (!provider) return broke(provider.error());
  const crypto::HashFunction& hash = *(*provider)->hash(crypto::HashAlgorithm::sha256);
  crypto::HashState state{};
  hash.start(state);
  if (!connection.peer_chain().empty()) hash.update(state, connection.peer_chain().front());
  Bytes digest(hash.output_size());
  hash.finish(state, digest);
  return digest == *expected ? Outcome<void>() : mismatch("the peer's key is not the expected one");
}

Outcome<void> check_peer_chain(const Settings& settings, const Connection& connection) {
  if (settings.expect_no_peer_cert && !connection.peer_chain().empty())
    return mismatch("the peer showed a certificate");
  const auto type = static_cast<int>(connection.info().peer_certificate_type);
  if (settings.expect_peer_certificate_type.value_or(type) != type) {
    return mismatch("the peer showed another type of certificate than expected");
  }
  if (auto ok = check_raw_key(settings, connection); !ok) return ok;
  if (settings.expect_peer_cert_file.empty()) return {};
  std::ifstream file(settings.expect_peer_cert_file);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto blocks = parse_pem(text);
  if (!blocks) return broke(blocks.error());
  const auto& chain = connection.peer_chain();
  const bool same = std::ranges::equal(chain, *blocks, {}, {}, &PemBlock::data);
  if (!same) return mismatch("the peer's chain is not the expected one");
  return {};
}

Outcome<void> expect_proof(std::string_view what, const std::string& base64, ByteView got) {
  if (base64.empty()) return {};
  const auto expected = from_base64(base64);
  if (!expected) return broke(expected.error());
  if (std::ranges::equal(*expected, got)) return {};
  return mismatch("the peer's " + std::string(what) + " is not the expected one");
}

Outcome<void> check_proofs(const Settings& settings, const Connection& connection) {
  const CarriedProofs& proofs = connection.peer_proofs();
  if (auto ok = expect_proof("OCSP response", settings.expect_ocsp_response, proofs.ocsp_response(0)); !ok) return ok;
  return expect_proof("SCT list", settings.expect_signed_cert_timestamps, proofs.sct_list(0));
}

/// What a server asked of our certificate.
struct Request {
  Bytes schemes;
  Bytes authorities;
};

Outcome<Request> read_request(ByteView message, ProtocolVersion version) {
  const auto bytes = [](ByteView view) { return Bytes(view.begin(), view.end()); };
  const ByteView body = message.subspan(std::min(message.size(), tls::handshake_header_size));
  if (version == ProtocolVersion::TLS1_2) {
    const auto request = tls::CertificateRequestTls12::parse(body);
    if (!request) return broke(request.error());
    return Request{bytes(request->supported_signature_algorithms.bytes()), bytes(request->certificate_authorities)};
  }
  const auto request = tls::CertificateRequest::parse(body);
  if (!request) return broke(request.error());
  Request read;
  if (const auto found = request->extensions.find(ExtensionType::signature_algorithms)) {
    const auto schemes = tls::SignatureAlgorithmsExtension::parse(*found);
    if (!schemes) return broke(schemes.error());
    read.schemes = bytes(schemes->supported_signature_algorithms.bytes());
  }
  if (const auto found = request->extensions.find(ExtensionType::certificate_authorities)) {
    const auto authorities = tls::CertificateAuthoritiesExtension::parse(*found);
    if (!authorities) return broke(authorities.error());
    read.authorities = bytes(authorities->authorities);
  }
  return read;
}

Outcome<void> expect_schemes(const Settings& settings, std::span<const SignatureScheme> got) {
  if (settings.expect_peer_verify_pref.empty()) return {};
  const auto code = [](SignatureScheme scheme) { return static_cast<int>(std::to_underlying(scheme)); };
  if (std::ranges::equal(settings.expect_peer_verify_pref, got, {}, {}, code)) return {};
  return mismatch("the peer verifies other schemes than expected");
}

Outcome<void> expect_certificate_types(const Settings& settings, const Witness& witness) {
  if (settings.expect_certificate_types.empty()) return {};
  const auto expected = from_base64(settings.expect_certificate_types);
  if (!expected) return broke(expected.error());
  const ByteView request = witness.certificate_request();
  const ByteView body = request.subspan(std::min(request.size(), tls::handshake_header_size));
  const auto message = tls::CertificateRequestTls12::parse(body);
  if (!message) return broke(message.error());
  if (std::ranges::equal(message->certificate_types.bytes(), *expected)) return {};
  return mismatch("the server asks for other types of certificates than expected");
}

Outcome<void> check_request(const Settings& settings, const Connection& connection, const Witness& witness) {
  if (auto ok = expect_certificate_types(settings, witness); !ok) return ok;
  const bool is_checked = !settings.expect_client_ca_list.empty() || !settings.expect_peer_verify_pref.empty();
  if (settings.server || !is_checked) return {};
  const auto request = read_request(witness.certificate_request(), connection.info().version);
  if (!request) return std::unexpected(request.error());
  const tls::WireList<SignatureScheme> list(request->schemes);
  const std::vector<SignatureScheme> schemes(list.begin(), list.end());
  if (auto ok = expect_schemes(settings, schemes); !ok) return ok;
  if (settings.expect_client_ca_list.empty()) return {};
  const auto expected = parse_name_list(settings.expect_client_ca_list);
  if (!expected) return std::unexpected(expected.error());
  std::vector<Bytes> names;
  tls::CertificateAuthoritiesExtension{request->authorities}.for_each(
      [&](ByteView name) { names.emplace_back(name.begin(), name.end()); });
  if (names != *expected) return mismatch("the server names other authorities than expected");
  return {};
}

Outcome<void> check_credential(const Settings& settings, const ConnectionInfo& info, const Witness& witness,
                               std::span<const Choice> credentials) {
  if (!settings.expect_selected_credential) return {};
  const int expected = *settings.expect_selected_credential;
  const auto wanted = std::ranges::find(credentials, expected, &Choice::index);
  if (expected == -1 && wanted == credentials.end()) return {};  // none of them, and there is no default
  const bool is_psk = wanted != credentials.end() && wanted->psk != nullptr;
  if (is_psk && info.psk != wanted->psk.get()) return mismatch("another pre-shared key was chosen");
  if (is_psk || witness.own_certificate().empty()) return {};
  const bool is_delegated = wanted != credentials.end() && wanted->credential->delegation() != nullptr;
  if (is_delegated != info.is_delegated) return mismatch("a delegated credential was used, or not used, unexpectedly");
  const bool is_shown = wanted != credentials.end() &&
                        !std::ranges::search(witness.own_certificate(), wanted->credential->name()).empty();
  if (!is_shown) return mismatch("another credential was chosen than " + std::to_string(expected));
  return {};
}

}  // namespace

Outcome<void> check_handshake(const Settings& settings, const Connection& connection, const Witness& witness,
                              std::span<const Choice> credentials) {
  if (settings.handshake_never_done) return mismatch("the handshake completed");
  if (auto ok = check_parameters(settings, connection.info()); !ok) return ok;
  if (auto ok = check_early_data(settings, connection.info()); !ok) return ok;
  if (auto ok = check_names(settings, connection.info()); !ok) return ok;
  if (auto ok = check_verdict(settings, connection); !ok) return ok;
  if (auto ok = check_proofs(settings, connection); !ok) return ok;
  if (auto ok = check_request(settings, connection, witness); !ok) return ok;
  if (auto ok = check_credential(settings, connection.info(), witness, credentials); !ok) return ok;
  return check_peer_chain(settings, connection);
}

Outcome<void> check_retry_configs(const Settings& settings, const Connection& connection) {
  const EchDetails* ech = connection.ech();
  const Bytes got = ech != nullptr ? ech->retry_configs : Bytes();
  if (settings.expect_no_ech_retry_configs && !got.empty()) return mismatch("the server sent ECH retry configurations");
  if (settings.expect_ech_retry_configs.empty()) return {};
  const auto expected = from_base64(settings.expect_ech_retry_configs);
  if (!expected) return broke(expected.error());
  return got == *expected ? Outcome<void>() : mismatch("other ECH retry configurations than expected");
}

Outcome<void> check_name_override(const Settings& settings, const Connection& connection) {
  const bool is_rejected = connection.info().ech == EchStatus::rejected;
  const std::string got = is_rejected ? connection.ech()->public_name : "";
  if (settings.expect_no_ech_name_override && is_rejected) return mismatch("the certificate is to be for " + got);
  if (settings.expect_ech_name_override.empty()) return {};
  return expect_text("name for the certificate", settings.expect_ech_name_override, got);
}

Outcome<void> check_client_hello(const Settings& settings, const ClientHelloView& hello) {
  if (auto ok = expect_schemes(settings, hello.signature_schemes()); !ok) return ok;
  if (settings.expect_advertised_alpn.empty()) return {};
  const auto expected = parse_protocol_list(settings.expect_advertised_alpn);
  if (!expected) return std::unexpected(expected.error());
  if (hello.alpn() != *expected) return mismatch("the client offers other protocols than expected");
  return {};
}

}  // namespace keyway::bogo
