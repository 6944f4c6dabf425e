#pragma once

#include <memory>
#include <vector>

#include <keyway/config.hpp>

#include "lasting.hpp"
#include "outcome.hpp"
#include "settings.hpp"

namespace keyway::bogo {

/// A credential by its place among those of -new-*-credential; -1: the default one. One of the two is not null.
struct Choice {
  int index = -1;
  std::shared_ptr<const Credential> credential;
  std::shared_ptr<const ExternalPsk> psk = nullptr;
};

/// In the order in which they are tried: the default one comes last.
[[nodiscard]] Outcome<std::vector<Choice>> load_credentials(const Settings& settings, const crypto::Provider& provider);

[[nodiscard]] Outcome<std::shared_ptr<const ClientConfig>> make_client_config(const Settings& settings,
                                                                              const std::vector<Choice>& credentials,
                                                                              const Lasting& lasting);

/// Pauses at the ClientHello, for the flags that are about it.
[[nodiscard]] Outcome<std::shared_ptr<const ServerConfig>> make_server_config(const Settings& settings,
                                                                              const std::vector<Choice>& credentials,
                                                                              const Lasting& lasting);

/// Names of DER in hexadecimal with commas between; <NULL> and <EMPTY> are none.
[[nodiscard]] Outcome<std::vector<Bytes>> parse_name_list(std::string_view text);

/// `\x02h2\x08http/1.1` in names.
[[nodiscard]] Outcome<std::vector<std::string>> parse_protocol_list(std::string_view wire);

}  // namespace keyway::bogo
