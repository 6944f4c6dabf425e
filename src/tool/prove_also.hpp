#pragma once
/// \file
/// `get --prove-also`: what a server proves beside its certificate, by exported authenticators (RFC 9261).

#include <string>
#include <vector>

#include <keyway/blocking.hpp>
#include <keyway/config.hpp>
#include <keyway/error.hpp>
#include <keyway/exported_authenticator.hpp>
#include <keyway/name.hpp>

#include "explain/story.hpp"
#include "net/url.hpp"
#include "tool/revocation_options.hpp"

namespace keyway::tool {

/// A name with the proof of it.
struct FurtherProof {
  ServerName name;
  AuthenticatedIdentity identity;
};

/// --prove-also. Errors: InvalidArgument for what is no host name.
[[nodiscard]] Result<std::vector<ServerName>> parse_further_names(const std::vector<std::string>& names);

/// Asks the server of this connection for a proof of each name, and verifies its chain as `config` does the
/// handshake's. `evidence`: asked for what a verdict wants from elsewhere; may be null. Errors: those of
/// net::prove_also().
[[nodiscard]] Result<std::vector<FurtherProof>> prove_further_names(BlockingStream& stream, const net::Url& url,
                                                                    const std::vector<ServerName>& names,
                                                                    const ClientConfig& config,
                                                                    net::EvidenceFetcher* evidence);

[[nodiscard]] explain::Step tell_further_proof(const FurtherProof& proof, const crypto::Provider* provider);
[[nodiscard]] explain::Json to_json(const FurtherProof& proof, const crypto::Provider* provider);

}  // namespace keyway::tool
