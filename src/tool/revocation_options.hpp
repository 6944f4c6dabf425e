#pragma once
/// \file
/// What `get`, `inspect` and `verify` take to say how revocation is to be looked at, and the fetching that goes with
/// it.

#include <memory>
#include <string>
#include <vector>

#include <keyway/crypto.hpp>
#include <keyway/error.hpp>
#include <keyway/trust.hpp>
#include <keyway/verification.hpp>

#include "net/evidence.hpp"

namespace CLI {
class App;
}

namespace keyway::tool {

struct RevocationOptions {
  std::vector<std::string> crls;
  std::string policy = "soft-fail";  ///< "hard-fail", "soft-fail", "off"
  bool fetches = false;
  bool fetches_issuers = false;
  bool sends_nonce = false;
  bool keeps_nothing = false;
};

/// Adds --crl, --revocation, --fetch, --fetch-issuers, --ocsp-nonce and --no-cache.
void add_revocation_options(CLI::App& command, RevocationOptions& options);

[[nodiscard]] x509::RevocationPolicy revocation_policy(const RevocationOptions& options) noexcept;
/// What may be fetched; with a nonce from this machine's randomness where one is asked for.
[[nodiscard]] x509::Fetching fetching(const RevocationOptions& options,
                                      const std::shared_ptr<const crypto::Provider>& provider);
[[nodiscard]] inline bool may_fetch(const RevocationOptions& options) noexcept {
  return options.fetches || options.fetches_issuers;
}

/// The lists of --crl. Errors: those of files and of CRLs, at the option.
[[nodiscard]] Result<std::vector<x509::Crl>> load_crls(const RevocationOptions& options);

/// A fetcher with the user's cache.
[[nodiscard]] net::EvidenceFetcher make_fetcher(const RevocationOptions& options, net::ConnectOptions connect,
                                                const std::shared_ptr<const crypto::Provider>& provider);

/// Asks, fetches, and asks again until nothing more is wanted.
[[nodiscard]] x509::Verdict settle(x509::Verification& question, net::EvidenceFetcher& fetcher, Time now);

}  // namespace keyway::tool
