// A client's sessions as bytes that outlive the process.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <vector>

#include <keyway/session.hpp>

#include "testing/pair.hpp"
#include "testing/tls12_wire.hpp"
#include "tls/connection/resumption_testing.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

/// A session of a full handshake, and the two who made it.
struct Made {
  std::shared_ptr<CarelessStore> store = std::make_shared<CarelessStore>();
  std::shared_ptr<const ClientConfig> client = build(std::move(client_builder().session_store(store)));
  std::shared_ptr<const ServerConfig> server = build(server_builder());
  StoredSession session;

  Made() {
    EXPECT_EQ(connect(client, server), Outcome::full);
    session = store->take("");
  }
  [[nodiscard]] Bytes bytes() const { return write_session(session).value(); }
};

TEST(StoredSession, IsReadAsItWasWritten) {
  const Made made;
  const Bytes bytes = made.bytes();

  const auto read = read_session(bytes, *made.client);

  ASSERT_TRUE(read.has_value()) << read.error().message();
  EXPECT_EQ(*write_session(*read), bytes);
  EXPECT_EQ((*read)->peer->chain, made.session->peer->chain);
  EXPECT_EQ((*read)->peer->not_after, made.session->peer->not_after);
}

TEST(StoredSession, IsResumed) {
  const Made made;
  auto read = read_session(made.bytes(), *made.client);
  ASSERT_TRUE(read.has_value());
  static_cast<void>(made.store->take(""));

  made.store->put("", std::move(*read));

  EXPECT_EQ(connect(made.client, made.server), Outcome::resumed);
}

TEST(StoredSession, ThatIsCutOrTooLongIsRefused) {
  const Made made;
  Bytes bytes = made.bytes();
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_FALSE(read_session(ByteView(bytes).first(size), *made.client).has_value()) << size;
  }
  bytes.push_back(0);
  EXPECT_FALSE(read_session(bytes, *made.client).has_value());
  EXPECT_FALSE(read_session(Bytes(max_written_session + 1, 1), *made.client).has_value());
}

// What a file says about the server is worth what its certificates are.
TEST(StoredSession, WithAnotherChainIsRefused) {
  const Made made;
  const TestAuthority stranger;
  const auto leaf = stranger.issue({.names = {"shop.localhost"}});
  auto peer = std::make_shared<tls::PeerProof>(*made.session->peer);
  peer->chain = leaf.chain;
  const auto forged = std::make_shared<const tls::ClientSession>(
      tls::ClientSession{made.session->session.clone(), made.session->ticket, {}, std::move(peer)});

  const auto read = read_session(*write_session(forged), *made.client);

  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code(), ErrorCode::UnknownIssuer);
}

TEST(StoredSession, ForAnotherNameIsRefused) {
  const Made made;
  tls::ClientSession renamed = copy_of(*made.session);
  renamed.session.server_name = "bank.localhost";

  const auto read =
      read_session(*write_session(std::make_shared<const tls::ClientSession>(std::move(renamed))), *made.client);

  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().code(), ErrorCode::NameMismatch);
}

TEST(StoredSession, OfAnotherConfigurationIsRefused) {
  const Made made;
  const auto other = build(std::move(client_builder().ocsp_stapling(false)));

  EXPECT_FALSE(read_session(made.bytes(), *other).has_value());
}

TEST(StoredSession, OfAConfigurationOfOtherProtocolsIsReadInTls13Alone) {
  const Made made;
  const auto other = build(std::move(client_builder().alpn({"h2"})));
  EXPECT_TRUE(read_session(made.bytes(), *other).has_value());

  const auto both = build(std::move(client_builder().policy(Policy::compatible_2026()).session_store(made.store)));
  ASSERT_EQ(connect(both, build(std::move(server_builder().policy(tls12_policy())))), Outcome::full);
  const Bytes tls12 = *write_session(made.store->take(""));
  const auto others = build(std::move(client_builder().policy(Policy::compatible_2026()).alpn({"h2"})));
  EXPECT_TRUE(read_session(tls12, *both).has_value());
  EXPECT_FALSE(read_session(tls12, *others).has_value());
}

TEST(StoredSession, IsNotReadWhereNobodyVerifies) {
  const Made made;
  const auto unverified = build(std::move(client_builder().without_certificate_verification()));
  const auto elsewhere = build(std::move(client_builder().pause_for_verification()));

  EXPECT_EQ(read_session(made.bytes(), *unverified).error().code(), ErrorCode::InvalidConfiguration);
  EXPECT_EQ(read_session(made.bytes(), *elsewhere).error().code(), ErrorCode::InvalidConfiguration);
}

TEST(StoredSession, ThatIsNoneIsNotWritten) {
  EXPECT_FALSE(write_session(nullptr).has_value());
}

}  // namespace
}  // namespace keyway
