#include "tool/exit_codes.hpp"

namespace keyway::tool {
namespace {

[[nodiscard]] ExitCode exit_code_by_category(ErrorCategory of) noexcept {
  switch (of) {
    case ErrorCategory::usage:
      return ExitCode::usage;
    case ErrorCategory::environment:
      return ExitCode::environment;
    case ErrorCategory::certificate:
      return ExitCode::untrusted;
    case ErrorCategory::decode:
    case ErrorCategory::peer_misbehaved:
    case ErrorCategory::incompatible:
    case ErrorCategory::crypto:
    case ErrorCategory::alert_received:
      return ExitCode::handshake;
    case ErrorCategory::internal:
      return ExitCode::internal;
  }
  return ExitCode::internal;
}

}  // namespace

ExitCode exit_code_for(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::NameNotResolved:
      return ExitCode::name_resolution;
    case ErrorCode::ConnectFailed:
      return ExitCode::tcp;
    case ErrorCode::NameMismatch:
      return ExitCode::name_mismatch;
    case ErrorCode::CertificateExpired:
      return ExitCode::expired;
    case ErrorCode::CertificateNotYetValid:
      return ExitCode::not_yet_valid;
    case ErrorCode::CertificateRevoked:
      return ExitCode::revoked;
    case ErrorCode::TransportFailed:
    case ErrorCode::TimedOut:
    case ErrorCode::TruncatedStream:
    case ErrorCode::HttpFailed:
      return ExitCode::transfer;
    // Files that hold something else than they should: the environment's fault, not a peer's.
    case ErrorCode::InvalidPem:
    case ErrorCode::InvalidBase64:
    case ErrorCode::InvalidCrl:
    case ErrorCode::InvalidEchConfig:
    case ErrorCode::EncryptedKey:
    case ErrorCode::KeyMismatch:
    case ErrorCode::StoreEmpty:
      return ExitCode::environment;
    default:
      return exit_code_by_category(category(code));
  }
}

ExitCode exit_code_for(const Error& error) noexcept {
  return exit_code_for(error.code());
}

const char* exit_codes_help() noexcept {
  return "Exit codes:\n"
         "   0  all went well\n"
         "   1  an error inside keyway\n"
         "   2  usage: the command line makes no sense\n"
         "   3  a file, a folder, a port or the disk is not as it should be\n"
         "   4  the host name has no address\n"
         "   5  the TCP connection could not be made\n"
         "   6  the TLS handshake failed\n"
         "   7  the certificate is for another name\n"
         "   8  the certificate is not trusted\n"
         "   9  a certificate has expired\n"
         "  10  a certificate is not yet valid\n"
         "  11  the certificate is revoked\n"
         "  12  the server answered with an HTTP status of 400 or above\n"
         "  13  the transfer broke after the handshake, or took too long";
}

}  // namespace keyway::tool
