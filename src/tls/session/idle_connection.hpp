#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/carried_proofs.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>
#include <keyway/secret.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/session/kept_proofs.hpp"
#include "tls/wire/client_hello.hpp"

namespace keyway::tls {

/// What the records of one direction of TLS 1.3 are protected with.
struct IdleDirectionTls13 {
  HashSecret secret;  ///< application_traffic_secret_N
  std::uint32_t generation = 0;
};

/// How many requests for a certificate a client answers on a connection, in all its processes.
inline constexpr std::size_t max_late_contexts = 8;

struct IdleTls13 {
  IdleDirectionTls13 reading;
  IdleDirectionTls13 writing;
  HashSecret exporter_secret;
  HelloRandom client_random{};
  Bytes transcript;                  ///< Transcript::written(), where the client may be asked later; else empty
  std::vector<Bytes> late_contexts;  ///< a client's, of the requests that it has answered
};

/// The keys come of the master secret and of both randoms.
struct IdleTls12 {
  SecretBuffer<master_secret_size> master_secret;
  HelloRandoms randoms;
  VerifyDataTls12 first_finished{};
  bool extended_master_secret = false;
};

/// An established connection with nothing under way: all that it is, but for its configuration.
struct IdleConnection {
  Side side{};
  ConnectionInfo info;  ///< `psk` is null: see psk_digest
  std::variant<IdleTls13, IdleTls12> traffic;
  std::uint64_t reading_sequence = 0;
  std::uint64_t writing_sequence = 0;
  std::uint16_t max_sent = 0;   ///< bytes of content, by what the peer was promised; 1 to 2^14
  std::uint16_t max_taken = 0;  ///< the same of what comes
  bool key_update_answer_waits = false;
  std::optional<std::array<std::uint8_t, 32>> psk_digest;  ///< ReadyPsk::digest
  std::optional<std::string> ech_public_name;              ///< of EchDetails, where there are any
  std::vector<Bytes> peer_chain;
  CarriedProofs peer_proofs;
  std::optional<KeptVerdict> verdict;  ///< that accepted
  std::vector<Bytes> policies;         ///< of the verdict, as text

  /// Keyway's own format, versioned and strict: what parse() accepts, write() writes the same. Contains secrets.
  [[nodiscard]] static Result<IdleConnection> parse(ByteView bytes);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
