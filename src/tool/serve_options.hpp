#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "tool/identity_options.hpp"
#include "tool/tls_options.hpp"

namespace CLI {
class App;
}

namespace keyway::tool {

/// What `keyway serve` is told.
struct ServeOptions {
  TlsOptions tls;
  IdentityOptions identity;
  std::string folder;
  std::vector<std::string> certificates;
  std::vector<std::string> keys;
  std::vector<std::string> delegations;
  std::vector<std::string> further_certificates;
  std::vector<std::string> further_keys;
  std::vector<std::string> client_anchors;
  std::vector<std::string> ocsp_responses;
  std::vector<std::string> ech;
  std::string listen = "127.0.0.1:8443";
  std::string unknown_name;
  std::string psk_file;
  std::string hand_over;
  std::vector<std::string> asks_for_certificate_at;
  std::size_t threads = 0;
  std::size_t max_connections = 4096;
  unsigned drain_seconds = 10;
  bool is_quiet = false;
  bool has_no_listings = false;
  bool takes_expired = false;
  bool requires_client_certificate = false;
  bool takes_early = false;
  bool retries_statelessly = false;
  bool uses_kernel_tls = false;
  bool is_verbose = false;
};

/// Adds them all, and the help with its examples.
void add_serve_options(CLI::App& command, ServeOptions& options);

}  // namespace keyway::tool
