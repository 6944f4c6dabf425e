#pragma once

#include "interop/quic/ngtcp2_peer.hpp"

#include "testing/make_certificate.hpp"

namespace keyway::quic_interop {

/// What GnuTLS is told: its name for a cipher ("AES-128-GCM"), and the certificates of the test.
struct GnutlsOptions {
  std::string cipher;
  std::string name;            ///< client: which server is wanted
  std::string trust_pem;       ///< client: whom it trusts
  std::string chain_pem = {};  ///< server
  std::string key_pem = {};    ///< server
};

/// ngtcp2 with GnuTLS, by ngtcp2's own helpers for it: nothing of Keyway.
class GnutlsPeer final : public Ngtcp2Peer {
 public:
  GnutlsPeer(const GnutlsOptions& options, std::string to_send, ngtcp2_tstamp now);
  GnutlsPeer(const GnutlsOptions& options, const FirstPacket& first, std::string to_send, ngtcp2_tstamp now);
  ~GnutlsPeer() override;

 private:
  static ngtcp2_callbacks callbacks();
  void set_up(const GnutlsOptions& options, unsigned flags);
  void require(int done, const char* what);

  gnutls_session_t session_ = nullptr;
  gnutls_certificate_credentials_t credentials_ = nullptr;
  ngtcp2_crypto_conn_ref reference_{};
};

}  // namespace keyway::quic_interop
