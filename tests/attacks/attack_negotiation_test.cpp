// Attack 19: downgrade sentinels; a group or version taken that was not offered; supported_versions oddities.
// Attack 20: weak suites, schemes and groups, SSLv2 hellos and compression are not to be had. Attack 23: ALPN and SNI.

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "testing/refusal.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum ExtensionType;

const auto illegal = AlertDescription::illegal_parameter;
const auto decode = AlertDescription::decode_error;

// ------------------------------------------------------------------------------------------------ 19

struct AnswerCase {
  std::string_view name;
  std::function<void(ServerHelloFields&)> bend;
  ErrorCode code;
  AlertDescription alert;
};

void say_tls12(ServerHelloFields& fields, tls::DowngradeSentinel sentinel) {
  fields.extensions = {};
  fields.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
  tls::set_downgrade_sentinel(fields.random, sentinel);
}

TEST(AttackByDowngrade, AServerHelloThatGoesLowerOrElsewhereIsRefused) {
  const auto version = [](Bytes body) {
    return [body](ServerHelloFields& f) { f.extensions.set(supported_versions, body); };
  };
  const std::vector<AnswerCase> cases{
      {"TLS 1.2 with its sentinel", [](auto& f) { say_tls12(f, tls::DowngradeSentinel::tls12); },
       ErrorCode::DowngradeDetected, illegal},
      {"TLS 1.1 with its sentinel",
       [](auto& f) {
         say_tls12(f, tls::DowngradeSentinel::tls11_or_below);
         f.legacy_version = ProtocolVersion::TLS1_1;
       },
       ErrorCode::DowngradeDetected, illegal},
      {"an honest TLS 1.2", [](auto& f) { say_tls12(f, tls::DowngradeSentinel::none); }, ErrorCode::NoCommonVersion,
       AlertDescription::protocol_version},
      {"no extensions at all",
       [](auto& f) {
         say_tls12(f, tls::DowngradeSentinel::none);
         f.has_extensions = false;
       },
       ErrorCode::NoCommonVersion, AlertDescription::protocol_version},
      {"SSL 3.0",
       [](auto& f) {
         say_tls12(f, tls::DowngradeSentinel::none);
         f.legacy_version = ProtocolVersion::SSL3_0;
       },
       ErrorCode::NoCommonVersion, AlertDescription::protocol_version},
      {"SSL 3.0 beside TLS 1.3", [](auto& f) { f.legacy_version = ProtocolVersion::SSL3_0; },
       ErrorCode::NoCommonVersion, AlertDescription::protocol_version},
      {"TLS 1.3 in legacy_version alone",
       [](auto& f) {
         f.legacy_version = ProtocolVersion::TLS1_3;
         f.extensions.remove(supported_versions);
       },
       ErrorCode::InvalidValue, illegal},
      {"TLS 1.3 in both", [](auto& f) { f.legacy_version = ProtocolVersion::TLS1_3; }, ErrorCode::InvalidValue,
       illegal},
      {"TLS 1.2 in supported_versions", version({3, 3}), ErrorCode::VersionNotOffered, illegal},
      {"TLS 1.4", version({3, 5}), ErrorCode::VersionNotOffered, illegal},
      {"a draft", version({0x7f, 28}), ErrorCode::VersionNotOffered, illegal},
      {"GREASE", version({0x1a, 0x1a}), ErrorCode::VersionNotOffered, illegal},
      {"half a version", version({3}), ErrorCode::Truncated, decode},
      {"a version and more", version({3, 4, 0}), ErrorCode::TrailingData, decode},
      {"a client's list", version({2, 3, 4}), ErrorCode::TrailingData, decode},
      {"a TLS 1.2 suite", [](auto& f) { f.cipher_suite = CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256; },
       ErrorCode::CipherSuiteNotOffered, illegal},
      {"a suite not offered", [](auto& f) { f.cipher_suite = CipherSuite::TLS_AES_128_CCM_8_SHA256; },
       ErrorCode::CipherSuiteNotOffered, illegal},
      {"a GREASE suite", [](auto& f) { f.cipher_suite = CipherSuite{0x2a2a}; }, ErrorCode::CipherSuiteNotOffered,
       illegal},
      {"the null suite", [](auto& f) { f.cipher_suite = CipherSuite{0}; }, ErrorCode::CipherSuiteNotOffered, illegal},
      {"compression", [](auto& f) { f.compression_method = CompressionMethod::DEFLATE; }, ErrorCode::CompressionNotNull,
       AlertDescription::decode_error},
      {"another session ID", [](auto& f) { f.session_id[31] ^= 0x80; }, ErrorCode::SessionIdNotEchoed, illegal},
      {"no session ID", [](auto& f) { f.session_id.clear(); }, ErrorCode::SessionIdNotEchoed, illegal},
      {"a group without a share",
       [](auto& f) {
         f.extensions.set(
             key_share,
             body_of(tls::KeyShareServerHello{{NamedGroup::secp256r1, ScriptedClient::share(NamedGroup::secp256r1)}}));
       },
       ErrorCode::GroupNotOffered, illegal},
      {"a GREASE group",
       [](auto& f) { f.extensions.set(key_share, body_of(tls::KeyShareServerHello{{NamedGroup{0x3a3a}, Bytes{1}}})); },
       ErrorCode::GroupNotOffered, illegal},
      {"no share", [](auto& f) { f.extensions.remove(key_share); }, ErrorCode::MissingExtension,
       AlertDescription::missing_extension},
      {"the share of a retry", [](auto& f) { f.extensions.set(key_share, Bytes{0, 29}); }, ErrorCode::Truncated,
       decode},
      {"a short share",
       [](auto& f) {
         f.extensions.set(key_share, body_of(tls::KeyShareServerHello{{NamedGroup::x25519, Bytes(31, 9)}}));
       },
       ErrorCode::InvalidKeyShare, illegal},
      {"an all-zero share",
       [](auto& f) {
         f.extensions.set(key_share, body_of(tls::KeyShareServerHello{{NamedGroup::x25519, Bytes(32, 0)}}));
       },
       ErrorCode::InvalidKeyShare, illegal},
      {"a PSK that was not offered", [](auto& f) { f.extensions.add(pre_shared_key, Bytes{0, 0}); },
       ErrorCode::UnsolicitedExtension, AlertDescription::unsupported_extension},
      {"an extension of EncryptedExtensions", [](auto& f) { f.extensions.add(server_name, {}); },
       ErrorCode::MisplacedExtension, illegal},
      {"an unknown extension", [](auto& f) { f.extensions.add(ExtensionType{0xabcd}, {}); },
       ErrorCode::UnsolicitedExtension, AlertDescription::unsupported_extension},
      {"an extension twice", [](auto& f) { f.extensions.add(supported_versions, Bytes{3, 4}); },
       ErrorCode::DuplicateExtension, AlertDescription::decode_error},
  };
  for (const AnswerCase& each : cases) {
    ScriptedServer peer;
    ServerHelloFields fields = peer.hello();
    each.bend(fields);
    peer.say_hello(fields);
    EXPECT_TRUE(refused(peer, each.code, each.alert)) << each.name;
  }
}

TEST(AttackByDowngrade, ASentinelMeansNothingInTls13) {
  ScriptedServer peer;
  ServerHelloFields fields = peer.hello();
  tls::set_downgrade_sentinel(fields.random, tls::DowngradeSentinel::tls12);
  peer.say_hello(fields);
  EXPECT_EQ(peer.refusal(), std::nullopt) << peer.why();
}

struct OfferCase {
  std::string_view name;
  std::function<void(ClientHelloFields&)> bend;
  ErrorCode code;
  AlertDescription alert;
};

template <typename Cases>
void expect_refusals(const Cases& cases) {
  for (const OfferCase& each : cases) {
    ScriptedClient peer;
    ClientHelloFields fields = ScriptedClient::hello();
    each.bend(fields);
    peer.say_hello(fields);
    EXPECT_TRUE(refused(peer, each.code, each.alert)) << each.name;
  }
}

TEST(AttackByDowngrade, AClientThatCannotDoBetterIsRefused) {
  const auto versions = [](std::vector<ProtocolVersion> list) {
    return [list](ClientHelloFields& f) { f.extensions.set(supported_versions, list8(list)); };
  };
  const auto raw = [](Bytes body) {
    return [body](ClientHelloFields& f) { f.extensions.set(supported_versions, body); };
  };
  const auto too_old = AlertDescription::protocol_version;
  expect_refusals(std::vector<OfferCase>{
      {"TLS 1.2 alone", versions({ProtocolVersion::TLS1_2}), ErrorCode::NoCommonVersion, too_old},
      {"everything but TLS 1.3",
       versions({ProtocolVersion{0x0305}, ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_1, ProtocolVersion::TLS1_0,
                 ProtocolVersion::SSL3_0}),
       ErrorCode::NoCommonVersion, too_old},
      {"drafts", versions({ProtocolVersion{0x7f1c}, ProtocolVersion{0x7f17}}), ErrorCode::NoCommonVersion, too_old},
      {"no supported_versions", [](auto& f) { f.extensions.remove(supported_versions); }, ErrorCode::NoCommonVersion,
       too_old},
      {"TLS 1.3 in legacy_version alone",
       [](auto& f) {
         f.extensions.remove(supported_versions);
         f.legacy_version = ProtocolVersion::TLS1_3;
       },
       ErrorCode::NoCommonVersion, too_old},
      {"no extensions", [](auto& f) { f.has_extensions = false; }, ErrorCode::NoCommonVersion, too_old},
      {"SSL 3.0 beside TLS 1.3", [](auto& f) { f.legacy_version = ProtocolVersion::SSL3_0; },
       ErrorCode::NoCommonVersion, too_old},
      {"an empty list", raw({0}), ErrorCode::ListEmpty, decode},
      {"an uneven list", raw({3, 3, 4, 3}), ErrorCode::ListMisaligned, decode},
      {"a list that is cut", raw({4, 3, 4}), ErrorCode::Truncated, decode},
      {"a server's answer", raw({3, 4}), ErrorCode::Truncated, decode},
      {"bytes after the list", raw({2, 3, 4, 0}), ErrorCode::TrailingData, decode},
  });
}

TEST(AttackByDowngrade, TheVersionMayStandAnywhereInTheList) {
  ScriptedClient peer;
  ClientHelloFields fields = ScriptedClient::hello();
  fields.extensions.set(supported_versions, list8<ProtocolVersion>({ProtocolVersion{0x8a8a}, ProtocolVersion{0x0305},
                                                                    ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3}));
  peer.say_hello(fields);
  EXPECT_EQ(peer.subject().info().version, ProtocolVersion::TLS1_3) << peer.why();
}

// ------------------------------------------------------------------------------------------------ 20

TEST(AttackByWeakAlgorithms, NothingWeakIsOffered) {
  ScriptedServer peer;
  const Bytes raw = *peer.message(HandshakeType::client_hello);
  const ClientHelloView hello(raw, std::nullopt);
  const Policy policy = classical_policy();

  EXPECT_EQ(hello.versions(), policy.versions);
  EXPECT_EQ(hello.cipher_suites(), policy.cipher_suites);
  EXPECT_EQ(hello.groups(), policy.groups);
  EXPECT_EQ(hello.signature_schemes(), policy.signature_schemes);
  EXPECT_EQ(hello.compression_methods(), std::vector{CompressionMethod::null});
}

TEST(AttackByWeakAlgorithms, NoPolicyCanAllowThem) {
  for (const int suite : {0x0000, 0x0003, 0x0004, 0x0005, 0x000a, 0x002f, 0x0034, 0x009c, 0xc013, 0xc02f}) {
    Policy policy = classical_policy();
    policy.cipher_suites.push_back(static_cast<CipherSuite>(suite));
    EXPECT_FALSE(policy.check()) << suite;
  }
  using enum SignatureScheme;
  for (const SignatureScheme scheme : {rsa_pkcs1_sha1, ecdsa_sha1, rsa_pkcs1_sha256, rsa_pkcs1_sha512,
                                       SignatureScheme{0x0101}, SignatureScheme{0x0202}}) {
    Policy policy = classical_policy();
    policy.signature_schemes = {scheme};
    EXPECT_FALSE(policy.check()) << to_string(scheme);
  }
  for (const ProtocolVersion version : {ProtocolVersion::SSL3_0, ProtocolVersion::TLS1_0, ProtocolVersion::TLS1_1}) {
    Policy policy = classical_policy();
    policy.versions = {version};
    EXPECT_FALSE(policy.check()) << to_string(version);
  }
}

TEST(AttackByWeakAlgorithms, AClientThatOffersNothingElseIsRefused) {
  const auto suites = [](std::vector<CipherSuite> list) {
    return [list](ClientHelloFields& f) { f.cipher_suites = list; };
  };
  const auto schemes = [](std::vector<SignatureScheme> list) {
    return [list](ClientHelloFields& f) { f.extensions.set(signature_algorithms, list16(list)); };
  };
  const auto methods = [](std::vector<CompressionMethod> list) {
    return [list](ClientHelloFields& f) { f.compression_methods = list; };
  };
  using enum SignatureScheme;
  using enum CompressionMethod;
  const auto failure = AlertDescription::handshake_failure;
  expect_refusals(std::vector<OfferCase>{
      {"RC4, 3DES, export", suites({CipherSuite{0x0005}, CipherSuite{0x000a}, CipherSuite{0x0003}}),
       ErrorCode::NoCommonCipherSuite, failure},
      {"suites of TLS 1.2", suites({CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256}),
       ErrorCode::NoCommonCipherSuite, failure},
      {"CCM", suites({CipherSuite::TLS_AES_128_CCM_SHA256}), ErrorCode::NoCommonCipherSuite, failure},
      {"SHA-1 and MD5", schemes({rsa_pkcs1_sha1, ecdsa_sha1, SignatureScheme{0x0101}}),
       ErrorCode::NoCommonSignatureScheme, failure},
      {"PKCS#1", schemes({rsa_pkcs1_sha256, rsa_pkcs1_sha384}), ErrorCode::NoCommonSignatureScheme, failure},
      {"another curve", schemes({ecdsa_secp384r1_sha384}), ErrorCode::NoCommonSignatureScheme, failure},
      {"finite fields alone",
       [](auto& f) {
         f.extensions.set(supported_groups, list16<NamedGroup>({NamedGroup::ffdhe2048}));
         f.extensions.set(key_share, key_share_body({}));
       },
       ErrorCode::NoCommonGroup, failure},
      {"DEFLATE", methods({DEFLATE}), ErrorCode::CompressionNotNull, illegal},
      {"DEFLATE too", methods({null, DEFLATE}), ErrorCode::CompressionNotNull, illegal},
      {"DEFLATE first", methods({DEFLATE, null}), ErrorCode::CompressionNotNull, illegal},
      {"null twice", methods({null, null}), ErrorCode::CompressionNotNull, illegal},
      {"no method", methods({}), ErrorCode::ListEmpty, decode},
      {"no suite", suites({}), ErrorCode::ListEmpty, decode},
  });
}

TEST(AttackByWeakAlgorithms, AnSslv2HelloIsNotTls) {
  ScriptedClient peer;
  peer.give(Bytes{0x80, 0x2e, 0x01, 0x03, 0x01, 0x00, 0x15, 0x00, 0x00, 0x00, 0x10, 0x07, 0x00, 0xc0, 0x03, 0x00});
  EXPECT_TRUE(refused(peer, ErrorCode::NotTls, AlertDescription::protocol_version));
}

// ------------------------------------------------------------------------------------------------ 23

Bytes alpn_of(std::initializer_list<std::string_view> names) {
  Bytes body;
  body.reserve(64);
  Writer out(body);
  out.vector16([&] {
    for (const std::string_view name : names) out.vector8(as_bytes(name));
  });
  return body;
}

TEST(AttackByAlpn, AnAnswerThatWasNotOfferedIsRefused) {
  struct Case {
    Bytes body;
    ErrorCode code;
    AlertDescription alert;
  };
  for (const Case& each : std::vector<Case>{{alpn_of({"imap"}), ErrorCode::AlpnNotOffered, illegal},
                                            {alpn_of({"H2"}), ErrorCode::AlpnNotOffered, illegal},
                                            {alpn_of({"h2", "http/1.1"}), ErrorCode::InvalidValue, illegal},
                                            {alpn_of({}), ErrorCode::ListEmpty, decode},
                                            {alpn_of({""}), ErrorCode::LengthOutOfRange, decode},
                                            {Bytes{}, ErrorCode::Truncated, decode}}) {
    auto builder = client_builder();
    builder.alpn({"h2", "http/1.1"});
    ScriptedServer peer(build(std::move(builder)));
    peer.say_hello();
    peer.say(ScriptedServer::encrypted_extensions({{application_layer_protocol_negotiation, each.body}}));
    EXPECT_TRUE(refused(peer, each.code, each.alert));
  }
}

TEST(AttackByAlpn, AnAnswerWithoutAQuestionIsRefused) {
  ScriptedServer peer;
  peer.say_hello();
  peer.say(ScriptedServer::encrypted_extensions({{application_layer_protocol_negotiation, alpn_of({"h2"})}}));
  EXPECT_TRUE(refused(peer, ErrorCode::UnsolicitedExtension, AlertDescription::unsupported_extension));
}

TEST(AttackByAlpn, AServerThatKnowsNoneOfTheProtocolsRefuses) {
  auto builder = server_builder();
  builder.alpn({"http/1.1"});
  ScriptedClient peer(build(std::move(builder)));
  ClientHelloFields fields = ScriptedClient::hello();
  fields.extensions.add(application_layer_protocol_negotiation, alpn_of({"ftp", "http/1.10", "http/1."}));
  peer.say_hello(fields);
  EXPECT_TRUE(refused(peer, ErrorCode::NoCommonAlpn, AlertDescription::no_application_protocol));
}

TEST(AttackByServerName, ANameThatIsNoneIsRefusedBeforeACertificateIsShown) {
  const std::string nul = std::string("shop.localhost") + '\0' + ".evil.example";
  for (const std::string_view name : {std::string_view(nul), std::string_view("a b"), std::string_view("-"),
                                      std::string_view("shop..localhost"), std::string_view("\xff\xfe")}) {
    ScriptedClient peer;
    ClientHelloFields fields = ScriptedClient::hello();
    fields.extensions.set(server_name, body_of(tls::ServerNameExtension{as_bytes(name)}));
    peer.say_hello(fields);
    EXPECT_TRUE(refused(peer, ErrorCode::InvalidServerNameExtension, illegal)) << name;
  }
}

TEST(AttackByServerName, AnUnknownNameGetsNoCertificateUnlessTheConfigurationSaysSo) {
  ClientHelloFields fields = ScriptedClient::hello();
  fields.extensions.set(server_name, body_of(tls::ServerNameExtension{as_bytes("bank.localhost")}));
  ScriptedClient strict;
  strict.say_hello(fields);
  EXPECT_TRUE(refused(strict, ErrorCode::NoCertificateForName, AlertDescription::unrecognized_name));
  EXPECT_FALSE(strict.message(HandshakeType::certificate));

  auto builder = server_builder();
  builder.unknown_name(UnknownName::use_default);
  ScriptedClient lenient(build(std::move(builder)));
  lenient.say_hello(fields);
  EXPECT_TRUE(lenient.message(HandshakeType::certificate));
}

}  // namespace
}  // namespace keyway
