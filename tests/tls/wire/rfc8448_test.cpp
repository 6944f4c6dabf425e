// The messages of RFC 8448 3 ("Simple 1-RTT Handshake"), byte for byte.

#include <gtest/gtest.h>

#include "tls/wire/expect_error.hpp"
#include "tls/wire/extension_rules.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/sample_messages.hpp"

namespace keyway::tls::testing {
namespace {

constexpr std::string_view client_hello =
    "010000c00303cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7000006130113031302"
    "010000910000000b0009000006736572766572ff01000100000a00140012001d00170018001901000101010201030104"
    "00230000003300260024001d002099381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c002b"
    "0003020304000d0020001e040305030603020308040805080604010501060102010402050206020202002d0002010100"
    "1c00024001";

constexpr std::string_view server_hello =
    "020000560303a6af06a4121860dc5e6e60249cd34c95930c8ac5cb1434dac155772ed3e2692800130100002e00330024"
    "001d0020c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f002b00020304";

constexpr std::string_view encrypted_extensions =
    "080000240022000a00140012001d00170018001901000101010201030104001c0002400100000000";

Bytes body_of(std::string_view message) {
  return hex(message.substr(2 * handshake_header_size));
}

template <typename M>
Bytes handshake(const M& message) {
  Bytes written;
  Writer out(written);
  write_handshake(out, message);
  return written;
}

TEST(Rfc8448Messages, ClientHelloIsReadFieldByField) {
  const Bytes body = body_of(client_hello);

  const auto hello = ClientHello::parse(body);

  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->legacy_version, ProtocolVersion::TLS1_2);
  EXPECT_EQ(Bytes(hello->random.begin(), hello->random.end()),
            hex("cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7"));
  EXPECT_TRUE(hello->legacy_session_id.empty());
  EXPECT_EQ(hello->cipher_suites.size(), 3U);
  EXPECT_EQ(*hello->cipher_suites.begin(), CipherSuite::TLS_AES_128_GCM_SHA256);
  EXPECT_EQ(hello->legacy_compression_methods.size(), 1U);

  const auto extensions = ClientHelloExtensions::parse(hello->extensions);
  ASSERT_TRUE(extensions.has_value());
  EXPECT_EQ(as_text(extensions->server_name->host_name), "server");
  EXPECT_TRUE(extensions->supported_versions->versions.contains(ProtocolVersion::TLS1_3));
  EXPECT_EQ(extensions->supported_groups->named_group_list.size(), 9U);
  EXPECT_EQ(extensions->signature_algorithms->supported_signature_algorithms.size(), 15U);
  EXPECT_FALSE(extensions->signature_algorithms_cert.has_value());
  EXPECT_FALSE(extensions->alpn.has_value());
  EXPECT_FALSE(extensions->cookie.has_value());
  std::vector<NamedGroup> groups;
  extensions->key_share->for_each([&](const KeyShareEntry& entry) {
    groups.push_back(entry.group);
    EXPECT_EQ(entry.key_exchange.size(), 32U);
  });
  EXPECT_EQ(groups, std::vector{NamedGroup::x25519});
}

TEST(Rfc8448Messages, ClientHelloIsWrittenByteForByte) {
  // Arrange: every extension encoded by its own codec, those that Keyway does not read by hand.
  const auto list = [](std::string_view text) { return hex(text); };
  const Bytes suites = list("130113031302");
  const Bytes groups = list("001d00170018001901000101010201030104");
  const Bytes schemes = list("040305030603020308040805080604010501060102010402050206020202");
  const Bytes versions = list("0304");
  const Bytes methods = list("00");
  const Bytes public_key = hex("99381de560e4bd43d23d8e435a7dbafeb3c06e51c13cae4d5413691e529aaf2c");
  const Bytes shares = encode(KeyShareEntry{NamedGroup::x25519, public_key});
  Bytes contents;
  Writer out(contents);
  write_extension(out, ServerNameExtension{as_bytes("server")});
  out.bytes(hex("ff01000100"));
  write_extension(out, SupportedGroupsExtension{WireList<NamedGroup>(groups)});
  out.bytes(hex("00230000"));
  write_extension(out, KeyShareClientHello{shares});
  write_extension(out, SupportedVersionsExtension{WireList<ProtocolVersion>(versions)});
  write_extension(out, SignatureAlgorithmsExtension{WireList<SignatureScheme>(schemes)});
  out.bytes(hex("002d00020101"));
  out.bytes(hex("001c00024001"));
  ClientHello hello;
  std::ranges::copy(hex("cb34ecb1e78163ba1c38c6dacb196a6dffa21a8d9912ec18a2ef6283024dece7"), hello.random.begin());
  hello.cipher_suites = WireList<CipherSuite>(suites);
  hello.legacy_compression_methods = WireList<CompressionMethod>(methods);
  hello.extensions = ExtensionBlock::of_own(contents);

  EXPECT_EQ(handshake(hello), hex(client_hello));
}

TEST(Rfc8448Messages, ServerHelloIsReadAndWrittenByteForByte) {
  const Bytes body = body_of(server_hello);

  const auto hello = ServerHello::parse(body);

  ASSERT_TRUE(hello.has_value());
  EXPECT_EQ(hello->cipher_suite, CipherSuite::TLS_AES_128_GCM_SHA256);
  EXPECT_EQ(hello->legacy_compression_method, CompressionMethod::null);
  EXPECT_FALSE(hello->is_hello_retry_request());
  EXPECT_EQ(downgrade_sentinel(hello->random), DowngradeSentinel::none);
  EXPECT_EQ(selected_version(*hello).value(), ProtocolVersion::TLS1_3);
  const auto share = KeyShareServerHello::parse(hello->extensions.find(ExtensionType::key_share).value());
  ASSERT_TRUE(share.has_value());
  EXPECT_EQ(share->server_share.group, NamedGroup::x25519);
  EXPECT_EQ(Bytes(share->server_share.key_exchange.begin(), share->server_share.key_exchange.end()),
            hex("c9828876112095fe66762bdbf7c672e156d6cc253b833df1dd69b1b04e751f0f"));
  EXPECT_EQ(handshake(*hello), hex(server_hello));
}

TEST(Rfc8448Messages, AnswersFollowTheRulesOfExtensions) {
  const Bytes client_body = body_of(client_hello);
  const Bytes server_body = body_of(server_hello);
  const Bytes encrypted_body = body_of(encrypted_extensions);
  const ExtensionBlock offered = ClientHello::parse(client_body)->extensions;
  const ExtensionSet asked = ExtensionSet::of(offered);

  const ExtensionBlock in_hello = ServerHello::parse(server_body)->extensions;
  const auto message = EncryptedExtensions::parse(encrypted_body);

  ASSERT_TRUE(message.has_value());
  EXPECT_EQ(handshake(*message), hex(encrypted_extensions));
  EXPECT_TRUE(check_extensions(offered, ExtensionHome::client_hello, {}, "ClientHello").has_value());
  EXPECT_TRUE(check_extensions(in_hello, ExtensionHome::server_hello, asked, "ServerHello").has_value());
  EXPECT_TRUE(check_extensions(message->extensions, ExtensionHome::encrypted_extensions, asked, "EncryptedExtensions")
                  .has_value());
}

}  // namespace
}  // namespace keyway::tls::testing
