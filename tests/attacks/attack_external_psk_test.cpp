// Attack 27: keys from outside. Selfie (a node that is led to itself, RFC 9257 4.1, 4.2), identities and contexts that
// are bent, binders that do not hold, a server that takes what was not offered.

#include <gtest/gtest.h>

#include "core/writer.hpp"
#include "testing/psk.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

ErrorCode code_of(const Connection& connection) {
  return connection.error() == nullptr ? ErrorCode::NotReady : connection.error()->code();
}

SharedPsk key_between(Side side, std::string_view own, std::string_view peer) {
  return ExternalPsk::between(side, own, peer, psk_key("the group's key")).value();
}

TEST(AttackBySelfie, ANodeDoesNotTalkToItself) {
  // The till is client and server, with one key that it shares with the vault. Whoever is between leads its ClientHello
  // back to it.
  const auto client = build(psk_client(key_between(Side::client, "till", "vault")));
  const auto server = build(psk_server(key_between(Side::server, "till", "vault")));
  Pair pair = make_tls_pair(client, server);
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.server), ErrorCode::NoCommonPsk);
}

TEST(AttackBySelfie, AMemberOfAGroupIsNotTakenForAnother) {
  const auto client = build(psk_client(key_between(Side::client, "till", "vault")));
  const auto server = build(psk_server(key_between(Side::server, "gate", "till")));
  Pair pair = make_tls_pair(client, server);
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.server), ErrorCode::NoCommonPsk);
}

TEST(AttackBySelfie, AKeyIsForOneSide) {
  EXPECT_EQ(psk_client(psk_of_vault()).build().error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(psk_server(psk_of_till()).build().error().code(), ErrorCode::InvalidConfiguration);
  const auto both = ExternalPsk::between(Side::client, "till", "till", psk_key("key 1"));
  ASSERT_FALSE(both.has_value());
  EXPECT_EQ(both.error().code(), ErrorCode::InvalidArgument);
}

TEST(AttackBySelfie, NamesThatRunTogetherAreNotTheSame) {
  const auto client = build(psk_client(key_between(Side::client, "ab", "c")));
  const auto server = build(psk_server(key_between(Side::server, "bc", "a")));
  Pair pair = make_tls_pair(client, server);
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.server), ErrorCode::NoCommonPsk);
}

TEST(AttackOnExternalPsk, EveryFlippedBitOfIdentityAndBinderIsRefused) {
  Policy policy = classical_policy();
  policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
  const auto client = build(psk_client(psk_of_till(), policy));
  const auto server = build(psk_server(psk_of_vault(), policy));
  constexpr std::size_t binders = 2 + 1 + 32;
  constexpr std::size_t identity = 2 + 5 + 2 + 11 + 2 + 2;  // ImportedIdentity of "key 1", for "till" and "vault"
  for (std::size_t at = 0; at < binders + 4 + identity; ++at) {
    if (at >= 32 && at < binders + 4) continue;  // lengths and the age, for which other tests are
    Pair pair = make_tls_pair(client, server);
    Bytes hello = drain(pair.client);
    hello[hello.size() - 1 - at] ^= 1;
    static_cast<void>(feed(pair.server, hello));
    EXPECT_EQ(code_of(pair.server), at < 32 ? ErrorCode::BadBinder : ErrorCode::NoCommonPsk) << "byte " << at;
  }
}

TEST(AttackOnExternalPsk, WhoKnowsTheIdentityAloneIsRefused) {
  const Bytes other(32, 0x43);
  const auto guess = ExternalPsk::between(Side::client, "till", "vault", {as_bytes("key 1"), other}).value();
  Pair pair = make_tls_pair(build(psk_client(guess)), build(psk_server(psk_of_vault())));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.server), ErrorCode::BadBinder);
  EXPECT_EQ(pair.server.error()->alert(), AlertDescription::decrypt_error);
}

TEST(AttackOnExternalPsk, ABinderOfOneKindIsNoneOfTheOther) {
  // The same bytes on the wire as an imported key has, by one that is not imported.
  Bytes imported;
  Writer out(imported);
  out.vector16(as_bytes("key 1"));
  out.vector16(psk_of_till()->context());
  out.u16(0x0304);
  out.u16(1);
  const auto direct = ExternalPsk::without_importer(Side::client, {imported, psk_key("key 1").secret}).value();
  Policy policy = classical_policy();
  policy.cipher_suites = {CipherSuite::TLS_AES_128_GCM_SHA256};
  Pair pair = make_tls_pair(build(psk_client(direct, policy)), build(psk_server(psk_of_vault())));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.server), ErrorCode::BadBinder);
}

}  // namespace
}  // namespace keyway
