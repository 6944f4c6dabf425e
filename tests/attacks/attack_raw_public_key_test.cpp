// Attack 39: raw public keys without a match (CVE-2024-12797), and keys or chains of a type that was not agreed on.

#include <gtest/gtest.h>

#include "testing/raw_key.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using crypto::KeyType;

class AttackByRawKey : public ::testing::TestWithParam<ProtocolVersion> {};
INSTANTIATE_TEST_SUITE_P(Versions, AttackByRawKey, ::testing::Values(ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2),
                         [](const auto& of) { return of.param == ProtocolVersion::TLS1_3 ? "Tls13" : "Tls12"; });

TEST_P(AttackByRawKey, AServersThatIsNotPinnedIsRefused) {
  Pair pair =
      make_tls_pair(build(pinning_client(GetParam(), name_of(raw_key(KeyType::ed25519)))), build(raw_key_server()));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.client), ErrorCode::RawPublicKeyUnknown);
  EXPECT_EQ(pair.client.error()->alert(), AlertDescription::certificate_unknown);
}

TEST_P(AttackByRawKey, AnOptionalClientsThatIsNotPinnedIsRefusedToo) {
  for (const bool is_required : {false, true}) {
    ClientConfig::Builder client = pinning_client(GetParam(), name_of(raw_key()));
    client.add_credential(raw_key(KeyType::rsa));
    ServerConfig::Builder server = raw_key_server();
    if (is_required) server.require_client_certificate(nullptr);
    if (!is_required) server.ask_for_client_certificate(nullptr);
    server.pin_client_key(name_of(raw_key(KeyType::ed25519)));
    Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));
    EXPECT_FALSE(pair.run());
    EXPECT_EQ(code_of(pair.server), ErrorCode::RawPublicKeyUnknown) << is_required;
  }
}

TEST_P(AttackByRawKey, OneOfTheRightBytesWithoutItsPrivateKeyIsRefused) {
  // The pinned key is shown, and another signs: what the CVE's servers let pass.
  const auto shown = raw_key(KeyType::p256);
  class OtherKey final : public crypto::PrivateKey {
   public:
    explicit OtherKey(std::shared_ptr<const Credential> of) : of_(std::move(of)) {}
    crypto::KeyType type() const noexcept override { return of_->key()->type(); }
    std::size_t bits() const noexcept override { return of_->key()->bits(); }
    ByteView subject_public_key_info() const noexcept override { return of_->key()->subject_public_key_info(); }
    Result<void> sign(crypto::SignatureAlgorithm algorithm, ByteView, Bytes& out) const override {
      return of_->key()->sign(algorithm, as_bytes("something else"), out);
    }
    Result<Bytes> to_pkcs8() const override { return of_->key()->to_pkcs8(); }

   private:
    std::shared_ptr<const Credential> of_;
  };
  const auto liar = Credential::raw_public_key(std::make_shared<OtherKey>(shown), *provider()).value();
  ServerConfig::Builder server;
  server.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).add_credential(liar);
  Pair pair = make_tls_pair(build(pinning_client(GetParam(), name_of(shown))), build(std::move(server)));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.client), ErrorCode::BadHandshakeSignature);
}

TEST_P(AttackByRawKey, AChainIsNotTakenInAKeysPlace) {
  ServerConfig::Builder server = server_builder();
  server.policy(Policy::compatible_2026());
  Pair pair = make_tls_pair(build(pinning_client(GetParam(), name_of(raw_key()))), build(std::move(server)));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.server), ErrorCode::NoMatchingCertificateType);
}

TEST_P(AttackByRawKey, AKeyIsNotTakenInAChainsPlace) {
  ClientConfig::Builder client = client_builder();
  client.policy(Policy::compatible_2026().narrowed_to({GetParam()}));
  Pair pair = make_tls_pair(build(std::move(client)), build(raw_key_server()));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.server), ErrorCode::NoMatchingCertificateType);
}

}  // namespace
}  // namespace keyway
