#pragma once
/// \file
/// What `get` takes to hide whom it asks for (Encrypted ClientHello, RFC 9849).

#include <optional>
#include <string>
#include <vector>

#include <keyway/config.hpp>
#include <keyway/ech.hpp>
#include <keyway/error.hpp>

#include "net/url.hpp"

namespace CLI {
class App;
}

namespace keyway::tool {

struct EchOptions {
  std::string ech;                      ///< --ech: a file, base64, "dns" or "grease"; empty: nothing is hidden
  std::string dns_server;               ///< --dns-server; empty: the system's
  std::vector<std::string> outer_alpn;  ///< --ech-outer-alpn; empty: what is hidden offers the same

  /// True where each server's configuration is its own, and is to be asked for.
  [[nodiscard]] bool is_looked_up() const noexcept { return ech == "dns"; }
};

/// Adds --ech, --ech-outer-alpn and --dns-server.
void add_ech_options(CLI::App& command, EchOptions& options);

/// Gives the builder what the options say for this URL's server, or `better`, which the server itself has sent. Errors:
/// InvalidArgument; those of files, of EchConfigList and of net::look_up_ech().
[[nodiscard]] Result<void> apply(const EchOptions& options, const net::Url& url,
                                 const std::optional<EchConfigList>& better, ClientConfig::Builder& builder);

}  // namespace keyway::tool
