#include <keyway/exported_authenticator.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "core/writer.hpp"
#include "crypto/hmac.hpp"
#include "tls/certificate_messages.hpp"
#include "tls/handshake/credential_fit.hpp"
#include "tls/handshake/peer_chain.hpp"
#include "tls/handshake/proofs.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/suites.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/extension_block.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/extensions/certificate_authorities.hpp"
#include "tls/wire/extensions/server_name.hpp"
#include "tls/wire/extensions/signature_algorithms.hpp"
#include "tls/wire/finished.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway {
namespace {

using tls::HandshakeMessage;

constexpr std::size_t context_size = 32;

/// RFC 9261 4: a client asks under a name of its own, in the same words.
constexpr HandshakeType request_type(Side asker) noexcept {
  return asker == Side::server ? HandshakeType::certificate_request : HandshakeType::client_certificate_request;
}

std::unexpected<Error> refuse(ErrorCode code, std::string_view where, std::string_view expected) {
  return std::unexpected(fail(code).at(where).expected(expected));
}

/// The first whole message of `rest`, which loses it.
Result<HandshakeMessage> take_message(ByteView& rest, std::string_view where) {
  if (rest.size() < tls::handshake_header_size) return refuse(ErrorCode::Truncated, where, "a handshake message");
  const tls::HandshakeHeader header = tls::parse_handshake_header(rest);
  const std::size_t size = tls::handshake_header_size + header.length;
  if (rest.size() < size) return refuse(ErrorCode::Truncated, where, "a whole handshake message");
  const ByteView raw = rest.first(size);
  rest = rest.subspan(size);
  return HandshakeMessage{header.type, raw.subspan(tls::handshake_header_size), raw};
}

Result<HandshakeMessage> take_message(ByteView& rest, HandshakeType type, std::string_view where) {
  auto message = take_message(rest, where);
  if (!message || message->type == type) return message;
  return std::unexpected(
      fail(ErrorCode::UnexpectedMessage).at(where).expected(to_string(type)).received(to_string(message->type)));
}

/// A request as it stands, decoded.
struct Request {
  Bytes context;
  Bytes schemes;
  Bytes authorities;
  std::optional<ServerName> server_name;
};

/// RFC 9261 4: a client's request may say which name is meant.
Result<std::optional<ServerName>> read_server_name(const tls::ExtensionBlock& extensions) {
  const auto body = extensions.find(ExtensionType::server_name);
  if (!body) return std::nullopt;
  auto extension = tls::ServerNameExtension::parse(*body);
  if (!extension) return std::unexpected(std::move(extension.error()));
  auto name = ServerName::parse(as_text(extension->host_name));
  if (!name) return std::unexpected(std::move(name.error()));
  if (!name->is_dns()) return refuse(ErrorCode::InvalidServerName, "server_name", "a host name");
  return std::move(*name);
}

Result<Request> read_request(ByteView bytes, Side asker) {
  constexpr std::string_view where = "authenticator request";
  if (bytes.size() > ExportedAuthenticators::max_size) return refuse(ErrorCode::MessageTooLong, where, "131072 bytes");
  auto message = take_message(bytes, request_type(asker), where);
  if (!message) return std::unexpected(std::move(message.error()));
  if (!bytes.empty()) return refuse(ErrorCode::TrailingData, where, "one message");
  auto parsed = tls::CertificateRequest::parse(message->body);
  if (!parsed) return std::unexpected(std::move(parsed.error()).at(where));
  const auto schemes = parsed->extensions.find(ExtensionType::signature_algorithms);
  if (!schemes) return refuse(ErrorCode::MissingExtension, where, "extension signature_algorithms");
  auto algorithms = tls::SignatureAlgorithmsExtension::parse(*schemes);
  if (!algorithms) return std::unexpected(std::move(algorithms.error()).at(where));
  Request request;
  const auto copy = [](ByteView from, Bytes& to) { to.assign(from.begin(), from.end()); };
  copy(parsed->certificate_request_context, request.context);
  copy(algorithms->supported_signature_algorithms.bytes(), request.schemes);
  if (const auto body = parsed->extensions.find(ExtensionType::certificate_authorities)) {
    auto authorities = tls::CertificateAuthoritiesExtension::parse(*body);
    if (!authorities) return std::unexpected(std::move(authorities.error()).at(where));
    copy(authorities->authorities, request.authorities);
  }
  if (asker == Side::server) return request;
  auto name = read_server_name(parsed->extensions);
  if (!name) return std::unexpected(std::move(name.error()).at(where));
  request.server_name = std::move(*name);
  return request;
}

/// RFC 9261 5.1: what the connection lends to the authenticators of one side.
class Keys {
 public:
  /// Errors: NotReady.
  static Result<Keys> derive(const Connection& connection, const crypto::Provider& provider, Side prover) {
    // RFC 9261 5.1: with TLS 1.2 only where extended_master_secret was agreed on, and so is this binding.
    if (auto bound = connection.channel_binding(ChannelBinding::tls_exporter); !bound) {
      return std::unexpected(std::move(bound.error()).at("exported authenticator"));
    }
    const CipherSuite id = connection.info().cipher_suite;
    const tls::SuiteTls13* tls13 = tls::find_suite_tls13(id);
    const tls::SuiteTls12* tls12 = tls::find_suite_tls12(id);
    if (tls13 == nullptr && tls12 == nullptr) return std::unexpected(fail(ErrorCode::InternalError));
    Keys keys(*provider.hash(tls13 != nullptr ? tls13->hash : tls12->hash));
    const bool is_client = prover == Side::client;
    auto done = connection.export_keying_material(is_client ? "EXPORTER-client authenticator handshake context"
                                                            : "EXPORTER-server authenticator handshake context",
                                                  ByteView(), keys.context_.span());
    if (done) {
      done = connection.export_keying_material(
          is_client ? "EXPORTER-client authenticator finished key" : "EXPORTER-server authenticator finished key",
          ByteView(), keys.finished_key_.span());
    }
    if (!done) return std::unexpected(std::move(done.error()));
    return keys;
  }

  /// The transcript up to what was asked.
  [[nodiscard]] tls::Transcript begin(ByteView request) const {
    tls::Transcript transcript(*hash_);
    transcript.add(context_.view());
    transcript.add(request);
    return transcript;
  }
  [[nodiscard]] tls::TranscriptHash finished(const tls::Transcript& transcript) const {
    tls::TranscriptHash code(hash_->output_size());
    crypto::HmacKey(*hash_, finished_key_.view()).mac(transcript.hash().view(), code.span());
    return code;
  }

 private:
  explicit Keys(const crypto::HashFunction& hash)
      : hash_(&hash), context_(hash.output_size()), finished_key_(hash.output_size()) {}

  const crypto::HashFunction* hash_;
  tls::TranscriptHash context_;
  SecretBuffer<crypto::max_hash_size> finished_key_;
};

/// RFC 9261 5.2.2.
Bytes content_to_sign(const tls::Transcript& transcript) {
  return tls::content_to_sign("Exported Authenticator", transcript.hash().view());
}

template <typename M>
Bytes encode(const M& message) {
  Bytes encoded;
  Writer out(encoded);
  tls::write_handshake(out, message);
  return encoded;
}

}  // namespace

ExportedAuthenticators::ExportedAuthenticators(const Connection& connection,
                                               std::shared_ptr<const crypto::Provider> provider, Policy policy)
    : connection_(&connection), provider_(std::move(provider)), policy_(std::move(policy)) {}

Result<Bytes> ExportedAuthenticators::request(const AuthenticatorWish& wish) {
  constexpr std::string_view where = "authenticator request";
  if (auto ready = Keys::derive(*connection_, *provider_, connection_->side()); !ready) {
    return std::unexpected(std::move(ready.error()));
  }
  if (made_ == max_requests) return refuse(ErrorCode::InvalidArgument, where, "at most 1024 on a connection");
  const bool may_name = connection_->side() == Side::client;
  if (wish.server_name && !(may_name && wish.server_name->is_dns())) {
    return refuse(ErrorCode::InvalidArgument, where, "a host name, and of a client alone");
  }
  std::array<std::uint8_t, context_size> context{};
  if (auto filled = provider_->random().fill(context); !filled) return std::unexpected(std::move(filled.error()));
  Bytes schemes;
  Writer scheme_list(schemes);
  for (const SignatureScheme scheme :
       wish.signature_schemes.empty() ? policy_.signature_schemes : wish.signature_schemes) {
    scheme_list.value(scheme);
  }
  Bytes authorities;
  Writer authority_list(authorities);
  for (const Bytes& name : wish.authorities) authority_list.vector16(name);
  Bytes extensions;
  Writer out(extensions);
  write_extension(out, tls::SignatureAlgorithmsExtension{tls::WireList<SignatureScheme>(schemes)});
  if (!authorities.empty()) write_extension(out, tls::CertificateAuthoritiesExtension{authorities});
  if (wish.server_name) write_extension(out, tls::ServerNameExtension{as_bytes(wish.server_name->dns())});
  Bytes message;
  Writer whole(message);
  whole.value(request_type(connection_->side()));
  whole.vector24([&] { tls::CertificateRequest{context, tls::ExtensionBlock::of_own(extensions)}.write(whole); });
  const bool fits = authority_list.ok() && out.ok() && whole.ok() && message.size() <= max_size && !schemes.empty();
  if (!fits) return refuse(ErrorCode::InvalidArgument, where, "names and schemes that fit into a message");
  ++made_;
  open_.insert(message);
  return message;
}

Result<std::optional<ServerName>> ExportedAuthenticators::asked_name(ByteView request) {
  auto asked = read_request(request, Side::client);
  if (!asked) return std::unexpected(std::move(asked.error()));
  return asked->server_name;
}

Result<Bytes> ExportedAuthenticators::authenticate(ByteView request, const Credential* credential) {
  auto asked = read_request(request, peer_of(connection_->side()));
  if (!asked) return std::unexpected(std::move(asked.error()));
  auto keys = Keys::derive(*connection_, *provider_, connection_->side());
  if (!keys) return std::unexpected(std::move(keys.error()));
  const bool is_fresh = answered_.size() < max_requests && !answered_.contains(asked->context);
  if (!is_fresh) return refuse(ErrorCode::AuthenticatorReplayed, "authenticator request", "one that is new");
  tls::Transcript transcript = keys->begin(request);
  if (credential == nullptr) {  // RFC 9261 6: over a Certificate that is not sent
    transcript.add(encode(tls::CertificateMessage{asked->context, {}}));
    answered_.insert(asked->context);
    return encode(tls::Finished{keys->finished(transcript).view()});
  }
  const bool is_plain = credential->certificate_type() == CertificateType::X509 &&
                        credential->delegation() == nullptr && credential->key() != nullptr;
  if (!is_plain) return refuse(ErrorCode::InvalidArgument, "Credential", "a chain with its own key at hand");
  const CertificateRequestView::Parts parts{ProtocolVersion::TLS1_3, asked->schemes, asked->authorities, {}, &policy_,
                                            CertificateType::X509};
  auto scheme = tls::answer_with(*credential, parts);
  if (!scheme) return std::unexpected(std::move(scheme.error()));
  Bytes authenticator = credential->messages().tls13_in_context(asked->context);
  transcript.add(authenticator);
  Bytes signature;
  auto made = credential->key()->sign(*crypto::algorithm_of(*scheme), content_to_sign(transcript), signature);
  if (!made) return std::unexpected(std::move(made.error()));
  const Bytes verify = encode(tls::CertificateVerify{*scheme, signature});
  transcript.add(verify);
  const Bytes finished = encode(tls::Finished{keys->finished(transcript).view()});
  authenticator.insert(authenticator.end(), verify.begin(), verify.end());
  authenticator.insert(authenticator.end(), finished.begin(), finished.end());
  answered_.insert(asked->context);
  return authenticator;
}

namespace {

/// What an authenticator is held against.
struct Question {
  const Request& asked;
  const Keys& keys;
  const crypto::Provider& provider;
};

Result<void> check_finished(const Question& question, const tls::Transcript& transcript, ByteView body) {
  auto proof = tls::verify_finished(question.keys.finished(transcript).view(), body);
  if (!proof) return std::unexpected(std::move(proof.error()).at("authenticator"));
  return {};
}

/// RFC 9261 5.2.1: the context that was asked with, and no extension, as none was asked for.
Result<void> check_certificate(const Request& asked, const tls::CertificateMessage& message) {
  if (!std::ranges::equal(message.certificate_request_context, asked.context)) {
    return refuse(ErrorCode::InvalidValue, "authenticator, certificate_request_context", "the request's");
  }
  if (message.certificate_list.empty()) {
    return refuse(ErrorCode::EmptyServerCertificate, "authenticator", "a chain, or an empty authenticator");
  }
  return tls::check_entries_are_bare(message, "authenticator");
}

/// Certificate, CertificateVerify, Finished.
Result<AuthenticatedIdentity> check_proof(const Question& question, tls::Transcript transcript, ByteView authenticator,
                                          const ExportedAuthenticators::Judge& judge) {
  constexpr std::string_view where = "authenticator";
  ByteView rest = authenticator;
  auto shown = take_message(rest, HandshakeType::certificate, where);
  if (!shown) return std::unexpected(std::move(shown.error()));
  auto certificate = tls::CertificateMessage::parse(shown->body);
  if (!certificate) return std::unexpected(std::move(certificate.error()).at(where));
  if (auto checked = check_certificate(question.asked, *certificate); !checked) {
    return std::unexpected(std::move(checked.error()));
  }
  auto leaf = tls::parse_shown_leaf(*certificate, CertificateType::X509, question.provider);
  if (!leaf) return std::unexpected(std::move(leaf.error()));
  transcript.add(shown->raw);
  auto signed_by = take_message(rest, HandshakeType::certificate_verify, where);
  if (!signed_by) return std::unexpected(std::move(signed_by.error()));
  auto verify = tls::CertificateVerify::parse(signed_by->body);
  if (!verify) return std::unexpected(std::move(verify.error()).at(where));
  const tls::WireList<SignatureScheme> offered(question.asked.schemes);
  const std::vector<SignatureScheme> schemes(offered.begin(), offered.end());
  auto proof = tls::verify_authenticator(*verify, *leaf->key, content_to_sign(transcript), schemes);
  if (!proof) return std::unexpected(std::move(proof.error()));
  transcript.add(signed_by->raw);
  auto finished = take_message(rest, HandshakeType::finished, where);
  if (!finished) return std::unexpected(std::move(finished.error()));
  if (!rest.empty()) return refuse(ErrorCode::TrailingData, where, "nothing after Finished");
  if (auto held = check_finished(question, transcript, finished->body); !held) {
    return std::unexpected(std::move(held.error()));
  }
  AuthenticatedIdentity identity;
  identity.scheme = verify->algorithm;
  std::vector<ByteView> chain;
  for (const tls::CertificateEntry& entry : certificate->certificate_list) chain.push_back(entry.cert_data);
  x509::Verdict verdict = judge(chain);
  if (!verdict.accepted()) return std::unexpected(verdict.to_error().at(where));
  for (const ByteView one : chain) identity.chain.emplace_back(one.begin(), one.end());
  identity.verdict = std::move(verdict);
  return identity;
}

}  // namespace

Result<AuthenticatedIdentity> ExportedAuthenticators::validate(ByteView request, ByteView authenticator,
                                                               const Judge& judge) {
  constexpr std::string_view where = "authenticator";
  // Good for one answer, whatever that is: who guesses has one guess.
  if (open_.erase(Bytes(request.begin(), request.end())) == 0) {
    return refuse(ErrorCode::AuthenticatorReplayed, where, "an answer to a request that is open");
  }
  if (authenticator.size() > max_size) return refuse(ErrorCode::MessageTooLong, where, "at most 131072 bytes");
  auto asked = read_request(request, connection_->side());
  if (!asked) return std::unexpected(std::move(asked.error()));
  auto keys = Keys::derive(*connection_, *provider_, peer_of(connection_->side()));
  if (!keys) return std::unexpected(std::move(keys.error()));
  tls::Transcript transcript = keys->begin(request);
  const Question question{*asked, *keys, *provider_};
  ByteView rest = authenticator;
  auto first = take_message(rest, where);
  if (!first) return std::unexpected(std::move(first.error()));
  const bool is_empty = first->type == HandshakeType::finished && rest.empty();
  if (!is_empty) return check_proof(question, transcript, authenticator, judge);
  transcript.add(encode(tls::CertificateMessage{asked->context, {}}));
  if (auto held = check_finished(question, transcript, first->body); !held) {
    return std::unexpected(std::move(held.error()));
  }
  return AuthenticatedIdentity{};
}

}  // namespace keyway
