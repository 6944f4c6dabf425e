#pragma once

#include <memory>
#include <optional>
#include <vector>

#include <keyway/carried_proofs.hpp>
#include <keyway/clock.hpp>
#include <keyway/verdict.hpp>

#include "tls/handshake/proofs.hpp"
#include "tls/session/session.hpp"

namespace keyway::tls {

/// What a server showed in its last full handshake. All sessions that follow from that one share it.
struct PeerProof {
  ChainAccepted accepted;
  std::vector<Bytes> chain;              ///< as it was sent, leaf first, DER
  CarriedProofs proofs;                  ///< that came with it
  std::optional<x509::Verdict> verdict;  ///< nothing where certificates are not verified
  Time not_after;                        ///< when the first certificate of the accepted path ends
};

/// A session as a client keeps it. There is none without a chain that was accepted.
struct ClientSession {
  Session session;
  Bytes ticket;                           ///< empty for one that a TLS 1.2 server knows by its ID
  Bytes session_id;                       ///< of such a one; else empty
  std::shared_ptr<const PeerProof> peer;  ///< not null
};

}  // namespace keyway::tls
