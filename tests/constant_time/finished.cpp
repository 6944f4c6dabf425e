// Binders and Finished of both versions with their secrets marked as undefined memory: run under valgrind's memcheck,
// which complains of every branch and of every address that depends on them. That a MAC was right or wrong is no
// secret: it is told to the peer. An argument, `leak`, makes it branch on a secret: the check of the check.

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <utility>

#include <valgrind/memcheck.h>
#include <keyway/secret.hpp>

#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/prf_tls12.hpp"

namespace {

using namespace keyway;
using namespace keyway::tls;

template <typename Bytes>
void make_secret(const Bytes& bytes) {
  VALGRIND_MAKE_MEM_UNDEFINED(bytes.data(), bytes.size());
}
bool told(bool verdict) {
  VALGRIND_MAKE_MEM_DEFINED(&verdict, sizeof verdict);
  return verdict;
}

TranscriptHash transcript_of(const crypto::HashFunction& hash, std::uint8_t fill) {
  TranscriptHash transcript(hash.output_size());
  std::ranges::fill(transcript.span(), fill);
  return transcript;
}

/// A MAC is compared with what it should be, and with what differs in its last byte.
bool compare(ByteView expected) {
  std::array<std::uint8_t, crypto::max_hash_size> received{};
  const ByteSpan other = ByteSpan(received).first(expected.size());
  std::ranges::copy(expected, other.begin());
  const bool is_same = told(equal_in_constant_time(expected, other));
  other.back() ^= 1;
  return is_same && !told(equal_in_constant_time(expected, other));
}

bool run_tls13(const crypto::HashFunction& hash) {
  std::array<std::uint8_t, crypto::max_hash_size> psk{1};
  std::array<std::uint8_t, 32> shared{2};
  make_secret(psk);
  make_secret(shared);

  EarlySchedule early(hash, ByteView(psk).first(hash.output_size()));
  const HashSecret binder = early.binder_key(PskKind::resumption).finished(transcript_of(hash, 3));
  HandshakeSchedule handshake = std::move(early).into_handshake(shared);
  const TrafficSecrets secrets = handshake.traffic_secrets(transcript_of(hash, 4));
  const HashSecret server_finished = secrets.server.finished(transcript_of(hash, 5));
  const HashSecret client_finished = secrets.client.finished(transcript_of(hash, 6));
  const MasterSchedule master = std::move(handshake).into_master();
  const HashSecret resumption = master.resumption_master_secret(transcript_of(hash, 7));
  const HashSecret ticket_psk = resumption_psk(hash, resumption.view(), std::array<std::uint8_t, 1>{0});

  return compare(binder.view()) && compare(server_finished.view()) && compare(client_finished.view()) &&
         compare(ticket_psk.view());
}

bool run_tls12(const crypto::HashFunction& hash) {
  std::array<std::uint8_t, 32> premaster_secret{1};
  make_secret(premaster_secret);

  const auto master = MasterSecretTls12::extended(hash, premaster_secret, transcript_of(hash, 2));
  return compare(master.finished(Side::client, transcript_of(hash, 3))) &&
         compare(master.finished(Side::server, transcript_of(hash, 4)));
}

}  // namespace

int main(int count, char** arguments) {
  if (count > 1 && std::string_view(arguments[1]) == "leak") {
    std::array<std::uint8_t, 32> mac{6};
    make_secret(mac);
    std::puts(std::ranges::equal(mac, std::array<std::uint8_t, 32>{7}) ? "a branch on a secret" : "another");
    return 0;
  }
  const auto provider = crypto::make_provider();
  if (!provider) return 1;
  for (const auto algorithm : {crypto::HashAlgorithm::sha256, crypto::HashAlgorithm::sha384}) {
    const crypto::HashFunction* hash = (*provider)->hash(algorithm);
    if (hash == nullptr || !run_tls13(*hash) || !run_tls12(*hash)) {
      std::puts("wrong results");
      return 1;
    }
  }
  std::puts("ran");
  return 0;
}
