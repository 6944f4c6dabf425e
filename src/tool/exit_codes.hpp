#pragma once

#include <keyway/error.hpp>

namespace keyway::tool {

/// What the command tells scripts. Documented in --help and the man page; numbers never change their meaning.
enum class ExitCode : int {
  ok = 0,
  internal = 1,         ///< this should not have happened
  usage = 2,            ///< the command line, or what it asks for, makes no sense
  environment = 3,      ///< a file, a folder, a port, the disk, a key that doesn't fit
  name_resolution = 4,  ///< the host name has no address
  tcp = 5,              ///< no TCP connection
  handshake = 6,        ///< the TLS handshake or the protocol failed
  name_mismatch = 7,    ///< the certificate is for another name
  untrusted = 8,        ///< the certificate does not lead to anybody trusted, or breaks a rule
  expired = 9,          ///< a certificate has expired
  not_yet_valid = 10,   ///< a certificate is not yet valid
  revoked = 11,         ///< the certificate is revoked
  http_status = 12,     ///< the server answered with a status of 400 or above
  transfer = 13,        ///< the exchange broke after the handshake: truncated, timed out, not HTTP
};

/// The one place where errors become exit codes.
[[nodiscard]] ExitCode exit_code_for(const Error& error) noexcept;
[[nodiscard]] ExitCode exit_code_for(ErrorCode code) noexcept;

/// The table for --help's end.
[[nodiscard]] const char* exit_codes_help() noexcept;

}  // namespace keyway::tool
