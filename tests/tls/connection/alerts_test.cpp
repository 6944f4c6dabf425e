// Every alert where RFC 8446 demands it: what is missing, malformed or misplaced, flight by flight. (Downgrades,
// retries and proofs are among the attacks.)

#include <gtest/gtest.h>

#include <functional>

#include "testing/refusal.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/new_session_ticket.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum ExtensionType;
using enum AlertDescription;

struct HelloCase {
  std::string_view name;
  std::function<void(ClientHelloFields&)> bend;
  ErrorCode code;
  AlertDescription alert;
};

auto put(ExtensionType type, Bytes body) {
  return [type, body](ClientHelloFields& f) { f.extensions.set(type, body); };
}
auto drop(ExtensionType type) {
  return [type](ClientHelloFields& f) { f.extensions.remove(type); };
}

/// A pre_shared_key that is well-formed: one identity, and one binder of zeros.
Bytes psk_offer() {
  Bytes body{0, 7, 0, 1, 'x', 0, 0, 0, 0, 0, 33, 32};
  body.resize(body.size() + 32);
  return body;
}

/// A hello for P-256 alone, with this for a share.
std::function<void(ClientHelloFields&)> point(Bytes share) {
  return [share = std::move(share)](ClientHelloFields& f) {
    f.extensions.set(supported_groups, Bytes{0, 2, 0, 23});
    f.extensions.set(key_share, key_share_body({{NamedGroup::secp256r1, share}}));
  };
}

TEST(Alerts, TellAClientWhatIsWrongWithItsHello) {
  const std::vector<HelloCase> cases{
      // RFC 8446 9.2
      {"no signature_algorithms", drop(signature_algorithms), ErrorCode::MissingExtension, missing_extension},
      {"no supported_groups", drop(supported_groups), ErrorCode::MissingExtension, missing_extension},
      {"no key_share", drop(key_share), ErrorCode::MissingExtension, missing_extension},
      {"pre_shared_key without psk_key_exchange_modes", [](auto& f) { f.extensions.add(pre_shared_key, psk_offer()); },
       ErrorCode::MissingExtension, missing_extension},
      // RFC 8446 4.2
      {"an extension twice", [](auto& f) { f.extensions.add(supported_versions, Bytes{2, 3, 4}); },
       ErrorCode::DuplicateExtension, decode_error},
      {"an unknown one twice",
       [](auto& f) { f.extensions.add(ExtensionType{0xffaa}, {}).add(ExtensionType{0xffaa}, {}); },
       ErrorCode::DuplicateExtension, decode_error},
      {"pre_shared_key before the end", [](auto& f) { f.extensions.add_first(pre_shared_key, Bytes{0, 0}); },
       ErrorCode::PreSharedKeyNotLast, illegal_parameter},
      {"an extension of a CertificateRequest", [](auto& f) { f.extensions.add(oid_filters, Bytes{0, 0}); },
       ErrorCode::MisplacedExtension, illegal_parameter},
      // lists
      {"supported_groups without length", put(supported_groups, {}), ErrorCode::Truncated, decode_error},
      {"supported_groups empty", put(supported_groups, {0, 0}), ErrorCode::ListEmpty, decode_error},
      {"supported_groups uneven", put(supported_groups, {0, 3, 0, 29, 0}), ErrorCode::ListMisaligned, decode_error},
      {"supported_groups with more", put(supported_groups, {0, 2, 0, 29, 0}), ErrorCode::TrailingData, decode_error},
      {"signature_algorithms empty", put(signature_algorithms, {0, 0}), ErrorCode::ListEmpty, decode_error},
      {"signature_algorithms uneven", put(signature_algorithms, {0, 1, 4}), ErrorCode::ListMisaligned, decode_error},
      {"signature_algorithms_cert empty", put(signature_algorithms_cert, {0, 0}), ErrorCode::ListEmpty, decode_error},
      {"ALPN empty", put(application_layer_protocol_negotiation, {0, 0}), ErrorCode::ListEmpty, decode_error},
      {"ALPN with an empty name", put(application_layer_protocol_negotiation, {0, 1, 0}), ErrorCode::LengthOutOfRange,
       decode_error},
      {"ALPN cut", put(application_layer_protocol_negotiation, {0, 3, 3, 'h', '2'}), ErrorCode::Truncated,
       decode_error},
      {"server_name empty", put(server_name, {}), ErrorCode::Truncated, decode_error},
      {"server_name with no name", put(server_name, {0, 0}), ErrorCode::InvalidServerNameExtension, decode_error},
      {"server_name of length 0", put(server_name, {0, 3, 0, 0, 0}), ErrorCode::LengthOutOfRange, decode_error},
      {"certificate_authorities empty", put(certificate_authorities, {0, 0}), ErrorCode::ListEmpty, decode_error},
      {"certificate_authorities with more", put(certificate_authorities, {0, 3, 0, 1, 'x', 0}), ErrorCode::TrailingData,
       decode_error},
      {"cookie empty", put(cookie, {0, 0}), ErrorCode::LengthOutOfRange, decode_error},
      // RFC 8446 4.2.8
      {"key_share without length", put(key_share, {}), ErrorCode::Truncated, decode_error},
      {"key_share with half an entry", put(key_share, {0, 3, 0, 29, 0}), ErrorCode::Truncated, decode_error},
      {"key_share with an empty share", put(key_share, {0, 4, 0, 29, 0, 0}), ErrorCode::LengthOutOfRange, decode_error},
      {"two shares of one group",
       put(key_share, key_share_body({{NamedGroup::x25519, Bytes(32, 9)}, {NamedGroup::x25519, Bytes(32, 9)}})),
       ErrorCode::KeyShareMismatch, illegal_parameter},
      {"a share of a group that is not listed", put(supported_groups, {0, 2, 0, 23}), ErrorCode::KeyShareMismatch,
       illegal_parameter},
      {"a share of the wrong length", put(key_share, key_share_body({{NamedGroup::x25519, Bytes(33, 9)}})),
       ErrorCode::InvalidKeyShare, illegal_parameter},
      {"a share of small order", put(key_share, key_share_body({{NamedGroup::x25519, Bytes(32, 0)}})),
       ErrorCode::InvalidKeyShare, illegal_parameter},
      {"a point off the curve", point(Bytes(65, 4)), ErrorCode::InvalidKeyShare, illegal_parameter},
      {"a compressed point", point(Bytes(33, 2)), ErrorCode::InvalidKeyShare, illegal_parameter},
      {"the point at infinity", point(Bytes{0}), ErrorCode::InvalidKeyShare, illegal_parameter},
      // RFC 8446 4.1.2
      {"a session ID of 33 bytes", [](auto& f) { f.session_id.resize(33); }, ErrorCode::LengthOutOfRange, decode_error},
  };
  for (const HelloCase& each : cases) {
    ScriptedClient peer;
    ClientHelloFields fields = ScriptedClient::hello();
    each.bend(fields);
    peer.say_hello(fields);
    EXPECT_TRUE(refused(peer, each.code, each.alert)) << each.name;
  }
}

TEST(Alerts, TellAClientThatItsHelloIsCutOrTooLong) {
  const Bytes whole = ScriptedClient::hello().encode();
  for (std::size_t size = 0; size + 4 < whole.size(); size += 7) {
    ScriptedClient peer;
    peer.put(ContentType::handshake, message_of(HandshakeType::client_hello, ByteView(whole).subspan(4, size)));
    ASSERT_TRUE(peer.refusal()) << size;
    EXPECT_TRUE(peer.alert() == decode_error || peer.alert() == protocol_version) << size << ' ' << peer.why();
  }
  Bytes more(whole.begin() + 4, whole.end());
  more.push_back(0);
  ScriptedClient peer;
  peer.put(ContentType::handshake, message_of(HandshakeType::client_hello, more));
  EXPECT_TRUE(refused(peer, ErrorCode::TrailingData, decode_error));
}

struct FlightCase {
  std::string_view name;
  std::function<void(ScriptedServer&)> say;
  ErrorCode code;
  AlertDescription alert;
};

auto extensions(ExtensionList list) {
  return [list](ScriptedServer& peer) {
    peer.say_until(HandshakeType::encrypted_extensions);
    peer.say(ScriptedServer::encrypted_extensions(list));
  };
}
auto request(ExtensionList list, Bytes context = {}) {
  return [list, context](ScriptedServer& peer) {
    peer.say_until(HandshakeType::certificate);
    peer.say(ScriptedServer::certificate_request(list, context));
  };
}
auto certificate_with(ExtensionList list) {
  return [list](ScriptedServer& peer) {
    peer.say_until(HandshakeType::certificate);
    const Bytes encoded = list.encode();
    const tls::CertificateMessage message{{}, {{shared_leaf().der, tls::ExtensionBlock::of_own(encoded)}}};
    peer.say(message_of(HandshakeType::certificate, body_of(message)));
  };
}
auto raw(HandshakeType type, Bytes body) {
  return [type, body](ScriptedServer& peer) {
    peer.say_until(type == HandshakeType::certificate_request ? HandshakeType::certificate : type);
    peer.say(message_of(type, body));
  };
}
auto ticket(Bytes body) {
  return [body](ScriptedServer& peer) {
    peer.connect();
    peer.put(ContentType::handshake, message_of(HandshakeType::new_session_ticket, body));
  };
}
auto update(Bytes body) {
  return [body](ScriptedServer& peer) {
    peer.connect();
    peer.put(ContentType::handshake, message_of(HandshakeType::key_update, body));
  };
}
auto alert(Bytes body) {
  return [body](ScriptedServer& peer) {
    peer.connect();
    peer.put(ContentType::alert, body);
  };
}

TEST(Alerts, TellAServerWhatIsWrongWithItsFlight) {
  const Bytes schemes = list16<SignatureScheme>({SignatureScheme::ecdsa_secp256r1_sha256});
  const Bytes ticket_head{0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9};  // lifetime, age_add, nonce, ticket
  const auto ticket_with = [&](Bytes tail) {
    Bytes body = ticket_head;
    body.insert(body.end(), tail.begin(), tail.end());
    return body;
  };
  const std::vector<FlightCase> cases{
      // EncryptedExtensions
      {"EE without a block", raw(HandshakeType::encrypted_extensions, {}), ErrorCode::Truncated, decode_error},
      {"EE cut", raw(HandshakeType::encrypted_extensions, {0, 4, 0, 0}), ErrorCode::Truncated, decode_error},
      {"EE with more", raw(HandshakeType::encrypted_extensions, {0, 0, 0}), ErrorCode::TrailingData, decode_error},
      {"EE, an unknown extension", extensions({{ExtensionType{0x1234}, {}}}), ErrorCode::UnsolicitedExtension,
       unsupported_extension},
      {"EE, GREASE", extensions({{ExtensionType{0x4a4a}, {}}}), ErrorCode::UnsolicitedExtension, unsupported_extension},
      {"EE, one not asked for", extensions({{early_data, {}}}), ErrorCode::UnsolicitedExtension, unsupported_extension},
      {"EE, key_share", extensions({{key_share, {0, 29}}}), ErrorCode::UnsolicitedExtension, unsupported_extension},
      {"EE, supported_versions", extensions({{supported_versions, {3, 4}}}), ErrorCode::UnsolicitedExtension,
       unsupported_extension},
      {"EE, one twice", extensions({{server_name, {}}, {server_name, {}}}), ErrorCode::DuplicateExtension,
       decode_error},
      {"EE, a server_name with a body", extensions({{server_name, {0}}}), ErrorCode::TrailingData, decode_error},
      {"EE, empty supported_groups", extensions({{supported_groups, {0, 0}}}), ErrorCode::ListEmpty, decode_error},
      // CertificateRequest
      {"CR without signature_algorithms", request({}), ErrorCode::MissingExtension, missing_extension},
      {"CR with a context", request({{signature_algorithms, schemes}}, {1}), ErrorCode::NonEmptyRequestContext,
       illegal_parameter},
      {"CR, malformed signature_algorithms", request({{signature_algorithms, {0, 1, 4}}}), ErrorCode::ListMisaligned,
       decode_error},
      {"CR, empty signature_algorithms", request({{signature_algorithms, {0, 0}}}), ErrorCode::ListEmpty, decode_error},
      {"CR, empty certificate_authorities",
       request({{signature_algorithms, schemes}, {certificate_authorities, {0, 0}}}), ErrorCode::ListEmpty,
       decode_error},
      {"CR, certificate_authorities with an empty name",
       request({{signature_algorithms, schemes}, {certificate_authorities, {0, 2, 0, 0}}}), ErrorCode::LengthOutOfRange,
       decode_error},
      {"CR, key_share", request({{signature_algorithms, schemes}, {key_share, {0, 29}}}), ErrorCode::MisplacedExtension,
       illegal_parameter},
      {"CR twice",
       [&](ScriptedServer& peer) {
         peer.say_until(HandshakeType::certificate);
         peer.say(ScriptedServer::certificate_request());
         peer.say(ScriptedServer::certificate_request());
       },
       ErrorCode::UnexpectedMessage, unexpected_message},
      {"CR cut", raw(HandshakeType::certificate_request, {0}), ErrorCode::Truncated, decode_error},
      // Certificate
      {"an entry with an extension not asked for", certificate_with({{signed_certificate_timestamp, {0, 3, 0, 1, 1}}}),
       ErrorCode::UnsolicitedExtension, unsupported_extension},
      {"an entry with an empty OCSP response", certificate_with({{status_request, {1, 0, 0, 0}}}),
       ErrorCode::LengthOutOfRange, decode_error},
      {"an entry with a status of another type", certificate_with({{status_request, {2, 0, 0, 1, 1}}}),
       ErrorCode::InvalidValue, illegal_parameter},
      {"an entry with a misplaced extension", certificate_with({{key_share, {}}}), ErrorCode::MisplacedExtension,
       illegal_parameter},
      {"an entry with an unknown extension", certificate_with({{ExtensionType{0x9999}, {}}}),
       ErrorCode::UnsolicitedExtension, unsupported_extension},
      {"a Certificate that is cut", raw(HandshakeType::certificate, {0, 0, 0, 9, 0, 0, 1}), ErrorCode::Truncated,
       decode_error},
      {"a certificate that is none", raw(HandshakeType::certificate, {0, 0, 0, 7, 0, 0, 2, 0x30, 0x00, 0, 0}),
       ErrorCode::InvalidDer, decode_error},
      // CertificateVerify, Finished
      {"a CertificateVerify that is cut", raw(HandshakeType::certificate_verify, {4, 3, 0, 9, 1}), ErrorCode::Truncated,
       decode_error},
      {"an empty CertificateVerify", raw(HandshakeType::certificate_verify, {}), ErrorCode::Truncated, decode_error},
      {"an empty Finished", raw(HandshakeType::finished, {}), ErrorCode::BadFinished, decrypt_error},
      // after the handshake
      {"a ticket of no bytes", ticket({0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}), ErrorCode::LengthOutOfRange,
       decode_error},
      {"a ticket that is cut", ticket(ticket_head), ErrorCode::Truncated, decode_error},
      {"a ticket with a misplaced extension", ticket(ticket_with({0, 4, 0, 51, 0, 0})), ErrorCode::MisplacedExtension,
       illegal_parameter},
      {"a KeyUpdate of no bytes", update({}), ErrorCode::Truncated, decode_error},
      {"a KeyUpdate of two", update({0, 0}), ErrorCode::TrailingData, decode_error},
      {"a KeyUpdate with an unknown request", update({2}), ErrorCode::InvalidKeyUpdate, illegal_parameter},
      {"an alert of one byte", alert({2}), ErrorCode::InvalidAlert, decode_error},
      {"two alerts in a record", alert({1, 90, 1, 0}), ErrorCode::InvalidAlert, decode_error},
  };
  for (const FlightCase& each : cases) {
    ScriptedServer peer;
    each.say(peer);
    EXPECT_TRUE(refused(peer, each.code, each.alert)) << each.name;
  }
}

TEST(Alerts, OfThePeerEndTheConnectionAndAreNotAnswered) {
  for (const AlertDescription description : {handshake_failure, bad_record_mac, internal_error, no_renegotiation,
                                             unrecognized_name, AlertDescription{200}}) {
    ScriptedClient peer;
    peer.connect();
    peer.put(ContentType::alert, Bytes{2, static_cast<std::uint8_t>(description)});
    EXPECT_TRUE(refused(peer, ErrorCode::AlertReceived, std::nullopt)) << to_string(description);
    EXPECT_EQ(peer.subject().error()->alert(), description);

    ScriptedClient warned;  // a level that means nothing saves no connection
    warned.connect();
    warned.put(ContentType::alert, Bytes{1, static_cast<std::uint8_t>(description)});
    EXPECT_TRUE(warned.refusal()) << to_string(description);
  }
}

TEST(Alerts, OfAClientThatFailedBeforeItHadKeysAreRead) {
  ScriptedClient peer;
  peer.say_hello();
  peer.give(ScriptedPeer::plain(ContentType::alert, Bytes{2, 47}));
  EXPECT_TRUE(refused(peer, ErrorCode::AlertReceived, std::nullopt));
  EXPECT_EQ(peer.subject().error()->alert(), illegal_parameter);
}

TEST(Alerts, AreNotSentAfterCloseNotify) {
  ScriptedClient peer;
  peer.connect();
  peer.subject().close();
  peer.give({});
  EXPECT_EQ(peer.alert(), close_notify);
  peer.put(ContentType::handshake, message_of(HandshakeType::client_hello, {}));
  EXPECT_EQ(peer.refusal(), ErrorCode::UnexpectedMessage);
  EXPECT_EQ(peer.alerts(), 1U) << "close_notify says that nothing follows";
}

TEST(Alerts, OfAServerThatIsAskedForQuicOverAStream) {
  ScriptedClient peer;
  ClientHelloFields fields = ScriptedClient::hello();
  fields.extensions.add(quic_transport_parameters, Bytes{1, 2});
  peer.say_hello(fields);
  EXPECT_TRUE(refused(peer, ErrorCode::UnsolicitedExtension, unsupported_extension));
}

// ------------------------------------------------------------------------------------------------ GREASE

TEST(Grease, InAClientHelloIsPassedOver) {
  ScriptedClient peer;
  ClientHelloFields fields = ScriptedClient::hello();
  fields.cipher_suites.insert(fields.cipher_suites.begin(), CipherSuite{0x0a0a});
  const Policy policy = classical_policy();
  std::vector<NamedGroup> groups = policy.groups;
  groups.insert(groups.begin(), NamedGroup{0x1a1a});
  std::vector<SignatureScheme> schemes = policy.signature_schemes;
  schemes.insert(schemes.begin(), SignatureScheme{0x2a2a});
  fields.extensions.set(supported_groups, list16(groups))
      .set(signature_algorithms, list16(schemes))
      .set(supported_versions, list8<ProtocolVersion>({ProtocolVersion{0x3a3a}, ProtocolVersion::TLS1_3}))
      .set(key_share, key_share_body({{NamedGroup{0x1a1a}, Bytes{0}},
                                      {NamedGroup::x25519, ScriptedClient::share(NamedGroup::x25519)}}))
      .set(application_layer_protocol_negotiation, Bytes{0, 6, 2, 0x5a, 0x5a, 2, 'h', '2'})
      .set(psk_key_exchange_modes, Bytes{2, 0x0b, 1})
      .add_first(ExtensionType{0x6a6a}, {})
      .add(ExtensionType{0x7a7a}, Bytes{0});
  peer.say_hello(fields);
  peer.say(peer.finished());
  EXPECT_FALSE(peer.subject().is_handshaking()) << peer.why();
}

TEST(Grease, InACertificateRequestAndATicketIsPassedOver) {
  ScriptedServer peer;
  peer.say_until(HandshakeType::certificate);
  peer.say(ScriptedServer::certificate_request(
      {{ExtensionType{0x8a8a}, Bytes{1}},
       {signature_algorithms,
        list16<SignatureScheme>({SignatureScheme{0x9a9a}, SignatureScheme::ecdsa_secp256r1_sha256})},
       {ExtensionType{0xaaaa}, {}}}));
  peer.say(ScriptedServer::certificate());
  peer.say(peer.certificate_verify());
  peer.say(peer.finished());
  ASSERT_FALSE(peer.subject().is_handshaking()) << peer.why();
  peer.turn_to_application_keys();
  Bytes body;
  body.reserve(64);
  Writer out(body);
  const Bytes block = ExtensionList{{ExtensionType{0xbaba}, Bytes{1, 2}}, {early_data, Bytes{0, 0, 1, 0}}}.encode();
  tls::NewSessionTicket{1, 0, {}, as_bytes("t"), tls::ExtensionBlock::of_own(block)}.write(out);
  peer.put(ContentType::handshake, message_of(HandshakeType::new_session_ticket, body));
  peer.put(ContentType::application_data, as_bytes("data"));
  EXPECT_EQ(as_text(peer.delivered()), "data") << peer.why();
}

// ------------------------------------------------------------------------------------------------ client certificates

TEST(ClientCertificate, IsAnsweredWithAnEmptyListWhereItIsAskedFor) {
  ScriptedServer peer;
  peer.say_until(HandshakeType::certificate);
  peer.say(ScriptedServer::certificate_request());
  peer.say(ScriptedServer::certificate());
  peer.say(peer.certificate_verify());
  peer.say(peer.finished());

  ASSERT_FALSE(peer.subject().is_handshaking()) << peer.why();
  EXPECT_EQ(peer.message(HandshakeType::certificate), message_of(HandshakeType::certificate, Bytes{0, 0, 0, 0}));
  EXPECT_FALSE(peer.message(HandshakeType::certificate_verify));
  const auto finished = peer.message(HandshakeType::finished);
  ASSERT_TRUE(finished);
  EXPECT_EQ(peer.messages().back(), *finished);
}

}  // namespace
}  // namespace keyway
