#pragma once

#include <memory>
#include <vector>

#include <keyway/config.hpp>

#include "lasting.hpp"
#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

[[nodiscard]] Outcome<std::shared_ptr<const ClientConfig>> make_client_config(const Settings& settings,
                                                                              const Lasting& lasting);

/// One of a server's credentials. Its signature preferences are its own, so that each has a configuration.
struct ServerChoice {
  int index = -1;  ///< among those of -new-*-credential; -1: the default one
  std::shared_ptr<const Credential> credential;
  std::shared_ptr<const ServerConfig> config;
};

/// In order of preference; the configurations pause at the ClientHello, for the choice.
[[nodiscard]] Outcome<std::vector<ServerChoice>> make_server_choices(const Settings& settings, const Lasting& lasting);

/// The first choice whose key can sign with a scheme that the client takes; else the last one.
[[nodiscard]] const ServerChoice& choose(const std::vector<ServerChoice>& choices, const ClientHelloView& hello);

/// `\x02h2\x08http/1.1` in names.
[[nodiscard]] Outcome<std::vector<std::string>> parse_protocol_list(std::string_view wire);

}  // namespace keyway::bogo
