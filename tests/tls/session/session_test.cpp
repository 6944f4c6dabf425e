// Sessions as bytes, the keys that seal them, and where clients keep them.

#include "tls/session/session.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <thread>

#include "testing/make_certificate.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/session/ticket_sealer.hpp"

namespace keyway::tls {
namespace {

using namespace keyway::testing;
using namespace std::chrono_literals;

Session sample() {
  Session session;
  session.version = ProtocolVersion::TLS1_3;
  session.cipher_suite = CipherSuite::TLS_AES_128_GCM_SHA256;
  session.secret = HashSecret(Bytes(32, 0xab));
  session.server_name = "shop.localhost";
  session.alpn = "h2";
  session.configuration.fill(0x11);
  session.issued_at = test_now;
  session.authenticated_at = test_now - 1h;
  session.lifetime = 24h;
  session.age_add = 0x01020304;
  return session;
}

Bytes written(const Session& session) {
  Bytes bytes;
  Writer out(bytes);
  session.write(out);
  return bytes;
}

TEST(Session, ReadsBackWhatItWrote) {
  Session session = sample();
  session.client_identity = Bytes(32, 0x22);
  session.extended_master_secret = false;
  session.max_early_data = 14336;
  session.peer_certificate_type = CertificateType::RawPublicKey;
  session.own_certificate_type = CertificateType::RawPublicKey;
  const Bytes bytes = written(session);
  const auto read = Session::parse(bytes);
  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(written(*read), bytes);
  EXPECT_EQ(read->server_name, "shop.localhost");
  EXPECT_EQ(read->alpn, "h2");
  EXPECT_EQ(read->lifetime, 24h);
  EXPECT_EQ(read->issued_at, test_now);
  EXPECT_FALSE(read->extended_master_secret);
  EXPECT_EQ(read->max_early_data, 14336U);
  EXPECT_EQ(read->peer_certificate_type, CertificateType::RawPublicKey);
  EXPECT_EQ(bytes.size(), session.written_size());
}

TEST(Session, RefusesEveryTruncationAndBytesAfterTheEnd) {
  Bytes bytes = written(sample());
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(Session::parse(Bytes(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(size))).has_value());
  }
  bytes.push_back(0);
  EXPECT_FALSE(Session::parse(bytes).has_value());
}

TEST(Session, RefusesAnotherFormatALongerLifeAndNoSecret) {
  Bytes other_format = written(sample());
  ++other_format.front();
  EXPECT_FALSE(Session::parse(other_format).has_value());
  Session long_lived = sample();
  long_lived.lifetime = max_session_lifetime + 1s;
  EXPECT_FALSE(Session::parse(written(long_lived)).has_value());
  Session empty = sample();
  empty.secret.clear();
  EXPECT_FALSE(Session::parse(written(empty)).has_value());
  Session odd = sample();
  odd.client_identity = Bytes(31, 1);
  EXPECT_FALSE(Session::parse(written(odd)).has_value());
  Bytes neither_true_nor_false = written(sample());
  neither_true_nor_false.back() = 2;
  EXPECT_FALSE(Session::parse(neither_true_nor_false).has_value());
}

TEST(Session, LivesFromItsIssueToItsEnd) {
  const Session session = sample();
  EXPECT_TRUE(session.is_alive(test_now, 0s));
  EXPECT_TRUE(session.is_alive(test_now + 24h, 0s));
  EXPECT_FALSE(session.is_alive(test_now + 24h + 1s, 0s));
  EXPECT_FALSE(session.is_alive(test_now - 1s, 0s));
  EXPECT_TRUE(session.is_alive(test_now - 1s, 1s));
}

// ------------------------------------------------------------------------------------------------ ticket keys

Bytes seal(TicketKeys& keys) {
  return *TicketSealer(*provider(), keys).seal(sample(), provider()->random());
}
bool opens(TicketKeys& keys, ByteView ticket) {
  return TicketSealer(*provider(), keys).open(ticket).has_value();
}

TEST(TicketKeys, ThatRotateOpenWhatTheySealedForOnePeriodMore) {
  const auto clock = std::make_shared<MovableClock>();
  const auto keys = *TicketKeys::rotating(provider(), clock, 24h);
  const Bytes ticket = seal(*keys);
  EXPECT_TRUE(opens(*keys, ticket));
  clock->move(24h);
  EXPECT_TRUE(opens(*keys, ticket)) << "of the key before";
  const Bytes later = seal(*keys);
  EXPECT_FALSE(std::ranges::equal(ByteView(ticket).first(16), ByteView(later).first(16))) << "another key seals";
  clock->move(24h);
  EXPECT_FALSE(opens(*keys, ticket)) << "of the key before that";
  EXPECT_TRUE(opens(*keys, later));
}

TEST(TicketKeys, OfALongSleepAreAllForgotten) {
  const auto clock = std::make_shared<MovableClock>();
  const auto keys = *TicketKeys::rotating(provider(), clock, 24h);
  const Bytes ticket = seal(*keys);
  clock->move(48h);
  EXPECT_FALSE(opens(*keys, ticket));
  EXPECT_TRUE(opens(*keys, seal(*keys)));
}

TEST(TicketKeys, OfTwoConfigurationsDiffer) {
  const auto clock = std::make_shared<MovableClock>();
  const auto a = *TicketKeys::rotating(provider(), clock, 24h);
  const auto b = *TicketKeys::rotating(provider(), clock, 24h);
  EXPECT_FALSE(opens(*b, seal(*a)));
}

TEST(TicketKeys, FromOutsideAreSharedByAFleet) {
  const Bytes secret(TicketKeys::key_size, 9);
  const auto a = *TicketKeys::from(provider(), std::vector<ByteView>{secret});
  const auto b = *TicketKeys::from(provider(), std::vector<ByteView>{secret});
  EXPECT_TRUE(opens(*b, seal(*a)));
}

TEST(TicketKeys, OfZerosTooShortTwiceOrNoneAreRefused) {
  const Bytes zeros(TicketKeys::key_size);
  const Bytes shorter(TicketKeys::key_size - 1, 1);
  const Bytes good(TicketKeys::key_size, 1);
  for (const std::vector<ByteView>& keys : {std::vector<ByteView>{}, std::vector<ByteView>{zeros},
                                            std::vector<ByteView>{shorter}, std::vector<ByteView>{good, good}}) {
    const auto made = TicketKeys::from(provider(), keys);
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().code(), ErrorCode::InvalidConfiguration);
  }
}

TEST(TicketKeys, OfARandomnessThatGivesZerosAreRefused) {
  struct Zeros final : crypto::Random {
    Result<void> fill(ByteSpan out) const override {
      std::ranges::fill(out, std::uint8_t{0});
      return {};
    }
  };
  const auto made =
      TicketKeys::rotating(provider(), std::make_shared<MovableClock>(), 24h, std::make_shared<const Zeros>());
  ASSERT_FALSE(made.has_value());
  EXPECT_EQ(made.error().code(), ErrorCode::RandomFailed);
}

/// Every byte turned over, behind a mark.
class Turned final : public TicketProtection {
 public:
  static constexpr std::uint8_t mark = 0x7a;
  Result<Bytes> protect(ByteView session) override {
    Bytes ticket{mark};
    for (const std::uint8_t byte : session) ticket.push_back(static_cast<std::uint8_t>(~byte));
    return ticket;
  }
  std::optional<Bytes> unprotect(ByteView ticket) override {
    if (ticket.empty() || ticket[0] != mark) return std::nullopt;
    Bytes session;
    for (const std::uint8_t byte : ticket.subspan(1)) session.push_back(static_cast<std::uint8_t>(~byte));
    return session;
  }
  [[nodiscard]] bool is_outdated(ByteView ticket) const override { return ticket.size() > 100; }
};

TEST(TicketKeys, BehindAProtectionLeaveSealingAndOpeningToIt) {
  const auto keys = *TicketKeys::behind(std::make_shared<Turned>());
  Bytes ticket = seal(*keys);
  EXPECT_EQ(ticket.front(), Turned::mark);
  EXPECT_TRUE(opens(*keys, ticket));
  EXPECT_TRUE(TicketSealer(*provider(), *keys).is_of_older_key(ticket));
  EXPECT_FALSE(TicketSealer(*provider(), *keys).is_of_older_key(Bytes{Turned::mark}));
  ticket.pop_back();
  EXPECT_FALSE(opens(*keys, ticket)) << "no session";
  EXPECT_FALSE(opens(*keys, Bytes(64, 1))) << "not of the protection";
  EXPECT_EQ(keys->replace(std::vector<ByteView>{}).error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(TicketKeys::behind(nullptr).error().code(), ErrorCode::InvalidConfiguration);
}

// ------------------------------------------------------------------------------------------------ the store

StoredSession stored(std::uint32_t number) {
  Session session = sample();
  session.age_add = number;
  return std::make_shared<const ClientSession>(ClientSession{std::move(session), {}, {}, nullptr});
}

TEST(InMemorySessionStore, GivesEachSessionOnceTheNewestFirst) {
  InMemorySessionStore store;
  store.put("a", stored(1));
  store.put("a", stored(2));
  store.put("b", stored(3));
  EXPECT_EQ(store.take("a")->session.age_add, 2U);
  EXPECT_EQ(store.take("a")->session.age_add, 1U);
  EXPECT_EQ(store.take("a"), nullptr);
  EXPECT_EQ(store.take("b")->session.age_add, 3U);
  EXPECT_EQ(store.size(), 0U);
}

TEST(InMemorySessionStore, KeepsAFewForEachServer) {
  InMemorySessionStore store(100, 2);
  for (std::uint32_t i = 1; i <= 5; ++i) store.put("a", stored(i));
  EXPECT_EQ(store.size(), 2U);
  EXPECT_EQ(store.take("a")->session.age_add, 5U);
  EXPECT_EQ(store.take("a")->session.age_add, 4U);
}

TEST(InMemorySessionStore, ForgetsWhatWasNotUsedForLongest) {
  InMemorySessionStore store(3);
  store.put("a", stored(1));
  store.put("a", stored(2));
  store.put("b", stored(3));
  ASSERT_NE(store.take("a"), nullptr);  // used: now b is the older
  store.put("c", stored(4));
  store.put("d", stored(5));
  EXPECT_EQ(store.size(), 3U);
  EXPECT_EQ(store.take("b"), nullptr);
  EXPECT_NE(store.take("a"), nullptr);
}

TEST(InMemorySessionStore, NeverHoldsMoreThanItsCapacity) {
  for (const std::size_t capacity : {1U, 15U, 64U, 300U}) {
    InMemorySessionStore store(capacity);
    for (std::uint32_t i = 0; i < 1000; ++i) store.put("server " + std::to_string(i), stored(i));
    EXPECT_LE(store.size(), capacity);
    EXPECT_GE(store.size(), capacity / 2);
  }
}

TEST(InMemorySessionStore, GivesNoSessionTwiceToThreadsThatHammerIt) {
  constexpr std::uint32_t per_thread = 3000;
  constexpr std::size_t thread_count = 4;
  InMemorySessionStore store(100'000, 100'000);
  std::vector<std::atomic<int>> taken(per_thread * thread_count);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < thread_count; ++t) {
    threads.emplace_back([&, t] {
      for (std::uint32_t i = 0; i < per_thread; ++i) {
        const std::string key = "server " + std::to_string(i % 17);
        store.put(key, stored(static_cast<std::uint32_t>(t) * per_thread + i));
        if (const StoredSession session = store.take(key)) ++taken[session->session.age_add];
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (int key = 0; key < 17; ++key) {
    while (const StoredSession session = store.take("server " + std::to_string(key))) ++taken[session->session.age_add];
  }
  EXPECT_TRUE(std::ranges::all_of(taken, [](const auto& times) { return times == 1; }));
}

}  // namespace
}  // namespace keyway::tls
