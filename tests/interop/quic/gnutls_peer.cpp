#include "interop/quic/gnutls_peer.hpp"

#include <gnutls/gnutls.h>
#include <ngtcp2/ngtcp2_crypto_gnutls.h>

#include <array>

namespace keyway::quic_interop {
namespace {

gnutls_datum_t datum(const std::string& text) {
  // GnuTLS reads it alone.
  return {reinterpret_cast<unsigned char*>(const_cast<char*>(text.data())), static_cast<unsigned>(text.size())};
}

}  // namespace

GnutlsPeer::GnutlsPeer(const GnutlsOptions& options, std::string to_send, ngtcp2_tstamp now)
    : Ngtcp2Peer(Side::client, std::move(to_send)) {
  connect(callbacks(), now);
  set_up(options, GNUTLS_CLIENT);
  require(ngtcp2_crypto_gnutls_configure_client_session(session_), "client session");
  const gnutls_datum_t trust = datum(options.trust_pem);
  if (gnutls_certificate_set_x509_trust_mem(credentials_, &trust, GNUTLS_X509_FMT_PEM) != 1) fail("trust");
  require(gnutls_server_name_set(session_, GNUTLS_NAME_DNS, options.name.data(), options.name.size()), "name");
  gnutls_session_set_verify_cert(session_, options.name.c_str(), 0);
}

GnutlsPeer::GnutlsPeer(const GnutlsOptions& options, const FirstPacket& first, std::string to_send, ngtcp2_tstamp now)
    : Ngtcp2Peer(Side::server, std::move(to_send)) {
  accept(callbacks(), first, now);
  set_up(options, GNUTLS_SERVER | GNUTLS_NO_AUTO_SEND_TICKET);
  require(ngtcp2_crypto_gnutls_configure_server_session(session_), "server session");
  const gnutls_datum_t chain = datum(options.chain_pem);
  const gnutls_datum_t key = datum(options.key_pem);
  require(gnutls_certificate_set_x509_key_mem(credentials_, &chain, &key, GNUTLS_X509_FMT_PEM), "certificate");
}

GnutlsPeer::~GnutlsPeer() {
  release();
  gnutls_deinit(session_);
  gnutls_certificate_free_credentials(credentials_);
}

void GnutlsPeer::require(int done, const char* what) {
  if (done != 0) fail(std::string("GnuTLS, ") + what + ": " + gnutls_strerror(done));
}

void GnutlsPeer::set_up(const GnutlsOptions& options, unsigned flags) {
  require(gnutls_init(&session_, flags | GNUTLS_NO_END_OF_EARLY_DATA), "session");
  const std::string priority = "NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+" + options.cipher +
                               ":-GROUP-ALL:+GROUP-X25519:%DISABLE_TLS13_COMPAT_MODE";
  require(gnutls_priority_set_direct(session_, priority.c_str(), nullptr), "priority");
  require(gnutls_certificate_allocate_credentials(&credentials_), "credentials");
  require(gnutls_credentials_set(session_, GNUTLS_CRD_CERTIFICATE, credentials_), "credentials");
  const std::string protocol = "test";
  const gnutls_datum_t alpn = datum(protocol);
  require(gnutls_alpn_set_protocols(session_, &alpn, 1, GNUTLS_ALPN_MANDATORY), "alpn");
  reference_ = {
      [](ngtcp2_crypto_conn_ref* reference) { return static_cast<GnutlsPeer*>(reference->user_data)->connection(); },
      this};
  gnutls_session_set_ptr(session_, &reference_);
  ngtcp2_conn_set_tls_native_handle(connection(), session_);
}

ngtcp2_callbacks GnutlsPeer::callbacks() {
  ngtcp2_callbacks all{};
  all.client_initial = ngtcp2_crypto_client_initial_cb;
  all.recv_client_initial = ngtcp2_crypto_recv_client_initial_cb;
  all.recv_crypto_data = ngtcp2_crypto_recv_crypto_data_cb;
  all.recv_retry = ngtcp2_crypto_recv_retry_cb;
  all.encrypt = ngtcp2_crypto_encrypt_cb;
  all.decrypt = ngtcp2_crypto_decrypt_cb;
  all.hp_mask = ngtcp2_crypto_hp_mask_cb;
  all.update_key = ngtcp2_crypto_update_key_cb;
  all.delete_crypto_aead_ctx = ngtcp2_crypto_delete_crypto_aead_ctx_cb;
  all.delete_crypto_cipher_ctx = ngtcp2_crypto_delete_crypto_cipher_ctx_cb;
  all.version_negotiation = ngtcp2_crypto_version_negotiation_cb;
  return all;
}

}  // namespace keyway::quic_interop
