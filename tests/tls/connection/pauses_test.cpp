// The pauses for the application's own decisions, each with every answer, right and wrong; what lies in the caller's
// buffer meanwhile.

#include <gtest/gtest.h>

#include <array>
#include <functional>

#include "testing/refusal.hpp"
#include "testing/wire_tap.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;

std::shared_ptr<const Credential> remote_credential() {
  static const auto credential = Credential::with_remote_key(shared_leaf().chain_certificates(), *provider()).value();
  return credential;
}

std::shared_ptr<const ServerConfig> server_that_pauses(Pause pause) {
  ServerConfig::Builder builder;
  builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now));
  if (pause == Pause::client_hello) builder.pause_for_client_hello().add_credential(shared_credential());
  if (pause == Pause::credential) builder.pause_for_credential();
  if (pause == Pause::signature) builder.add_credential(remote_credential());
  if (pause == Pause::verification) builder.add_credential(shared_credential());
  return build(std::move(builder));
}

std::shared_ptr<const ClientConfig> client_that_pauses(Pause pause) {
  auto builder = client_builder();
  if (pause == Pause::verification) builder.pause_for_verification();
  return build(std::move(builder));
}

/// A pair brought to the pause, and the side that waits.
struct Paused {
  Pair pair;
  Side side;
  [[nodiscard]] Connection& waiting() { return pair.side(side); }
};

Paused bring_to(Pause pause) {
  Paused paused{make_tls_pair(client_that_pauses(pause), server_that_pauses(pause)),
                pause == Pause::verification ? Side::client : Side::server};
  paused.pair.run();
  return paused;
}

x509::Verdict judged(Connection& client) {
  const x509::Verifier verifier(provider(), shared_trust(), {}, {}, {});
  const ServerName name = server_name();
  return verifier.verify(client.pending_chain(), &name, x509::Purpose::server, test_now);
}

Answer right_answer(Pause pause, Connection& waiting) {
  switch (pause) {
    case Pause::client_hello:
      return answer::Proceed{};
    case Pause::credential:
      return answer::UseCredential{shared_credential()};
    case Pause::signature: {
      const auto pending = waiting.pending_signature();
      Bytes signature;
      const auto algorithm = crypto::algorithm_of(pending->scheme);
      if (!shared_leaf().key->sign(*algorithm, pending->content, signature)) return answer::Refuse{};
      return answer::Signature{signature};
    }
    case Pause::verification:
      return answer::Verified{judged(waiting)};
    default:  // those of answers_later_test.cpp
      return answer::Refuse{};
  }
}

constexpr std::array every_pause{Pause::client_hello, Pause::credential, Pause::signature, Pause::verification};

class Pauses : public ::testing::TestWithParam<Pause> {};

TEST_P(Pauses, GoOnWithTheRightAnswer) {
  Paused paused = bring_to(GetParam());
  ASSERT_EQ(paused.waiting().pause(), GetParam());
  EXPECT_TRUE(paused.waiting().is_handshaking());
  EXPECT_FALSE(paused.waiting().can_send());

  ASSERT_TRUE(paused.waiting().resume(right_answer(GetParam(), paused.waiting())));

  EXPECT_EQ(paused.waiting().pause(), std::nullopt);
  EXPECT_TRUE(paused.pair.run());
  EXPECT_EQ(paused.pair.transfer(Side::client, "hello"), "hello");
  EXPECT_EQ(paused.pair.transfer(Side::server, "hello too"), "hello too");
}

TEST_P(Pauses, EndWithARefusalAndItsAlert) {
  Paused paused = bring_to(GetParam());

  EXPECT_FALSE(paused.waiting().resume(answer::Refuse{AlertDescription::insufficient_security}));

  ASSERT_NE(paused.waiting().error(), nullptr);
  EXPECT_EQ(paused.waiting().pause(), std::nullopt);
  paused.pair.run();
  const Error* told = paused.pair.side(peer_of(paused.side)).error();
  ASSERT_NE(told, nullptr);
  EXPECT_EQ(told->code(), ErrorCode::AlertReceived);
  EXPECT_EQ(told->alert(), AlertDescription::insufficient_security);
  EXPECT_FALSE(paused.waiting().resume(answer::Proceed{}));
}

TEST_P(Pauses, BearAnAnswerOfAnotherKind) {
  for (const Pause other : every_pause) {
    if (other == GetParam()) continue;
    Paused paused = bring_to(GetParam());
    Answer wrong;
    if (other == Pause::credential) wrong = answer::UseCredential{shared_credential()};
    if (other == Pause::signature) wrong = answer::Signature{Bytes(70, 1)};
    if (other == Pause::verification) wrong = answer::Verified{x509::Verdict::accept({}, {})};

    const auto refused = paused.waiting().resume(wrong);

    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().code(), ErrorCode::NotReady);
    EXPECT_EQ(paused.waiting().error(), nullptr) << "a mistake of the caller's breaks nothing";
    EXPECT_EQ(paused.waiting().pause(), GetParam());
    ASSERT_TRUE(paused.waiting().resume(right_answer(GetParam(), paused.waiting())));
    EXPECT_TRUE(paused.pair.run());
  }
}

TEST_P(Pauses, BearAnAnswerThatHoldsNothing) {
  const std::vector<Answer> empty{answer::UseConfig{}, answer::UseCredential{}};
  for (const Answer& each : empty) {
    Paused paused = bring_to(GetParam());
    EXPECT_FALSE(paused.waiting().resume(each));
    EXPECT_EQ(paused.waiting().pause(), GetParam());
    EXPECT_EQ(paused.waiting().error(), nullptr);
  }
}

TEST_P(Pauses, TakeNoBytesMeanwhile) {
  Paused paused = bring_to(GetParam());
  Bytes input(100, 0xee);
  const Bytes before = input;

  const auto received = paused.waiting().receive(input);

  ASSERT_TRUE(received);
  EXPECT_EQ(received->consumed, 0U);
  EXPECT_TRUE(received->application_data.empty());
  EXPECT_EQ(input, before);
  EXPECT_EQ(paused.waiting().pause(), GetParam());
}

TEST_P(Pauses, HoldNothingOfTheCallersBuffer) {
  Paused paused{make_tls_pair(client_that_pauses(GetParam()), server_that_pauses(GetParam())),
                GetParam() == Pause::verification ? Side::client : Side::server};
  if (paused.side == Side::client) paused.pair.carry(Side::client);
  Bytes buffer = drain(paused.pair.side(peer_of(paused.side)));
  std::size_t consumed = 0;
  while (!paused.waiting().pause()) {
    const auto received = paused.waiting().receive(ByteSpan(buffer).subspan(consumed));
    ASSERT_TRUE(received) << received.error().message();
    consumed += received->consumed;
  }
  // What was not consumed is the caller's to give again; what was may be overwritten.
  const Bytes rest(buffer.begin() + static_cast<std::ptrdiff_t>(consumed), buffer.end());
  std::ranges::fill(buffer, std::uint8_t{0xaa});
  Bytes().swap(buffer);

  ASSERT_TRUE(paused.waiting().resume(right_answer(GetParam(), paused.waiting())));
  static_cast<void>(feed(paused.waiting(), rest));

  EXPECT_TRUE(paused.pair.run());
  EXPECT_EQ(paused.pair.transfer(Side::client, "on"), "on");
}

TEST_P(Pauses, EndWithTheTransport) {
  Paused paused = bring_to(GetParam());
  const auto end = paused.waiting().end_of_input();
  ASSERT_FALSE(end);
  EXPECT_EQ(end.error().code(), ErrorCode::PeerClosedInHandshake);
  EXPECT_EQ(paused.waiting().pause(), std::nullopt);
}

TEST_P(Pauses, SurviveAMoveOfTheConnection) {
  Paused paused = bring_to(GetParam());
  Connection moved = std::move(paused.waiting());
  paused.pair.side(paused.side) = std::move(moved);
  ASSERT_TRUE(paused.waiting().resume(right_answer(GetParam(), paused.waiting())));
  EXPECT_TRUE(paused.pair.run());
}

TEST_P(Pauses, EndWithClose) {
  Paused paused = bring_to(GetParam());
  paused.waiting().close();
  EXPECT_EQ(paused.waiting().pause(), std::nullopt);
  const auto resumed = paused.waiting().resume(answer::Proceed{});
  ASSERT_FALSE(resumed);
  static_cast<void>(paused.pair.carry(paused.side));
  ASSERT_NE(paused.pair.side(peer_of(paused.side)).error(), nullptr);
  EXPECT_EQ(paused.pair.side(peer_of(paused.side)).error()->code(), ErrorCode::PeerClosedInHandshake);
}

std::string pause_name(const ::testing::TestParamInfo<Pause>& info) {
  return std::string(to_string(info.param));
}
INSTANTIATE_TEST_SUITE_P(Each, Pauses, ::testing::ValuesIn(every_pause), pause_name);

TEST(NoPause, TakesNoAnswer) {
  Pair pair = make_connected_pair();
  const auto resumed = pair.server.resume(answer::Proceed{});
  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code(), ErrorCode::NotReady);
  EXPECT_EQ(pair.transfer(Side::client, "still well"), "still well");
}

TEST(PauseForClientHello, ShowsWhatTheClientSaid) {
  Paused paused = bring_to(Pause::client_hello);
  const auto hello = paused.waiting().pending_client_hello();
  ASSERT_TRUE(hello);
  EXPECT_EQ(hello->server_name(), "shop.localhost");
  EXPECT_EQ(hello->cipher_suites(), classical_policy().cipher_suites);
  EXPECT_EQ(hello->versions(), std::vector{ProtocolVersion::TLS1_3});
  EXPECT_TRUE(paused.waiting().output().empty());
}

TEST(PauseForClientHello, GoesOnWithAnotherConfiguration) {
  const auto other = [] {
    auto builder = server_builder(crypto::KeyType::ed25519);
    Policy policy = classical_policy();
    policy.cipher_suites = {CipherSuite::TLS_CHACHA20_POLY1305_SHA256};
    builder.policy(policy).alpn({"other"});
    return build(std::move(builder));
  };
  auto client = client_builder();
  client.alpn({"other"});
  Pair pair = make_tls_pair(build(std::move(client)), server_that_pauses(Pause::client_hello));
  pair.run();

  ASSERT_TRUE(pair.server.resume(answer::UseConfig{other()}));  // the connection alone keeps it alive

  ASSERT_TRUE(pair.run());
  EXPECT_EQ(pair.server.info().cipher_suite, CipherSuite::TLS_CHACHA20_POLY1305_SHA256);
  EXPECT_EQ(pair.server.info().signature_scheme, SignatureScheme::ed25519);
  EXPECT_EQ(pair.client.info().alpn, "other");
  EXPECT_EQ(pair.transfer(Side::server, "from the other"), "from the other");
}

TEST(PauseForClientHello, HandsObserversAndRecordSizesOverToTheOtherConfiguration) {
  const auto tap = std::make_shared<WireTap>();
  auto builder = server_builder();
  builder.observe(tap).max_fragment(512);
  Pair pair = make_tls_pair(nullptr, server_that_pauses(Pause::client_hello));
  pair.run();
  ASSERT_TRUE(pair.server.resume(answer::UseConfig{build(std::move(builder))}));
  ASSERT_TRUE(pair.run());
  EXPECT_TRUE(tap->knows(SecretLabel::SERVER_TRAFFIC_SECRET));
  EXPECT_GE(pair.server.sealed_size(5120), 5120U + 10 * 22);
  EXPECT_EQ(pair.transfer(Side::server, std::string(5120, 'x')).size(), 5120U);
}

TEST(PauseForClientHello, AnotherConfigurationMayPauseForItsCredential) {
  Pair pair = make_tls_pair(nullptr, server_that_pauses(Pause::client_hello));
  pair.run();
  ASSERT_TRUE(pair.server.resume(answer::UseConfig{server_that_pauses(Pause::credential)}));
  ASSERT_EQ(pair.server.pause(), Pause::credential);
  ASSERT_TRUE(pair.server.resume(answer::UseCredential{remote_credential()}));
  ASSERT_EQ(pair.server.pause(), Pause::signature);
  ASSERT_TRUE(pair.server.resume(right_answer(Pause::signature, pair.server)));
  EXPECT_TRUE(pair.run());
}

TEST(PauseForCredential, EndsWhereTheKeyFitsNoSchemeOfTheClient) {
  Policy only_ed25519 = classical_policy();
  only_ed25519.signature_schemes = {SignatureScheme::ed25519};
  auto client = client_builder();
  client.policy(only_ed25519);
  Pair pair = make_tls_pair(build(std::move(client)), server_that_pauses(Pause::credential));
  pair.run();
  ASSERT_EQ(pair.server.pause(), Pause::credential);
  EXPECT_FALSE(pair.server.resume(answer::UseCredential{shared_credential()}));
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCommonSignatureScheme);
}

TEST(PauseForCredential, ComesBeforeARetryAndOnlyOnce) {
  ServerConfig::Builder builder;
  Policy retries = classical_policy();
  retries.groups = {NamedGroup::secp256r1};
  retries.key_shares = {};
  builder.provider(provider()).clock(std::make_shared<FixedClock>(test_now)).policy(retries).pause_for_credential();
  Pair pair = make_tls_pair(nullptr, build(std::move(builder)));
  pair.run();
  ASSERT_EQ(pair.server.pause(), Pause::credential);
  ASSERT_TRUE(pair.server.resume(answer::UseCredential{remote_credential()}));
  pair.run();
  ASSERT_EQ(pair.server.pause(), Pause::signature);
  EXPECT_TRUE(pair.server.info().after_hello_retry_request);
  ASSERT_TRUE(pair.server.resume(right_answer(Pause::signature, pair.server)));
  EXPECT_TRUE(pair.run());
}

TEST(PauseForSignature, RefusesWhatNoKeyMakes) {
  for (const std::size_t size : {std::size_t{0}, crypto::max_signature_size + 1, std::size_t{70000}}) {
    Paused paused = bring_to(Pause::signature);
    const auto resumed = paused.waiting().resume(answer::Signature{Bytes(size, 1)});
    ASSERT_FALSE(resumed) << size;
    EXPECT_EQ(resumed.error().code(), ErrorCode::SigningFailed);
    paused.pair.run();
    EXPECT_EQ(paused.pair.client.error()->alert(), AlertDescription::internal_error);
  }
}

TEST(PauseForSignature, AWrongOneIsFoundByTheClient) {
  Paused paused = bring_to(Pause::signature);
  ASSERT_TRUE(paused.waiting().resume(answer::Signature{Bytes(70, 1)}));
  EXPECT_FALSE(paused.pair.run());
  EXPECT_EQ(paused.pair.client.error()->code(), ErrorCode::BadHandshakeSignature);
  EXPECT_EQ(paused.pair.server.error()->alert(), AlertDescription::decrypt_error);
}

TEST(PauseForVerification, ShowsTheChainAndObeysTheVerdict) {
  Paused paused = bring_to(Pause::verification);
  const auto chain = paused.waiting().pending_chain();
  ASSERT_EQ(chain.size(), shared_leaf().chain.size());
  for (std::size_t i = 0; i < chain.size(); ++i) EXPECT_TRUE(std::ranges::equal(chain[i], shared_leaf().chain[i]));

  const x509::Verifier verifier(provider(), shared_trust(), {}, {}, {});
  const ServerName other = server_name("bank.localhost");
  const auto verdict = verifier.verify(chain, &other, x509::Purpose::server, test_now);
  ASSERT_FALSE(verdict.accepted());
  const auto resumed = paused.waiting().resume(answer::Verified{verdict});

  ASSERT_FALSE(resumed);
  EXPECT_EQ(resumed.error().code(), ErrorCode::NameMismatch);
  paused.pair.run();
  EXPECT_EQ(paused.pair.server.error()->alert(), AlertDescription::bad_certificate);
}

TEST(PauseForVerification, TakesAVerdictForMessagesThatComeLater) {
  // Here CertificateVerify and Finished come in records of their own, while the client waits.
  ScriptedServer peer(client_that_pauses(Pause::verification));
  peer.say_until(HandshakeType::certificate);
  peer.say(ScriptedServer::certificate());
  ASSERT_EQ(peer.subject().pause(), Pause::verification) << peer.why();
  ASSERT_TRUE(peer.subject().resume(answer::Verified{judged(peer.subject())}));
  peer.say(peer.certificate_verify());
  peer.say(peer.finished());
  EXPECT_FALSE(peer.subject().is_handshaking()) << peer.why();
}

TEST(PauseForVerification, AForgedMessageBehindThePauseIsFoundOnResume) {
  ScriptedServer peer(client_that_pauses(Pause::verification));
  peer.say_until(HandshakeType::certificate);
  Bytes record = ScriptedServer::certificate();
  const Bytes finished = message_of(HandshakeType::finished, Bytes(32));
  record.insert(record.end(), finished.begin(), finished.end());
  peer.put(ContentType::handshake, record);
  ASSERT_EQ(peer.subject().pause(), Pause::verification);
  EXPECT_FALSE(peer.subject().resume(answer::Verified{judged(peer.subject())}));
  EXPECT_EQ(peer.refusal(), ErrorCode::UnexpectedMessage);
}

}  // namespace
}  // namespace keyway
