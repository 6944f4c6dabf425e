#include "tls/session/idle_connection.hpp"

#include <gtest/gtest.h>

namespace keyway::tls {
namespace {

IdleConnection idle_tls13() {
  IdleConnection idle;
  idle.side = Side::server;
  idle.info.version = ProtocolVersion::TLS1_3;
  idle.info.cipher_suite = CipherSuite::TLS_AES_256_GCM_SHA384;
  idle.info.alpn = "h2";
  idle.info.server_name = "shop.localhost";
  idle.info.max_fragment_length = MaxFragmentLength::bytes_1024;
  idle.info.certificate_compression = CertificateCompressionAlgorithm::zlib;
  const Bytes secret(48, 0x11);
  idle.traffic.emplace<IdleTls13>(IdleDirectionTls13{HashSecret(ByteView(secret)), 3},
                                  IdleDirectionTls13{HashSecret(ByteView(secret)), 4}, HashSecret(ByteView(secret)),
                                  HelloRandom{1, 2, 3}, Bytes(100, 5), std::vector<Bytes>{Bytes(16, 6), Bytes(1, 7)});
  idle.reading_sequence = 7;
  idle.writing_sequence = 0x1'0000'0000;
  idle.max_sent = idle.max_taken = 1024;
  idle.psk_digest.emplace().fill(9);
  idle.ech_public_name = "public.localhost";
  idle.peer_chain = {Bytes(100, 0x30), Bytes(3, 0x31)};
  idle.peer_proofs.ocsp_responses = {Bytes(), Bytes(5, 1)};
  idle.verdict = KeptVerdict{{{x509::Origin::peer, 0}, {x509::Origin::anchor, 7}},
                             {{x509::CheckKind::name, x509::CheckOutcome::passed}}};
  idle.policies = {Bytes(3, '1')};
  return idle;
}

IdleConnection idle_tls12() {
  IdleConnection idle;
  idle.side = Side::client;
  idle.info.version = ProtocolVersion::TLS1_2;
  idle.info.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
  const Bytes secret(48, 0x22);
  idle.traffic.emplace<IdleTls12>(SecretBuffer<master_secret_size>(ByteView(secret)), HelloRandoms{},
                                  VerifyDataTls12{1}, true);
  idle.max_sent = idle.max_taken = 16384;
  return idle;
}

Bytes written(const IdleConnection& idle) {
  Bytes bytes;
  Writer out(bytes);
  idle.write(out);
  EXPECT_TRUE(out.ok());
  return bytes;
}

TEST(IdleConnection, IsWrittenAsItWasRead) {
  for (const Bytes& bytes : {written(idle_tls13()), written(idle_tls12())}) {
    auto parsed = IdleConnection::parse(bytes);
    ASSERT_TRUE(parsed) << parsed.error().message();
    EXPECT_EQ(written(*parsed), bytes);
  }
}

TEST(IdleConnection, IsRefusedWhereItIsCutOrLonger) {
  for (const Bytes& bytes : {written(idle_tls13()), written(idle_tls12())}) {
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      EXPECT_FALSE(IdleConnection::parse(ByteView(bytes).first(size))) << size;
    }
    Bytes longer = bytes;
    longer.push_back(0);
    EXPECT_FALSE(IdleConnection::parse(longer));
  }
}

TEST(IdleConnection, HasSecretsOfItsSuitesSize) {
  IdleConnection idle = idle_tls13();
  idle.info.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  EXPECT_FALSE(IdleConnection::parse(written(idle)));
  idle.info.cipher_suite = CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256;
  EXPECT_FALSE(IdleConnection::parse(written(idle)));
}

TEST(IdleConnection, HasNoMoreContextsThanRequestsAreAnswered) {
  IdleConnection idle = idle_tls13();
  std::get<IdleTls13>(idle.traffic).late_contexts.assign(8, Bytes(16, 6));
  EXPECT_TRUE(IdleConnection::parse(written(idle)));
  std::get<IdleTls13>(idle.traffic).late_contexts.assign(9, Bytes(16, 6));
  EXPECT_FALSE(IdleConnection::parse(written(idle)));
  std::get<IdleTls13>(idle.traffic).late_contexts = {Bytes()};
  EXPECT_FALSE(IdleConnection::parse(written(idle)));
}

TEST(IdleConnection, HasLimitsThatRecordsCanHave) {
  for (const std::uint16_t limit : {std::uint16_t{0}, std::uint16_t{16385}}) {
    IdleConnection idle = idle_tls13();
    idle.max_sent = limit;
    EXPECT_FALSE(IdleConnection::parse(written(idle))) << limit;
  }
}

}  // namespace
}  // namespace keyway::tls
