#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <string>
#include <utility>

#include <keyway/quic_packets.hpp>

#include "testing/make_certificate.hpp"
#include "testing/vectors.hpp"

namespace keyway {

/// Steers what takes long to come.
struct QuicPacketsTestAccess {
  static void set_sealed(QuicSealer& sealer, std::uint64_t count) { sealer.sealed_ = count; }
  static std::uint64_t soft_limit(const QuicSealer& sealer) { return sealer.soft_limit_; }
  static std::uint64_t hard_limit(const QuicSealer& sealer) { return sealer.hard_limit_; }
  static void set_forgeries(QuicOpener& opener, std::uint64_t count) { opener.forgeries_ = count; }
  static std::uint64_t max_forgeries(const QuicOpener& opener) { return opener.max_forgeries_; }
};

namespace quic_testing {

inline QuicSecret secret(Direction direction, EncryptionLevel level = EncryptionLevel::application,
                         CipherSuite suite = CipherSuite::TLS_AES_128_GCM_SHA256) {
  const std::size_t size = suite == CipherSuite::TLS_AES_256_GCM_SHA384 ? 48 : 32;
  return {level, direction, suite, SecretBuffer<64>(Bytes(size, 0x5a))};
}
inline QuicSealer sealer(EncryptionLevel level = EncryptionLevel::application,
                         CipherSuite suite = CipherSuite::TLS_AES_128_GCM_SHA256) {
  return *QuicSealer::create(testing::provider(), QuicVersion::v1, secret(Direction::sent, level, suite));
}
inline QuicOpener opener(EncryptionLevel level = EncryptionLevel::application,
                         CipherSuite suite = CipherSuite::TLS_AES_128_GCM_SHA256) {
  return *QuicOpener::create(testing::provider(), QuicVersion::v1, secret(Direction::received, level, suite));
}

/// The connection ID of all short headers here.
inline constexpr std::size_t id_size = 4;
inline constexpr std::size_t number_offset = 1 + id_size;

/// A short header whose packet number has two bytes.
inline Bytes short_header(std::uint64_t number) {
  return {0x41, 1, 2, 3, 4, static_cast<std::uint8_t>(number >> 8U), static_cast<std::uint8_t>(number)};
}

inline Bytes seal(QuicSealer& with, std::uint64_t number, std::string_view text = "some frames") {
  const Bytes header = short_header(number);
  Bytes out(header.size() + text.size() + QuicSealer::overhead);
  const std::array payload{as_bytes(text)};
  const auto size = with.seal(number, header, payload, out);
  EXPECT_TRUE(size) << size.error().message();
  return out;
}

inline Result<OpenedQuicPacket> open(QuicOpener& with, ByteSpan packet) {
  return with.open(packet, number_offset);
}

}  // namespace quic_testing
}  // namespace keyway
