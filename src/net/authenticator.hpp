#pragma once
/// \file
/// Exported authenticators (RFC 9261) over HTTP, as Keyway carries them: a client POSTs its request to
/// `authenticator_target`, and the answer is the authenticator, for the connection that both came over. RFC 9261 leaves
/// the carrier to applications; this one is Keyway's own (docs/decisions/0056-authenticators-over-http.md).

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include <keyway/blocking.hpp>
#include <keyway/credential.hpp>
#include <keyway/error.hpp>
#include <keyway/exported_authenticator.hpp>
#include <keyway/name.hpp>

#include "net/site.hpp"
#include "net/url.hpp"

namespace keyway::net {

inline constexpr std::string_view authenticator_target = "/.well-known/keyway/authenticator";
/// Of both bodies.
inline constexpr std::string_view authenticator_media_type = "application/octet-stream";
/// Bytes of a request that a server reads: schemes, a name, and room for authorities.
inline constexpr std::size_t most_authenticator_request = 16'384;

/// What a server can prove beside the identities of its handshakes.
using FurtherIdentities = std::vector<std::shared_ptr<const Credential>>;

/// The answer to a request for a proof: by the first of these that is for the name and that the request takes, or a
/// refusal that is authentic. 400 for what is no request, 409 for one that was answered before.
[[nodiscard]] SiteAnswer answer_authenticator_request(ExportedAuthenticators& ours, ByteView request,
                                                      const FurtherIdentities& identities);

/// Has the server of this connection, whose handshake is done and on which no answer is due, prove that it is `name`,
/// too; blocks. `url`: of the server. Errors: HttpFailed (it does not know of such), EmptyServerCertificate (it
/// declines), those of ExportedAuthenticators, of the stream and of reading an answer.
[[nodiscard]] Result<AuthenticatedIdentity> prove_also(BlockingStream& stream, const Url& url, const ServerName& name,
                                                       std::shared_ptr<const crypto::Provider> provider,
                                                       const ExportedAuthenticators::Judge& judge);

}  // namespace keyway::net
