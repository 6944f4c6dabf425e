// What a connection costs in memory: none a record, few allocations a handshake, little when idle. The program's malloc
// is counted, that of libcrypto included.

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "testing/pair.hpp"
#include "tls/quic/quic_testing.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define KEYWAY_COUNTS_MALLOC 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define KEYWAY_COUNTS_MALLOC 0
#endif
#endif
#if !defined(KEYWAY_COUNTS_MALLOC) && defined(__GLIBC__)
#define KEYWAY_COUNTS_MALLOC 1
#elif !defined(KEYWAY_COUNTS_MALLOC)
#define KEYWAY_COUNTS_MALLOC 0
#endif

namespace {

struct Counts {
  bool is_on = false;
  std::size_t allocations = 0;
  std::size_t blocks = 0;  // that live
  std::size_t live = 0;    // bytes, as the allocator rounds them: some tens more or less from run to run
  std::size_t peak = 0;
};
thread_local constinit Counts counts;

}  // namespace

#if KEYWAY_COUNTS_MALLOC
extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* old, std::size_t size);
void* __libc_memalign(std::size_t alignment, std::size_t size);
void __libc_free(void* block);

static void* note(void* block) {
  if (!counts.is_on || block == nullptr) return block;
  ++counts.allocations;
  ++counts.blocks;
  counts.live += malloc_usable_size(block);
  counts.peak = std::max(counts.peak, counts.live);
  return block;
}
static void forget(void* block) {
  if (!counts.is_on || block == nullptr) return;
  --counts.blocks;
  counts.live -= malloc_usable_size(block);
}

void* malloc(std::size_t size) {
  return note(__libc_malloc(size));
}
void* calloc(std::size_t count, std::size_t size) {
  return note(__libc_calloc(count, size));
}
void* realloc(void* old, std::size_t size) {
  forget(old);
  return note(__libc_realloc(old, size));
}
void* memalign(std::size_t alignment, std::size_t size) {
  return note(__libc_memalign(alignment, size));
}
void* aligned_alloc(std::size_t alignment, std::size_t size) {
  return note(__libc_memalign(alignment, size));
}
int posix_memalign(void** out, std::size_t alignment, std::size_t size) {
  *out = note(__libc_memalign(alignment, size));
  return *out == nullptr ? 12 : 0;
}
void free(void* block) {
  forget(block);
  __libc_free(block);
}
}
#endif

namespace keyway {
namespace {

using namespace keyway::testing;

/// Counts what happens while it lives, on top of what was counted before.
class CountingProtection {
 public:
  CountingProtection() { counts.is_on = true; }
  ~CountingProtection() { counts.is_on = false; }
  CountingProtection(const CountingProtection&) = delete;
  CountingProtection& operator=(const CountingProtection&) = delete;
};

/// A handshake whose one side is counted alone: made, shaken, idle.
struct Measured {
  Pair pair;
  Counts cost;
};

/// Gives all that waits at one side to the other, and counts that one's work.
bool carry_counted(Pair& pair, Side from, bool counts_receiver) {
  Connection& sender = pair.side(from);
  Connection& receiver = pair.side(peer_of(from));
  Bytes wire(sender.output().begin(), sender.output().end());
  const auto sent = [&] { sender.sent(wire.size()); };
  const auto receive = [&] {
    for (ByteSpan rest = wire; !rest.empty();) {
      const auto received = receiver.receive(rest);
      if (!received || received->consumed == 0) return;
      rest = rest.subspan(received->consumed);
    }
  };
  if (counts_receiver) {
    sent();
    const CountingProtection counting;
    receive();
  } else {
    {
      const CountingProtection counting;
      sent();
    }
    receive();
  }
  return !wire.empty();
}

Measured measure(Side side, const std::shared_ptr<const ClientConfig>& client,
                 const std::shared_ptr<const ServerConfig>& server) {
  counts = {};
  const ServerName name = server_name();
  const auto make_client = [&] { return Connection::client(client, name); };
  const auto make_server = [&] { return Connection::server(server); };
  auto first = side == Side::client ? [&] {
    const CountingProtection counting;
    return make_client();
  }()
                                    : make_client();
  auto second = side == Side::server ? [&] {
    const CountingProtection counting;
    return make_server();
  }()
                                     : make_server();
  Measured measured{{std::move(*first), std::move(*second)}, {}};
  for (bool moved = true; moved;) {
    moved = carry_counted(measured.pair, Side::client, side == Side::server);
    moved = carry_counted(measured.pair, Side::server, side == Side::client) || moved;
  }
  measured.cost = counts;
  return measured;
}

#define KEYWAY_REQUIRE_COUNTS() \
  if (!KEYWAY_COUNTS_MALLOC) GTEST_SKIP() << "a sanitizer's allocator can't be counted"

TEST(Memory, NoAllocationPerRecord) {
  KEYWAY_REQUIRE_COUNTS();
  for (const CipherSuite suite : classical_policy().cipher_suites) {
    Policy policy = classical_policy();
    policy.cipher_suites = {suite};
    auto client = client_builder();
    client.policy(policy);
    Pair pair = make_connected_pair(build(std::move(client)));
    const Bytes data(50000, 0x61);
    Bytes out(60000);
    counts = {};
    for (int i = 0; i < 10; ++i) {
      for (const Side from : {Side::client, Side::server}) {
        const std::array<ByteView, 3> parts{ByteView(data).first(100), ByteView(data).subspan(100), ByteView(data)};
        const CountingProtection counting;
        const auto sent = pair.side(from).send(parts, out);
        ASSERT_TRUE(sent);
        for (ByteSpan rest = ByteSpan(out).first(sent->written); !rest.empty();) {
          const auto received = pair.side(peer_of(from)).receive(rest);
          ASSERT_TRUE(received);
          rest = rest.subspan(received->consumed);
        }
      }
    }
    EXPECT_EQ(counts.allocations, 0U) << to_string(suite);
  }
}

TEST(Memory, NoAllocationPerPacketOfQuic) {
  KEYWAY_REQUIRE_COUNTS();
  for (const CipherSuite suite : classical_policy().cipher_suites) {
    QuicSealer sealer = quic_testing::sealer(EncryptionLevel::application, suite);
    QuicOpener opener = quic_testing::opener(EncryptionLevel::application, suite);
    const Bytes data(600, 0x61);
    Bytes packet(1250);
    counts = {};
    for (std::uint64_t number = 0; number < 20; ++number) {
      const Bytes header = quic_testing::short_header(number);
      const std::array<ByteView, 2> frames{data, data};
      const CountingProtection counting;
      const auto size = sealer.seal(number, header, frames, packet);
      ASSERT_TRUE(size);
      ASSERT_TRUE(read_quic_packet(ByteView(packet).first(*size), quic_testing::id_size));
      ASSERT_TRUE(quic_testing::open(opener, ByteSpan(packet).first(*size)));
    }
    EXPECT_EQ(counts.allocations, 0U) << to_string(suite);
  }
}

ClientConfig::Builder client_without_sessions() {
  ClientConfig::Builder builder = client_builder();
  builder.without_resumption();
  return builder;
}
ServerConfig::Builder server_without_tickets(crypto::KeyType key = crypto::KeyType::p256) {
  ServerConfig::Builder builder = server_builder(key);
  builder.without_tickets();
  return builder;
}

TEST(Memory, OfTicketsIsGivenBackOnceTheyAreOut) {
  KEYWAY_REQUIRE_COUNTS();
  const auto server = build(server_builder());
  static_cast<void>(measure(Side::server, build(client_builder()), server));  // what is made once is made now
  const auto client = build(client_builder());
  for (const bool resumes : {false, true}) {
    const Measured measured = measure(Side::server, client, server);
    ASSERT_EQ(measured.pair.server.info().is_resumption, resumes);
    std::cout << (resumes ? "server, resumed: " : "server, with two tickets: ") << measured.cost.allocations
              << " allocations, peak " << measured.cost.peak << " bytes, idle " << measured.cost.live << " bytes\n";
    EXPECT_LE(measured.cost.live, 4096U);
    EXPECT_LE(measured.cost.allocations, 100U);
  }
}

TEST(Memory, OfAServersHandshakeAndOfAnIdleConnectionIsBounded) {
  KEYWAY_REQUIRE_COUNTS();
  const auto client = build(client_without_sessions());
  for (const crypto::KeyType key : {crypto::KeyType::p256, crypto::KeyType::rsa}) {
    const auto server = build(server_without_tickets(key));
    static_cast<void>(measure(Side::server, client, server));  // what is made once is made now
    Measured measured = measure(Side::server, client, server);
    for (int i = 0; i < 2; ++i) {  // libcrypto renews an RSA key's blinding now and then
      Measured again = measure(Side::server, client, server);
      if (again.cost.allocations < measured.cost.allocations) measured = std::move(again);
    }
    ASSERT_FALSE(measured.pair.server.is_handshaking());
    std::cout << "server, " << crypto::to_string(key) << ": " << measured.cost.allocations << " allocations, peak "
              << measured.cost.peak << " bytes, idle " << measured.cost.live << " bytes\n";
    EXPECT_LE(measured.cost.allocations, 60U) << crypto::to_string(key);
    EXPECT_LE(measured.cost.live, 4096U) << provider()->description();
  }
}

TEST(Memory, OfAClientStaysSmallToo) {
  KEYWAY_REQUIRE_COUNTS();
  const auto client = build(client_without_sessions());
  const auto server = build(server_without_tickets());
  static_cast<void>(measure(Side::client, client, server));
  const Measured measured = measure(Side::client, client, server);
  ASSERT_FALSE(measured.pair.client.is_handshaking());
  std::cout << "client: " << measured.cost.allocations << " allocations, peak " << measured.cost.peak << " bytes, idle "
            << measured.cost.live << " bytes\n";
  // The chain and the verdict are kept for the application.
  EXPECT_LE(measured.cost.live, 8192U);
}

TEST(Memory, OfWhatOneSideAloneAllowsIsNone) {
  KEYWAY_REQUIRE_COUNTS();
  const auto client = build(client_without_sessions());
  const auto plain = build(server_without_tickets());
  ServerConfig::Builder later = server_without_tickets();
  later.ask_for_client_certificate(shared_trust()).ask_clients_later();
  const auto asking = build(std::move(later));
  for (const auto& server : {plain, asking}) static_cast<void>(measure(Side::server, client, server));
  const Measured without = measure(Side::server, client, plain);
  const Measured with = measure(Side::server, client, asking);
  EXPECT_LE(with.cost.live, without.cost.live + 64);
  EXPECT_LE(with.cost.allocations, without.cost.allocations + 1);
}

TEST(Memory, OfAHandshakeThatEndedIsGivenBack) {
  KEYWAY_REQUIRE_COUNTS();
  const auto client = build(client_without_sessions());
  const auto server = build(server_without_tickets());
  for (const Side side : {Side::client, Side::server}) {
    static_cast<void>(measure(side, client, server));  // what is made once is made now
    Measured measured = measure(side, client, server);
    EXPECT_LT(measured.cost.live, measured.cost.peak);
    const std::size_t idle = counts.live;
    // Key updates and closing leave nothing behind.
    for (int i = 0; i < 20; ++i) {
      const CountingProtection counting;
      ASSERT_TRUE(measured.pair.side(side).update_keys(false));
      measured.pair.side(side).sent(1000);
    }
    EXPECT_LE(counts.live, idle + 64);
    {
      const CountingProtection counting;
      const Connection gone = std::move(measured.pair.side(side));
    }
    EXPECT_EQ(counts.live, 0U) << to_string(side);
  }
}

/// What a client holds after it paused in the middle of a flight; nothing where that failed.
Counts live_after_a_pause(std::size_t max_fragment) {
  auto builder = client_builder();
  builder.pause_for_verification();
  auto server = server_builder();
  server.max_fragment(max_fragment);
  counts = {};
  const auto config = build(std::move(builder));
  const ServerName name = server_name();
  auto client = [&] {
    const CountingProtection counting;
    return Connection::client(config, name);
  }();
  auto peer = Connection::server(build(std::move(server)));
  static_cast<void>(feed(*peer, client->output()));
  Bytes wire = drain(*peer);
  const CountingProtection counting;
  client->sent(10000);
  for (ByteSpan rest = wire; !rest.empty();) {
    if (client->pause() && !client->resume(answer::Verified{x509::Verdict::accept({}, {})})) return {};
    const auto received = client->receive(rest);
    if (!received) return {};
    rest = rest.subspan(received->consumed);
  }
  if (client->pause() && !client->resume(answer::Verified{x509::Verdict::accept({}, {})})) return {};
  client->sent(10000);
  return client->is_handshaking() ? Counts{} : counts;
}

TEST(Memory, ThatAPauseOrAFragmentTookIsGivenBack) {
  KEYWAY_REQUIRE_COUNTS();
  static_cast<void>(live_after_a_pause(16384));
  const Counts one_record = live_after_a_pause(16384);
  const Counts many_records = live_after_a_pause(64);
  EXPECT_GT(one_record.blocks, 0U);
  EXPECT_EQ(one_record.blocks, many_records.blocks);
  // A block may be a step larger than was asked for, where what the allocator had left over is too small for a block.
  constexpr std::size_t rounding = 16;
  EXPECT_LE(many_records.live, one_record.live + rounding * one_record.blocks);
}

}  // namespace
}  // namespace keyway
