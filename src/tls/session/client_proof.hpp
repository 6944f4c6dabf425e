#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/verdict.hpp>

#include "core/reader.hpp"
#include "core/writer.hpp"

namespace keyway::tls {

struct Session;

/// Who a client was found to be, for when it comes back: a server keeps it in the ticket.
struct ClientProof {
  /// Certificates of more bytes than this are not kept: such a client gets no tickets.
  static constexpr std::size_t max_chain_size = 12288;

  std::vector<Bytes> chain;             ///< as it was sent, leaf first, DER; not empty
  std::vector<x509::PathElement> path;  ///< of the verdict that accepted it
  std::vector<x509::Check> checks;

  [[nodiscard]] x509::Verdict verdict() const { return x509::Verdict::accept(path, checks); }

  /// Reads what write() wrote; fails the reader for anything else.
  [[nodiscard]] static std::shared_ptr<const ClientProof> read(Reader& in);
  void write(Writer& out) const;
  [[nodiscard]] std::size_t written_size() const noexcept;
};

/// When the first certificate ends of those that the accepted path took from the peer; the leaf's end where no path is
/// known.
[[nodiscard]] Time end_of_chain(const std::vector<Bytes>& chain, const x509::Verdict* verdict);

/// Binds a session, whose peer_certificate_type is set, to the client that proved itself: its identity, its proof, and
/// no longer than its certificates last. False when the session can't be kept: the chain is too long, or ends now.
[[nodiscard]] bool bind_to_client(Session& session, const std::vector<Bytes>& chain, const x509::Verdict* verdict,
                                  const crypto::Provider& provider, Time now);

}  // namespace keyway::tls
