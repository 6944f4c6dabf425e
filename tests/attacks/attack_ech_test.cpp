// Attack 6: what an encrypted ClientHello says of its own lengths, references and kind; and what somebody on the way,
// or a server that has none of its keys, can make of it (RFC 9849 10).

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>

#include "core/writer.hpp"
#include "testing/ech.hpp"
#include "tls/client/encrypted_hello.hpp"
#include "tls/server/inner_hello.hpp"
#include "tls/wire/handshake.hpp"
#include "tls/wire/hello_places.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

// ------------------------------------------------------------------------------------------------ the encoded hello

/// A ClientHello's body with these extensions, written one after the other.
Bytes hello_with(ByteView extensions, ByteView session_id = {}) {
  Bytes body;
  Writer out(body);
  out.u16(0x0303);
  out.bytes(Bytes(32, 7));
  out.vector8(session_id);
  out.vector16(Bytes{0x13, 0x01});
  out.vector8(Bytes{0});
  out.vector16(extensions);
  return body;
}

void add(Bytes& extensions, ExtensionType type, ByteView body) {
  Writer out(extensions);
  out.value(type);
  out.vector16(body);
}

Bytes names(const std::vector<ExtensionType>& types) {
  Bytes body;
  Writer out(body);
  out.vector8([&] {
    for (const ExtensionType type : types) out.value(type);
  });
  return body;
}

class AttackByInnerHello : public ::testing::Test {
 protected:
  void SetUp() override {
    Bytes extensions;
    add(extensions, ExtensionType::supported_groups, Bytes{0, 2, 0, 29});
    add(extensions, ExtensionType{0x4242}, Bytes(40, 1));
    add(extensions, ExtensionType::encrypted_client_hello, Bytes{1});
    add(extensions, ExtensionType::key_share, Bytes(50, 2));
    outer_bytes_ = hello_with(extensions, Bytes(32, 9));
    outer_ = tls::ClientHello::parse(outer_bytes_).value();
  }

  /// An encoded hello that leans on these extensions of the outer one.
  [[nodiscard]] Result<Bytes> with_references(const std::vector<ExtensionType>& types) const {
    Bytes extensions;
    add(extensions, ExtensionType::ech_outer_extensions, names(types));
    return tls::server::reconstruct_inner_hello(hello_with(extensions), outer_);
  }
  [[nodiscard]] ErrorCode refusal_of(const std::vector<ExtensionType>& types) const {
    const auto made = with_references(types);
    if (made) return ErrorCode::NotReady;
    EXPECT_EQ(made.error().alert(), AlertDescription::illegal_parameter);
    return made.error().code();
  }

  Bytes outer_bytes_;
  tls::ClientHello outer_;
};

using enum ExtensionType;

TEST_F(AttackByInnerHello, ReferencesAreTakenOnceAndInOrderAlone) {
  EXPECT_TRUE(with_references({supported_groups, key_share}));
  EXPECT_EQ(refusal_of({key_share, supported_groups}), ErrorCode::InvalidOuterExtension);
  EXPECT_EQ(refusal_of({supported_groups, supported_groups}), ErrorCode::InvalidOuterExtension);
  EXPECT_EQ(refusal_of({server_name}), ErrorCode::InvalidOuterExtension);
}

TEST_F(AttackByInnerHello, AReferenceToTheOuterExtensionItselfIsRefused) {
  EXPECT_EQ(refusal_of({encrypted_client_hello}), ErrorCode::InvalidOuterExtension);
  EXPECT_EQ(refusal_of({ech_outer_extensions}), ErrorCode::InvalidOuterExtension);
}

TEST_F(AttackByInnerHello, TwoListsOfReferencesAreRefused) {
  Bytes extensions;
  add(extensions, ech_outer_extensions, names({supported_groups}));
  add(extensions, ech_outer_extensions, names({key_share}));
  EXPECT_FALSE(tls::server::reconstruct_inner_hello(hello_with(extensions), outer_));
}

TEST_F(AttackByInnerHello, AnEmptyOrCutListOfReferencesIsRefused) {
  for (const Bytes& body : {Bytes{0}, Bytes{1, 0}, Bytes{4, 0, 10}, Bytes{2, 0, 10, 0}}) {
    Bytes extensions;
    add(extensions, ech_outer_extensions, body);
    const auto made = tls::server::reconstruct_inner_hello(hello_with(extensions), outer_);
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().alert(), AlertDescription::illegal_parameter);
  }
}

TEST_F(AttackByInnerHello, EveryTruncationGivesADefinedError) {
  Bytes extensions;
  add(extensions, server_name, Bytes{0, 6, 0, 0, 3, 'a', '.', 'b'});
  const Bytes whole = hello_with(extensions);
  ASSERT_TRUE(tls::server::reconstruct_inner_hello(whole, outer_));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(tls::server::reconstruct_inner_hello(ByteView(whole).first(size), outer_)) << size;
  }
}

TEST_F(AttackByInnerHello, PaddingIsZerosAndTheSessionIdIsTheOuterOnes) {
  Bytes padded = hello_with({});
  padded.resize(padded.size() + 100);
  const auto made = tls::server::reconstruct_inner_hello(padded, outer_);
  ASSERT_TRUE(made);
  const auto hello = tls::ClientHello::parse(ByteView(*made).subspan(tls::handshake_header_size));
  EXPECT_TRUE(std::ranges::equal(hello->legacy_session_id, outer_.legacy_session_id));
  padded.back() = 1;
  EXPECT_FALSE(tls::server::reconstruct_inner_hello(padded, outer_));
  EXPECT_FALSE(tls::server::reconstruct_inner_hello(hello_with({}, Bytes(32, 9)), outer_));
}

TEST_F(AttackByInnerHello, IsNeverLongerThanWhatWasSentAndTakesLinearTime) {
  // As many extensions as fit, each named, and a list of names that runs to the end again and again.
  Bytes extensions;
  std::vector<ExtensionType> types;
  for (unsigned code = 0x5000; code < 0x5000 + 127; ++code) {
    add(extensions, ExtensionType{static_cast<std::uint16_t>(code)}, Bytes(500, 3));
    types.push_back(ExtensionType{static_cast<std::uint16_t>(code)});
  }
  const Bytes outer_bytes = hello_with(extensions);
  const auto outer = tls::ClientHello::parse(outer_bytes).value();
  Bytes inner;
  add(inner, ech_outer_extensions, names(types));
  const auto made = tls::server::reconstruct_inner_hello(hello_with(inner), outer);
  ASSERT_TRUE(made);
  EXPECT_LT(made->size(), outer_bytes.size() + 100);
}

// ------------------------------------------------------------------------------------------------ on the way

TEST(AttackOnEch, AWrongCertificateForThePublicNameIsNoRejection) {
  // A server that has none of the keys, nor the public name's certificate: what it sends to come back with is nobody's.
  ServerConfig::Builder server = server_builder();
  server.unknown_name(UnknownName::use_default).ech_keys(ech_keys(ech_key()));
  Pair pair = make_tls_pair(build(ech_client(ech_key().config_list())), build(std::move(server)));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.client), ErrorCode::NameMismatch);
  EXPECT_EQ(pair.client.info().ech, EchStatus::rejected);
  EXPECT_TRUE(pair.client.ech()->retry_configs.empty());
}

TEST(AttackOnEch, ARejectionNeverEndsInAConnection) {
  ClientConfig::Builder client = client_builder();
  client.ech(ech_key().config_list()).without_certificate_verification();
  Pair pair = make_tls_pair(build(std::move(client)), build(ech_server(ech_keys(ech_key()))));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.client), ErrorCode::EchRejected);
  EXPECT_FALSE(pair.client.can_send());
}

/// The client's first flight with one byte changed.
Bytes changed_flight(Pair& pair, std::size_t at) {
  Bytes flight = drain(pair.client);
  flight[at] ^= 1;
  return flight;
}

TEST(AttackOnEch, AnOuterHelloThatWasChangedIsNotOpened) {
  EchKey key = ech_key();
  const auto client = build(ech_client(key.config_list()));
  const auto server = build(ech_server(ech_keys(std::move(key))));
  constexpr std::size_t in_random = 5 + 4 + 2 + 3;
  Pair pair = make_tls_pair(client, server);
  static_cast<void>(feed(pair.server, changed_flight(pair, in_random)));
  EXPECT_EQ(pair.server.info().ech, EchStatus::rejected);
  EXPECT_EQ(pair.server.info().server_name, "public.localhost");
  pair.run();
  EXPECT_NE(pair.client.error(), nullptr);
}

TEST(AttackOnEch, AConfirmationThatWasChangedIsARejectionThatFails) {
  EchKey key = ech_key();
  const auto client = build(ech_client(key.config_list()));
  Pair pair = make_tls_pair(client, build(ech_server(ech_keys(std::move(key)))));
  ASSERT_TRUE(pair.carry(Side::client));
  Bytes flight = drain(pair.server);
  flight[5 + 4 + 2 + 31] ^= 1;  // the last byte of ServerHello.random
  static_cast<void>(feed(pair.client, flight));
  EXPECT_EQ(pair.client.info().ech, EchStatus::rejected);
  EXPECT_EQ(code_of(pair.client), ErrorCode::BadRecordMac);  // the transcripts differ
}

TEST(AttackOnEch, ASecondHelloOfAnotherKindIsRefused) {
  // RFC 9849 7.1.1: once opened, the second is to be opened, too, as it is.
  EchKey key = ech_key();
  ClientConfig::Builder builder = ech_client(key.config_list());
  Policy policy = classical_policy();
  policy.key_shares.clear();
  builder.policy(policy);
  const auto client = build(std::move(builder));
  const auto server = build(ech_server(ech_keys(std::move(key))));
  Pair pair = make_tls_pair(client, server);
  ASSERT_TRUE(pair.carry(Side::client));
  ASSERT_TRUE(pair.carry(Side::server));
  Bytes flight = drain(pair.client);
  const std::size_t record = 6 + 5;  // behind ChangeCipherSpec, and the record's header
  const auto hello = tls::ClientHello::parse(ByteView(flight).subspan(record + tls::handshake_header_size));
  ASSERT_TRUE(hello);
  const auto payload = tls::find_ech_payload(hello->extensions, flight.size() - record);
  ASSERT_TRUE(payload);
  flight[record + payload->begin] ^= 1;
  static_cast<void>(feed(pair.server, flight));
  EXPECT_EQ(code_of(pair.server), ErrorCode::EchNotOpened);
  EXPECT_EQ(pair.server.error()->alert(), AlertDescription::decrypt_error);
}

TEST(AttackOnEch, TheHiddenNameIsInNoMessageInTheClear) {
  EchKey key = ech_key();
  const auto client = build(ech_client(key.config_list()));
  Pair pair = make_tls_pair(client, build(ech_server(ech_keys(std::move(key)))));
  Bytes wire;
  for (int i = 0; i < 4; ++i) {
    for (const Side side : {Side::client, Side::server}) {
      const ByteView out = pair.side(side).output();
      wire.insert(wire.end(), out.begin(), out.end());
      pair.carry(side);
    }
  }
  EXPECT_FALSE(pair.client.is_handshaking());
  EXPECT_TRUE(std::ranges::search(wire, as_bytes("shop.localhost")).empty());
}

}  // namespace
}  // namespace keyway
