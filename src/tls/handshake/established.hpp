#pragma once

#include <memory>
#include <string_view>

#include "tls/handshake/proofs.hpp"
#include "tls/schedule/key_schedule.hpp"
#include "tls/schedule/prf_tls12.hpp"
#include "tls/schedule/transcript.hpp"
#include "tls/suites.hpp"
#include "tls/wire/client_hello.hpp"

namespace keyway::tls {

namespace client {
class SessionKeeper;
}

/// What a finished TLS 1.3 handshake leaves behind. Only who holds a FinishedVerified can make one.
struct Established {
  static constexpr std::string_view name = "established";

  FinishedVerified proof;
  const SuiteTls13* suite;
  TrafficSecrets application;
  Exporter exporter;
  HelloRandom client_random;                        ///< names the connection in key logs
  std::shared_ptr<client::SessionKeeper> sessions;  ///< of a client that keeps them
  /// Of the whole handshake, where a client may be asked for a certificate later; else null.
  std::unique_ptr<const Transcript> transcript = nullptr;
};

/// The same of a TLS 1.2 handshake: the record layer has the keys, and none are made anew.
struct EstablishedTls12 {
  static constexpr std::string_view name = "established";

  FinishedVerified proof;
  const SuiteTls12* suite;
  ExporterTls12 exporter;
  HelloRandom client_random;
  VerifyDataTls12 first_finished;  ///< of the side that sent its own first: `tls-unique` (RFC 5929 3.1)
  bool extended_master_secret;
};

}  // namespace keyway::tls
