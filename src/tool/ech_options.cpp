#include "tool/ech_options.hpp"

#include <utility>

#include <CLI/CLI.hpp>

#include "net/ech_lookup.hpp"
#include "tool/tls_options.hpp"

namespace keyway::tool {
namespace {

[[nodiscard]] Result<EchConfigList> look_up_ech(const net::Url& url, const std::string& server) {
  if (server.empty()) return net::look_up_ech(url.host, url.port);
  const auto asked = net::DnsServer::parse(server);
  if (!asked) return std::unexpected(asked.error());
  return net::look_up_ech(url.host, url.port, *asked);
}

/// Options that say nothing by themselves.
[[nodiscard]] Result<void> check(const EchOptions& options) {
  if (!options.dns_server.empty() && !options.is_looked_up()) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument)
            .at("--dns-server")
            .expected("--ech dns")
            .advice("nothing else is asked there: addresses are the system's to find, or --resolve's"));
  }
  if (!options.outer_alpn.empty() && (options.ech.empty() || options.ech == "grease")) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("--ech-outer-alpn")
                               .expected("--ech with a configuration")
                               .advice("without one there is no ClientHello around the real one"));
  }
  return {};
}

}  // namespace

void add_ech_options(CLI::App& command, EchOptions& options) {
  command
      .add_option("--ech", options.ech,
                  "Hide the name by the server's ECH configuration: a file, or base64 as in its HTTPS record. "
                  "'dns' looks that up; 'grease' only looks as if something was hidden")
      ->type_name("FILE|BASE64|dns|grease");
  command
      .add_option("--ech-outer-alpn", options.outer_alpn,
                  "With --ech: application protocols to offer for everybody to read, in place of those that are "
                  "hidden; 'none' for none")
      ->type_name("NAME,…")
      ->delimiter(',');
  command
      .add_option("--dns-server", options.dns_server,
                  "Ask this DNS server for --ech dns, and not the system's; for addresses the system's is asked all "
                  "the same")
      ->type_name("ADDR[:PORT]");
}

Result<void> apply(const EchOptions& options, const net::Url& url, const std::optional<EchConfigList>& better,
                   ClientConfig::Builder& builder) {
  if (auto sound = check(options); !sound) return sound;
  if (!options.outer_alpn.empty()) {
    builder.ech_outer_alpn(options.outer_alpn == std::vector<std::string>{"none"} ? std::vector<std::string>{}
                                                                                  : options.outer_alpn);
  }
  if (better) builder.ech(*better);
  if (better || options.ech.empty()) return {};
  if (options.ech == "grease") {
    builder.grease_ech();
    return {};
  }
  auto configs = options.is_looked_up() ? look_up_ech(url, options.dns_server) : load_ech_configs(options.ech);
  if (!configs) return std::unexpected(std::move(configs.error()));
  builder.ech(std::move(*configs));
  return {};
}

}  // namespace keyway::tool
