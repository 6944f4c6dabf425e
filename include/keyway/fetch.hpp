#pragma once
/// \file
/// What a verdict would like to know from elsewhere. The library opens no connections: it says what is wanted, and
/// whoever embeds it gets that and asks again.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/crypto.hpp>

namespace keyway::x509 {

enum class FetchKind : std::uint8_t {
  crl,     ///< RFC 5280 4.2.1.13
  ocsp,    ///< RFC 6960
  issuer,  ///< a certificate that the peer did not send (RFC 5280 4.2.2.1, caIssuers)
};
[[nodiscard]] std::string_view to_string(FetchKind kind) noexcept;

/// One thing to fetch, over plain HTTP: what comes is signed, and a connection that first had to be trusted would go
/// round in circles (RFC 5280 8).
struct Fetch {
  FetchKind kind = FetchKind::crl;
  std::string url;  ///< "http://…", as the certificate has it; for an OCSP request by GET with the request in it
  Bytes body;       ///< to be sent by POST as application/ocsp-request; empty: GET
  Bytes nonce;      ///< that stands in the request and must stand in the answer (RFC 9654); empty: none
  std::size_t max_size = 0;  ///< bytes of the answer; what is longer is not to be read
  std::string about;         ///< serial number of the certificate that it is about, in hexadecimal
  std::size_t depth = 0;     ///< where that stands in its path
};

/// A thing that was fetched, or was not to be had.
struct Fetched {
  Fetch wanted;
  Bytes answer;  ///< empty: nothing came
};

/// What may be asked of the world for a verdict. Nothing by default: it tells others whom one talks to.
struct Fetching {
  bool revocation = false;  ///< CRLs and OCSP responses
  bool issuers = false;     ///< certificates that the peer should have sent
  std::size_t max_fetches = 8;
  std::size_t max_crl_size = std::size_t{64} << 20U;
  std::size_t max_other_size = std::size_t{64} << 10U;
  /// Where OCSP requests get a nonce from, which the answer must then have: many responders give none, as their answers
  /// are made beforehand. Null: no nonces, and what is fresh is told by its times.
  std::shared_ptr<const crypto::Random> nonces = nullptr;
};

}  // namespace keyway::x509
