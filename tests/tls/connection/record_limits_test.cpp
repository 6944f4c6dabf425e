// max_fragment_length (RFC 6066) and record_size_limit (RFC 8449) between whole connections, in both versions.

#include <gtest/gtest.h>

#include <algorithm>

#include "testing/pair.hpp"
#include "testing/refusal.hpp"
#include "testing/scripted_peer.hpp"
#include "testing/tls12_wire.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

/// Bytes that a protected record has beside its content: tag and content type, or explicit nonce and tag.
constexpr std::size_t overhead_of(ProtocolVersion version) {
  return version == ProtocolVersion::TLS1_3 ? 16 + 1 : 8 + 16;
}

class RecordLimits : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  [[nodiscard]] ClientConfig::Builder client() const {
    auto builder = client_builder();
    builder.policy(policy());
    return builder;
  }
  [[nodiscard]] ServerConfig::Builder server() const {
    auto builder = server_builder();
    builder.policy(policy());
    return builder;
  }
  [[nodiscard]] Policy policy() const {
    Policy policy = Policy::compatible_2026().narrowed_to({GetParam()});
    std::erase(policy.cipher_suites, CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256);
    return policy;
  }
  /// The longest content of a record in which `from` sends 20,000 bytes.
  [[nodiscard]] static std::size_t longest_content(Pair& pair, Side from) {
    Connection& sender = pair.side(from);
    const Bytes data(20000, 'x');
    Bytes out(sender.sealed_size(data.size()));
    const auto sent = sender.send(data, out);
    EXPECT_TRUE(sent && sent->consumed == data.size());
    std::size_t longest = 0;
    for (const Bytes& record : split_records(ByteView(out).first(sent->written))) {
      longest = std::max(longest, record.size() - 5 - overhead_of(GetParam()));
    }
    EXPECT_EQ(feed(pair.side(peer_of(from)), ByteView(out).first(sent->written)), data);
    return longest;
  }
  /// What record_size_limit leaves for the content.
  [[nodiscard]] static std::size_t content_of(std::size_t limit) {
    return GetParam() == ProtocolVersion::TLS1_3 ? limit - 1 : limit;
  }
};
INSTANTIATE_TEST_SUITE_P(Versions, RecordLimits, ::testing::Values(ProtocolVersion::TLS1_2, ProtocolVersion::TLS1_3),
                         [](const auto& tested) {
                           return tested.param == ProtocolVersion::TLS1_2 ? "Tls12" : "Tls13";
                         });

TEST_P(RecordLimits, AreNotSpokenOfByDefault) {
  Pair pair = make_connected_pair(build(client()), build(server()));

  EXPECT_EQ(pair.client.info().peer_record_size_limit, 0);
  EXPECT_EQ(pair.server.info().peer_record_size_limit, 0);
  EXPECT_EQ(longest_content(pair, Side::server), 16384U);
}

TEST_P(RecordLimits, EachSideKeepsToTheOthersLimit) {
  auto asking = client();
  asking.record_size_limit(300);
  auto answering = server();
  answering.record_size_limit(1000);
  Pair pair = make_connected_pair(build(std::move(asking)), build(std::move(answering)));

  EXPECT_EQ(pair.server.info().peer_record_size_limit, 300);
  EXPECT_EQ(pair.client.info().peer_record_size_limit, 1000);
  EXPECT_EQ(longest_content(pair, Side::server), content_of(300));
  EXPECT_EQ(longest_content(pair, Side::client), content_of(1000));
}

TEST_P(RecordLimits, AServerWithoutOneOfItsOwnAnswersWithTheProtocols) {
  auto asking = client();
  asking.record_size_limit(64);
  Pair pair = make_connected_pair(build(std::move(asking)), build(server()));

  EXPECT_EQ(content_of(pair.client.info().peer_record_size_limit), 16384U);
  EXPECT_EQ(longest_content(pair, Side::client), 16384U);
  EXPECT_EQ(longest_content(pair, Side::server), content_of(64));
}

TEST_P(RecordLimits, CountPadding) {
  if (GetParam() == ProtocolVersion::TLS1_2) GTEST_SKIP() << "TLS 1.2 has no padding";
  auto asking = client();
  asking.record_size_limit(500);
  auto padding = server();
  padding.padding_block(4096);
  Pair pair = make_connected_pair(build(std::move(asking)), build(std::move(padding)));

  EXPECT_EQ(pair.transfer(Side::server, "short"), "short");
  EXPECT_EQ(longest_content(pair, Side::server), 499U);
}

TEST_P(RecordLimits, OfOurOwnAreHeldAgainstThePeer) {
  auto asking = client();
  asking.record_size_limit(300);
  Pair pair = make_connected_pair(build(std::move(asking)), build(server()));
  Pair other = make_connected_pair(build(client()), build(server()));
  Bytes out(other.server.sealed_size(1000));
  ASSERT_TRUE(other.server.send(Bytes(1000, 'x'), out));

  // Its length is all that is looked at before it would be opened.
  static_cast<void>(feed(pair.client, out));

  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_EQ(pair.client.error()->code(), ErrorCode::RecordTooLong);
  EXPECT_EQ(pair.client.error()->alert(), AlertDescription::record_overflow);
}

TEST_P(RecordLimits, MaxFragmentLengthHoldsInBothDirections) {
  for (const auto& [length, bytes] :
       {std::pair{MaxFragmentLength::bytes_512, 512U}, std::pair{MaxFragmentLength::bytes_4096, 4096U}}) {
    auto asking = client();
    asking.max_fragment_length(length);
    Pair pair = make_connected_pair(build(std::move(asking)), build(server()));

    EXPECT_EQ(pair.client.info().max_fragment_length, length);
    EXPECT_EQ(pair.server.info().max_fragment_length, length);
    EXPECT_EQ(longest_content(pair, Side::client), bytes);
    EXPECT_EQ(longest_content(pair, Side::server), bytes);
  }
}

TEST_P(RecordLimits, MaxFragmentLengthIsPassedOverBesideARecordSizeLimit) {
  auto asking = client();
  asking.max_fragment_length(MaxFragmentLength::bytes_512).record_size_limit(2000);
  Pair pair = make_connected_pair(build(std::move(asking)), build(server()));

  EXPECT_FALSE(pair.client.info().max_fragment_length);
  EXPECT_EQ(longest_content(pair, Side::server), content_of(2000));
}

TEST(RecordLimitsOf, TheConfigurationAreWithinBounds) {
  for (const std::uint16_t limit : {std::uint16_t{1}, std::uint16_t{63}, std::uint16_t{16386}}) {
    auto client = client_builder();
    client.record_size_limit(limit);
    EXPECT_EQ(client.build().error().code(), ErrorCode::InvalidConfiguration) << limit;
  }
}

/// What a server says to a client with this body of an extension.
ErrorCode server_says(ExtensionType type, Bytes body) {
  ScriptedClient peer;
  ClientHelloFields hello = ScriptedClient::hello();
  hello.extensions.set(type, std::move(body));
  peer.say_hello(hello);
  return peer.refusal().value_or(ErrorCode::InternalError);
}

TEST(RecordLimitsOf, AClientThatMakesNoSenseAreRefused) {
  using enum ExtensionType;
  EXPECT_EQ(server_says(record_size_limit, {0, 63}), ErrorCode::InvalidValue);
  EXPECT_EQ(server_says(record_size_limit, {1}), ErrorCode::Truncated);
  EXPECT_EQ(server_says(max_fragment_length, {0}), ErrorCode::InvalidValue);
  EXPECT_EQ(server_says(max_fragment_length, {5}), ErrorCode::InvalidValue);
  EXPECT_EQ(server_says(max_fragment_length, {1, 1}), ErrorCode::TrailingData);
  // RFC 8449 4: a limit above ours may mean a version that is not known here.
  EXPECT_EQ(server_says(record_size_limit, {0xff, 0xff}), ErrorCode::InternalError);
}

/// What a client that asks for both says to a server that answers this.
std::optional<ErrorCode> client_says(const ExtensionList& answers) {
  auto client = client_builder();
  client.max_fragment_length(MaxFragmentLength::bytes_1024).record_size_limit(1000);
  ScriptedServer peer(build(std::move(client)));
  peer.say_until(HandshakeType::encrypted_extensions);
  peer.say(ScriptedServer::encrypted_extensions(answers));
  return peer.refusal();
}

TEST(RecordLimitsOf, AServerThatWereNotAskedForAreRefused) {
  using enum ExtensionType;
  EXPECT_EQ(client_says({{max_fragment_length, {2}}}), std::nullopt);
  EXPECT_EQ(client_says({{record_size_limit, {0x40, 0x01}}}), std::nullopt);
  EXPECT_EQ(client_says({{max_fragment_length, {1}}}), ErrorCode::InvalidValue);
  EXPECT_EQ(client_says({{record_size_limit, {0x40, 0x02}}}), ErrorCode::InvalidValue);
  EXPECT_EQ(client_says({{record_size_limit, {0, 63}}}), ErrorCode::InvalidValue);
  EXPECT_EQ(client_says({{max_fragment_length, {2}}, {record_size_limit, {1, 0}}}), ErrorCode::InvalidValue);
}

}  // namespace
}  // namespace keyway
