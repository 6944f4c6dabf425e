#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include <keyway/certificate.hpp>
#include <keyway/transparency.hpp>
#include <keyway/verdict.hpp>

#include "x509/certificate_checks.hpp"

namespace keyway::x509 {

/// A SignedCertificateTimestamp of version 1 (RFC 6962 3.2), as views of bytes that somebody else keeps.
struct SctView {
  ByteView log_id;                 ///< 32 bytes
  std::uint64_t milliseconds = 0;  ///< since 1970
  ByteView extensions;
  std::uint8_t hash = 0;       ///< RFC 5246's HashAlgorithm
  std::uint8_t algorithm = 0;  ///< RFC 5246's SignatureAlgorithm
  ByteView signature;

  /// Errors: InvalidSctList, with the field; for another version, too.
  [[nodiscard]] static Result<SctView> parse(ByteView serialized);
};

/// Of one list no more are looked at.
inline constexpr std::size_t max_timestamps = 16;

/// The entries of a SignedCertificateTimestampList, its length included, at most max_timestamps. Errors:
/// InvalidSctList.
[[nodiscard]] Result<std::vector<ByteView>> read_sct_list(ByteView list);

/// The TBSCertificate as the log saw it: without the list of timestamps that came into it later (RFC 6962 3.2).
/// Nothing where there is no such list in it.
[[nodiscard]] std::optional<Bytes> precertificate_tbs(const CertificateView& certificate);

/// Which lists there are, and for whom.
struct SctQuestion {
  const CertificateView& leaf;
  const CertificateView& issuer;
  ByteView of_handshake;  ///< SignedCertificateTimestampList; empty: none
  ByteView of_response;   ///< contents of the OCSP response's extension; empty: none
  Time now;
};

/// A timestamp, and the log that it is of: null where it is not on the list.
struct JudgedSct {
  SctWitness witness;
  const CtLogList::Entry* log = nullptr;
};

/// Those of the certificate first, then the handshake's, then the response's. Each signature that is verified takes one
/// of `signatures_left`.
[[nodiscard]] std::vector<JudgedSct> judge_timestamps(const CtLogList& logs, const SctQuestion& question,
                                                      const crypto::Provider& provider, std::size_t& signatures_left);

/// What a policy has against them.
[[nodiscard]] std::optional<Objection> check_timestamps(const CertificateView& leaf, CtPolicy policy,
                                                        const std::vector<JudgedSct>& timestamps);

}  // namespace keyway::x509
