#pragma once
/// \file
/// What `serve` and `get` both take to say how TLS is to be spoken, under the names that people know from curl and
/// nginx.

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <keyway/credential.hpp>
#include <keyway/crypto.hpp>
#include <keyway/ech.hpp>
#include <keyway/error.hpp>
#include <keyway/key_log.hpp>
#include <keyway/policy.hpp>
#include <keyway/trust.hpp>

namespace CLI {
class App;
}

namespace keyway::tool {

struct TlsOptions {
  std::string policy;   ///< a name; empty: the default
  std::string tls_max;  ///< "1.2", "1.3"; empty: what the policy has
  std::string ciphers;  ///< separated by colons or commas; empty: the policy's
  std::string groups;   ///< likewise
  std::vector<std::string> alpn{"http/1.1"};
  std::string key_log;
  bool from_tls12 = false;  ///< --tlsv1.2: that or newer, as curl has it
  bool from_tls13 = false;
};

/// Adds --policy, --tlsv1.2, --tlsv1.3, --tls-max, --ciphers, --groups, --alpn and --keylog. `alpn_help` says what the
/// list is for.
void add_tls_options(CLI::App& command, TlsOptions& options, std::string_view alpn_help);

/// The policy as it is narrowed. Errors: InvalidArgument and InvalidConfiguration, at the option's name.
[[nodiscard]] Result<Policy> policy_of(const TlsOptions& options);

/// Suites by IANA's names or OpenSSL's, groups by IANA's or those that OpenSSL knows, in any case. Errors:
/// InvalidArgument, with the names that there are.
[[nodiscard]] Result<std::vector<CipherSuite>> parse_cipher_suites(std::string_view list);
[[nodiscard]] Result<std::vector<NamedGroup>> parse_groups(std::string_view list);

/// The certificates of these files, PEM or DER, as authorities to trust. Errors: those of files, at `option`.
[[nodiscard]] Result<std::shared_ptr<const x509::TrustStore>> load_anchors(std::string_view option,
                                                                           const std::vector<std::string>& files);

/// The same, and without files the system's own.
[[nodiscard]] Result<std::shared_ptr<const x509::TrustStore>> load_anchors_or_system(
    std::string_view option, const std::vector<std::string>& files);

/// Each of --cert with its --key, or, with `prefix` "also-", of --also-cert with its --also-key. Errors:
/// InvalidArgument where they don't go in pairs, those of Credential.
[[nodiscard]] Result<std::vector<std::shared_ptr<const Credential>>> load_credentials(
    const std::vector<std::string>& certificates, const std::vector<std::string>& keys,
    const crypto::Provider& provider, std::string_view prefix = "");

/// What --ech names: a file (PEM, base64, or the bytes themselves), or base64. Errors: those of files,
/// InvalidEchConfig.
[[nodiscard]] Result<EchConfigList> load_ech_configs(const std::string& text);

/// The keys of --ech's files: the first is what clients are told to come back with. Errors: those of files and of
/// EchKey.
[[nodiscard]] Result<std::shared_ptr<const EchKeys>> load_ech_keys(
    const std::vector<std::string>& files, const std::shared_ptr<const crypto::Provider>& provider);

/// What --keylog or else SSLKEYLOGFILE names; empty: neither.
[[nodiscard]] std::string key_log_file(const TlsOptions& options);

/// Gives a configuration's builder what the options say.
template <typename Builder>
[[nodiscard]] Result<void> apply(const TlsOptions& options, Builder& builder) {
  auto policy = policy_of(options);
  if (!policy) return std::unexpected(std::move(policy.error()));
  builder.policy(std::move(*policy))
      .alpn(options.alpn == std::vector<std::string>{"none"} ? std::vector<std::string>{} : options.alpn);
  const std::string file = key_log_file(options);
  if (file.empty()) return {};
  auto log = KeyLogFile::open(file);
  if (!log) return std::unexpected(std::move(log.error()));
  builder.observe(std::move(*log));
  return {};
}

}  // namespace keyway::tool
