#include <map>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "testing/vectors.hpp"
#include "tls/record/record_testing.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/rfc8448_vectors.hpp"
#include "tls/schedule/transcript.hpp"

namespace keyway::tls {
namespace {

using testing::hex;
using testing::rfc8448::Epoch;
using testing::rfc8448::ProtectedRecord;
using testing::rfc8448::Trace;
using testing::rfc8448::Traffic;

const crypto::HashFunction& sha256() {
  return testing::hash_of(crypto::HashAlgorithm::sha256);
}

// The content of the first record of a sender's epoch: its flight.
Bytes flight(const Trace& trace, Side sender, Epoch epoch) {
  for (const ProtectedRecord& record : trace.records) {
    if (record.sender == sender && record.epoch == epoch) return hex(record.content);
  }
  return {};
}

EarlySchedule early(const Trace& trace) {
  return trace.psk.empty() ? EarlySchedule(sha256()) : EarlySchedule(sha256(), hex(trace.psk));
}

Transcript up_to_server_hello(const Trace& trace) {
  Transcript transcript(sha256());
  if (!trace.client_hello_1.empty()) {
    transcript.add(hex(trace.client_hello_1));
    transcript.replace_with_message_hash();
    transcript.add(hex(trace.hello_retry_request));
  }
  transcript.add(hex(trace.client_hello));
  transcript.add(hex(trace.server_hello));
  return transcript;
}

Transcript up_to_server_finished(const Trace& trace) {
  Transcript transcript = up_to_server_hello(trace);
  transcript.add(flight(trace, Side::server, Epoch::handshake));
  return transcript;
}

void expect_traffic(const TrafficSecret& secret, const Traffic& wanted) {
  EXPECT_EQ(testing::copy(secret.bytes()), hex(wanted.secret));
  const auto keys = secret.keys(16);
  EXPECT_EQ(testing::copy(keys.key.view()), hex(wanted.key));
  EXPECT_EQ(testing::copy(keys.iv), hex(wanted.iv));
}

struct Named {
  const char* name;
  const Trace* trace;
};

class TracesOfRfc8448 : public ::testing::TestWithParam<Named> {
 protected:
  const Trace& trace() const { return *GetParam().trace; }
};

INSTANTIATE_TEST_SUITE_P(All, TracesOfRfc8448,
                         ::testing::Values(Named{"Simple", &testing::rfc8448::simple},
                                           Named{"Resumed", &testing::rfc8448::resumed},
                                           Named{"HelloRetryRequest", &testing::rfc8448::retry}),
                         [](const auto& of) { return std::string(of.param.name); });

TEST_P(TracesOfRfc8448, DerivesTheHandshakeTrafficSecrets) {
  auto handshake = early(trace()).into_handshake(hex(trace().shared_secret));
  const auto secrets = handshake.traffic_secrets(up_to_server_hello(trace()).hash());
  expect_traffic(secrets.client, trace().client_handshake);
  expect_traffic(secrets.server, trace().server_handshake);
}

TEST_P(TracesOfRfc8448, DerivesTheApplicationTrafficSecrets) {
  auto master = early(trace()).into_handshake(hex(trace().shared_secret)).into_master();
  const auto transcript = up_to_server_finished(trace()).hash();
  const auto secrets = master.traffic_secrets(transcript);
  expect_traffic(secrets.client, trace().client_application);
  expect_traffic(secrets.server, trace().server_application);
  EXPECT_EQ(testing::copy(master.exporter(transcript).bytes()), hex(trace().exporter_master_secret));
}

TEST_P(TracesOfRfc8448, DerivesTheResumptionMasterSecret) {
  auto master = early(trace()).into_handshake(hex(trace().shared_secret)).into_master();
  Transcript transcript = up_to_server_finished(trace());
  transcript.add(hex(trace().end_of_early_data));
  transcript.add(flight(trace(), Side::client, Epoch::handshake));
  EXPECT_EQ(testing::copy(master.resumption_master_secret(transcript.hash()).view()),
            hex(trace().resumption_master_secret));
}

TEST_P(TracesOfRfc8448, StagesMadeOfTheSecretsInTheTraceAgree) {
  const HandshakeSchedule handshake(sha256(), HashSecret(hex(trace().handshake_secret)));
  const MasterSchedule master(sha256(), HashSecret(hex(trace().master_secret)));
  expect_traffic(handshake.traffic_secrets(up_to_server_hello(trace()).hash()).client, trace().client_handshake);
  expect_traffic(master.traffic_secrets(up_to_server_finished(trace()).hash()).client, trace().client_application);
}

TEST_P(TracesOfRfc8448, ComputesBothFinished) {
  const auto handshake = early(trace()).into_handshake(hex(trace().shared_secret));
  const auto secrets = handshake.traffic_secrets(up_to_server_hello(trace()).hash());
  const Bytes server_flight = flight(trace(), Side::server, Epoch::handshake);
  constexpr std::size_t finished_size = 4 + 32;
  const ByteView before = ByteView(server_flight).first(server_flight.size() - finished_size);
  const ByteView server_data = ByteView(server_flight).last(32);
  const Bytes client_finished = flight(trace(), Side::client, Epoch::handshake);

  EXPECT_EQ(testing::copy(secrets.server.finished(up_to_server_hello(trace()).hash_with(before)).view()),
            testing::copy(server_data));
  Transcript transcript = up_to_server_finished(trace());
  transcript.add(hex(trace().end_of_early_data));
  EXPECT_EQ(testing::copy(secrets.client.finished(transcript.hash()).view()),
            testing::copy(ByteView(client_finished).subspan(4)));
}

// One protection per sender and epoch, made on its first record.
class Protections {
 public:
  explicit Protections(const Trace& trace) : trace_(&trace) {}

  ProtectionTls13& of(const ProtectedRecord& record) {
    const auto key = std::pair(record.sender, record.epoch);
    auto found = protections_.find(key);
    if (found == protections_.end()) {
      const TrafficSecret secret(sha256(), HashSecret(hex(traffic(record).secret)));
      auto made = ProtectionTls13::create(testing::record_provider(), testing::suite(), secret).value();
      found = protections_.emplace(key, std::move(made)).first;
    }
    return found->second;
  }

 private:
  const Traffic& traffic(const ProtectedRecord& record) const {
    if (record.epoch == Epoch::early) return trace_->client_early;
    const bool is_client = record.sender == Side::client;
    if (record.epoch == Epoch::handshake) return is_client ? trace_->client_handshake : trace_->server_handshake;
    return is_client ? trace_->client_application : trace_->server_application;
  }

  const Trace* trace_;
  std::map<std::pair<Side, Epoch>, ProtectionTls13> protections_;
};

TEST_P(TracesOfRfc8448, SealsEveryRecordByteForByte) {
  Protections senders(trace());
  for (const ProtectedRecord& record : trace().records) {
    EXPECT_EQ(testing::sealed(senders.of(record), record.type, hex(record.content)), hex(record.record));
  }
}

TEST_P(TracesOfRfc8448, OpensEveryRecord) {
  Protections receivers(trace());
  for (const ProtectedRecord& record : trace().records) {
    Bytes bytes = hex(record.record);
    const auto opened = receivers.of(record).open(ByteView(bytes).first(5), ByteSpan(bytes).subspan(5));
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    EXPECT_EQ(opened->type, record.type);
    EXPECT_EQ(testing::copy(opened->content), hex(record.content));
  }
}

TEST(ResumptionOfRfc8448, DerivesThePskOfTheTicket) {
  const auto psk = resumption_psk(sha256(), hex(testing::rfc8448::simple.resumption_master_secret), hex("0000"));
  EXPECT_EQ(testing::copy(psk.view()), hex(testing::rfc8448::resumed.psk));
}

TEST(ResumptionOfRfc8448, ComputesTheBinder) {
  const Trace& trace = testing::rfc8448::resumed;
  const Bytes hello = hex(trace.client_hello);
  constexpr std::size_t binders_size = 2 + 1 + 32;
  const auto partial = Transcript(sha256()).hash_with(ByteView(hello).first(hello.size() - binders_size));
  const auto binder_key = early(trace).binder_key(PskKind::resumption);

  EXPECT_EQ(testing::copy(partial.view()), hex(trace.binder_hash));
  EXPECT_EQ(testing::copy(binder_key.bytes()), hex(trace.binder_key));
  EXPECT_EQ(testing::copy(binder_key.finished(partial).view()), hex(trace.binder));
  EXPECT_EQ(testing::copy(ByteView(hello).last(32)), hex(trace.binder));
}

TEST(ResumptionOfRfc8448, DerivesTheEarlySecrets) {
  const Trace& trace = testing::rfc8448::resumed;
  const auto hello = Transcript(sha256()).hash_with(hex(trace.client_hello));
  expect_traffic(early(trace).client_early_traffic_secret(hello), trace.client_early);
  EXPECT_EQ(testing::copy(early(trace).early_exporter(hello).bytes()), hex(trace.early_exporter_master_secret));
}

}  // namespace
}  // namespace keyway::tls
