#include "explain/hello_steps.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "core/writer.hpp"
#include "explain/json_story.hpp"
#include "explain/terminal.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway::explain {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

/// The bytes of an extension: type, length, body.
void put_extension(Bytes& out, std::uint16_t type, const Bytes& body) {
  Writer writer(out);
  writer.u16(type);
  writer.vector16(body);
}

/// A browser's kind of ClientHello: GREASE everywhere, an extension that nobody knows.
Bytes browser_hello() {
  Bytes extensions;
  put_extension(extensions, 0x1a1a, {});
  put_extension(extensions, 0, {0, 17, 0, 0, 14, 's', 'h', 'o', 'p', '.', 'l', 'o', 'c', 'a', 'l', 'h', 'o', 's', 't'});
  put_extension(extensions, 43, {6, 0x2a, 0x2a, 0x03, 0x04, 0x03, 0x03});
  put_extension(extensions, 10, {0, 6, 0x3a, 0x3a, 0x11, 0xec, 0x00, 0x1d});
  put_extension(extensions, 13, {0, 4, 0x04, 0x03, 0x08, 0x04});
  put_extension(extensions, 51, {0, 6, 0x00, 0x1d, 0, 2, 1, 2});
  put_extension(extensions, 16, {0, 12, 2, 'h', '2', 8, 'h', 't', 't', 'p', '/', '1', '.', '1'});
  put_extension(extensions, 0x7777, {1, 2, 3});

  const Bytes suites = {0x0a, 0x0a, 0x13, 0x01, 0x13, 0x02, 0x99, 0x99};
  const Bytes compression = {0};
  tls::ClientHello hello;
  hello.cipher_suites = tls::WireList<CipherSuite>(suites);
  hello.legacy_compression_methods = tls::WireList<CompressionMethod>(compression);
  hello.extensions = tls::ExtensionBlock::of_own(extensions);
  Bytes body;
  Writer out(body);
  hello.write(out);
  return body;
}

Bytes server_hello(CipherSuite suite) {
  Bytes extensions;
  put_extension(extensions, 43, {0x03, 0x04});
  put_extension(extensions, 51, {0x00, 0x1d, 0, 2, 1, 2});
  tls::ServerHello hello;
  hello.cipher_suite = suite;
  hello.extensions = tls::ExtensionBlock::of_own(extensions);
  Bytes body;
  Writer out(body);
  hello.write(out);
  return body;
}

TEST(TellClientHello, NamesEverythingThatIsOffered) {
  const std::string text = render(tell_client_hello(browser_hello(), false).step, {.width = 1000});

  for (const char* fact : {"shop.localhost", "TLS 1.3, TLS 1.2", "TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384",
                           "X25519MLKEM768, x25519", "x25519 (2 bytes)", "ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256",
                           "h2, http/1.1", "null", "CRIME"}) {
    EXPECT_THAT(text, HasSubstr(fact));
  }
}

TEST(TellClientHello, NamesGreaseAndUnknownValuesAsSuch) {
  const std::string text = render(tell_client_hello(browser_hello(), false).step, {.width = 1000});

  EXPECT_THAT(text, HasSubstr("GREASE (0x0a0a)"));
  EXPECT_THAT(text, HasSubstr("GREASE (0x1a1a) (0 bytes)"));
  EXPECT_THAT(text, HasSubstr("0x9999"));
  EXPECT_THAT(text, HasSubstr("unknown 0x7777 (3 bytes)"));
}

TEST(TellClientHello, KeepsGreaseOutOfWhatIsToBeChosenFrom) {
  const Offer offer = tell_client_hello(browser_hello(), false).offer;

  EXPECT_THAT(offer.versions, ElementsAre(ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2));
  EXPECT_THAT(offer.groups, ElementsAre(NamedGroup::X25519MLKEM768, NamedGroup::x25519));
  EXPECT_THAT(offer.alpn, ElementsAre("h2", "http/1.1"));
}

TEST(TellClientHello, GivesProgramsTheNumbersToo) {
  const Json data = tell_client_hello(browser_hello(), false).step.data;

  EXPECT_EQ(data.at("server_name"), "shop.localhost");
  EXPECT_EQ(data.at("cipher_suites").at(1).at("code"), 0x1301);
  EXPECT_EQ(data.at("compression_methods").at(0).at("name"), "null");
  EXPECT_EQ(data.at("extensions").size(), 8U);
}

TEST(TellClientHello, SaysWhatCanNotBeRead) {
  Bytes hello = browser_hello();
  hello.resize(50);

  const Step step = tell_client_hello(hello, false).step;

  EXPECT_EQ(step.tone, Tone::bad);
  EXPECT_EQ(step.data.at("error").at("code"), "Truncated");
}

TEST(TellClientHello, EscapesAHostileServerName) {
  Bytes hello = browser_hello();
  const auto at = std::ranges::find(hello, std::uint8_t{'h'});
  ASSERT_NE(at, hello.end());
  *at = 0x1b;

  const Step step = tell_client_hello(hello, false).step;

  EXPECT_THAT(render(step, {}), Not(HasSubstr("\x1b")));
  EXPECT_THAT(json_text(step.data), Not(HasSubstr("\x1b")));
}

TEST(TellClientHello, TellsWhyCompressionThatIsOfferedIsNotUsed) {
  const Bytes suites = {0xc0, 0x2b};
  const Bytes compression = {1, 0};
  tls::ClientHello hello;
  hello.cipher_suites = tls::WireList<CipherSuite>(suites);
  hello.legacy_compression_methods = tls::WireList<CompressionMethod>(compression);
  Bytes body;
  Writer out(body);
  hello.write(out);

  const std::string text = render(tell_client_hello(body, false).step, {.width = 1000});

  EXPECT_THAT(text, HasSubstr("DEFLATE, null"));
  EXPECT_THAT(text, HasSubstr("null alone is ever chosen here"));
  EXPECT_THAT(text, HasSubstr("CRIME"));
}

TEST(TellServerHello, TellsWhatWasChosenOutOfWhat) {
  const Offer offer = tell_client_hello(browser_hello(), false).offer;

  ProtocolVersion version{};
  const Step step = tell_server_hello(server_hello(CipherSuite::TLS_AES_256_GCM_SHA384), offer, version);
  const std::string text = render(step, {.width = 1000});

  EXPECT_EQ(version, ProtocolVersion::TLS1_3);
  EXPECT_EQ(step.kind, "server_hello");
  EXPECT_THAT(text, HasSubstr("TLS 1.3, out of TLS 1.3, TLS 1.2"));
  EXPECT_THAT(text, HasSubstr("TLS_AES_256_GCM_SHA384, out of TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, 0x9999"));
  EXPECT_THAT(text, HasSubstr("null, the only one offered"));
  EXPECT_THAT(text, HasSubstr("2 bytes for x25519, out of X25519MLKEM768, x25519"));
}

TEST(TellServerHello, TellsAHelloRetryRequestAsSuch) {
  Bytes extensions;
  put_extension(extensions, 43, {0x03, 0x04});
  put_extension(extensions, 51, {0x00, 0x18});
  tls::ServerHello hello;
  hello.random = tls::hello_retry_request_random;
  hello.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  hello.extensions = tls::ExtensionBlock::of_own(extensions);
  Bytes body;
  Writer out(body);
  hello.write(out);

  ProtocolVersion version{};
  const Step step = tell_server_hello(body, {}, version);

  EXPECT_EQ(step.kind, "hello_retry_request");
  EXPECT_EQ(step.data.at("group"), "secp384r1");
}

}  // namespace
}  // namespace keyway::explain
