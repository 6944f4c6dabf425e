#include "tool/revocation_options.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include "core/files.hpp"
#include "core/text.hpp"

namespace keyway::tool {
namespace {

constexpr std::size_t max_crl_file = std::size_t{256} << 20U;

}  // namespace

void add_revocation_options(CLI::App& command, RevocationOptions& options) {
  command.add_option("--crl", options.crls, "Look for the certificates in this revocation list, PEM or DER")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option("--revocation", options.policy,
                  "What is made of silence about revocation: hard-fail refuses, soft-fail tells it; off does not look")
      ->type_name("POLICY")
      ->check(CLI::IsMember({"hard-fail", "soft-fail", "off"}))
      ->capture_default_str();
  command.add_flag("--fetch", options.fetches,
                   "Fetch OCSP responses and revocation lists over HTTP; their servers learn what is looked at");
  command.add_flag("--fetch-issuers", options.fetches_issuers,
                   "Fetch certificates that the server should have sent, from where its certificate says");
  command.add_flag("--ocsp-nonce", options.sends_nonce, "Put a nonce in OCSP requests, which the answer must have too");
  command.add_flag("--no-cache", options.keeps_nothing, "Neither use nor keep what was fetched before");
}

x509::RevocationPolicy revocation_policy(const RevocationOptions& options) noexcept {
  if (options.policy == "hard-fail") return x509::RevocationPolicy::hard_fail;
  return options.policy == "off" ? x509::RevocationPolicy::off : x509::RevocationPolicy::soft_fail;
}

x509::Fetching fetching(const RevocationOptions& options, const std::shared_ptr<const crypto::Provider>& provider) {
  x509::Fetching fetching;
  fetching.revocation = options.fetches;
  fetching.issuers = options.fetches_issuers;
  if (options.sends_nonce) fetching.nonces = {provider, &provider->random()};
  return fetching;
}

Result<std::vector<x509::Crl>> load_crls(const RevocationOptions& options) {
  std::vector<x509::Crl> lists;
  for (const std::string& file : options.crls) {
    auto bytes = read_file(file, max_crl_file);
    if (!bytes) return std::unexpected(std::move(bytes.error()).at("--crl"));
    auto crl = x509::Crl::from(*bytes);
    if (!crl) return std::unexpected(std::move(crl.error()).at("--crl " + printable(file)));
    lists.push_back(std::move(*crl));
  }
  return lists;
}

net::EvidenceFetcher make_fetcher(const RevocationOptions& options, net::ConnectOptions connect,
                                  const std::shared_ptr<const crypto::Provider>& provider) {
  net::EvidenceOptions how;
  how.connect = std::move(connect);
  const auto folder = net::EvidenceCache::default_folder();
  const bool has_cache = !options.keeps_nothing && !folder.empty();
  return net::EvidenceFetcher(std::move(how),
                              has_cache ? std::make_unique<net::EvidenceCache>(folder, provider) : nullptr);
}

x509::Verdict settle(x509::Verification& question, net::EvidenceFetcher& fetcher, Time now) {
  while (!question.wanted().empty()) question.supply(fetcher.fetch_all(question.wanted(), now));
  return question.verdict();
}

}  // namespace keyway::tool
