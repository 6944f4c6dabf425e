// Sending: gathered input, outputs of every size, padding, limits that bring key updates, closing, what comes after an
// error.

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

#include "core/text.hpp"
#include "testing/pair.hpp"
#include "testing/scripted_peer.hpp"
#include "testing/wire_tap.hpp"
#include "tls/wire/record.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

Bytes pattern_of(std::size_t size, std::size_t from = 0) {
  Bytes data(size);
  for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>((from + i) * 131 + ((from + i) >> 9));
  return data;
}

std::vector<std::size_t> record_sizes(ByteView wire) {
  std::vector<std::size_t> sizes;
  while (!wire.empty()) {
    sizes.push_back(tls::record_header_size + tls::RecordHeader::parse(wire).length);
    wire = wire.subspan(sizes.back());
  }
  return sizes;
}

/// Sends all of `parts` with outputs of `room` bytes; gives what the server got.
Bytes send_all(Pair& pair, std::vector<ByteView> parts, std::size_t room) {
  Bytes received;
  std::size_t calls = 0;
  while (!parts.empty()) {
    Bytes out(room);
    const auto sent = pair.client.send(parts, out);
    if (!sent || ++calls > 100000) {
      ADD_FAILURE() << (sent ? "no end" : sent.error().message());
      return received;
    }
    if (sent->written == 0) ADD_FAILURE() << "nothing moves";
    const Bytes plain = feed(pair.server, ByteView(out).first(sent->written));
    received.insert(received.end(), plain.begin(), plain.end());
    std::size_t taken = sent->consumed;
    while (!parts.empty() && taken >= parts.front().size()) {
      taken -= parts.front().size();
      parts.erase(parts.begin());
    }
    if (!parts.empty()) parts.front() = parts.front().subspan(taken);
    if (sent->written == 0) return received;
  }
  return received;
}

TEST(Sending, GathersManyPartsInOrder) {
  Pair pair = make_connected_pair();
  const Bytes data = pattern_of(3000);
  for (const std::size_t count : {1UL, 2UL, 3UL, 16UL, 17UL, 64UL, 65UL, 500UL, 3000UL}) {
    std::vector<ByteView> parts;
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t from = data.size() * i / count;
      parts.push_back(ByteView(data).subspan(from, data.size() * (i + 1) / count - from));
    }
    EXPECT_EQ(send_all(pair, parts, 8192), data) << count;
  }
}

TEST(Sending, PassesOverEmptyParts) {
  Pair pair = make_connected_pair();
  std::vector<ByteView> parts(200);
  parts[3] = as_bytes("a");
  parts[150] = as_bytes("b");
  EXPECT_EQ(as_text(send_all(pair, parts, 100)), "ab");

  Bytes out(100);
  const auto nothing = pair.client.send(std::vector<ByteView>(100), out);
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->written, 0U);
}

TEST(Sending, MakesDoWithAnyRoom) {
  Pair pair = make_connected_pair();
  const Bytes data = pattern_of(40000);
  for (const std::size_t room : {23UL, 24UL, 50UL, 1000UL, 16405UL, 16406UL, 16407UL, 32811UL, 60000UL}) {
    const Bytes some(data.begin(), data.begin() + static_cast<std::ptrdiff_t>(std::min(room * 40, data.size())));
    EXPECT_EQ(send_all(pair, {ByteView(some)}, room), some) << room;
  }
}

TEST(Sending, SaysWhenNothingFits) {
  Pair pair = make_connected_pair();
  for (std::size_t room = 0; room <= 22; ++room) {
    Bytes out(room);
    const auto sent = pair.client.send(as_bytes("x"), out);
    ASSERT_FALSE(sent) << room;
    EXPECT_EQ(sent.error().code(), ErrorCode::OutputTooSmall);
  }
  EXPECT_EQ(pair.client.error(), nullptr);
  EXPECT_EQ(pair.transfer(Side::client, "x"), "x");
}

TEST(Sending, PutsWhatWaitsFirstAndPiecemeal) {
  Pair pair = make_connected_pair();
  ASSERT_TRUE(pair.client.update_keys(false));
  const std::size_t waiting = pair.client.output().size();
  ASSERT_GT(waiting, 0U);
  EXPECT_FALSE(pair.client.send(as_bytes("data"), {}));

  Bytes out(10);
  const auto first = pair.client.send(as_bytes("data"), out);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->written, 10U);
  EXPECT_EQ(first->consumed, 0U);
  Bytes rest(waiting - 10 + 22 + 4);
  const auto second = pair.client.send(as_bytes("data"), rest);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->consumed, 4U);
  EXPECT_EQ(second->written, rest.size());
  Bytes wire = out;
  wire.insert(wire.end(), rest.begin(), rest.end());
  EXPECT_EQ(as_text(feed(pair.server, wire)), "data");
}

TEST(Sending, SealedSizeIsExact) {
  for (const std::size_t fragment : {64UL, 1000UL, 16384UL}) {
    for (const std::size_t block : {0UL, 1UL, 128UL, 4096UL}) {
      auto builder = client_builder();
      builder.max_fragment(fragment).padding_block(block);
      Pair pair = make_connected_pair(build(std::move(builder)));
      for (const std::size_t size : {0UL, 1UL, 63UL, 64UL, 65UL, 999UL, 1000UL, 5000UL, 16384UL, 16385UL, 50000UL}) {
        const Bytes data = pattern_of(size);
        Bytes out(pair.client.sealed_size(size));
        const auto sent = pair.client.send(data, out);
        ASSERT_TRUE(sent) << sent.error().message();
        EXPECT_EQ(sent->consumed, size) << fragment << ' ' << block << ' ' << size;
        EXPECT_EQ(sent->written, out.size()) << fragment << ' ' << block << ' ' << size;
        EXPECT_EQ(feed(pair.server, out), data);
      }
    }
  }
}

TEST(Sending, KeepsFragmentsToTheirSizeAndPaddingToItsBlocks) {
  auto builder = client_builder();
  builder.max_fragment(512);
  Pair small = make_connected_pair(build(std::move(builder)));
  Bytes out(small.client.sealed_size(5000));
  const auto sent = small.client.send(pattern_of(5000), out);
  ASSERT_TRUE(sent);
  const auto sizes = record_sizes(out);
  EXPECT_EQ(sizes.size(), 10U);
  for (const std::size_t size : sizes) EXPECT_LE(size, 512U + 22);

  auto padded = client_builder();
  padded.padding_block(256);
  Pair pair = make_connected_pair(build(std::move(padded)));
  for (const std::size_t size : {1UL, 2UL, 100UL, 255UL}) {
    Bytes record(pair.client.sealed_size(size));
    ASSERT_TRUE(pair.client.send(pattern_of(size), record));
    EXPECT_EQ(record.size(), 256U + 21) << size;
    EXPECT_EQ(feed(pair.server, record), pattern_of(size));
  }
}

TEST(Sending, ChangesKeysByItselfBeforeTheirLimit) {
  for (const std::uint64_t limit : {1ULL, 2ULL, 5ULL, 100ULL}) {
    WireTap tap;
    auto builder = client_builder();
    builder.max_records_per_key(limit).max_fragment(64);
    Pair pair = make_tls_pair(build(std::move(builder)), nullptr, {.observer = &tap});
    ASSERT_TRUE(pair.run());
    const Bytes data = pattern_of(64 * 50);

    EXPECT_EQ(send_all(pair, {ByteView(data)}, 100000), data) << limit;  // in one call
    EXPECT_EQ(send_all(pair, {ByteView(data)}, 120), data) << limit;     // in many

    const auto updates = static_cast<std::uint32_t>(100 / limit);
    EXPECT_TRUE(tap.knows(SecretLabel::CLIENT_TRAFFIC_SECRET, updates - 1)) << limit;
    EXPECT_FALSE(tap.knows(SecretLabel::CLIENT_TRAFFIC_SECRET, 3 * updates + 1)) << limit;  // small room, more records
    EXPECT_EQ(pair.transfer(Side::server, "back"), "back");
  }
}

TEST(Sending, OfAllPartsGoesOnAfterAKeyUpdateInTheMiddle) {
  auto builder = server_builder();
  builder.max_records_per_key(3);
  Pair pair = make_connected_pair(nullptr, build(std::move(builder)));
  const Bytes a = pattern_of(30000);
  const Bytes b = pattern_of(70001, 5);
  const std::array<ByteView, 3> parts{a, ByteView(), b};
  Bytes out(200000);

  const auto sent = pair.server.send(parts, out);

  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->consumed, a.size() + b.size());
  Bytes both = a;
  both.insert(both.end(), b.begin(), b.end());
  EXPECT_EQ(feed(pair.client, ByteView(out).first(sent->written)), both);
}

TEST(Sending, IsNotReadyBeforeTheHandshakeEnds) {
  Pair pair = make_tls_pair();
  Bytes out(100);
  for (Connection* each : {&pair.client, &pair.server}) {
    const auto sent = each->send(as_bytes("x"), out);
    ASSERT_FALSE(sent);
    EXPECT_EQ(sent.error().code(), ErrorCode::NotReady);
    EXPECT_EQ(each->update_keys(true).error().code(), ErrorCode::NotReady);
    EXPECT_FALSE(each->can_send());
  }
  EXPECT_TRUE(pair.run());
}

TEST(Sending, EndsWithCloseAndReceivingGoesOn) {
  Pair pair = make_connected_pair();
  pair.client.close();
  pair.client.close();
  Bytes out(100);
  EXPECT_EQ(pair.client.send(as_bytes("x"), out).error().code(), ErrorCode::AlreadyClosed);
  EXPECT_EQ(pair.client.update_keys(false).error().code(), ErrorCode::AlreadyClosed);
  EXPECT_TRUE(pair.client.has_closed());
  EXPECT_EQ(record_sizes(pair.client.output()).size(), 1U);
  pair.carry(Side::client);
  EXPECT_TRUE(pair.server.peer_has_closed());

  ASSERT_TRUE(pair.server.update_keys(true));  // the client can't answer this one
  EXPECT_EQ(pair.transfer(Side::server, "the rest"), "the rest");
  EXPECT_TRUE(pair.client.output().empty());
  pair.server.close();
  pair.carry(Side::server);
  EXPECT_TRUE(pair.client.peer_has_closed());
  EXPECT_TRUE(pair.client.end_of_input());
  EXPECT_TRUE(pair.server.end_of_input());
}

TEST(Sending, EndsWithAnErrorForGood) {
  Pair pair = make_connected_pair();
  static_cast<void>(feed(pair.client, Bytes{22, 3, 3, 0, 1, 0}));
  ASSERT_NE(pair.client.error(), nullptr);
  const ErrorCode code = pair.client.error()->code();
  Bytes out(100);
  Bytes in(10);
  EXPECT_EQ(pair.client.send(as_bytes("x"), out).error().code(), code);
  EXPECT_EQ(pair.client.receive(in).error().code(), code);
  EXPECT_EQ(pair.client.update_keys(true).error().code(), code);
  EXPECT_EQ(pair.client.end_of_input().error().code(), code);
  EXPECT_FALSE(pair.client.can_send());
  const std::size_t waiting = pair.client.output().size();
  pair.client.close();
  EXPECT_EQ(pair.client.output().size(), waiting) << "the alert has said it already";
}

TEST(Sending, AHandshakeThatIsClosedStaysClosed) {
  Pair pair = make_tls_pair();
  pair.carry(Side::client);
  pair.client.close();
  pair.carry(Side::server);  // ServerHello … Finished come too late
  EXPECT_TRUE(pair.client.is_handshaking());
  const Bytes last = drain(pair.client);
  EXPECT_EQ(record_sizes(last).size(), 2U);  // user_canceled, close_notify
  EXPECT_EQ(pair.client.error(), nullptr);
}

TEST(Sending, CarriesAHundredMegabytesBothWaysInOddSizes) {
  Pair pair = make_connected_pair();
  const Bytes source = pattern_of(1 << 20);
  constexpr std::size_t total = 100UL << 20U;
  for (const Side from : {Side::client, Side::server}) {
    Connection& sender = pair.side(from);
    Connection& receiver = pair.side(peer_of(from));
    Bytes out(200000);
    std::size_t sent_bytes = 0;
    std::size_t received_bytes = 0;
    std::size_t step = 1;
    while (sent_bytes < total) {
      step = (step * 31 + 977) % 150000 + 1;
      const std::size_t at = sent_bytes % source.size();
      const ByteView data = ByteView(source).subspan(at, std::min({step, source.size() - at, total - sent_bytes}));
      const auto sent = sender.send(data, ByteSpan(out).first(40 + step % 160000));
      ASSERT_TRUE(sent) << sent.error().message();
      sent_bytes += sent->consumed;
      for (ByteSpan wire = ByteSpan(out).first(sent->written); !wire.empty();) {
        const auto received = receiver.receive(wire);
        ASSERT_TRUE(received) << received.error().message();
        ASSERT_GT(received->consumed, 0U);
        for (ByteView got = received->application_data; !got.empty();) {
          const std::size_t place = received_bytes % source.size();
          const std::size_t size = std::min(got.size(), source.size() - place);
          ASSERT_TRUE(std::ranges::equal(got.first(size), ByteView(source).subspan(place, size)));
          received_bytes += size;
          got = got.subspan(size);
        }
        wire = wire.subspan(received->consumed);
      }
    }
    EXPECT_EQ(received_bytes, total);
  }
}

}  // namespace
}  // namespace keyway
