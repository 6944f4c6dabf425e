// Attack 27: keys from outside. Selfie (a node that is led to itself, RFC 9257 4.1, 4.2), identities and contexts that
// are bent, binders that do not hold, a server that takes what was not offered.

#include <gtest/gtest.h>

#include "core/writer.hpp"
#include "testing/psk.hpp"
#include "testing/refusal.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

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

TEST(AttackOnExternalPsk, AServerThatChoosesTls12IsRefusedAtOnce) {
  // TLS 1.2 has no use for the key: whoever takes the server's place there would be asked for a certificate at best.
  ScriptedServer peer(build(psk_client(psk_of_till(), Policy::compatible_2026())));
  ServerHelloFields fields = peer.hello();
  fields.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
  fields.extensions = {{ExtensionType::extended_master_secret, {}}, {ExtensionType::renegotiation_info, Bytes{0}}};
  peer.say_hello(fields);
  EXPECT_TRUE(refused(peer, ErrorCode::NoCommonVersion, AlertDescription::protocol_version));
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

/// Finds the same key whatever is asked for.
class OneKey final : public PskResolver {
 public:
  explicit OneKey(SharedPsk key) : key_(std::move(key)) {}
  [[nodiscard]] SharedPsk resolve(std::span<const OfferedPsk> offered, const ClientHelloView&) const override {
    offered_ = offered.size();
    return key_;
  }
  [[nodiscard]] std::size_t offered() const noexcept { return offered_; }

 private:
  SharedPsk key_;
  mutable std::size_t offered_ = 0;
};

Pair meet_with_resolver(const SharedPsk& ours, const std::shared_ptr<const PskResolver>& resolver) {
  ServerConfig::Builder server;
  server.policy(classical_policy()).provider(provider()).clock(std::make_shared<FixedClock>(test_now));
  server.psk_resolver(resolver);
  Pair pair = make_tls_pair(build(psk_client(ours)), build(std::move(server)));
  static_cast<void>(pair.run());
  return pair;
}

TEST(AttackOnPskLookups, AKeyOfTheOtherSideIsNotUsed) {
  const Pair pair = meet_with_resolver(psk_of_till(), std::make_shared<OneKey>(psk_of_till()));
  EXPECT_EQ(code_of(pair.server), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(pair.client.error()->alert(), AlertDescription::internal_error);
}

TEST(AttackOnPskLookups, AKeyThatWasNotNamedOrIsOfOtherNamesIsNone) {
  const SharedPsk another = psk_of_vault("key 2");
  const SharedPsk of_gate = ExternalPsk::between(Side::server, "vault", "gate", psk_key("key 1")).value();
  for (const SharedPsk& key : {another, of_gate}) {
    EXPECT_EQ(code_of(meet_with_resolver(psk_of_till(), std::make_shared<OneKey>(key)).server), ErrorCode::NoCommonPsk);
  }
}

TEST(AttackOnPskLookups, WhoNamesAKeyAndDoesNotKnowItIsRefused) {
  const Bytes guessed(32, 0x13);
  const auto ours = ExternalPsk::between(Side::client, "till", "vault", {as_bytes("key 1"), guessed}).value();
  EXPECT_EQ(code_of(meet_with_resolver(ours, std::make_shared<OneKey>(psk_of_vault())).server), ErrorCode::BadBinder);
}

TEST(AttackOnPskLookups, TheClientDoesNotDecideHowManyThereAre) {
  ClientConfig::Builder builder = client_builder();
  for (int i = 0; i < 16; ++i) {  // imported for each of two hashes, they are 32 identities; and a ticket before them
    builder.add_psk(psk_of_till("key " + std::to_string(i)));
  }
  const auto resolver = std::make_shared<OneKey>(psk_of_vault("key 0"));
  ServerConfig::Builder server;
  server.policy(classical_policy()).provider(provider()).clock(std::make_shared<FixedClock>(test_now));
  server.psk_resolver(resolver);
  Pair pair = make_tls_pair(build(std::move(builder)), build(std::move(server)));
  EXPECT_TRUE(pair.run());
  EXPECT_LE(resolver->offered(), PskResolver::max_offered);
  EXPECT_GE(resolver->offered(), 16U);
}

}  // namespace
}  // namespace keyway
