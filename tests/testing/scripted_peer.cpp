#include "testing/scripted_peer.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iostream>

#include "core/writer.hpp"
#include "testing/client_identity.hpp"
#include "testing/must.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/certificate_request.hpp"
#include "tls/wire/certificate_verify.hpp"
#include "tls/wire/encrypted_extensions.hpp"
#include "tls/wire/finished.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/record.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::testing {
namespace {

bool is_retry(ByteView message) {
  if (message.empty() || message[0] != static_cast<std::uint8_t>(HandshakeType::server_hello)) return false;
  const auto hello = tls::ServerHello::parse(message.subspan(tls::handshake_header_size));
  return hello && hello->is_hello_retry_request();
}

}  // namespace

// ------------------------------------------------------------------------------------------------ both sides

void ScriptedPeer::set_subject(Connection subject) {
  subject_ = std::make_unique<Connection>(std::move(subject));
  listen();
}

SecretLabel ScriptedPeer::label(Side side, bool is_handshake) const {
  if (side == Side::client) {
    return is_handshake ? SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET : SecretLabel::CLIENT_TRAFFIC_SECRET;
  }
  return is_handshake ? SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET : SecretLabel::SERVER_TRAFFIC_SECRET;
}

Bytes ScriptedPeer::plain(ContentType type, ByteView content) {
  Bytes record;
  record.reserve(64);
  Writer out(record);
  out.value(type);
  out.value(ProtocolVersion::TLS1_2);
  out.vector16(content);
  return record;
}

Bytes ScriptedPeer::seal(ContentType type, ByteView content, std::size_t padding) {
  if (!sealing_) return plain(type, content);
  Bytes record(content.size() + padding + tls::ProtectionTls13::overhead);
  const std::array<ByteView, 1> parts{content};
  record.resize(must(sealing_->seal(type, parts, padding, record), "seal"));
  return record;
}

void ScriptedPeer::give(ByteView wire) {
  const Bytes plaintext = feed(*subject_, wire);
  delivered_.insert(delivered_.end(), plaintext.begin(), plaintext.end());
  listen();
}

void ScriptedPeer::say(ByteView messages) {
  for (ByteView rest = messages; rest.size() >= tls::handshake_header_size;) {
    const std::size_t size = tls::handshake_header_size + tls::parse_handshake_header(rest).length;
    const ByteView message = rest.first(std::min(size, rest.size()));
    log_.emplace_back(message.begin(), message.end());
    rest = rest.subspan(message.size());
  }
  // What a record can't hold goes into several.
  Bytes wire;
  for (ByteView rest = messages; !rest.empty();) {
    const ByteView fragment = rest.first(std::min<std::size_t>(rest.size(), 16384));
    const Bytes record = seal(ContentType::handshake, fragment);
    wire.insert(wire.end(), record.begin(), record.end());
    rest = rest.subspan(fragment.size());
  }
  give(wire);
}

void ScriptedPeer::update_keys(tls::KeyUpdateRequest request) {
  const Bytes record =
      seal(ContentType::handshake, message_of(HandshakeType::key_update, Bytes{static_cast<std::uint8_t>(request)}));
  sealing_secret_ = sealing_secret_->next();
  sealing_ = must(tls::ProtectionTls13::create(*provider(), tap.suite(), *sealing_secret_), "keys");
  give(record);
}

void ScriptedPeer::turn_to_handshake_keys() {
  sealing_ = tap.protection(label(side_, true));
}

void ScriptedPeer::turn_to_application_keys() {
  sealing_secret_ = tap.secret(label(side_, false));
  sealing_ = tap.protection(label(side_, false));
}

tls::TranscriptHash ScriptedPeer::transcript() const {
  tls::Transcript transcript(*provider()->hash(tap.suite().hash));
  for (const Bytes& message : log_) {
    if (is_retry(message)) transcript.replace_with_message_hash();
    transcript.add(message);
  }
  return transcript.hash();
}

Bytes ScriptedPeer::finished() const {
  const HashSecret verify_data = tap.secret(label(side_, true)).finished(transcript());
  return message_of(HandshakeType::finished, verify_data.view());
}

void ScriptedPeer::listen() {
  Bytes output = drain(*subject_);
  for (ByteSpan rest = output; !rest.empty();) {
    const tls::RecordHeader header = tls::RecordHeader::parse(rest);
    const ByteSpan fragment = rest.subspan(tls::record_header_size, header.length);
    if (header.type != ContentType::application_data) {
      hear(header.type, fragment);
    } else {
      if (!opening_) opening_ = tap.protection(label(subject_->side(), true));
      const auto opened = must(opening_->open(rest.first(tls::record_header_size), fragment), "open");
      hear(opened.type, opened.content);
    }
    rest = rest.subspan(tls::record_header_size + header.length);
  }
}

void ScriptedPeer::hear(ContentType type, ByteView content) {
  if (type == ContentType::application_data) data_.insert(data_.end(), content.begin(), content.end());
  if (type == ContentType::alert) {
    alert_ = static_cast<AlertDescription>(content[1]);
    ++alerts_;
  }
  if (type != ContentType::handshake) return;
  begun_.insert(begun_.end(), content.begin(), content.end());
  while (begun_.size() >= tls::handshake_header_size) {
    const tls::HandshakeHeader header = tls::parse_handshake_header(begun_);
    const std::size_t size = tls::handshake_header_size + header.length;
    if (begun_.size() < size) return;
    const auto end = begun_.begin() + static_cast<std::ptrdiff_t>(size);
    messages_.emplace_back(begun_.begin(), end);
    log_.push_back(messages_.back());
    begun_.erase(begun_.begin(), end);
    if (header.type == HandshakeType::finished) opening_ = tap.protection(label(subject_->side(), false));
    if (header.type == HandshakeType::key_update) {
      opening_ = tap.protection(label(subject_->side(), false), ++heard_key_updates_);
    }
  }
}

std::optional<Bytes> ScriptedPeer::message(HandshakeType type) const {
  for (auto at = messages_.rbegin(); at != messages_.rend(); ++at) {
    if (at->front() == static_cast<std::uint8_t>(type)) return *at;
  }
  return std::nullopt;
}

std::optional<ErrorCode> ScriptedPeer::refusal() const {
  const Error* error = subject_->error();
  return error == nullptr ? std::nullopt : std::optional(error->code());
}

std::string ScriptedPeer::why() const {
  const Error* error = subject_->error();
  return error == nullptr ? "no error" : std::string(name(error->code())) + ": " + error->message();
}

// ------------------------------------------------------------------------------------------------ the server

ScriptedServer::ScriptedServer(std::shared_ptr<const ClientConfig> config) : ScriptedPeer(Side::server) {
  random_.fill(0x77);
  if (!config) config = build(client_builder());
  set_subject(must(Connection::client(std::move(config), server_name(), {.observer = &tap}), "client"));
}

ServerHelloFields ScriptedServer::hello() const {
  const Bytes raw = *message(HandshakeType::client_hello);
  const auto hello = must(tls::ClientHello::parse(ByteView(raw).subspan(tls::handshake_header_size)), "ClientHello");
  const auto extensions = must(tls::ClientHelloExtensions::parse(hello.extensions), "ClientHello");
  std::optional<NamedGroup> group;
  extensions.key_share->for_each([&](const tls::KeyShareEntry& entry) { group = group ? group : entry.group; });
  return this->hello(*group);
}

ServerHelloFields ScriptedServer::hello(NamedGroup group) const {
  const Bytes raw = *message(HandshakeType::client_hello);
  const auto hello = must(tls::ClientHello::parse(ByteView(raw).subspan(tls::handshake_header_size)), "ClientHello");
  const auto extensions = must(tls::ClientHelloExtensions::parse(hello.extensions), "ClientHello");
  Bytes share = ScriptedClient::share(group);
  extensions.key_share->for_each([&](const tls::KeyShareEntry& entry) {
    if (entry.group != group) return;
    share = must(provider()->group(group)->answer(provider()->random(), entry.key_exchange), "share").share;
  });
  ServerHelloFields fields;
  fields.random = random_;
  fields.session_id.assign(hello.legacy_session_id.begin(), hello.legacy_session_id.end());
  fields.cipher_suite = *hello.cipher_suites.begin();
  fields.extensions = {
      {ExtensionType::supported_versions, body_of(tls::SelectedVersionExtension{ProtocolVersion::TLS1_3})},
      {ExtensionType::key_share, body_of(tls::KeyShareServerHello{{group, share}})}};
  return fields;
}

ServerHelloFields ScriptedServer::retry(NamedGroup group) const {
  ServerHelloFields fields = hello();
  fields.random = tls::hello_retry_request_random;
  fields.extensions.set(ExtensionType::key_share, body_of(tls::KeyShareHelloRetryRequest{group}));
  return fields;
}

void ScriptedServer::say_hello(const ServerHelloFields& fields) {
  say(fields.encode());
  if (!refusal() && tap.knows(SecretLabel::SERVER_HANDSHAKE_TRAFFIC_SECRET)) turn_to_handshake_keys();
}

Bytes ScriptedServer::encrypted_extensions(const ExtensionList& extensions) {
  Bytes body;
  body.reserve(64);
  Writer out(body);
  out.vector16(extensions.encode());
  return message_of(HandshakeType::encrypted_extensions, body);
}

Bytes ScriptedServer::certificate_request(const ExtensionList& extensions, ByteView context) {
  Bytes body;
  body.reserve(64);
  Writer out(body);
  out.vector8(context);
  out.vector16(extensions.encode());
  return message_of(HandshakeType::certificate_request, body);
}

Bytes ScriptedServer::certificate_request() {
  return certificate_request(
      {{ExtensionType::signature_algorithms, list16<SignatureScheme>({SignatureScheme::ecdsa_secp256r1_sha256})}});
}

Bytes ScriptedServer::certificate() {
  static const std::shared_ptr<const Credential> credential = shared_credential();
  const ByteView message = credential->certificate_message_tls13();
  return {message.begin(), message.end()};
}

Bytes ScriptedServer::certificate_verify() const {
  Bytes signature;
  const Bytes content = tls::certificate_verify_content(Side::server, transcript().view());
  if (!shared_leaf().key->sign(crypto::SignatureAlgorithm::ecdsa_sha256, content, signature)) std::abort();
  return message_of(HandshakeType::certificate_verify,
                    body_of(tls::CertificateVerify{SignatureScheme::ecdsa_secp256r1_sha256, signature}));
}

void ScriptedServer::say_until(HandshakeType type) {
  if (type == HandshakeType::server_hello) return;
  say_hello();
  if (type == HandshakeType::encrypted_extensions) return;
  say(encrypted_extensions());
  if (type == HandshakeType::certificate) return;
  say(certificate());
  if (type == HandshakeType::certificate_verify) return;
  say(certificate_verify());
}

void ScriptedServer::connect() {
  say_until(HandshakeType::finished);
  say(finished());
  if (!subject().is_handshaking()) turn_to_application_keys();
}

// ------------------------------------------------------------------------------------------------ the client

ScriptedClient::ScriptedClient(std::shared_ptr<const ServerConfig> config) : ScriptedPeer(Side::client) {
  if (!config) config = build(server_builder());
  set_subject(must(Connection::server(std::move(config), {.observer = &tap}), "server"));
}

Bytes ScriptedClient::share(NamedGroup group) {
  const auto exchange = must(provider()->group(group)->start(provider()->random()), "share");
  return {exchange->share().begin(), exchange->share().end()};
}

ClientHelloFields ScriptedClient::hello() {
  const Policy policy = classical_policy();
  ClientHelloFields fields;
  fields.random.fill(0x33);
  fields.cipher_suites = policy.cipher_suites;
  fields.extensions = {
      {ExtensionType::server_name, body_of(tls::ServerNameExtension{as_bytes("shop.localhost")})},
      {ExtensionType::supported_groups, list16(policy.groups)},
      {ExtensionType::signature_algorithms, list16(policy.signature_schemes)},
      {ExtensionType::supported_versions, list8<ProtocolVersion>({ProtocolVersion::TLS1_3})},
      {ExtensionType::key_share, key_share_body({{NamedGroup::x25519, share(NamedGroup::x25519)}})},
  };
  return fields;
}

void ScriptedClient::say_hello(const ClientHelloFields& fields) {
  say(fields.encode());
  if (!refusal() && tap.knows(SecretLabel::CLIENT_HANDSHAKE_TRAFFIC_SECRET)) turn_to_handshake_keys();
}

Bytes ScriptedClient::certificate(const ExtensionList& leaf_extensions, ByteView context) {
  const Bytes extensions = leaf_extensions.encode();
  tls::CertificateMessage message;
  message.certificate_request_context = context;
  for (const Bytes& certificate : shared_client_leaf().chain) message.certificate_list.push_back({certificate, {}});
  message.certificate_list.front().extensions = tls::ExtensionBlock::of_own(extensions);
  return message_of(HandshakeType::certificate, body_of(message));
}

Bytes ScriptedClient::certificate_verify(SignatureScheme scheme, const crypto::PrivateKey* key, Side as) const {
  if (key == nullptr) key = shared_client_leaf().key.get();
  Bytes signature;
  const Bytes content = tls::certificate_verify_content(as, transcript().view());
  if (!key->sign(crypto::SignatureAlgorithm::ecdsa_sha256, content, signature)) std::abort();
  return message_of(HandshakeType::certificate_verify, body_of(tls::CertificateVerify{scheme, signature}));
}

void ScriptedClient::connect() {
  say_hello();
  say(finished());
  if (!subject().is_handshaking()) turn_to_application_keys();
}

}  // namespace keyway::testing
