// ngtcp2 with Keyway as its TLS and its cryptography, against ngtcp2 with GnuTLS, over datagrams in memory.

#include <gtest/gtest.h>
#include <ngtcp2/version.h>

#include <algorithm>
#include <ctime>

#include "core/writer.hpp"
#include "interop/quic/gnutls_peer.hpp"
#include "interop/quic/keyway_peer.hpp"
#include "interop/quic/quic_observer.hpp"
#include "testing/pair.hpp"

namespace keyway {
namespace {

using namespace quic_interop;
using namespace testing;

struct Case {
  CipherSuite suite;
  const char* gnutls_name;
};

class QuicInterop : public ::testing::TestWithParam<Case> {
 protected:
  static void SetUpTestSuite() {
    gnutls_global_set_time_function([](std::time_t* out) {
      const std::time_t now = std::chrono::system_clock::to_time_t(test_now);
      if (out != nullptr) *out = now;
      return now;
    });
  }
};
INSTANTIATE_TEST_SUITE_P(Suites, QuicInterop,
                         ::testing::Values(Case{CipherSuite::TLS_AES_128_GCM_SHA256, "AES-128-GCM"},
                                           Case{CipherSuite::TLS_AES_256_GCM_SHA384, "AES-256-GCM"},
                                           Case{CipherSuite::TLS_CHACHA20_POLY1305_SHA256, "CHACHA20-POLY1305"}),
                         [](const auto& test) {
                           std::string name = test.param.gnutls_name;
                           std::erase(name, '-');
                           return name;
                         });

const std::string question(300'000, 'q');
const std::string answer(400'000, 'a');

GnutlsOptions gnutls(const Case& test) {
  const IssuedCertificate& leaf = shared_leaf();
  return {test.gnutls_name, "shop.localhost", shared_authority().root().pem(), leaf.chain_pem(), leaf.key_pem()};
}
Policy policy(const Case& test) {
  Policy made = Policy::modern_2026();
  made.cipher_suites = {test.suite};
  return made;
}
std::shared_ptr<const ClientConfig> client_config(const Case& test) {
  return build(std::move(client_builder().policy(policy(test)).alpn({"test"})));
}
std::shared_ptr<const ServerConfig> server_config(const Case& test) {
  return build(std::move(server_builder().policy(policy(test)).alpn({"test"}).pause_for_client_hello()));
}

/// An ideal network, with a clock of its own, and an observer in the middle.
class Network {
 public:
  using MakeServer = std::function<std::unique_ptr<Ngtcp2Peer>(const FirstPacket&, ngtcp2_tstamp)>;

  [[nodiscard]] ngtcp2_tstamp now() const noexcept { return now_; }
  [[nodiscard]] QuicObserver& observer() noexcept { return observer_; }
  /// What a Keyway of this side tells of its secrets.
  [[nodiscard]] KeywayPeer::SecretSeen learner(Side side) {
    return [this, side](const QuicSecret& secret) {
      observer_.learn(secret.direction == Direction::sent ? side : peer_of(side), secret);
    };
  }
  /// The server answers the first packet with a Retry whose tag Keyway has made.
  void demand_retry() { wants_retry_ = true; }

  /// Until both have got all, or nothing moves any more.
  void run(Ngtcp2Peer& client, const MakeServer& make_server) {
    std::unique_ptr<Ngtcp2Peer> server;
    for (int round = 0; round < 20'000; ++round) {
      bool moved = carry(Side::client, client, [&](const Bytes& datagram) {
        if (!server && !answer_by_retry(datagram, client)) server = make_server(first_packet(datagram), now_);
        if (server) server->take(datagram, now_);
      });
      now_ += NGTCP2_MILLISECONDS;
      if (server) {
        moved = carry(Side::server, *server, [&](const Bytes& datagram) { client.take(datagram, now_); }) || moved;
        update_keys(client, *server);
      }
      now_ += NGTCP2_MILLISECONDS;
      ASSERT_EQ(client.failure(), "");
      ASSERT_EQ(server ? server->failure() : "", "");
      if (server && server->received().size() >= question.size() && client.received().size() >= answer.size()) break;
      if (!moved) now_ = std::max(now_, std::min(client.expiry(), server ? server->expiry() : client.expiry()));
      client.expire(now_);
      if (server) server->expire(now_);
    }
    ASSERT_TRUE(server);
    EXPECT_TRUE(server->received() == question) << server->received().size();
    EXPECT_TRUE(client.received() == answer) << client.received().size();
    EXPECT_TRUE(client_updated_ && server_updated_);
  }

  void check(std::size_t retries = 0) {
    EXPECT_EQ(observer_.replay(), "");
    EXPECT_GT(observer_.packets(), (question.size() + answer.size()) / 1452);
    EXPECT_EQ(observer_.generation(Side::client), 2U) << "one update of each end's";
    EXPECT_EQ(observer_.generation(Side::server), 2U);
    EXPECT_EQ(observer_.retries(), retries);
  }

 private:
  template <typename Give>
  bool carry(Side sender, Ngtcp2Peer& from, Give give) {
    const std::vector<Bytes> all = from.datagrams(now_);
    for (const Bytes& datagram : all) {
      observer_.see(sender, datagram);
      give(datagram);
    }
    return !all.empty();
  }

  /// One end begins an update when a third of its answer has come, the other when two thirds have.
  void update_keys(Ngtcp2Peer& client, Ngtcp2Peer& server) {
    if (!client_updated_ && client.received().size() > answer.size() / 3) client_updated_ = client.update_keys(now_);
    if (client_updated_ && !server_updated_ && server.received().size() > question.size() / 3 * 2) {
      server_updated_ = server.update_keys(now_);
    }
  }

  static ngtcp2_cid to_cid(ByteView bytes) {
    ngtcp2_cid id{};
    ngtcp2_cid_init(&id, bytes.data(), bytes.size());
    return id;
  }

  FirstPacket first_packet(const Bytes& datagram) const {
    const auto packet = read_quic_packet(datagram, id_size).value();
    FirstPacket first{to_cid(packet.destination), to_cid(packet.source)};
    first.token.assign(packet.token.begin(), packet.token.end());
    if (!before_retry_.empty()) first.before_retry = to_cid(before_retry_);
    return first;
  }

  bool answer_by_retry(const Bytes& datagram, Ngtcp2Peer& client) {
    const auto packet = read_quic_packet(datagram, id_size).value();
    if (!wants_retry_ || !packet.token.empty()) return false;
    if (!before_retry_.empty()) return true;
    before_retry_.assign(packet.destination.begin(), packet.destination.end());
    Bytes retry;
    Writer out(retry);
    out.u8(0xf0);
    out.u32(static_cast<std::uint32_t>(QuicVersion::v1));
    out.vector8(packet.source);
    out.vector8(Bytes(id_size, 0x77));
    out.bytes(as_bytes("a token of Keyway's test"));
    out.bytes(QuicRetryIntegrity::create(*provider(), QuicVersion::v1)->tag(before_retry_, retry).value());
    observer_.see(Side::server, retry);
    client.take(retry, now_);
    return true;
  }

  ngtcp2_tstamp now_ = NGTCP2_SECONDS;
  QuicObserver observer_;
  Bytes before_retry_;
  bool wants_retry_ = false;
  bool client_updated_ = false;
  bool server_updated_ = false;
};

TEST_P(QuicInterop, AClientOfKeywayTalksWithAServerOfGnutls) {
  Network network;
  KeywayPeer client(client_config(GetParam()), server_name(), question, network.now(), network.learner(Side::client));
  network.run(client, [](const FirstPacket& first, ngtcp2_tstamp now) {
    return std::make_unique<GnutlsPeer>(gnutls(GetParam()), first, answer, now);
  });
  network.check();
  EXPECT_EQ(client.handshake().tls().info().cipher_suite, GetParam().suite);
}

TEST_P(QuicInterop, AServerOfKeywayTalksWithAClientOfGnutls) {
  Network network;
  GnutlsPeer client(gnutls(GetParam()), question, network.now());
  network.run(client, [&](const FirstPacket& first, ngtcp2_tstamp now) {
    return std::make_unique<KeywayPeer>(server_config(GetParam()), first, answer, now, network.learner(Side::server));
  });
  network.check();
}

TEST_P(QuicInterop, AClientOfGnutlsTakesARetryOfKeyways) {
  Network network;
  network.demand_retry();
  GnutlsPeer client(gnutls(GetParam()), question, network.now());
  network.run(client, [&](const FirstPacket& first, ngtcp2_tstamp now) {
    return std::make_unique<KeywayPeer>(server_config(GetParam()), first, answer, now, network.learner(Side::server));
  });
  network.check(1);
}

TEST(QuicInteropRetry, ARetryOfNgtcp2HoldsHere) {
  const Bytes ids[] = {Bytes(id_size, 1), Bytes(id_size, 2), Bytes(id_size, 3)};
  std::array<ngtcp2_cid, 3> cids{};
  for (std::size_t i = 0; i < cids.size(); ++i) ngtcp2_cid_init(&cids[i], ids[i].data(), ids[i].size());
  const std::string token = "a token";
  Bytes retry(200);
  const auto size =
      ngtcp2_crypto_write_retry(retry.data(), retry.size(), NGTCP2_PROTO_VER_V1, &cids[0], &cids[1], &cids[2],
                                reinterpret_cast<const std::uint8_t*>(token.data()), token.size());
  ASSERT_GT(size, 0);
  retry.resize(static_cast<std::size_t>(size));
  auto integrity = QuicRetryIntegrity::create(*provider(), QuicVersion::v1).value();
  EXPECT_TRUE(integrity.holds(ids[2], retry));
  EXPECT_FALSE(integrity.holds(ids[1], retry));
}

}  // namespace
}  // namespace keyway
