#include "tool/tls_options.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include "core/files.hpp"
#include "core/text.hpp"

namespace keyway::tool {
namespace {

template <typename E>
struct Alias {
  std::string_view name;
  E value;
};

/// OpenSSL's names, which nginx and curl take. Those of TLS 1.3 are IANA's.
constexpr auto suite_aliases = std::to_array<Alias<CipherSuite>>({
    {"ECDHE-ECDSA-AES128-GCM-SHA256", CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256},
    {"ECDHE-ECDSA-AES256-GCM-SHA384", CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384},
    {"ECDHE-ECDSA-CHACHA20-POLY1305", CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256},
    {"ECDHE-RSA-AES128-GCM-SHA256", CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256},
    {"ECDHE-RSA-AES256-GCM-SHA384", CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384},
    {"ECDHE-RSA-CHACHA20-POLY1305", CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256},
    {"AES128-GCM-SHA256", CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256},
    {"AES256-GCM-SHA384", CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384},
});

constexpr auto group_aliases = std::to_array<Alias<NamedGroup>>({
    {"P-256", NamedGroup::secp256r1},
    {"prime256v1", NamedGroup::secp256r1},
    {"P-384", NamedGroup::secp384r1},
    {"P-521", NamedGroup::secp521r1},
});

constexpr std::array suites{CipherSuite::TLS_AES_128_GCM_SHA256,
                            CipherSuite::TLS_AES_256_GCM_SHA384,
                            CipherSuite::TLS_CHACHA20_POLY1305_SHA256,
                            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
                            CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
                            CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
                            CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
                            CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
                            CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
                            CipherSuite::TLS_RSA_WITH_AES_128_GCM_SHA256,
                            CipherSuite::TLS_RSA_WITH_AES_256_GCM_SHA384};

constexpr std::array groups{NamedGroup::X25519MLKEM768, NamedGroup::SecP256r1MLKEM768, NamedGroup::MLKEM768,
                            NamedGroup::x25519,         NamedGroup::secp256r1,         NamedGroup::secp384r1,
                            NamedGroup::secp521r1,      NamedGroup::ffdhe2048,         NamedGroup::ffdhe3072};

[[nodiscard]] bool equals_in_any_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, lower_case, lower_case);
}

/// Calls `take` with each name of "a:b,c".
template <typename Take>
void for_each_name(std::string_view list, Take&& take) {
  while (!list.empty()) {
    const std::size_t end = std::min(list.find_first_of(":,"), list.size());
    take(list.substr(0, end));
    list.remove_prefix(std::min(end + 1, list.size()));
  }
}

/// Values by their names, which to_string() and `aliases` tell.
template <typename E, std::size_t Known, std::size_t Aliases>
[[nodiscard]] Result<std::vector<E>> parse_list(std::string_view option, std::string_view list,
                                                const std::array<E, Known>& known,
                                                const std::array<Alias<E>, Aliases>& aliases) {
  std::vector<E> values;
  std::string_view unknown;
  for_each_name(list, [&](std::string_view name) {
    const auto is_it = [&](E value) { return equals_in_any_case(to_string(value), name); };
    const auto* found = std::ranges::find_if(known, is_it);
    const auto is_alias = [&](const Alias<E>& alias) { return equals_in_any_case(alias.name, name); };
    const auto* alias = std::ranges::find_if(aliases, is_alias);
    if (found != known.end()) {
      values.push_back(*found);
    } else if (alias != aliases.end()) {
      values.push_back(alias->value);
    } else if (unknown.empty()) {
      unknown = name.empty() ? "an empty name" : name;
    }
  });
  if (unknown.empty() && !values.empty()) return values;
  std::string names;
  for (const E value : known) names += (names.empty() ? "" : ", ") + to_string(value);
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at(option)
                             .expected("names, separated by colons or commas")
                             .received(printable(unknown, 80))
                             .advice("Keyway knows " + names));
}

[[nodiscard]] Result<Policy> narrow_versions(const TlsOptions& options, const Policy& policy) {
  std::vector<ProtocolVersion> kept;
  if (options.tls_max != "1.2") kept.push_back(ProtocolVersion::TLS1_3);
  if (!options.from_tls13) kept.push_back(ProtocolVersion::TLS1_2);
  Policy narrow = policy.narrowed_to(kept);
  if (!narrow.versions.empty()) return narrow;
  std::string versions;
  for (const ProtocolVersion version : policy.versions) versions += (versions.empty() ? "" : ", ") + to_string(version);
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("--tlsv1.2, --tlsv1.3, --tls-max")
                             .expected("a version of " + policy.name + ": " + versions)
                             .received("limits that leave none")
                             .advice("`keyway policies` tells what each policy has"));
}

}  // namespace

Result<std::vector<CipherSuite>> parse_cipher_suites(std::string_view list) {
  return parse_list("--ciphers", list, suites, suite_aliases);
}

Result<std::vector<NamedGroup>> parse_groups(std::string_view list) {
  return parse_list("--groups", list, groups, group_aliases);
}

Result<Policy> policy_of(const TlsOptions& options) {
  auto named = options.policy.empty() ? Result<Policy>(named_policies().front().policy) : find_policy(options.policy);
  if (!named)
    return std::unexpected(std::move(named.error()).at("--policy").advice("`keyway policies` shows them all"));
  auto policy = narrow_versions(options, *named);
  if (policy && !options.ciphers.empty()) {
    auto chosen = parse_cipher_suites(options.ciphers);
    if (!chosen) return std::unexpected(std::move(chosen.error()));
    policy = policy->with_cipher_suites(*chosen);
    if (!policy) {
      return std::unexpected(
          std::move(policy.error()).at("--ciphers").advice("`keyway policies` tells which suites a policy has"));
    }
  }
  if (policy && !options.groups.empty()) {
    auto chosen = parse_groups(options.groups);
    if (!chosen) return std::unexpected(std::move(chosen.error()));
    policy = policy->with_groups(*chosen);
  }
  return policy;
}

Result<std::shared_ptr<const x509::TrustStore>> load_anchors(std::string_view option,
                                                             const std::vector<std::string>& files) {
  auto all = std::make_shared<x509::TrustStore>();
  for (const std::string& file : files) {
    auto store = x509::TrustStore::from_file(file);
    if (!store) return std::unexpected(std::move(store.error()).at(option));
    for (std::size_t i = 0; i < store->size(); ++i) all->add(store->at(i));
  }
  return all;
}

Result<std::shared_ptr<const x509::TrustStore>> load_anchors_or_system(std::string_view option,
                                                                       const std::vector<std::string>& files) {
  if (!files.empty()) return load_anchors(option, files);
  auto store = x509::TrustStore::system();
  if (!store) return std::unexpected(std::move(store.error()));
  return std::make_shared<const x509::TrustStore>(std::move(*store));
}

Result<std::vector<std::shared_ptr<const Credential>>> load_credentials(const std::vector<std::string>& certificates,
                                                                        const std::vector<std::string>& keys,
                                                                        const crypto::Provider& provider,
                                                                        std::string_view prefix) {
  if (certificates.size() != keys.size()) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument)
            .at(fmt::format("--{0}cert and --{0}key", prefix))
            .expected("as many of the one as of the other")
            .received(fmt::format("{} and {}", certificates.size(), keys.size()))
            .advice(fmt::format("give each --{0}cert CHAIN.pem its --{0}key KEY.pem, in the same order", prefix)));
  }
  std::vector<std::shared_ptr<const Credential>> credentials;
  for (std::size_t i = 0; i < certificates.size(); ++i) {
    auto credential = Credential::from_files(certificates[i], keys[i], provider);
    if (!credential) return std::unexpected(std::move(credential.error()));
    credentials.push_back(std::move(*credential));
  }
  return credentials;
}

namespace {

constexpr std::size_t max_ech_file = std::size_t{1} << 17U;

}  // namespace

Result<EchConfigList> load_ech_configs(const std::string& text) {
  std::error_code unreadable;
  if (!std::filesystem::exists(text, unreadable)) {
    auto configs = EchConfigList::from_text(text);
    if (configs) return configs;
    return std::unexpected(
        std::move(configs.error()).at("--ech").advice("give a file, base64 as in the HTTPS record, dns, or grease"));
  }
  auto contents = read_file(text, max_ech_file);
  if (!contents) return std::unexpected(std::move(contents.error()).at("--ech"));
  if (auto configs = EchConfigList::parse(*contents)) return configs;
  auto configs = EchConfigList::from_text(as_text(*contents));
  if (!configs) return std::unexpected(std::move(configs.error()).at("--ech, " + printable(text)));
  return configs;
}

Result<std::shared_ptr<const EchKeys>> load_ech_keys(const std::vector<std::string>& files,
                                                     const std::shared_ptr<const crypto::Provider>& provider) {
  std::vector<EchKey> keys;
  for (const std::string& file : files) {
    auto text = read_file(file, max_ech_file);
    if (!text) return std::unexpected(std::move(text.error()).at("--ech"));
    auto key = EchKey::from_pem(*provider, as_text(*text), keys.empty());
    wipe(*text);
    if (!key) return std::unexpected(std::move(key.error()).at("--ech, " + printable(file)));
    keys.push_back(std::move(*key));
  }
  auto made = EchKeys::make(provider, std::move(keys));
  if (!made) return std::unexpected(std::move(made.error()).at("--ech"));
  return std::move(*made);
}

std::string key_log_file(const TlsOptions& options) {
  if (!options.key_log.empty()) return options.key_log;
  const char* named = std::getenv("SSLKEYLOGFILE");  // NOLINT(concurrency-mt-unsafe): read once, at start
  return named != nullptr ? named : "";
}

void add_tls_options(CLI::App& command, TlsOptions& options, std::string_view alpn_help) {
  command.add_option("--policy", options.policy, "Versions and algorithms by name: see `keyway policies`")
      ->type_name("NAME");
  command.add_flag("--tlsv1.2", options.from_tls12, "TLS 1.2 or newer, as the policy allows");
  command.add_flag("--tlsv1.3", options.from_tls13, "TLS 1.3 or newer");
  command.add_option("--tls-max", options.tls_max, "No newer version than this: 1.2 or 1.3")
      ->type_name("VERSION")
      ->check(CLI::IsMember({"1.2", "1.3"}));
  command
      .add_option("--ciphers", options.ciphers,
                  "These cipher suites of the policy alone, in this order; IANA's names or OpenSSL's. A version of "
                  "which none is named keeps its own")
      ->type_name("NAME:…");
  command
      .add_option("--groups", options.groups,
                  "These groups alone, in this order; also ones that the policy leaves out (MLKEM768, ffdhe2048)")
      ->type_name("NAME:…");
  command.add_option("--alpn", options.alpn, std::string(alpn_help))->type_name("NAME,…")->delimiter(',');
  command
      .add_option("--keylog", options.key_log,
                  "Append the secrets to FILE, for debugging (also: SSLKEYLOGFILE). Weakens: whoever reads it can read "
                  "the connections")
      ->type_name("FILE");
}

}  // namespace keyway::tool
