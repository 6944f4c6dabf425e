#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/fetch.hpp>

namespace keyway::net {

/// A thing that was fetched before.
struct CachedEvidence {
  Bytes bytes;
  std::string etag;           ///< as the server gave it; empty: none
  std::string last_modified;  ///< likewise
  Time asked_at;              ///< when a server last said that this is the newest
  Time valid_until;           ///< nextUpdate; for what has none, when it is to be asked for again
};

/// Until when an answer holds: a CRL's or an OCSP response's nextUpdate, a day for an issuer's certificate. Nothing
/// where it is not what was asked for, or says nothing of the kind: it is not to be kept.
[[nodiscard]] std::optional<Time> valid_until(x509::FetchKind kind, ByteView answer, Time now);

/// A folder with one file for each URL. Files appear whole or not at all, whenever the process is killed; one that is
/// damaged is as good as none. Nothing in it is believed for being there: signatures are verified as ever.
class EvidenceCache {
 public:
  /// $XDG_CACHE_HOME/keyway, else ~/.cache/keyway; empty where neither is known.
  [[nodiscard]] static std::filesystem::path default_folder();

  /// `folder` is made when something is first put there, for this user alone. `provider` is not null.
  EvidenceCache(std::filesystem::path folder, std::shared_ptr<const crypto::Provider> provider);

  /// What is there for this; nothing for what has a nonce.
  [[nodiscard]] std::optional<CachedEvidence> find(const x509::Fetch& wanted) const;
  /// Errors: FileUnwritable, DiskFull.
  [[nodiscard]] Result<void> keep(const x509::Fetch& wanted, const CachedEvidence& evidence) const;

  [[nodiscard]] std::filesystem::path file_of(const x509::Fetch& wanted) const;

 private:
  [[nodiscard]] std::string digest(ByteView bytes) const;

  std::filesystem::path folder_;
  std::shared_ptr<const crypto::Provider> provider_;
};

}  // namespace keyway::net
