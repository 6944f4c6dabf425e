// Application protocols that are hidden, and others that stand in the open (RFC 9849 10.5).

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include <keyway/quic.hpp>

#include "core/writer.hpp"
#include "testing/ech.hpp"
#include "tls/client/extension_answers.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/handshake.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

using Protocols = std::vector<std::string>;

bool contains(ByteView bytes, std::string_view text) {
  return !std::ranges::search(bytes, as_bytes(text)).empty();
}

/// Hides that it wants to speak "secret".
ClientConfig::Builder secretive_client(EchConfigList configs, Protocols outer = {"http/1.1"}) {
  ClientConfig::Builder client = ech_client(std::move(configs));
  client.alpn({"secret"}).ech_outer_alpn(std::move(outer));
  return client;
}

std::shared_ptr<const ServerConfig> server_of(EchKey key, Protocols protocols = {"http/1.1", "secret"}) {
  ServerConfig::Builder server = ech_server(ech_keys(std::move(key)));
  server.alpn(std::move(protocols));
  return build(std::move(server));
}

TEST(EchAlpn, WhatIsHiddenIsAgreedOnAndNotSeen) {
  for (const bool after_retry : {false, true}) {
    EchKey key = ech_key();
    ClientConfig::Builder client = secretive_client(key.config_list());
    Policy policy = classical_policy();
    if (after_retry) policy.key_shares.clear();
    client.policy(policy);
    Pair pair = make_tls_pair(build(std::move(client)), server_of(std::move(key)));

    EXPECT_TRUE(contains(pair.client.output(), "http/1.1"));
    EXPECT_FALSE(contains(pair.client.output(), "secret"));
    ASSERT_TRUE(pair.carry(Side::client));
    if (after_retry) {
      ASSERT_TRUE(pair.carry(Side::server));
      EXPECT_FALSE(contains(pair.client.output(), "secret"));
    }
    ASSERT_TRUE(pair.run());
    EXPECT_EQ(pair.client.info().ech, EchStatus::accepted);
    EXPECT_EQ(pair.client.info().after_hello_retry_request, after_retry);
    EXPECT_EQ(pair.client.info().alpn, "secret");
    EXPECT_EQ(pair.server.info().alpn, "secret");
  }
}

TEST(EchAlpn, AServerThatCanNotReadItChoosesOfWhatIsSeen) {
  for (const bool after_retry : {false, true}) {
    ClientConfig::Builder client = secretive_client(ech_key().config_list());
    Policy policy = classical_policy();
    if (after_retry) policy.key_shares.clear();
    client.policy(policy);
    Pair pair = make_tls_pair(build(std::move(client)), server_of(ech_key()));

    EXPECT_FALSE(pair.run());

    ASSERT_NE(pair.client.error(), nullptr);
    EXPECT_EQ(pair.client.error()->code(), ErrorCode::EchRejected) << pair.client.error()->message();
    EXPECT_FALSE(pair.client.ech()->retry_configs.empty());
    EXPECT_EQ(pair.server.info().alpn, "http/1.1");
  }
}

TEST(EchAlpn, AServerOfTls12ChoosesOfWhatIsSeen) {
  EchKey key = ech_key();
  ClientConfig::Builder client = secretive_client(key.config_list());
  client.policy(Policy::compatible_2026());
  ServerConfig::Builder server = server_builder();
  server.policy(Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2})).add_credential(public_credential());
  server.alpn({"http/1.1", "secret"});
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));

  EXPECT_FALSE(pair.run());

  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_EQ(pair.client.error()->code(), ErrorCode::EchRejected) << pair.client.error()->message();
  EXPECT_EQ(pair.server.info().alpn, "http/1.1");
}

TEST(EchAlpn, NothingNeedsToBeSeen) {
  for (const bool is_read : {true, false}) {
    EchKey key = ech_key();
    ClientConfig::Builder client = secretive_client(is_read ? key.config_list() : ech_key().config_list(), {});
    Pair pair = make_tls_pair(build(std::move(client)), server_of(std::move(key)));
    const auto hello = tls::ClientHello::parse(pair.client.output().subspan(5 + tls::handshake_header_size));
    ASSERT_TRUE(hello);
    EXPECT_FALSE(hello->extensions.has(ExtensionType::application_layer_protocol_negotiation));

    EXPECT_EQ(pair.run(), is_read);

    EXPECT_EQ(pair.client.info().alpn, is_read ? "secret" : "");
    if (!is_read) {
      EXPECT_EQ(pair.client.error()->code(), ErrorCode::EchRejected);
    }
  }
}

TEST(EchAlpn, EachAnswerIsHeldToTheHelloThatItAnswers) {
  const auto config = build(secretive_client(ech_key().config_list()));
  const auto answer = [&](std::string_view protocol, EchStatus ech) {
    Bytes block;
    Writer out(block);
    out.value(ExtensionType::application_layer_protocol_negotiation);
    out.vector16([&] { out.vector16([&] { out.vector8(as_bytes(protocol)); }); });
    return tls::client::chosen_alpn(tls::ExtensionBlock::of_own(block), *config, ech, "EncryptedExtensions");
  };
  EXPECT_EQ(answer("secret", EchStatus::accepted).value(), "secret");
  EXPECT_EQ(answer("http/1.1", EchStatus::rejected).value(), "http/1.1");
  EXPECT_EQ(answer("http/1.1", EchStatus::accepted).error().code(), ErrorCode::AlpnNotOffered);
  EXPECT_EQ(answer("secret", EchStatus::rejected).error().code(), ErrorCode::AlpnNotOffered);
}

TEST(EchAlpn, OverQuicBothMustOfferSomething) {
  const auto open = [](Protocols outer) {
    return QuicConnection::client(build(secretive_client(ech_key().config_list(), std::move(outer))), server_name(),
                                  {});
  };
  EXPECT_TRUE(open({"h3"}));
  EXPECT_EQ(open({}).error().code(), ErrorCode::NoCommonAlpn);
}

TEST(EchAlpn, OfWhichNothingIsHiddenIsRefused) {
  ClientConfig::Builder without = client_builder();
  without.ech_outer_alpn({"http/1.1"});
  EXPECT_EQ(without.build().error().code(), ErrorCode::InvalidConfiguration);
  for (const Protocols& wrong : {Protocols{""}, Protocols{"a", "a"}, Protocols{std::string(256, 'a')}}) {
    EXPECT_EQ(secretive_client(ech_key().config_list(), wrong).build().error().code(), ErrorCode::InvalidConfiguration);
  }
}

}  // namespace
}  // namespace keyway
