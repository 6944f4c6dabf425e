#pragma once
/// \file
/// Gets what a verdict wants (x509::Fetch) over plain HTTP, and keeps it on disk.

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include <keyway/clock.hpp>
#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/fetch.hpp>

#include "net/evidence_cache.hpp"
#include "net/socket.hpp"

namespace keyway::net {

struct EvidenceOptions {
  ConnectOptions connect = {};
  std::chrono::milliseconds timeout{10'000};        ///< for one thing, from the first look at DNS to its last byte
  std::chrono::milliseconds total_timeout{30'000};  ///< for one call of fetch_all()
  std::size_t max_redirects = 3;
  /// How long what has a nextUpdate is taken from the cache without a question whether there is a newer one.
  std::chrono::seconds unasked{std::chrono::hours(6)};
};

/// What became of one thing.
struct Obtained {
  Bytes bytes;               ///< empty: nothing came
  bool is_cached = false;    ///< from the disk, perhaps after the server said that it has nothing newer
  std::string why_not = {};  ///< where nothing came: for people
};

/// Blocks. Not for several threads at once; several processes may share a cache.
class EvidenceFetcher {
 public:
  /// `cache` may be null: nothing is kept.
  explicit EvidenceFetcher(EvidenceOptions options, std::unique_ptr<EvidenceCache> cache = nullptr);

  /// Never fails as a whole: what was not to be had says so. Only http URLs are asked, and only such redirects
  /// followed; an answer of more than Fetch::max_size bytes is given up.
  [[nodiscard]] Obtained fetch(const x509::Fetch& wanted, Time now);
  /// One after the other, in their order.
  [[nodiscard]] std::vector<x509::Fetched> fetch_all(std::span<const x509::Fetch> wanted, Time now);

  /// What fetch_all() did, for people: one line for each thing.
  [[nodiscard]] const std::vector<std::string>& story() const noexcept { return story_; }

 private:
  [[nodiscard]] Obtained ask(const x509::Fetch& wanted, const std::optional<CachedEvidence>& cached, Time now);

  EvidenceOptions options_;
  std::unique_ptr<EvidenceCache> cache_;
  std::vector<std::string> story_;
};

}  // namespace keyway::net
