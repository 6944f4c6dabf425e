#include "tls/ech/configs.hpp"

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "core/writer.hpp"

namespace keyway::tls {
namespace {

using crypto::hpke::Suite;

/// The first suite of a configuration that the provider has.
std::optional<Suite> choose_suite(const crypto::Provider& provider, const EchConfig& config) {
  for (const std::uint32_t code : config.cipher_suites) {
    const Suite suite{crypto::hpke::Kem{config.kem_id}, crypto::hpke::Kdf{static_cast<std::uint16_t>(code >> 16U)},
                      crypto::hpke::AeadId{static_cast<std::uint16_t>(code & 0xffffU)}};
    if (crypto::hpke::is_supported(provider, suite)) return suite;
  }
  return std::nullopt;
}

std::optional<EchPlan::Chosen> choose(const crypto::Provider& provider, const EchConfig& config) {
  if (!config.is_known() || config.has_mandatory_extension()) return std::nullopt;
  const auto suite = choose_suite(provider, config);
  auto name = read_public_name(config.public_name);
  if (!suite || !name) return std::nullopt;
  return EchPlan::Chosen{Bytes(config.raw.begin(), config.raw.end()),
                         Bytes(config.public_key.begin(), config.public_key.end()),
                         *suite,
                         config.config_id,
                         config.maximum_name_length,
                         std::move(*name)};
}

std::optional<EchPlan::Chosen> choose(const crypto::Provider& provider, ByteView list) {
  const auto configs = parse_ech_config_list(list);
  if (!configs) return std::nullopt;
  for (const EchConfig& config : *configs) {
    if (auto chosen = choose(provider, config)) return chosen;
  }
  return std::nullopt;
}

}  // namespace

Bytes ech_info(ByteView config) {
  constexpr std::string_view label = "tls ech";
  const ByteView text = as_bytes(label);
  Bytes info(text.begin(), text.end());
  info.push_back(0);
  info.insert(info.end(), config.begin(), config.end());
  return info;
}

std::optional<ServerName> read_public_name(ByteView name) {
  const std::string_view text = as_text(name);
  const auto is_ldh = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (text.empty() || text.back() == '.' || !std::ranges::all_of(text, is_ldh)) return std::nullopt;
  auto parsed = ServerName::parse(text);
  if (!parsed || !parsed->is_dns()) return std::nullopt;
  return std::move(*parsed);
}

Bytes make_ech_config_list(const std::vector<ByteView>& configs) {
  Bytes list;
  Writer out(list);
  write_ech_config_list(out, configs);
  return list;
}

Result<std::shared_ptr<EchPlan>> plan_ech(const crypto::Provider& provider, const Policy& policy,
                                          const EchConfigList* configs, EchUse use, bool greases) {
  const bool has_tls13 = policy.has(ProtocolVersion::TLS1_3);
  auto plan = std::make_shared<EchPlan>();
  if (configs != nullptr && has_tls13) plan->chosen = choose(provider, configs->bytes());
  if (configs != nullptr && !plan->chosen && use == EchUse::required) {
    return std::unexpected(fail(ErrorCode::NoUsableEchConfig)
                               .at("ClientConfig, ech")
                               .expected(has_tls13 ? "one of a known version, key exchange and cipher, with a host name"
                                                   : "a policy with TLS 1.3")
                               .advice("Get the server's configuration anew, or allow the name to go out in the clear "
                                       "(EchUse::when_possible)."));
  }
  const bool is_of_use = plan->chosen || (greases && has_tls13);
  return is_of_use ? std::move(plan) : nullptr;
}

EchKeySet::EchKeySet(std::shared_ptr<const crypto::Provider> provider, std::vector<EchKey> keys)
    : provider_(std::move(provider)) {
  std::vector<ByteView> retries;
  entries_.reserve(keys.size());
  for (EchKey& key : keys) {
    auto config = EchConfig::parse(key.config());  // moving the key leaves the bytes where they are
    if (!config) continue;                         // an EchKey's is well-formed
    if (key.is_retry_config()) retries.push_back(key.config());
    Bytes info = ech_info(key.config());
    entries_.push_back({std::move(key), *config, std::move(info)});
  }
  if (!retries.empty()) retry_configs_ = make_ech_config_list(retries);
}

}  // namespace keyway::tls
