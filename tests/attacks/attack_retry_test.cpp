// Attack 18: a second HelloRetryRequest; one that changes suite, version or nothing; a second ClientHello that differs
// where it may not.

#include <gtest/gtest.h>

#include <functional>

#include "testing/refusal.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

const auto illegal_in_retry = AlertDescription::illegal_parameter;

// ------------------------------------------------------------------------------------------------ the client

TEST(AttackByRetry, ASecondOneIsRefused) {
  ScriptedServer peer;
  peer.say_hello(peer.retry(NamedGroup::secp256r1));
  ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
  peer.say_hello(peer.retry(NamedGroup::secp384r1));
  EXPECT_TRUE(refused(peer, ErrorCode::SecondHelloRetryRequest, AlertDescription::unexpected_message));
}

TEST(AttackByRetry, OneThatAsksForWhatWasSentIsRefused) {
  ScriptedServer peer;
  peer.say_hello(peer.retry(NamedGroup::x25519));
  EXPECT_TRUE(refused(peer, ErrorCode::UselessHelloRetryRequest, illegal_in_retry));
}

TEST(AttackByRetry, OneThatAsksForNothingIsRefused) {
  ScriptedServer peer;
  ServerHelloFields fields = peer.retry();
  fields.extensions.remove(ExtensionType::key_share);
  peer.say_hello(fields);
  EXPECT_TRUE(refused(peer, ErrorCode::UselessHelloRetryRequest, illegal_in_retry));
}

TEST(AttackByRetry, OneForAGroupThatWasNotOfferedIsRefused) {
  for (const NamedGroup group : {NamedGroup::x448, NamedGroup::ffdhe2048, NamedGroup{0x0a0a}, NamedGroup{0}}) {
    ScriptedServer peer;
    peer.say_hello(peer.retry(group));
    EXPECT_TRUE(refused(peer, ErrorCode::GroupNotOffered, illegal_in_retry)) << to_string(group);
  }
}

struct RetryCase {
  std::string_view name;
  std::function<void(ServerHelloFields&)> bend;
  ErrorCode code;
  AlertDescription alert;
};

TEST(AttackByRetry, OneThatIsBentIsRefused) {
  const std::vector<RetryCase> cases{
      {"suite not offered", [](auto& f) { f.cipher_suite = CipherSuite::TLS_AES_128_CCM_SHA256; },
       ErrorCode::CipherSuiteNotOffered, illegal_in_retry},
      {"session ID", [](auto& f) { f.session_id[0] ^= 1; }, ErrorCode::SessionIdNotEchoed, illegal_in_retry},
      {"compression", [](auto& f) { f.compression_method = CompressionMethod::DEFLATE; }, ErrorCode::CompressionNotNull,
       AlertDescription::decode_error},
      {"no supported_versions", [](auto& f) { f.extensions.remove(ExtensionType::supported_versions); },
       ErrorCode::NoCommonVersion, AlertDescription::protocol_version},
      {"TLS 1.2 in supported_versions",
       [](auto& f) { f.extensions.set(ExtensionType::supported_versions, Bytes{3, 3}); }, ErrorCode::VersionNotOffered,
       illegal_in_retry},
      {"a whole share", [](auto& f) { f.extensions.set(ExtensionType::key_share, Bytes{0, 23, 0, 1, 4}); },
       ErrorCode::TrailingData, AlertDescription::decode_error},
      {"half a group", [](auto& f) { f.extensions.set(ExtensionType::key_share, Bytes{0}); }, ErrorCode::Truncated,
       AlertDescription::decode_error},
      {"an empty cookie", [](auto& f) { f.extensions.add(ExtensionType::cookie, Bytes{0, 0}); },
       ErrorCode::LengthOutOfRange, AlertDescription::decode_error},
      {"key_share twice", [](auto& f) { f.extensions.add(ExtensionType::key_share, Bytes{0, 23}); },
       ErrorCode::DuplicateExtension, illegal_in_retry},
      {"an unknown extension", [](auto& f) { f.extensions.add(ExtensionType{0x1234}, {}); },
       ErrorCode::UnsolicitedExtension, AlertDescription::unsupported_extension},
      {"ALPN", [](auto& f) { f.extensions.add(ExtensionType::application_layer_protocol_negotiation, {}); },
       ErrorCode::MisplacedExtension, illegal_in_retry},
      {"pre_shared_key", [](auto& f) { f.extensions.add(ExtensionType::pre_shared_key, Bytes{0, 0}); },
       ErrorCode::MisplacedExtension, illegal_in_retry},
  };
  for (const RetryCase& each : cases) {
    ScriptedServer peer;
    ServerHelloFields fields = peer.retry();
    each.bend(fields);
    peer.say_hello(fields);
    EXPECT_TRUE(refused(peer, each.code, each.alert)) << each.name;
  }
}

TEST(AttackByRetry, TheServerHelloAfterItMustKeepItsSuiteAndItsGroup) {
  ScriptedServer other_suite;
  other_suite.say_hello(other_suite.retry());
  ServerHelloFields fields = other_suite.hello();
  fields.cipher_suite = CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
  other_suite.say_hello(fields);
  EXPECT_TRUE(refused(other_suite, ErrorCode::SuiteChangedAfterRetry, illegal_in_retry));

  ScriptedServer other_group;
  other_group.say_hello(other_group.retry(NamedGroup::secp256r1));
  other_group.say_hello(other_group.hello(NamedGroup::x25519));
  EXPECT_TRUE(refused(other_group, ErrorCode::GroupNotOffered, illegal_in_retry));
}

TEST(AttackByRetry, ACookieAloneIsAReasonAndComesBackAsItWas) {
  ScriptedServer peer;
  ServerHelloFields fields = peer.retry();
  const Bytes cookie = body_of(tls::CookieExtension{as_bytes("to be given back")});
  fields.extensions.remove(ExtensionType::key_share).add(ExtensionType::cookie, cookie);
  peer.say_hello(fields);
  ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();

  const Bytes second = *peer.message(HandshakeType::client_hello);
  const auto hello = tls::ClientHello::parse(ByteView(second).subspan(4));
  ASSERT_TRUE(hello);
  const auto returned = hello->extensions.find(ExtensionType::cookie);
  ASSERT_TRUE(returned);
  EXPECT_TRUE(std::ranges::equal(*returned, cookie));
  peer.connect();
  EXPECT_FALSE(peer.subject().is_handshaking()) << peer.why();
}

TEST(AttackByRetry, TheSecondClientHelloIsTheFirstButForTheShare) {
  ScriptedServer peer;
  const Bytes first = *peer.message(HandshakeType::client_hello);
  peer.say_hello(peer.retry(NamedGroup::secp521r1));
  const Bytes second = *peer.message(HandshakeType::client_hello);
  const auto a = tls::ClientHello::parse(ByteView(first).subspan(4));
  const auto b = tls::ClientHello::parse(ByteView(second).subspan(4));
  ASSERT_TRUE(a && b);
  EXPECT_EQ(a->random, b->random);
  EXPECT_TRUE(std::ranges::equal(a->legacy_session_id, b->legacy_session_id));
  for (const tls::ExtensionView extension : a->extensions) {
    const bool is_share = extension.type == ExtensionType::key_share;
    EXPECT_EQ(is_share, !std::ranges::equal(extension.body, b->extensions.find(extension.type).value_or(ByteView())));
  }
  peer.connect();
  EXPECT_FALSE(peer.subject().is_handshaking()) << peer.why();
}

// ------------------------------------------------------------------------------------------------ the server

std::shared_ptr<const ServerConfig> retries() {
  Policy policy = classical_policy();
  policy.groups = {NamedGroup::secp384r1};
  policy.key_shares = {};
  auto builder = server_builder();
  builder.policy(policy);
  return build(std::move(builder));
}

ClientHelloFields second_of(ClientHelloFields first) {
  first.extensions.set(ExtensionType::key_share,
                       key_share_body({{NamedGroup::secp384r1, ScriptedClient::share(NamedGroup::secp384r1)}}));
  return first;
}

struct HelloCase {
  std::string_view name;
  std::function<void(ClientHelloFields&)> bend;
  ErrorCode code = ErrorCode::ChangedSecondClientHello;
  AlertDescription alert = illegal_in_retry;
};

const std::vector<HelloCase>& changed_hellos() {
  using enum ExtensionType;
  static const std::vector<HelloCase> cases{
      {"legacy_version", [](auto& f) { f.legacy_version = ProtocolVersion::TLS1_1; }},
      {"random", [](auto& f) { f.random[31] ^= 1; }},
      {"session ID", [](auto& f) { f.session_id[3] ^= 1; }},
      {"session ID gone", [](auto& f) { f.session_id.clear(); }},
      {"a suite less", [](auto& f) { f.cipher_suites.pop_back(); }},
      {"a suite more", [](auto& f) { f.cipher_suites.push_back(CipherSuite::TLS_AES_128_CCM_SHA256); }},
      {"suites in another order", [](auto& f) { std::swap(f.cipher_suites[0], f.cipher_suites[1]); }},
      {"compression", [](auto& f) { f.compression_methods.push_back(CompressionMethod::DEFLATE); }},
      {"server_name",
       [](auto& f) { f.extensions.set(server_name, body_of(tls::ServerNameExtension{as_bytes("bank.localhost")})); }},
      {"server_name gone", [](auto& f) { f.extensions.remove(server_name); }},
      {"groups", [](auto& f) { f.extensions.set(supported_groups, list16<NamedGroup>({NamedGroup::secp384r1})); }},
      {"schemes",
       [](auto& f) {
         f.extensions.set(signature_algorithms, list16<SignatureScheme>({SignatureScheme::ecdsa_secp256r1_sha256}));
       }},
      {"versions",
       [](auto& f) {
         f.extensions.set(supported_versions,
                          list8<ProtocolVersion>({ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2}));
       }},
      {"ALPN", [](auto& f) { f.extensions.add(application_layer_protocol_negotiation, Bytes{0, 3, 2, 'h', '2'}); }},
      {"an unknown one", [](auto& f) { f.extensions.add(ExtensionType{0x7777}, {}); }},
      {"a cookie that nobody gave", [](auto& f) { f.extensions.add(cookie, Bytes{0, 1, 7}); }},
      {"no share", [](auto& f) { f.extensions.remove(key_share); }, ErrorCode::MissingExtension,
       AlertDescription::missing_extension},
      {"an empty list of shares", [](auto& f) { f.extensions.set(key_share, Bytes{0, 0}); },
       ErrorCode::KeyShareMismatch},
      {"a share of another group",
       [](auto& f) {
         f.extensions.set(key_share, key_share_body({{NamedGroup::x25519, ScriptedClient::share(NamedGroup::x25519)}}));
       },
       ErrorCode::KeyShareMismatch},
      {"two shares",
       [](auto& f) {
         f.extensions.set(key_share,
                          key_share_body({{NamedGroup::secp384r1, ScriptedClient::share(NamedGroup::secp384r1)},
                                          {NamedGroup::x25519, ScriptedClient::share(NamedGroup::x25519)}}));
       },
       ErrorCode::KeyShareMismatch},
  };
  return cases;
}

TEST(AttackByRetry, ASecondClientHelloThatChangesAnythingElseIsRefused) {
  for (const HelloCase& each : changed_hellos()) {
    ScriptedClient peer(retries());
    const ClientHelloFields first = ScriptedClient::hello();
    peer.say_hello(first);
    ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
    ClientHelloFields second = second_of(first);
    each.bend(second);
    peer.say_hello(second);
    EXPECT_TRUE(refused(peer, each.code, each.alert)) << each.name;
  }
}

TEST(AttackByRetry, EarlyDataInASecondClientHelloIsPassedOverAndNothingBehindItIs) {
  // RFC 8446 4.2.10: it may not stand there. Between the two ClientHellos what came early is passed over, if it was
  // told.
  const Bytes record = ScriptedClient::plain(ContentType::application_data, Bytes(40, 7));
  for (const bool is_in_first : {false, true}) {
    ScriptedClient peer(retries());
    ClientHelloFields first = ScriptedClient::hello();
    ClientHelloFields second = second_of(first);
    second.extensions.add_first(ExtensionType::early_data, {});
    if (is_in_first) first.extensions.add_first(ExtensionType::early_data, {});
    peer.say_hello(first);
    if (is_in_first) peer.give(record);
    peer.say_hello(second);
    ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
    peer.give(record);
    EXPECT_TRUE(refused(peer, ErrorCode::BadRecordMac, AlertDescription::bad_record_mac)) << is_in_first;
  }
}

TEST(AttackByRetry, WhatComesEarlyIsRefusedWhereTheSecondClientHelloAloneTellsOfIt) {
  ScriptedClient peer(retries());
  const ClientHelloFields first = ScriptedClient::hello();
  peer.say_hello(first);
  peer.give(ScriptedClient::plain(ContentType::application_data, Bytes(40, 7)));
  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedContentType, AlertDescription::unexpected_message));
}

TEST(AttackByRetry, ASecondClientHelloWithEarlyDataIsAnsweredAsAnyOther) {
  ScriptedClient peer(retries());
  const ClientHelloFields first = ScriptedClient::hello();
  peer.say_hello(first);
  ClientHelloFields second = second_of(first);
  second.extensions.add_first(ExtensionType::early_data, {});
  peer.say_hello(second);
  ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
  peer.say(peer.finished());
  EXPECT_FALSE(peer.subject().is_handshaking()) << peer.why();
  EXPECT_EQ(peer.subject().info().early_data, EarlyData::off);
}

TEST(AttackByRetry, ASecondClientHelloMayDropEarlyDataAndChangePadding) {
  ScriptedClient peer(retries());
  ClientHelloFields first = ScriptedClient::hello();
  first.extensions.add_first(ExtensionType::early_data, {}).add_first(ExtensionType::padding, Bytes(9));
  peer.say_hello(first);
  ClientHelloFields second = second_of(first);
  second.extensions.remove(ExtensionType::early_data).set(ExtensionType::padding, Bytes(2));
  peer.say_hello(second);
  ASSERT_EQ(peer.refusal(), std::nullopt) << peer.why();
  peer.say(peer.finished());
  EXPECT_FALSE(peer.subject().is_handshaking()) << peer.why();
}

}  // namespace
}  // namespace keyway
