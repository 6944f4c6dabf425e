// Clients that are asked for a certificate once the handshake is done (RFC 8446 4.6.2), and ticket requests (RFC 9149).

#include <gtest/gtest.h>

#include "testing/client_identity.hpp"
#include "testing/pair.hpp"
#include "testing/refusal.hpp"
#include "tls/connection/resumption_testing.hpp"
#include "tls/wire/certificate.hpp"

namespace keyway {
namespace {

using namespace keyway::testing;
using enum HandshakeType;

ServerConfig::Builder late_server(bool is_required = false) {
  ServerConfig::Builder builder = server_builder();
  if (is_required) builder.require_client_certificate(shared_trust());
  if (!is_required) builder.ask_for_client_certificate(shared_trust());
  builder.ask_clients_later();
  return builder;
}

ClientConfig::Builder late_client(bool has_credential = true) {
  ClientConfig::Builder builder = client_builder();
  builder.allow_late_authentication();
  if (has_credential) builder.add_credential(shared_client_credential());
  return builder;
}

/// Moves all that waits.
void settle(Pair& pair) {
  while (pair.carry(Side::server) || pair.carry(Side::client)) {
  }
}

TEST(LateAuthentication, OfAClientThatShowsWhoItIs) {
  Pair pair = make_connected_pair(build(late_client()), build(late_server()));
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::possible);
  EXPECT_TRUE(pair.server.peer_chain().empty());
  EXPECT_EQ(pair.transfer(Side::client, "before"), "before");
  ASSERT_TRUE(pair.server.request_client_certificate());
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::requested);
  settle(pair);
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::proven);
  EXPECT_EQ(pair.client.info().late_authentication, ClientProofLater::proven);
  ASSERT_NE(pair.server.verdict(), nullptr);
  EXPECT_TRUE(pair.server.verdict()->accepted());
  ASSERT_FALSE(pair.server.peer_chain().empty());
  EXPECT_EQ(pair.server.peer_chain().front(), shared_client_leaf().der);
  EXPECT_EQ(pair.transfer(Side::client, "after"), "after");
}

TEST(LateAuthentication, CanBeAskedForAgainAndAfterKeyUpdates) {
  Pair pair = make_connected_pair(build(late_client()), build(late_server()));
  for (int i = 0; i < 8; ++i) {
    ASSERT_TRUE(pair.server.request_client_certificate()) << i;
    EXPECT_FALSE(pair.server.request_client_certificate());  // one at a time
    settle(pair);
    ASSERT_EQ(pair.server.info().late_authentication, ClientProofLater::proven) << i;
    ASSERT_TRUE(pair.client.update_keys(true));
    settle(pair);
    ASSERT_EQ(pair.transfer(Side::server, "data"), "data");
    ASSERT_EQ(pair.transfer(Side::client, "data"), "data");
  }
  ASSERT_TRUE(pair.server.request_client_certificate());
  settle(pair);
  EXPECT_EQ(pair.client.error()->code(), ErrorCode::UnexpectedMessage);  // a ninth
}

TEST(LateAuthentication, OfAClientWithNothingToShowIsDeclined) {
  Pair pair = make_connected_pair(build(late_client(false)), build(late_server()));
  ASSERT_TRUE(pair.server.request_client_certificate());
  settle(pair);
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::declined);
  EXPECT_EQ(pair.client.info().late_authentication, ClientProofLater::declined);
  EXPECT_EQ(pair.transfer(Side::client, "still here"), "still here");
}

TEST(LateAuthentication, ThatIsRequiredEndsTheConnectionWhereThereIsNone) {
  Pair pair = make_connected_pair(build(late_client(false)), build(late_server(true)));
  ASSERT_TRUE(pair.server.request_client_certificate());
  settle(pair);
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::NoCertificateSent);
}

TEST(LateAuthentication, IsNotThereWhereOneSideDoesNotAllowIt) {
  for (const bool client_allows : {true, false}) {
    Pair pair = make_connected_pair(build(client_allows ? late_client() : client_builder()),
                                    build(client_allows ? server_builder() : late_server()));
    EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::off);
    EXPECT_FALSE(pair.server.request_client_certificate());
  }
}

TEST(LateAuthentication, WorksAfterAResumptionToo) {
  const auto client = build(late_client());
  const auto server = build(late_server());
  Pair first = make_connected_pair(client, server);
  static_cast<void>(first.transfer(Side::server, "tickets"));
  Pair pair = make_connected_pair(client, server);
  EXPECT_TRUE(pair.server.info().is_resumption);
  ASSERT_TRUE(pair.server.request_client_certificate());
  settle(pair);
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::proven);
}

TEST(LateAuthentication, OfAClientThatIsNotTrustedEndsTheConnection) {
  ServerConfig::Builder builder = server_builder();
  const TestAuthority other;
  auto trust = std::make_shared<x509::TrustStore>();
  trust->add(other.root().certificate());
  builder.ask_for_client_certificate(trust).ask_clients_later();
  Pair pair = make_connected_pair(build(late_client()), build(std::move(builder)));
  ASSERT_TRUE(pair.server.request_client_certificate());
  settle(pair);
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::requested);
}

TEST(LateAuthentication, SettingsThatContradictItDontBuild) {
  ServerConfig::Builder nobody = server_builder();
  nobody.ask_clients_later();
  EXPECT_EQ(nobody.build().error().code(), ErrorCode::InvalidConfiguration);
}

// --- answers that come from the application

std::shared_ptr<const Credential> remote_client_credential() {
  return Credential::with_remote_key(shared_client_leaf().chain_certificates(), *provider()).value();
}

/// What the key elsewhere says.
Answer signed_for(const Connection& client) {
  const auto pending = client.pending_signature();
  Bytes signature;
  const bool is_signed =
      shared_client_leaf().key->sign(*crypto::algorithm_of(pending->scheme), pending->content, signature).has_value();
  return is_signed ? Answer(answer::Signature{signature}) : Answer(answer::Refuse{});
}

x509::Verdict verdict_on(const Connection& server) {
  const x509::Verifier verifier(provider(), shared_trust(), {}, {}, {});
  return verifier.verify(server.pending_chain(), nullptr, x509::Purpose::client, test_now);
}

TEST(LateAuthentication, TheApplicationMayChooseSignAndJudge) {
  ClientConfig::Builder client = client_builder();
  client.allow_late_authentication().pause_for_credential();
  ServerConfig::Builder server = late_server(true);
  server.pause_for_verification();
  Pair pair = make_connected_pair(build(std::move(client)), build(std::move(server)));
  ASSERT_TRUE(pair.server.request_client_certificate());
  settle(pair);
  ASSERT_EQ(pair.client.pause(), Pause::credential);
  ASSERT_TRUE(pair.client.pending_certificate_request());
  EXPECT_FALSE(pair.client.pending_signature());
  EXPECT_FALSE(pair.client.is_handshaking());
  EXPECT_FALSE(pair.client.resume(answer::Signature{Bytes(70, 1)})) << "of another kind";
  EXPECT_EQ(pair.client.error(), nullptr);
  EXPECT_EQ(pair.transfer(Side::client, "sent meanwhile"), "sent meanwhile");

  ASSERT_TRUE(pair.client.resume(answer::UseCredential{remote_client_credential()}));
  ASSERT_EQ(pair.client.pause(), Pause::signature);
  EXPECT_FALSE(pair.client.pending_certificate_request());
  ASSERT_TRUE(pair.client.update_keys(false)) << "the Finished is of the keys that it is sent with";
  ASSERT_TRUE(pair.client.resume(signed_for(pair.client)));
  EXPECT_EQ(pair.client.pause(), std::nullopt);
  settle(pair);

  ASSERT_EQ(pair.server.pause(), Pause::verification);
  ASSERT_EQ(pair.server.pending_chain().size(), shared_client_leaf().chain.size());
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::requested);
  ASSERT_TRUE(pair.server.resume(answer::Verified{verdict_on(pair.server)})) << pair.server.error()->message();
  settle(pair);
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::proven);
  EXPECT_EQ(pair.transfer(Side::client, "after"), "after");
  EXPECT_EQ(pair.transfer(Side::server, "after"), "after");
}

TEST(LateAuthentication, TheApplicationMayShowNothing) {
  ClientConfig::Builder client = client_builder();
  client.allow_late_authentication().pause_for_credential();
  Pair pair = make_connected_pair(build(std::move(client)), build(late_server()));
  ASSERT_TRUE(pair.server.request_client_certificate());
  settle(pair);
  ASSERT_EQ(pair.client.pause(), Pause::credential);
  ASSERT_TRUE(pair.client.resume(answer::UseCredential{}));
  settle(pair);
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::declined);
}

TEST(LateAuthentication, ARefusalOfTheApplicationEndsTheConnection) {
  for (const Pause at : {Pause::credential, Pause::signature, Pause::verification}) {
    ClientConfig::Builder client = client_builder();
    client.allow_late_authentication();
    if (at == Pause::credential) client.pause_for_credential();
    if (at == Pause::signature) client.add_credential(remote_client_credential());
    if (at == Pause::verification) client.add_credential(shared_client_credential());
    ServerConfig::Builder server = late_server();
    if (at == Pause::verification) server.pause_for_verification();
    Pair pair = make_connected_pair(build(std::move(client)), build(std::move(server)));
    ASSERT_TRUE(pair.server.request_client_certificate());
    settle(pair);
    Connection& waiting = at == Pause::verification ? pair.server : pair.client;
    ASSERT_EQ(waiting.pause(), at);
    EXPECT_FALSE(waiting.resume(answer::Refuse{}));
    EXPECT_EQ(waiting.pause(), std::nullopt);
    settle(pair);
    ASSERT_NE(pair.client.error(), nullptr);
    ASSERT_NE(pair.server.error(), nullptr);
    EXPECT_NE(pair.server.info().late_authentication, ClientProofLater::proven);
  }
}

TEST(AttackByLateAnswer, AnotherKeysSignatureOrABadVerdictProvesNothing) {
  Pair pair = [] {
    ClientConfig::Builder client = client_builder();
    client.allow_late_authentication().add_credential(remote_client_credential());
    return make_connected_pair(build(std::move(client)), build(late_server()));
  }();
  ASSERT_TRUE(pair.server.request_client_certificate());
  settle(pair);
  ASSERT_EQ(pair.client.pause(), Pause::signature);
  ASSERT_TRUE(pair.client.resume(answer::Signature{Bytes(70, 1)}));
  settle(pair);
  EXPECT_EQ(pair.server.error()->code(), ErrorCode::BadHandshakeSignature);
  EXPECT_EQ(pair.server.info().late_authentication, ClientProofLater::requested);

  ServerConfig::Builder judging = late_server();
  judging.pause_for_verification();
  Pair other = make_connected_pair(build(late_client()), build(std::move(judging)));
  ASSERT_TRUE(other.server.request_client_certificate());
  settle(other);
  ASSERT_EQ(other.server.pause(), Pause::verification);
  const ServerName nobody = server_name("bank.localhost");
  const x509::Verifier verifier(provider(), shared_trust(), {}, {}, {});
  const auto verdict = verifier.verify(other.server.pending_chain(), &nobody, x509::Purpose::server, test_now);
  ASSERT_FALSE(verdict.accepted());
  EXPECT_FALSE(other.server.resume(answer::Verified{verdict}));
  EXPECT_EQ(other.server.info().late_authentication, ClientProofLater::requested);
}

TEST(AttackByLateRequest, AClientThatDoesNotAllowItRefusesIt) {
  ScriptedServer peer;
  peer.connect();
  peer.say(ScriptedServer::certificate_request({}, Bytes{1}));
  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
}

TEST(AttackByLateRequest, WithoutAContextOrWithOneThatWasUsedIsRefused) {
  const ExtensionList schemes{{ExtensionType::signature_algorithms, Bytes{0, 2, 0x04, 0x03}}};
  ScriptedServer without(build(late_client()));
  without.connect();
  without.say(ScriptedServer::certificate_request(schemes));
  EXPECT_TRUE(refused(without, ErrorCode::InvalidValue, AlertDescription::illegal_parameter));
  ScriptedServer again(build(late_client()));
  again.connect();
  const Bytes request = ScriptedServer::certificate_request(schemes, Bytes{1});
  for (const auto& expected : {std::optional<ErrorCode>(), std::optional(ErrorCode::InvalidValue)}) {
    static_cast<void>(feed(again.subject(), again.seal(ContentType::handshake, request)));
    EXPECT_EQ(again.refusal(), expected) << again.why();
  }
}

TEST(AttackByLateAnswer, ThatNobodyAskedForIsRefused) {
  ScriptedClient peer(build(late_server()));
  peer.connect();
  peer.say(ScriptedClient::certificate());
  EXPECT_TRUE(refused(peer, ErrorCode::UnexpectedMessage, AlertDescription::unexpected_message));
}

// --- tickets that are asked for

std::size_t tickets_after(const std::optional<TicketWish>& wish, std::size_t server_gives, bool resumed) {
  auto store = std::make_shared<InMemorySessionStore>();
  ClientConfig::Builder builder = client_builder();
  builder.session_store(store);
  if (wish) builder.request_tickets(*wish);
  const auto client = build(std::move(builder));
  ServerConfig::Builder server_of = server_builder();
  server_of.tickets(server_gives, std::chrono::hours(1));
  const auto server = build(std::move(server_of));
  if (resumed) {
    Pair first = make_connected_pair(client, server);
    static_cast<void>(first.transfer(Side::server, "tickets"));
  }
  const std::size_t before = store->size();
  Pair pair = make_connected_pair(client, server);
  static_cast<void>(pair.transfer(Side::server, "tickets"));
  EXPECT_EQ(pair.client.info().is_resumption, resumed && before > 0);
  return store->size() - (resumed && before > 0 ? before - 1 : before);
}

TEST(TicketRequests, AreHonouredUpToWhatTheServerGives) {
  EXPECT_EQ(tickets_after(std::nullopt, 2, false), 2U);
  EXPECT_EQ(tickets_after(TicketWish{1, 1}, 2, false), 1U);
  EXPECT_EQ(tickets_after(TicketWish{0, 1}, 2, false), 0U);
  EXPECT_EQ(tickets_after(TicketWish{200, 1}, 3, false), 3U);
  EXPECT_EQ(tickets_after(std::nullopt, 2, true), 1U);
  EXPECT_EQ(tickets_after(TicketWish{1, 2}, 3, true), 2U);
  EXPECT_EQ(tickets_after(TicketWish{1, 0}, 3, true), 0U);
}

}  // namespace
}  // namespace keyway
