#include "explain/narrator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "explain/conversation.hpp"
#include "explain/json_story.hpp"
#include "explain/log_observer.hpp"
#include "explain/terminal.hpp"
#include "testing/ech.hpp"

namespace keyway::explain {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

/// Keeps the steps and their texts.
class Reader final : public StepSink {
 public:
  void take(const Step& step) override {
    steps.push_back(step);
    text += render(step, {.width = 400}, steps.size());
    json.take(step);
  }
  [[nodiscard]] std::vector<std::string> kinds() const {
    std::vector<std::string> kinds;
    for (const Step& step : steps) kinds.push_back(step.kind);
    return kinds;
  }
  [[nodiscard]] const Step* find(std::string_view kind) const {
    for (const Step& step : steps) {
      if (step.kind == kind) return &step;
    }
    return nullptr;
  }
  std::vector<Step> steps;
  std::string text;
  JsonStory json;
};

/// Each look is a millisecond after the one before.
class TickingStopwatch final : public Stopwatch {
 public:
  [[nodiscard]] std::chrono::nanoseconds elapsed() const noexcept override {
    return std::chrono::milliseconds(++looks_);
  }

 private:
  mutable std::int64_t looks_ = 0;
};

class Narration : public ::testing::Test {
 protected:
  void converse(const Conversation::Options& options) {
    conversation.emplace(options, &narrator);
    conversation->run();
  }

  FixedClock clock{testing::test_now};
  TickingStopwatch stopwatch;
  Reader reader;
  Narrator narrator{reader, {.clock = &clock, .stopwatch = &stopwatch, .provider = testing::provider().get()}};
  std::optional<Conversation> conversation;
};

TEST_F(Narration, TellsAGoodHandshakeStepByStepInItsOrder) {
  converse({.with_crl = true});

  EXPECT_THAT(reader.kinds(),
              ::testing::ElementsAre("client_hello", "server_hello", "key_agreement", "keys", "encrypted_extensions",
                                     "certificate", "certificate_checks", "certificate_verify", "finished", "keys",
                                     "finished", "handshake_completed", "new_session_ticket", "new_session_ticket"));
}

TEST_F(Narration, TellsTheValuesOfThisConnection) {
  converse({.with_crl = true});

  for (const char* fact :
       {"out of TLS_AES_", "http/1.1, out of h2, http/1.1", "issued to +shop.localhost, of Example Shop",
        "issued by +Example Authority Intermediate",
        "valid +2026-11-21 11:00:00 UTC to 2027-02-19 12:00:00 UTC \\(90 days; 90 days left\\)",
        "key +elliptic curve P-256 \\(ECDSA\\)", "name +passed", "issuer trusted +passed", "not expired +passed",
        "not revoked +passed", "signatures hold +passed", "for this purpose +passed",
        "Curve25519 together with ML-KEM-768", "CLIENT_HANDSHAKE_TRAFFIC_SECRET\n +fingerprint [0-9a-f]{16}",
        "SERVER_TRAFFIC_SECRET_0", "Finished, from the server", "Finished, from the client", "1.00 ms"}) {
    EXPECT_THAT(reader.text, ::testing::ContainsRegex(fact));
  }
}

TEST_F(Narration, TellsThatAClientIsAskedForACertificateAndShowsIt) {
  for (const ProtocolVersion version : {ProtocolVersion::TLS1_3, ProtocolVersion::TLS1_2}) {
    for (const Side side : {Side::client, Side::server}) {
      Reader told;
      Narrator from(told, {.clock = &clock, .stopwatch = &stopwatch, .provider = testing::provider().get()});
      Conversation with({.policy = testing::policy_of(version), .asks_client = true, .shows_client = true},
                        side == Side::client ? &from : nullptr, side == Side::server ? &from : nullptr);
      with.run();

      EXPECT_THAT(told.text, HasSubstr("CertificateRequest: the server asks who the client is"));
      EXPECT_THAT(told.text, HasSubstr("CN=Example Authority Root"));
      EXPECT_THAT(told.text, HasSubstr("Certificate: the client shows who it is, with 2 certificates"));
      EXPECT_THAT(told.text, HasSubstr(side == Side::client ? "CertificateVerify: the client signs the handshake"
                                                            : "CertificateVerify: the client proves that it holds"));
      if (side == Side::client) continue;
      EXPECT_THAT(told.text, HasSubstr("Checked: this is alice"));
      EXPECT_THAT(told.text, HasSubstr("may be used by a client"));
    }
  }
}

TEST_F(Narration, TellsThatAClientHasNoCertificateToShow) {
  converse({.asks_client = true});

  EXPECT_THAT(reader.text, HasSubstr("Certificate: the client has none to show"));
}

TEST_F(Narration, TellsWhatIsNotKnownOfRevocation) {
  converse({});

  EXPECT_THAT(reader.text, ::testing::ContainsRegex("not revoked +unknown"));
}

TEST_F(Narration, TellsTheSameToPrograms) {
  converse({.with_crl = true});

  const Json parsed = Json::parse(json_text(reader.json.steps()));

  EXPECT_EQ(parsed, reader.json.steps());
  EXPECT_EQ(parsed.at(0).at("step"), "client_hello");
  EXPECT_EQ(parsed.at(6).at("checks").at("name"), "passed");
  EXPECT_EQ(parsed.at(5).at("certificates").at(0).at("organization"), "Example Shop");
  EXPECT_EQ(parsed.at(11).at("version"), "TLS 1.3");
}

TEST_F(Narration, TellsAHelloRetryRequest) {
  converse({.hello_retry = true});

  const auto kinds = reader.kinds();
  ASSERT_GE(kinds.size(), 4U);
  EXPECT_EQ(kinds[1], "hello_retry_request");
  EXPECT_EQ(kinds[2], "client_hello");
  EXPECT_THAT(reader.text, HasSubstr("none: the server is asked to name a group"));
}

// ------------------------------------------------------------------------------------------------ TLS 1.2

TEST_F(Narration, TellsATls12HandshakeStepByStepInItsOrder) {
  converse({.with_crl = true, .policy = Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2})});

  const auto kinds = reader.kinds();
  ASSERT_GE(kinds.size(), 14U) << reader.text;
  EXPECT_THAT(std::vector(kinds.begin(), kinds.begin() + 5),
              ::testing::ElementsAre("client_hello", "server_hello", "certificate", "certificate_checks",
                                     "server_key_exchange"));
  for (const char* kind : {"server_key_exchange_signature", "key_agreement", "server_hello_done", "client_key_exchange",
                           "keys", "change_cipher_spec", "finished", "handshake_completed"}) {
    EXPECT_THAT(kinds, Contains(kind));
  }
  EXPECT_EQ(std::ranges::count(kinds, "change_cipher_spec"), 2);
  EXPECT_EQ(std::ranges::count(kinds, "finished"), 2);
}

TEST_F(Narration, TellsWhatDiffersInTls12AndWhy) {
  converse({.policy = Policy::compatible_2026().narrowed_to({ProtocolVersion::TLS1_2})});

  for (const char* fact :
       {"TLS 1.2, the only one offered", "extended: made of the whole handshake so far", "Triple Handshake",
        "In the clear: TLS 1.2 shows it to everybody", "ecdsa_secp256r1_sha256, out of", "two round trips",
        "In TLS 1.3 the key shares go in the hellos", "CLIENT_RANDOM", "the server signs|proves that it holds"}) {
    EXPECT_THAT(reader.text, ::testing::ContainsRegex(fact));
  }
  const Step* completed = reader.find("handshake_completed");
  ASSERT_NE(completed, nullptr);
  EXPECT_EQ(completed->data.at("extended_master_secret"), true);
  EXPECT_EQ(completed->data.at("signature_scheme"), "ecdsa_secp256r1_sha256");
}

// ------------------------------------------------------------------------------------------------ other handshakes

TEST_F(Narration, TellsAResumption) {
  converse({});
  const std::size_t before = reader.steps.size();

  Narrator again(reader, {.clock = &clock, .stopwatch = &stopwatch, .provider = testing::provider().get()});
  conversation->visit_again(&again);

  std::string text;
  std::vector<std::string> kinds;
  for (std::size_t i = before; i < reader.steps.size(); ++i) {
    kinds.push_back(reader.steps[i].kind);
    text += render(reader.steps[i], {.width = 400});
  }
  EXPECT_THAT(kinds, Not(Contains("certificate")));
  for (const char* fact : {"1 ticket of an earlier visit", "the server goes on with the earlier session",
                           "no certificate is shown again", "yes, of an earlier session"}) {
    EXPECT_THAT(text, HasSubstr(fact));
  }
}

TEST_F(Narration, TellsAHybridKeyExchangeInPlainWords) {
  Policy policy = Policy::modern_2026();
  policy.groups = {NamedGroup::X25519MLKEM768, NamedGroup::x25519};
  policy.key_shares = policy.groups;
  converse({.policy = policy, .server_policy = policy});

  for (const char* fact : {"X25519MLKEM768, out of X25519MLKEM768, x25519", "quantum computer", "break both",
                           "1216 bytes", "1120 bytes"}) {
    EXPECT_THAT(reader.text, HasSubstr(fact));
  }
}

struct RefusalCase {
  const char* name;
  Conversation::Options options;
  const char* code;
  const char* alert;
};

class Refusals : public Narration, public ::testing::WithParamInterface<RefusalCase> {};

TEST_P(Refusals, TellTheExactReasonAndTheAlert) {
  converse(GetParam().options);

  const Step* checks = reader.find("certificate_checks");
  ASSERT_NE(checks, nullptr);
  EXPECT_EQ(checks->tone, Tone::bad);
  EXPECT_EQ(checks->data.at("finding").at("code"), GetParam().code);
  EXPECT_THAT(reader.kinds(), Contains("failed"));
  EXPECT_THAT(reader.text, HasSubstr(GetParam().alert));
  EXPECT_THAT(reader.kinds(), Not(Contains("handshake_completed")));
}

INSTANTIATE_TEST_SUITE_P(
    Of, Refusals,
    ::testing::Values(RefusalCase{"AnotherName", {.asked = "bank.localhost"}, "NameMismatch", "bad_certificate"},
                      RefusalCase{"AnExpiredCertificate",
                                  {.certificate = {.names = {"shop.localhost"},
                                                   .not_before = testing::test_now - std::chrono::hours(48),
                                                   .not_after = testing::test_now - std::chrono::hours(24)}},
                                  "CertificateExpired",
                                  "certificate_expired"},
                      RefusalCase{"AnUnknownIssuer", {.trusted = false}, "UnknownIssuer", "unknown_ca"},
                      RefusalCase{"ARevokedCertificate",
                                  {.with_crl = true, .revoked = true},
                                  "CertificateRevoked",
                                  "certificate_revoked"}),
    [](const auto& refusal) { return std::string(refusal.param.name); });

TEST_F(Narration, ShowsTheFirstEncryptedBytesAsTheyAreOnTheWire) {
  converse({});
  Bytes record(conversation->client_end->sealed_size(78));
  const auto sent = conversation->client_end->send(Bytes(78, 'k'), record);

  ASSERT_TRUE(sent.has_value());
  EXPECT_EQ(reader.steps.back().kind, "encrypted_record");
  EXPECT_THAT(reader.text, HasSubstr("78 bytes from the client go over the wire as 100 bytes"));
  EXPECT_EQ(reader.steps.back().data.at("first_bytes"), to_hex(ByteView(record).first(48)));
  EXPECT_THAT(reader.text, HasSubstr("17 03 03 00 5f"));
}

TEST_F(Narration, ShowsWhatComesAsItIsOnTheWireAndOnlyOnce) {
  converse({});
  Bytes record(conversation->server_end->sealed_size(10));
  for (int i = 0; i < 2; ++i) {
    const auto sent = conversation->server_end->send(Bytes(10, 'k'), record);
    ASSERT_TRUE(sent.has_value());
    const std::string on_wire = to_hex(ByteView(record).first(sent->written));
    const auto received = conversation->client_end->receive(ByteSpan(record).first(sent->written));
    ASSERT_TRUE(received.has_value());
    if (i > 0) break;
    EXPECT_EQ(reader.steps.back().data.at("first_bytes"), on_wire);
    EXPECT_EQ(reader.steps.back().data.at("plaintext_bytes"), 10);
  }
  EXPECT_EQ(std::ranges::count(reader.kinds(), "encrypted_record"), 1);
}

// Attack 44: secrets never reach an explanation, a log or an event.
TEST_F(Narration, NeverTellsASecret) {
  std::string log;
  LogObserver logger(LogLevel::trace, [&](LogLevel, std::string_view line) { log.append(line).append("\n"); });
  conversation.emplace(Conversation::Options{.with_crl = true}, &narrator, &logger);
  conversation->run();
  const std::string json = json_text(reader.json.steps());

  ASSERT_GE(conversation->spy->secrets.size(), 4U);
  ASSERT_THAT(log, HasSubstr("handshake completed"));
  for (const std::string& secret : conversation->spy->secrets) {
    for (std::size_t at = 0; at + 16 <= secret.size(); at += 16) {
      const std::string part = secret.substr(at, 16);
      EXPECT_THAT(reader.text, Not(HasSubstr(part)));
      EXPECT_THAT(json, Not(HasSubstr(part)));
      EXPECT_THAT(log, Not(HasSubstr(part)));
    }
  }
}

TEST_F(Narration, LooksForSecretsInAWayThatWouldFindThem) {
  converse({});
  const Json* keys = nullptr;
  for (const Step& step : reader.steps) {
    if (step.kind == "keys") keys = &step.data;
  }
  ASSERT_NE(keys, nullptr);

  EXPECT_THAT(reader.text, HasSubstr(keys->at("secrets").at(0).at("fingerprint").get<std::string>()));
}

TEST(LogLines, TellConnectionSideAndWhat) {
  std::vector<std::string> lines;
  LogObserver logger(LogLevel::info, [&](LogLevel, std::string_view line) { lines.emplace_back(line); });
  Conversation conversation({.asked = "bank.localhost"}, &logger);

  conversation.run();

  EXPECT_THAT(lines,
              Contains(::testing::AllOf(HasSubstr("connection 7, client: refuses the certificate for bank.localhost"),
                                        HasSubstr("the certificate is for another name"))));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("client_hello"))));
}

TEST(LogLines, EscapeWhatComesFromOutside) {
  const LogLine line = log_line({}, event::ParametersChosen{.alpn = "h2\x1b[31m\n"});

  EXPECT_THAT(line.text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(line.text, Not(HasSubstr("\n")));
}

TEST(NarrationOfEch, TellsWhatIsHiddenAndWhatEverybodySees) {
  EchKey key = testing::ech_key();
  const auto client = testing::build(testing::ech_client(key.config_list()));
  const auto server = testing::build(testing::ech_server(testing::ech_keys(std::move(key))));
  for (const Side side : {Side::client, Side::server}) {
    Reader reader;
    Narrator narrator(reader);
    const ConnectionOptions told{.id = 1, .observer = &narrator};
    const bool is_client = side == Side::client;
    testing::Pair pair = testing::make_tls_pair(client, server, is_client ? told : ConnectionOptions{},
                                                is_client ? ConnectionOptions{} : told);
    ASSERT_TRUE(pair.run());
    const Step* step = reader.find("inner_client_hello");
    ASSERT_NE(step, nullptr);
    EXPECT_EQ(step->data.value("server_name", ""), "shop.localhost");
    EXPECT_THAT(reader.text, HasSubstr("the client says whom it wants, public.localhost"));
    EXPECT_EQ(reader.find("handshake_completed")->data.value("ech", ""), "accepted");
  }
}

}  // namespace
}  // namespace keyway::explain
