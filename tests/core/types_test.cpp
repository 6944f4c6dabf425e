#include <keyway/types.hpp>

#include <gtest/gtest.h>

namespace keyway {
namespace {

TEST(CodePoints, AreNamedAsIanaNamesThem) {
  EXPECT_EQ(to_string(ProtocolVersion::TLS1_3), "TLS 1.3");
  EXPECT_EQ(to_string(ContentType::application_data), "application_data");
  EXPECT_EQ(to_string(HandshakeType::client_hello), "client_hello");
  EXPECT_EQ(to_string(AlertDescription::bad_record_mac), "bad_record_mac");
  EXPECT_EQ(to_string(CipherSuite::TLS_AES_128_GCM_SHA256), "TLS_AES_128_GCM_SHA256");
  EXPECT_EQ(to_string(CompressionMethod::null), "null");
  EXPECT_EQ(to_string(NamedGroup::X25519MLKEM768), "X25519MLKEM768");
  EXPECT_EQ(to_string(SignatureScheme::ecdsa_secp256r1_sha256), "ecdsa_secp256r1_sha256");
  EXPECT_EQ(to_string(ExtensionType::key_share), "key_share");
  EXPECT_EQ(to_string(Side::client), "client");
  EXPECT_EQ(to_string(peer_of(Side::client)), "server");
}

TEST(CodePoints, UnknownOnesAreNamedByTheirNumber) {
  EXPECT_EQ(to_string(CipherSuite{0x1234}), "0x1234");
  EXPECT_EQ(to_string(NamedGroup{0x0001}), "0x0001");
  EXPECT_EQ(to_string(ContentType{0x63}), "0x63");
  EXPECT_EQ(to_string(HandshakeType{0xfa}), "0xfa");
}

/// RFC 8701 2.
TEST(CodePoints, GreaseIsCalledByItsName) {
  EXPECT_EQ(to_string(CipherSuite{0x1a1a}), "GREASE (0x1a1a)");
  EXPECT_EQ(to_string(NamedGroup{0xfafa}), "GREASE (0xfafa)");
  EXPECT_EQ(to_string(ExtensionType{0x0a0a}), "GREASE (0x0a0a)");
  EXPECT_EQ(to_string(SignatureScheme{0xaaaa}), "GREASE (0xaaaa)");
  EXPECT_EQ(to_string(ProtocolVersion{0x7a7a}), "GREASE (0x7a7a)");
  int count = 0;
  for (int value = 0; value < 0x10000; ++value) count += is_grease(static_cast<std::uint16_t>(value)) ? 1 : 0;
  EXPECT_EQ(count, 16);
  EXPECT_FALSE(is_grease(0x0a1a));
}

}  // namespace
}  // namespace keyway
