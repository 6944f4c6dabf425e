// TLS 1.2's full handshake: every suite, group and key; which version is chosen; what both sides ask of a hello.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "testing/tls12_wire.hpp"
#include "tls/wire/client_hello.hpp"
#include "tls/wire/server_hello.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum ProtocolVersion;

Pair tls12_pair(crypto::KeyType key = crypto::KeyType::p256) {
  return make_tls_pair(client_with(tls12_policy()), server_with(tls12_policy(), key));
}

Policy versions(const std::vector<ProtocolVersion>& kept) {
  return Policy::compatible_2026().narrowed_to(kept);
}

/// What the server makes of the client's hello after `bend` was at it.
template <typename Bend>
Connection server_after(const Policy& server_policy, Bend bend) {
  Pair pair = make_tls_pair(client_with(Policy::compatible_2026()), server_with(server_policy));
  const Bytes hello = plain_messages(drain(pair.client)).front();
  static_cast<void>(feed(pair.server, plain_record(ContentType::handshake, bend(hello))));
  return std::move(pair.server);
}

/// What the client makes of the server's hello after `bend` was at it.
template <typename Bend>
Connection client_after(Bend bend,
                        std::shared_ptr<const ClientConfig> config = client_with(Policy::compatible_2026())) {
  Pair pair = make_tls_pair(std::move(config), server_with(tls12_policy()));
  pair.carry(Side::client);
  const Bytes hello = plain_messages(drain(pair.server)).front();
  static_cast<void>(feed(pair.client, plain_record(ContentType::handshake, bend(hello))));
  return std::move(pair.client);
}

using tls::ClientHello;
using tls::ServerHello;
using enum ExtensionType;

Bytes with_suite(ByteView message, CipherSuite suite) {
  auto hello = ClientHello::parse(message.subspan(tls::handshake_header_size)).value();
  Bytes suites(hello.cipher_suites.bytes().begin(), hello.cipher_suites.bytes().end());
  Writer out(suites);
  out.value(suite);
  hello.cipher_suites = tls::WireList<CipherSuite>(suites);
  Bytes encoded;
  Writer writer(encoded);
  tls::write_handshake(writer, hello);
  return encoded;
}

Bytes for_tls12_alone(ByteView hello) {
  return without_extension<ClientHello>(hello, supported_versions);
}

TEST(Tls12, EverySuiteGroupAndKeyWorks) {
  const Policy policy = tls12_policy();
  for (const tls::SuiteTls12& suite : tls::suites_tls12()) {
    if (suite.key_exchange != tls::KeyExchangeTls12::ecdhe) continue;
    const bool is_rsa = suite.authentication == tls::SuiteAuthentication::rsa;
    const auto keys = is_rsa ? std::vector{crypto::KeyType::rsa}
                             : std::vector{crypto::KeyType::p256, crypto::KeyType::p384, crypto::KeyType::p521,
                                           crypto::KeyType::ed25519};
    for (const NamedGroup group : policy.groups) {
      for (const crypto::KeyType key : keys) {
        Policy narrow = policy;
        narrow.cipher_suites = {suite.id};
        narrow.groups = {group};
        const auto server = server_with(narrow, key);
        // A client's groups are for the certificate's curve, too.
        const auto curve = tls::curve_of(key);
        if (curve && *curve != group) narrow.groups.push_back(*curve);
        Pair pair = make_tls_pair(client_with(narrow), server);

        ASSERT_TRUE(pair.run()) << to_string(suite.id) << ' ' << to_string(group) << ' ' << crypto::to_string(key)
                                << ' ' << why(pair);
        for (const Connection* side : {&pair.client, &pair.server}) {
          EXPECT_EQ(side->info().version, TLS1_2);
          EXPECT_EQ(side->info().cipher_suite, suite.id);
          EXPECT_EQ(side->info().group, group);
        }
        EXPECT_EQ(pair.client.info().signature_scheme, pair.server.info().signature_scheme);
        EXPECT_EQ(pair.transfer(Side::client, "ping"), "ping");
        EXPECT_EQ(pair.transfer(Side::server, std::string(40000, 'x')), std::string(40000, 'x'));
        EXPECT_EQ(pair.transfer(Side::client, "again"), "again");
      }
    }
  }
}

TEST(Tls12, EverySchemeThatFitsTheKeyWorks) {
  for (const SignatureScheme scheme : Policy::compatible_2026().signature_schemes) {
    for (const crypto::KeyType key : {crypto::KeyType::p256, crypto::KeyType::p384, crypto::KeyType::rsa}) {
      if (!crypto::fits_tls12(scheme, key)) continue;
      Policy narrow = tls12_policy();
      narrow.signature_schemes = {scheme};
      Pair pair = make_tls_pair(client_with(narrow), server_with(tls12_policy(), key));
      ASSERT_TRUE(pair.run()) << to_string(scheme) << ' ' << crypto::to_string(key) << ' ' << why(pair);
      EXPECT_EQ(pair.client.info().signature_scheme, scheme);
    }
  }
}

TEST(Tls12, WorksByteByByte) {
  Pair pair = tls12_pair();
  for (int round = 0; round < 4; ++round) {
    for (const Side from : {Side::client, Side::server}) {
      Bytes pending;
      for (const std::uint8_t byte : drain(pair.side(from))) {
        pending.push_back(byte);
        auto received = pair.side(peer_of(from)).receive(pending);
        ASSERT_TRUE(received) << received.error().message();
        pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(received->consumed));
      }
    }
  }
  EXPECT_FALSE(pair.client.is_handshaking());
  EXPECT_FALSE(pair.server.is_handshaking());
}

TEST(Tls12, EndsWithCloseNotify) {
  Pair pair = tls12_pair();
  ASSERT_TRUE(pair.run()) << why(pair);
  pair.client.close();
  pair.run();
  EXPECT_TRUE(pair.server.peer_has_closed());
  EXPECT_EQ(pair.transfer(Side::server, "the rest"), "the rest");
  EXPECT_TRUE(pair.server.end_of_input());
}

TEST(Tls12, TellsAlpnAndServerName) {
  auto client = client_builder();
  client.policy(tls12_policy()).alpn({"h2", "http/1.1"});
  auto server = server_builder();
  server.policy(tls12_policy()).alpn({"http/1.1"});
  Pair pair = make_tls_pair(build(std::move(client)), build(std::move(server)));

  ASSERT_TRUE(pair.run()) << why(pair);

  EXPECT_EQ(pair.client.info().alpn, "http/1.1");
  EXPECT_EQ(pair.server.info().alpn, "http/1.1");
  EXPECT_EQ(pair.server.info().server_name, "shop.localhost");
  ASSERT_NE(pair.client.verdict(), nullptr);
  EXPECT_TRUE(pair.client.verdict()->accepted());
}

TEST(Tls12, HasNoKeyUpdates) {
  Pair pair = tls12_pair();
  ASSERT_TRUE(pair.run()) << why(pair);
  const auto updated = pair.client.update_keys(true);
  ASSERT_FALSE(updated);
  EXPECT_EQ(updated.error().code(), ErrorCode::NotReady);
  EXPECT_EQ(pair.transfer(Side::client, "still well"), "still well");
}

TEST(Tls12, ExportersAgreeAndTellContextsApart) {
  Pair pair = tls12_pair();
  ASSERT_TRUE(pair.run()) << why(pair);
  const auto exported = [](Connection& side, std::optional<ByteView> context) {
    Bytes out(50);
    EXPECT_TRUE(side.export_keying_material("EXPORTER-test", context, out));
    return out;
  };
  const Bytes without = exported(pair.client, std::nullopt);
  const Bytes with_empty = exported(pair.client, ByteView());
  const Bytes with_some = exported(pair.client, as_bytes("context"));

  EXPECT_EQ(without, exported(pair.server, std::nullopt));
  EXPECT_EQ(with_empty, exported(pair.server, ByteView()));
  EXPECT_EQ(with_some, exported(pair.server, as_bytes("context")));
  EXPECT_NE(without, with_empty);
  EXPECT_NE(with_empty, with_some);
  Bytes out(50);
  EXPECT_FALSE(pair.client.export_keying_material("master secret", std::nullopt, out));
}

TEST(Tls12, BothSidesTellTheSameMasterSecret) {
  Tls12Tap client;
  Tls12Tap server;
  Pair pair = make_tls_pair(client_with(tls12_policy()), server_with(tls12_policy()), {.observer = &client},
                            {.observer = &server});
  ASSERT_TRUE(pair.run()) << why(pair);
  EXPECT_EQ(client.master_secret().size(), 48U);
  EXPECT_EQ(client.master_secret(), server.master_secret());
}

TEST(Tls12, TheHighestVersionThatBothHaveIsChosen) {
  const std::array all{versions({TLS1_2}), versions({TLS1_3}), versions({TLS1_2, TLS1_3})};
  for (const Policy& ours : all) {
    for (const Policy& theirs : all) {
      Pair pair = make_tls_pair(client_with(ours), server_with(theirs));
      const bool finished = pair.run();
      if (ours.has(TLS1_3) && theirs.has(TLS1_3)) {
        EXPECT_TRUE(finished && pair.client.info().version == TLS1_3) << ours.name << ", " << theirs.name << why(pair);
      } else if (ours.has(TLS1_2) && theirs.has(TLS1_2)) {
        EXPECT_TRUE(finished && pair.client.info().version == TLS1_2) << ours.name << ", " << theirs.name << why(pair);
      } else {
        EXPECT_EQ(code_of(pair.server), ErrorCode::NoCommonVersion) << ours.name << ", " << theirs.name;
      }
    }
  }
}

TEST(Tls12, AHelloWithoutSupportedVersionsIsAnswered) {
  const Connection server = server_after(Policy::compatible_2026(), for_tls12_alone);
  EXPECT_EQ(code_of(server), std::nullopt);
  EXPECT_EQ(server.info().version, TLS1_2);
}

TEST(Tls12, ADowngradeIsToldByTheServersRandom) {
  Pair pair = make_tls_pair(client_with(Policy::compatible_2026()), server_with(Policy::compatible_2026()));
  const Bytes hello = plain_messages(drain(pair.client)).front();
  static_cast<void>(feed(pair.server, plain_record(ContentType::handshake, for_tls12_alone(hello))));
  EXPECT_EQ(pair.server.info().version, TLS1_2);

  pair.carry(Side::server);

  EXPECT_EQ(code_of(pair.client), ErrorCode::DowngradeDetected);
  EXPECT_EQ(alert_of(pair.client), AlertDescription::illegal_parameter);
}

TEST(Tls12, AFallbackThatIsNotNeededIsRefused) {
  const auto fall_back = [](ByteView hello) {
    return with_suite(for_tls12_alone(hello), CipherSuite::TLS_FALLBACK_SCSV);
  };
  const Connection refusing = server_after(Policy::compatible_2026(), fall_back);
  EXPECT_EQ(code_of(refusing), ErrorCode::InappropriateFallback);
  EXPECT_EQ(alert_of(refusing), AlertDescription::inappropriate_fallback);
  EXPECT_EQ(code_of(server_after(tls12_policy(), fall_back)), std::nullopt);
}

TEST(Tls12, NeitherSideGoesOnWithoutExtendedMasterSecret) {
  const Connection server = server_after(
      tls12_policy(), [](ByteView hello) { return without_extension<ClientHello>(hello, extended_master_secret); });
  EXPECT_EQ(code_of(server), ErrorCode::ExtendedMasterSecretMissing);
  EXPECT_EQ(alert_of(server), AlertDescription::handshake_failure);
  const Connection client =
      client_after([](ByteView hello) { return without_extension<ServerHello>(hello, extended_master_secret); });
  EXPECT_EQ(code_of(client), ErrorCode::ExtendedMasterSecretMissing);
  EXPECT_EQ(alert_of(client), AlertDescription::handshake_failure);
}

TEST(Tls12, AServerWithoutSecureRenegotiationIsTakenWhereThatIsAllowed) {
  ClientConfig::Builder builder = client_builder();
  builder.policy(Policy::compatible_2026()).allow_missing_secure_renegotiation();
  const auto lenient = build(std::move(builder));

  const Connection client =
      client_after([](ByteView hello) { return without_extension<ServerHello>(hello, renegotiation_info); }, lenient);

  EXPECT_EQ(code_of(client), std::nullopt);
  ASSERT_EQ(lenient->weakenings().size(), 1U);
  EXPECT_NE(lenient->weakenings().front().find("renegotiation_info"), std::string::npos);
}

TEST(Tls12, SecureRenegotiationIsIndicated) {
  EXPECT_EQ(
      code_of(client_after([](ByteView hello) { return without_extension<ServerHello>(hello, renegotiation_info); })),
      ErrorCode::SecureRenegotiationMissing);
  EXPECT_EQ(code_of(client_after([](ByteView hello) {
              return with_extension<ServerHello>(without_extension<ServerHello>(hello, renegotiation_info),
                                                 renegotiation_info, Bytes{1, 7});
            })),
            ErrorCode::RenegotiationInfoNotEmpty);
  EXPECT_EQ(code_of(server_after(tls12_policy(),
                                 [](ByteView hello) {
                                   return with_extension<ClientHello>(
                                       without_extension<ClientHello>(hello, renegotiation_info), renegotiation_info,
                                       Bytes{1, 7});
                                 })),
            ErrorCode::RenegotiationInfoNotEmpty);
}

TEST(Tls12, TheSignallingSuiteStandsForRenegotiationInfo) {
  for (const bool signals : {true, false}) {
    Connection server = server_after(tls12_policy(), [&](ByteView hello) {
      const Bytes bare = without_extension<ClientHello>(hello, renegotiation_info);
      return signals ? with_suite(bare, CipherSuite::TLS_EMPTY_RENEGOTIATION_INFO_SCSV) : bare;
    });
    ASSERT_EQ(code_of(server), std::nullopt);
    const Bytes answer = plain_messages(drain(server)).front();
    const auto hello = ServerHello::parse(ByteView(answer).subspan(tls::handshake_header_size)).value();
    EXPECT_EQ(hello.extensions.has(renegotiation_info), signals);
  }
}

TEST(Tls12, ASessionThatWasNotOfferedIsNotResumed) {
  Pair pair = make_tls_pair(client_with(Policy::compatible_2026()), server_with(tls12_policy()));
  const Bytes ours = plain_messages(drain(pair.client)).front();
  const auto hello = ClientHello::parse(ByteView(ours).subspan(tls::handshake_header_size)).value();
  static_cast<void>(feed(pair.server, plain_record(ContentType::handshake, ours)));
  const Bytes theirs = plain_messages(drain(pair.server)).front();
  auto answer = ServerHello::parse(ByteView(theirs).subspan(tls::handshake_header_size)).value();
  EXPECT_TRUE(answer.legacy_session_id_echo.empty());
  answer.legacy_session_id_echo = hello.legacy_session_id;
  Bytes bent;
  Writer out(bent);
  tls::write_handshake(out, answer);

  static_cast<void>(feed(pair.client, plain_record(ContentType::handshake, bent)));

  EXPECT_EQ(code_of(pair.client), ErrorCode::SessionNotOffered);
}

TEST(Tls12, AnExtensionOfTls13AloneIsMisplacedInAServerHello) {
  EXPECT_EQ(
      code_of(client_after([](ByteView hello) { return with_extension<ServerHello>(hello, key_share, Bytes{0, 29}); })),
      ErrorCode::MisplacedExtension);
}

TEST(Tls12, ThePointFormatsNameTheUncompressed) {
  EXPECT_EQ(code_of(server_after(tls12_policy(),
                                 [](ByteView hello) {
                                   return with_extension<ClientHello>(
                                       without_extension<ClientHello>(hello, ec_point_formats), ec_point_formats,
                                       Bytes{1, 1});
                                 })),
            ErrorCode::InvalidValue);
}

TEST(Tls12, AKeyThatTheSuitesDoNotFitFindsNoSuite) {
  Policy ecdsa_alone = tls12_policy();
  ecdsa_alone.cipher_suites = {CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256};
  Pair pair = make_tls_pair(client_with(ecdsa_alone), server_with(tls12_policy(), crypto::KeyType::rsa));
  EXPECT_FALSE(pair.run());
  EXPECT_EQ(code_of(pair.server), ErrorCode::NoCommonCipherSuite);
}

// ------------------------------------------------------------------------------------------------ pauses

TEST(Tls12, PausesForTheVerdictAndGoesOn) {
  auto client = client_builder();
  client.policy(tls12_policy()).pause_for_verification();
  Pair pair = make_tls_pair(build(std::move(client)), server_with(tls12_policy()));
  pair.run();
  ASSERT_EQ(pair.client.pause(), Pause::verification);
  ASSERT_EQ(pair.client.pending_chain().size(), 2U);
  const x509::Verifier verifier(provider(), shared_trust(), {}, {}, {});
  const ServerName name = keyway::testing::server_name();

  ASSERT_TRUE(pair.client.resume(
      answer::Verified{verifier.verify(pair.client.pending_chain(), &name, x509::Purpose::server, test_now)}));

  EXPECT_TRUE(pair.run()) << why(pair);
}

TEST(Tls12, PausesForHelloCredentialAndSignature) {
  ServerConfig::Builder builder;
  builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).policy(tls12_policy());
  builder.pause_for_client_hello().pause_for_credential();
  Pair pair = make_tls_pair(client_with(tls12_policy()), build(std::move(builder)));
  pair.run();
  ASSERT_EQ(pair.server.pause(), Pause::client_hello);
  ASSERT_TRUE(pair.server.resume(answer::Proceed{}));
  ASSERT_EQ(pair.server.pause(), Pause::credential);
  EXPECT_EQ(pair.server.pending_client_hello()->server_name(), "shop.localhost");
  ASSERT_TRUE(pair.server.resume(
      answer::UseCredential{Credential::with_remote_key(shared_leaf().chain_certificates(), *provider()).value()}));
  ASSERT_EQ(pair.server.pause(), Pause::signature);
  const auto pending = pair.server.pending_signature();
  Bytes signature;
  ASSERT_TRUE(shared_leaf().key->sign(*crypto::algorithm_of(pending->scheme), pending->content, signature));
  ASSERT_TRUE(pair.server.resume(answer::Signature{signature}));

  EXPECT_TRUE(pair.run()) << why(pair);
  EXPECT_EQ(pair.transfer(Side::client, "hello"), "hello");
}

}  // namespace
}  // namespace keyway
