#include <gtest/gtest.h>

#include "tls/quic/quic_testing.hpp"

namespace keyway {
namespace {

using namespace quic_testing;
using enum EncryptionLevel;

constexpr std::array all_suites{CipherSuite::TLS_AES_128_GCM_SHA256, CipherSuite::TLS_AES_256_GCM_SHA384,
                                CipherSuite::TLS_CHACHA20_POLY1305_SHA256};

ErrorCode refusal_of(QuicOpener& with, ByteSpan packet) {
  const auto opened = open(with, packet);
  return opened ? ErrorCode::InternalError : opened.error().code();
}

template <typename T>
ErrorCode code_of(const Result<T>& result) {
  return result ? ErrorCode::InternalError : result.error().code();
}

TEST(QuicPackets, WhatIsSealedIsOpenedWithEverySuite) {
  for (const CipherSuite suite : all_suites) {
    QuicSealer from = sealer(application, suite);
    QuicOpener to = opener(application, suite);
    for (const std::uint64_t number : {0U, 1U, 7U, 300U, 301U}) {
      Bytes packet = seal(from, number, "text " + std::to_string(number));
      const auto opened = open(to, packet);
      ASSERT_TRUE(opened) << to_string(suite);
      EXPECT_EQ(opened->number, number);
      EXPECT_EQ(as_text(opened->payload), "text " + std::to_string(number));
      EXPECT_EQ(Bytes(opened->header.begin(), opened->header.end()), short_header(number));
      EXPECT_FALSE(opened->keys_updated);
    }
  }
}

TEST(QuicPackets, PartsSealToTheSameAsTheWhole) {
  QuicSealer one = sealer();
  QuicSealer other = sealer();
  Bytes whole = seal(one, 5, "part and part");
  Bytes out(whole.size());
  const std::array parts{as_bytes("part"), as_bytes(" and"), as_bytes(""), as_bytes(" part")};
  ASSERT_TRUE(other.seal(5, short_header(5), parts, out));
  EXPECT_EQ(out, whole);
}

TEST(QuicPackets, EveryBitThatIsAlteredIsNoticed) {
  QuicSealer from = sealer();
  QuicOpener to = opener();
  const Bytes packet = seal(from, 3);
  for (std::size_t at = 0; at < packet.size(); ++at) {
    for (unsigned bit = 0; bit < 8; ++bit) {
      Bytes altered = packet;
      altered[at] ^= static_cast<std::uint8_t>(1U << bit);
      const bool is_form = at == 0 && bit == 7;
      EXPECT_EQ(refusal_of(to, altered), is_form ? ErrorCode::InvalidPacket : ErrorCode::PacketNotAuthentic)
          << at << ", " << bit;
    }
  }
  EXPECT_EQ(to.forgeries(), packet.size() * 8 - 1);
  Bytes again = packet;
  EXPECT_TRUE(open(to, again)) << "and those that are not authentic change nothing";
}

TEST(QuicPackets, EveryCutIsRefused) {
  QuicSealer from = sealer();
  QuicOpener to = opener();
  const Bytes packet = seal(from, 3);
  for (std::size_t size = 0; size < packet.size(); ++size) {
    Bytes cut(packet.begin(), packet.begin() + static_cast<std::ptrdiff_t>(size));
    const bool has_sample = size >= number_offset + 20;
    EXPECT_EQ(refusal_of(to, cut), has_sample ? ErrorCode::PacketNotAuthentic : ErrorCode::InvalidPacket) << size;
  }
  Bytes whole = packet;
  EXPECT_EQ(code_of(to.open(whole, 0)), ErrorCode::InvalidPacket);
  EXPECT_EQ(code_of(to.open(whole, whole.size() + 1)), ErrorCode::InvalidPacket);
}

TEST(QuicPackets, OtherLevelsAndVersionsDoNotOpenThem) {
  QuicSealer from = sealer();
  Bytes packet = seal(from, 3);
  QuicOpener long_headers = opener(handshake);
  EXPECT_EQ(refusal_of(long_headers, packet), ErrorCode::InvalidPacket);
  QuicOpener version2 =
      *QuicOpener::create(testing::provider(), QuicVersion::v2, secret(Direction::received, application));
  EXPECT_EQ(refusal_of(version2, packet), ErrorCode::PacketNotAuthentic);
}

TEST(QuicPackets, ReservedBitsEndTheConnection) {
  QuicSealer from = sealer();
  QuicOpener to = opener();
  Bytes header = short_header(1);
  header[0] |= 0x08;
  Bytes packet(header.size() + 10 + QuicSealer::overhead);
  ASSERT_TRUE(from.seal(1, header, std::array{ByteView(packet).subspan(header.size(), 10)}, packet));
  const auto opened = open(to, packet);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::ReservedBitsSet);
  EXPECT_EQ(quic_transport_error(opened.error()), 0x0aU);
}

// ------------------------------------------------------------------------------------------------ what is not sealed

TEST(QuicPackets, NoNumberIsUsedTwiceOrBackwards) {
  QuicSealer from = sealer();
  static_cast<void>(seal(from, 5));
  Bytes out(100);
  for (const std::uint64_t number : {5U, 4U, 0U}) {
    const auto sealed = from.seal(number, short_header(number), std::array{as_bytes("frames")}, out);
    EXPECT_EQ(code_of(sealed), ErrorCode::InvalidArgument) << number;
  }
  const Bytes last = {0x43, 1, 2, 3, 4, 0, 0, 0, 0};
  EXPECT_EQ(code_of(from.seal(quic_packet_numbers, last, std::array{as_bytes("frames")}, out)),
            ErrorCode::InvalidArgument);
}

TEST(QuicPackets, AHeaderThatDoesNotFitIsRefused) {
  QuicSealer from = sealer();
  Bytes out(100);
  const auto try_header = [&](const Bytes& header) {
    return code_of(from.seal(0x0102, header, std::array{as_bytes("frames")}, out));
  };
  EXPECT_EQ(try_header({}), ErrorCode::InvalidArgument);
  EXPECT_EQ(try_header({0x41, 0x02}), ErrorCode::InvalidArgument) << "shorter than its packet number";
  EXPECT_EQ(try_header({0x41, 9, 0x01, 0x03}), ErrorCode::InvalidArgument) << "another packet number";
  EXPECT_EQ(try_header({0xc1, 9, 0x01, 0x02}), ErrorCode::InvalidArgument) << "a long header";
  EXPECT_EQ(try_header({0x41, 9, 0x01, 0x02}), ErrorCode::InternalError) << "nothing wrong";
}

TEST(QuicPackets, APayloadTooShortForASampleIsRefused) {
  QuicSealer from = sealer();
  Bytes out(100);
  EXPECT_EQ(code_of(from.seal(1, short_header(1), std::array{as_bytes("x")}, out)), ErrorCode::InvalidArgument);
  EXPECT_TRUE(from.seal(1, short_header(1), std::array{as_bytes("xy")}, out));
}

TEST(QuicPackets, AnOutputTooSmallIsRefused) {
  QuicSealer from = sealer();
  const Bytes header = short_header(1);
  for (std::size_t size = 0; size < header.size() + 6 + QuicSealer::overhead; ++size) {
    Bytes out(size);
    EXPECT_EQ(code_of(from.seal(1, header, std::array{as_bytes("frames")}, out)), ErrorCode::OutputTooSmall);
  }
}

TEST(QuicPackets, SecretsOfTheWrongKindAreRefused) {
  using testing::provider;
  EXPECT_EQ(code_of(QuicSealer::create(provider(), QuicVersion::v1, secret(Direction::received))),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(QuicOpener::create(provider(), QuicVersion::v1, secret(Direction::sent))),
            ErrorCode::InvalidArgument);
  EXPECT_EQ(code_of(QuicSealer::create(nullptr, QuicVersion::v1, secret(Direction::sent))), ErrorCode::InvalidArgument);
  QuicSecret short_secret{application, Direction::sent, CipherSuite::TLS_AES_256_GCM_SHA384,
                          SecretBuffer<64>(Bytes(32, 1))};
  EXPECT_EQ(code_of(QuicSealer::create(provider(), QuicVersion::v1, std::move(short_secret))),
            ErrorCode::InvalidArgument);
  QuicSecret tls12{application, Direction::sent, CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                   SecretBuffer<64>(Bytes(32, 1))};
  EXPECT_EQ(code_of(QuicSealer::create(provider(), QuicVersion::v1, std::move(tls12))),
            ErrorCode::UnsupportedAlgorithm);
  EXPECT_EQ(code_of(quic_initial_secrets(*provider(), QuicVersion::v1, Side::client, Bytes(21))),
            ErrorCode::InvalidArgument);
}

// ------------------------------------------------------------------------------------------------ bounds

TEST(QuicPackets, KeysThatHaveSealedTheirShareSealNoMore) {
  QuicSealer from = sealer();
  using Access = QuicPacketsTestAccess;
  EXPECT_EQ(Access::hard_limit(from), std::uint64_t{1} << 23U);
  Access::set_sealed(from, Access::soft_limit(from) - 1);
  EXPECT_FALSE(from.needs_update());
  static_cast<void>(seal(from, 1));
  EXPECT_TRUE(from.needs_update());
  Access::set_sealed(from, Access::hard_limit(from) - 1);
  static_cast<void>(seal(from, 2));
  Bytes out(100);
  const auto sealed = from.seal(3, short_header(3), std::array{as_bytes("frames")}, out);
  ASSERT_EQ(code_of(sealed), ErrorCode::AeadLimitReached);
  EXPECT_EQ(quic_transport_error(sealed.error()), 0x0fU);

  from.acknowledged(2);
  ASSERT_TRUE(from.update());
  EXPECT_FALSE(from.needs_update());
  static_cast<void>(seal(from, 3));
}

TEST(QuicPackets, AfterTooManyForgeriesNothingIsOpened) {
  for (const CipherSuite suite : all_suites) {
    QuicSealer from = sealer(application, suite);
    QuicOpener to = opener(application, suite);
    using Access = QuicPacketsTestAccess;
    const bool is_chacha = suite == CipherSuite::TLS_CHACHA20_POLY1305_SHA256;
    EXPECT_EQ(Access::max_forgeries(to), std::uint64_t{1} << (is_chacha ? 34U : 50U));
    Access::set_forgeries(to, Access::max_forgeries(to) - 1);
    Bytes forged = seal(from, 1);
    forged.back() ^= 1U;
    Bytes good = seal(from, 2);
    Bytes late = seal(from, 3);
    EXPECT_TRUE(open(to, good));
    EXPECT_EQ(refusal_of(to, forged), ErrorCode::PacketNotAuthentic);
    EXPECT_EQ(refusal_of(to, late), ErrorCode::AeadLimitReached);
  }
}

// ------------------------------------------------------------------------------------------------ key updates

/// Updates without waiting for anything.
void force_update(QuicSealer& from, std::uint64_t last) {
  from.acknowledged(last);
  ASSERT_TRUE(from.update());
}

TEST(QuicKeyUpdate, IsFollowedByTheOtherSide) {
  for (const CipherSuite suite : all_suites) {
    QuicSealer client_out = sealer(application, suite);
    QuicOpener server_in = opener(application, suite);
    QuicSealer server_out = sealer(application, suite);
    for (std::uint64_t generation = 1; generation <= 3; ++generation) {
      const std::uint64_t number = 10 * generation;
      Bytes before = seal(client_out, number);
      ASSERT_TRUE(open(server_in, before));
      force_update(client_out, number);
      Bytes after = seal(client_out, number + 1);
      const auto opened = open(server_in, after);
      ASSERT_TRUE(opened) << to_string(suite);
      EXPECT_TRUE(opened->keys_updated);
      EXPECT_EQ(opened->header[0] & 0x04, generation % 2 != 0 ? 0x04 : 0) << "the key phase";
      EXPECT_EQ(server_in.generation(), generation);
      EXPECT_EQ(*server_out.follow(server_in), true);
      EXPECT_EQ(*server_out.follow(server_in), false) << "once is enough";
      EXPECT_EQ(server_out.generation(), generation);
      Bytes next = seal(client_out, number + 2);
      EXPECT_FALSE(open(server_in, next)->keys_updated);
      server_in.acknowledged(number + 2);
    }
  }
}

TEST(QuicKeyUpdate, PacketsOfThePreviousKeysStillComeForAWhile) {
  QuicSealer from = sealer();
  QuicOpener to = opener();
  Bytes first = seal(from, 1);
  Bytes late = seal(from, 2);
  Bytes too_late = seal(from, 3);
  ASSERT_TRUE(open(to, first));
  force_update(from, 1);
  Bytes reordered = seal(from, 4);
  Bytes after = seal(from, 5);
  ASSERT_TRUE(open(to, after)->keys_updated);
  EXPECT_FALSE(open(to, late)->keys_updated);
  const auto opened = open(to, reordered);
  ASSERT_TRUE(opened) << "of the new keys, though its number is below the one that brought them";
  EXPECT_FALSE(opened->keys_updated);
  to.forget_previous_keys();
  EXPECT_EQ(refusal_of(to, too_late), ErrorCode::PacketNotAuthentic);
  EXPECT_EQ(to.generation(), 1U);
}

TEST(QuicKeyUpdate, AnotherPhaseAloneUpdatesNothing) {
  QuicOpener to = opener();
  // Somebody without the keys flips the bit: the mask is unknown to nobody who sees the packet.
  QuicSealer from = sealer();
  Bytes packet = seal(from, 1);
  packet[0] ^= 0x04;
  EXPECT_EQ(refusal_of(to, packet), ErrorCode::PacketNotAuthentic);
  EXPECT_EQ(to.generation(), 0U);
  Bytes good = seal(from, 2);
  EXPECT_TRUE(open(to, good));
}

TEST(QuicKeyUpdate, OlderKeysAfterNewerOnesEndTheConnection) {
  QuicSealer old_keys = sealer();
  QuicSealer new_keys = sealer();
  QuicOpener to = opener();
  static_cast<void>(seal(new_keys, 1));
  force_update(new_keys, 1);
  Bytes old_packet = seal(old_keys, 9);
  ASSERT_TRUE(open(to, old_packet));
  Bytes new_packet = seal(new_keys, 4);
  const auto opened = open(to, new_packet);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code(), ErrorCode::KeysNotUpdated);
  EXPECT_EQ(quic_transport_error(opened.error()), 0x0eU);
}

TEST(QuicKeyUpdate, OfThePeerIsTakenOnceTheLastIsAcknowledged) {
  QuicSealer from = sealer();
  QuicOpener to = opener();
  for (std::uint64_t number = 1; number < 6; ++number) {
    Bytes packet = seal(from, number);
    const auto opened = open(to, packet);
    ASSERT_TRUE(opened) << number;
    EXPECT_EQ(opened->keys_updated, number > 1);
    to.acknowledged(number);
    force_update(from, number);
  }
  EXPECT_EQ(to.generation(), 4U);
}

TEST(QuicKeyUpdate, WaitsForAnAcknowledgementOfThePresentKeys) {
  QuicSealer from = sealer();
  EXPECT_EQ(code_of(from.update()), ErrorCode::NotReady);
  static_cast<void>(seal(from, 1));
  from.acknowledged(2);
  EXPECT_EQ(code_of(from.update()), ErrorCode::NotReady) << "that packet was never sent";
  from.acknowledged(1);
  EXPECT_TRUE(from.update());
  EXPECT_EQ(code_of(from.update()), ErrorCode::NotReady);
  from.acknowledged(1);
  EXPECT_EQ(code_of(from.update()), ErrorCode::NotReady) << "that packet is of the keys before";
  static_cast<void>(seal(from, 2));
  from.acknowledged(2);
  EXPECT_TRUE(from.update());
}

TEST(QuicKeyUpdate, IsForOneLevelAlone) {
  QuicSealer from = sealer(handshake);
  Bytes out(100);
  const Bytes header{0xe1, 0, 0, 0, 1, 0, 0, 0x40, 0x18, 0, 1};
  ASSERT_TRUE(from.seal(1, header, std::array{as_bytes("frames")}, out));
  from.acknowledged(1);
  EXPECT_EQ(code_of(from.update()), ErrorCode::NotReady);
}

// ------------------------------------------------------------------------------------------------ errors

TEST(QuicErrors, TellWhatBecomesOfTheConnection) {
  EXPECT_FALSE(quic_transport_error(fail(ErrorCode::InvalidPacket)));
  EXPECT_FALSE(quic_transport_error(fail(ErrorCode::PacketNotAuthentic)));
  EXPECT_EQ(quic_transport_error(fail(ErrorCode::NoCommonAlpn)), 0x0100U + 120U);
  EXPECT_EQ(quic_transport_error(fail(ErrorCode::OutputTooSmall)), 0x01U);
}

}  // namespace
}  // namespace keyway
