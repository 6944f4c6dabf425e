#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/ech.hpp>
#include <keyway/name.hpp>
#include <keyway/policy.hpp>

#include "crypto/hpke.hpp"
#include "tls/wire/ech_config.hpp"

namespace keyway::tls {

/// The `info` of HPKE for a configuration: it binds the keys to it (RFC 9849 6.1).
[[nodiscard]] Bytes ech_info(ByteView config);

/// The host name of a configuration as RFC 9849 4 wants it; nothing for any other.
[[nodiscard]] std::optional<ServerName> read_public_name(ByteView name);

/// A list of configurations of ours: it fits, as each is short.
[[nodiscard]] Bytes make_ech_config_list(const std::vector<ByteView>& configs);

/// What a client's configuration says of ECH, made ready.
struct EchPlan {
  /// The first configuration of a list that can be used.
  struct Chosen {
    Bytes config;
    Bytes public_key;
    crypto::hpke::Suite suite;
    std::uint8_t config_id = 0;
    std::uint8_t maximum_name_length = 0;
    ServerName public_name;
  };
  std::optional<Chosen> chosen;                             ///< nothing: what is sent only looks like one
  std::optional<std::vector<std::string>> outer_alpn = {};  ///< nothing: what is hidden offers the same
};

/// Null: nothing is sent. `configs`: null for none. Errors: NoUsableEchConfig, where it is required.
[[nodiscard]] Result<std::shared_ptr<EchPlan>> plan_ech(const crypto::Provider& provider, const Policy& policy,
                                                        const EchConfigList* configs, EchUse use, bool greases);

/// A server's keys at one moment, made ready.
class EchKeySet {
 public:
  struct Entry {
    EchKey key;
    EchConfig config;  ///< a view into the key's
    Bytes info;
  };
  EchKeySet(std::shared_ptr<const crypto::Provider> provider, std::vector<EchKey> keys);

  [[nodiscard]] std::span<const Entry> entries() const noexcept { return entries_; }
  [[nodiscard]] const crypto::Provider& provider() const noexcept { return *provider_; }
  [[nodiscard]] ByteView retry_configs() const noexcept { return retry_configs_; }  ///< a list; empty: none

 private:
  std::shared_ptr<const crypto::Provider> provider_;
  std::vector<Entry> entries_;
  Bytes retry_configs_;
};

}  // namespace keyway::tls
