// Attack 5: compressed certificates that explode, or are not what they say (CVE-2025-66199).

#include <gtest/gtest.h>

#include "testing/refusal.hpp"
#include "tls/wire/certificate.hpp"
#include "tls/wire/compressed_certificate.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum HandshakeType;
using enum AlertDescription;

/// Anything that it is asked for is as large as declared, and how often it is asked is counted.
class Obliging final : public CertificateCompressor {
 public:
  CertificateCompressionAlgorithm algorithm() const noexcept override {
    return CertificateCompressionAlgorithm{0xff77};
  }
  std::optional<Bytes> compress(ByteView) const override { return std::nullopt; }
  bool decompress(ByteView, ByteSpan) const override {
    ++asked;
    return true;
  }
  mutable int asked = 0;
};

Bytes body_of_certificate() {
  const IssuedCertificate& leaf = shared_leaf();
  return body_of(tls::CertificateMessage{{}, {{leaf.chain[0], {}}, {leaf.chain[1], {}}}});
}

Bytes message(CertificateCompressionAlgorithm algorithm, std::size_t declared, ByteView compressed) {
  return message_of(compressed_certificate,
                    body_of(tls::CompressedCertificate{algorithm, static_cast<std::uint32_t>(declared), compressed}));
}

/// What a client says to this CompressedCertificate.
void expect_refusal(const Bytes& said, ErrorCode code, AlertDescription alert,
                    std::shared_ptr<const ClientConfig> config = nullptr) {
  ScriptedServer peer(std::move(config));
  peer.say_until(certificate);
  peer.say(said);
  EXPECT_TRUE(refused(peer, code, alert)) << peer.why();
}

class AttackByCompression : public ::testing::TestWithParam<std::shared_ptr<const CertificateCompressor>> {
 protected:
  [[nodiscard]] CertificateCompressionAlgorithm algorithm() const { return GetParam()->algorithm(); }
  [[nodiscard]] Bytes compressed(ByteView data) const { return GetParam()->compress(data).value_or(Bytes{1}); }
};
INSTANTIATE_TEST_SUITE_P(Each, AttackByCompression, ::testing::ValuesIn(certificate_compressors()),
                         [](const auto& tested) { return to_string(tested.param->algorithm()); });

TEST_P(AttackByCompression, TheRightCertificateIsTaken) {
  ScriptedServer peer;
  peer.say_until(certificate);
  const Bytes body = body_of_certificate();
  peer.say(message(algorithm(), body.size(), compressed(body)));
  EXPECT_FALSE(peer.refusal()) << peer.why();
}

TEST_P(AttackByCompression, ABombIsRefused) {
  const Bytes bomb = compressed(Bytes(8U << 20U, 0));
  expect_refusal(message(algorithm(), body_of_certificate().size(), bomb), ErrorCode::CertificateDecompressionFailed,
                 bad_certificate);
}

TEST_P(AttackByCompression, ABombThatSaysSoIsNotEvenTried) {
  const Bytes bomb = compressed(Bytes(8U << 20U, 0));
  expect_refusal(message(algorithm(), 8U << 20U, bomb), ErrorCode::UncompressedCertificateTooLarge, bad_certificate);
}

TEST_P(AttackByCompression, AnotherLengthThanDeclaredIsRefused) {
  const Bytes body = body_of_certificate();
  for (const std::size_t declared : {std::size_t{0}, std::size_t{1}, body.size() - 1, body.size() + 1}) {
    expect_refusal(message(algorithm(), declared, compressed(body)), ErrorCode::CertificateDecompressionFailed,
                   bad_certificate);
  }
}

TEST_P(AttackByCompression, WhatDecompressesToNoCertificateIsRefused) {
  const Bytes zeros(2000, 0);
  expect_refusal(message(algorithm(), zeros.size(), compressed(zeros)), ErrorCode::TrailingData, decode_error);
}

TEST(AttackByCompressionOf, AnAlgorithmThatWasNotAskedForIsRefused) {
  expect_refusal(message(CertificateCompressionAlgorithm{0x1234}, 100, Bytes(10, 1)),
                 ErrorCode::UnknownCertificateCompression, illegal_parameter);
}

TEST(AttackByCompressionOf, NothingAtAllIsRefused) {
  expect_refusal(message(CertificateCompressionAlgorithm::zlib, 100, {}), ErrorCode::LengthOutOfRange, decode_error);
}

TEST(AttackByCompressionOf, AClientThatAskedForNoneIsUnexpected) {
  auto config = client_builder();
  config.certificate_compression({});
  expect_refusal(message(CertificateCompressionAlgorithm::zlib, 100, Bytes(10, 1)), ErrorCode::UnexpectedMessage,
                 unexpected_message, build(std::move(config)));
}

TEST(AttackByCompressionOf, TheLimitIsLookedAtBeforeTheDecompressor) {
  const auto obliging = std::make_shared<Obliging>();
  auto config = client_builder();
  config.certificate_compression({obliging});

  expect_refusal(message(obliging->algorithm(), 131073, Bytes(10, 1)), ErrorCode::UncompressedCertificateTooLarge,
                 bad_certificate, build(std::move(config)));

  EXPECT_EQ(obliging->asked, 0);
}

TEST(AttackByCompressionOf, AServerRefusesAListThatNamesOneTwiceOrIsEmpty) {
  for (const Bytes& list : {Bytes{4, 0, 1, 0, 1}, Bytes{0}, Bytes{3, 0, 1, 0}, Bytes{2, 0, 1, 0}}) {
    ScriptedClient peer;
    ClientHelloFields hello = ScriptedClient::hello();
    hello.extensions.set(ExtensionType::compress_certificate, list);
    peer.say_hello(hello);
    EXPECT_TRUE(peer.refusal().has_value());
  }
}

}  // namespace
}  // namespace keyway
