#include <algorithm>
#include <map>
#include <span>
#include <string>
#include <utility>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include "contest.hpp"
#include "crypto/libcrypto/handles.hpp"
#include "material.hpp"

namespace keyway::bench {
namespace {

using crypto::libcrypto::Handle;
using Context = Handle<SSL_CTX, SSL_CTX_free>;
using Ssl = Handle<SSL, SSL_free>;
using Bio = Handle<BIO, BIO_free>;
using BioMethod = Handle<BIO_METHOD, BIO_meth_free>;
using Certificate = Handle<X509, X509_free>;
using Key = Handle<EVP_PKEY, EVP_PKEY_free>;

void need(bool fine, std::string_view what) {
  if (fine) return;
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  give_up(std::string("libssl, ") + std::string(what) + ": " + (reason != nullptr ? reason : "unknown"));
}

// ------------------------------------------------------------------------------------------------ the transport

/// A way for bytes in one direction. What it costs to copy them is not libssl's: it goes back to the account of
/// whoever's call it happens in.
struct Way {
  std::vector<char> bytes;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// One end's transport: memory, kept for all connections.
struct Transport {
  Way* in = nullptr;
  Way* out = nullptr;
  Account* account = nullptr;
};

int write_transport(BIO* bio, const char* data, std::size_t size, std::size_t* written) {
  auto& transport = *static_cast<Transport*>(BIO_get_data(bio));
  const HeapScope unbooked(nullptr);
  transport.account->refund(time_of([&] {
    Way& way = *transport.out;
    if (way.bytes.size() < way.end + size) way.bytes.resize(2 * (way.end + size));
    std::ranges::copy(std::span(data, size), std::span(way.bytes).subspan(way.end).begin());
    way.end += size;
  }));
  *written = size;
  return 1;
}

int read_transport(BIO* bio, char* data, std::size_t size, std::size_t* read) {
  auto& transport = *static_cast<Transport*>(BIO_get_data(bio));
  BIO_clear_retry_flags(bio);
  Way& way = *transport.in;
  const std::size_t taken = std::min(size, way.end - way.begin);
  transport.account->refund(time_of([&] {
    std::ranges::copy(std::span(way.bytes).subspan(way.begin, taken), data);
    way.begin += taken;
    if (way.begin == way.end) way.begin = way.end = 0;
  }));
  *read = taken;
  if (taken == 0) BIO_set_retry_read(bio);
  return taken > 0 ? 1 : 0;
}

long control_transport(BIO*, int command, long, void*) {
  return command == BIO_CTRL_FLUSH ? 1 : 0;
}

Bio make_bio(Transport& transport) {
  static const BioMethod method = [] {
    BioMethod made(BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "memory"));
    BIO_meth_set_write_ex(made.get(), write_transport);
    BIO_meth_set_read_ex(made.get(), read_transport);
    BIO_meth_set_ctrl(made.get(), control_transport);
    return made;
  }();
  Bio bio(BIO_new(method.get()));
  BIO_set_data(bio.get(), &transport);
  BIO_set_init(bio.get(), 1);
  return bio;
}

// ------------------------------------------------------------------------------------------------ configurations

/// A client context's newest session, for the next connection.
using Session = Handle<SSL_SESSION, SSL_SESSION_free>;

struct Contexts {
  Context client;
  Context server;
  std::unique_ptr<Session> session;
};

Certificate to_x509(ByteView der) {
  const unsigned char* at = der.data();
  Certificate certificate(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  need(certificate != nullptr, "certificate");
  return certificate;
}

Context make_context(const SSL_METHOD* method, const HandshakeKind& kind) {
  Context context(SSL_CTX_new(method));
  need(context != nullptr, "context");
  const int version = is_tls12(kind.form) ? TLS1_2_VERSION : TLS1_3_VERSION;
  need(SSL_CTX_set_min_proto_version(context.get(), version) == 1, "version");
  need(SSL_CTX_set_max_proto_version(context.get(), version) == 1, "version");
  if (is_tls12(kind.form)) {
    const char* const suite =
        kind.key == LeafKey::ecdsa_p256 ? "ECDHE-ECDSA-AES128-GCM-SHA256" : "ECDHE-RSA-AES128-GCM-SHA256";
    need(SSL_CTX_set_cipher_list(context.get(), suite) == 1, "suite");
  } else {
    need(SSL_CTX_set_ciphersuites(context.get(), keyway::to_string(kind.suite).c_str()) == 1, "suite");
  }
  need(SSL_CTX_set1_groups_list(context.get(), "X25519:P-256:P-384:P-521") == 1, "groups");
  SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_OFF);
  return context;
}

void trust_root(SSL_CTX* context, const Material& trusted) {
  const Certificate root = to_x509(trusted.authority.root().der);
  need(X509_STORE_add_cert(SSL_CTX_get_cert_store(context), root.get()) == 1, "trust");
  X509_VERIFY_PARAM_set_time(SSL_CTX_get0_param(context), std::chrono::system_clock::to_time_t(testing::test_now));
}

void show(SSL_CTX* context, const testing::IssuedCertificate& leaf) {
  const Bytes pkcs8 = leaf.key_pkcs8();
  const unsigned char* at = pkcs8.data();
  const Key key(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(pkcs8.size())));
  need(key != nullptr, "key");
  need(SSL_CTX_use_certificate(context, to_x509(leaf.chain.at(0)).get()) == 1, "certificate");
  need(SSL_CTX_use_PrivateKey(context, key.get()) == 1, "key");
  need(SSL_CTX_add1_chain_cert(context, to_x509(leaf.chain.at(1)).get()) == 1, "chain");
}

int keep_session(SSL* ssl, SSL_SESSION* session) {
  auto* kept = static_cast<Session*>(SSL_CTX_get_app_data(SSL_get_SSL_CTX(ssl)));
  kept->reset(session);
  return 1;
}

Context make_client(const HandshakeKind& kind, Session& session) {
  Context context = make_context(TLS_client_method(), kind);
  trust_root(context.get(), material(kind.key));
  SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER, nullptr);
  if (kind.form == Form::mutual) show(context.get(), material(kind.key).client_leaf);
  if (is_resumption(kind.form)) {
    SSL_CTX_set_session_cache_mode(context.get(), SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
    SSL_CTX_set_app_data(context.get(), &session);
    SSL_CTX_sess_set_new_cb(context.get(), keep_session);
  }
  return context;
}

Context make_server(const HandshakeKind& kind) {
  Context context = make_context(TLS_server_method(), kind);
  show(context.get(), material(kind.key).leaf);
  // The same work on both sides.
  need(SSL_CTX_set_num_tickets(context.get(), is_resumption(kind.form) ? 1 : 0) == 1, "tickets");
  if (!is_resumption(kind.form)) SSL_CTX_set_options(context.get(), SSL_OP_NO_TICKET);
  if (kind.form == Form::mutual) {
    trust_root(context.get(), material(kind.key));
    SSL_CTX_set_verify(context.get(), SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  }
  return context;
}

// ------------------------------------------------------------------------------------------------ connections

/// One end with the account that pays for its calls.
class End {
 public:
  End(Way& in, Way& out) : transport_{&in, &out, nullptr}, bio_(make_bio(transport_)) {}
  End(const End&) = delete;
  End& operator=(const End&) = delete;

  void pay_from(Account& account) noexcept { transport_.account = &account; }
  [[nodiscard]] Account& account() noexcept { return *transport_.account; }
  [[nodiscard]] SSL* ssl() noexcept { return ssl_.get(); }

  void open(SSL_CTX* context, SSL_SESSION* session, bool is_client) {
    account().charge([&] {
      ssl_.reset(SSL_new(context));
      need(ssl_ != nullptr, "SSL_new");
      // Once for each direction: SSL_set_bio takes one reference when both are the same.
      BIO_up_ref(bio_.get());
      SSL_set_bio(ssl_.get(), bio_.get(), bio_.get());
      if (!is_client) return SSL_set_accept_state(ssl_.get());
      SSL_set_connect_state(ssl_.get());
      need(SSL_set_tlsext_host_name(ssl_.get(), std::string(host_name).c_str()) == 1, "server name");
      need(SSL_set1_host(ssl_.get(), std::string(host_name).c_str()) == 1, "host name");
      if (session != nullptr) need(SSL_set_session(ssl_.get(), session) == 1, "session");
    });
  }

  /// Reads what came behind the handshake: in TLS 1.3 the ticket.
  void read_ticket() {
    account().charge([&] {
      char none = 0;
      std::size_t read = 0;
      need(SSL_read_ex(ssl_.get(), &none, 1, &read) == 0, "ticket");
    });
  }

  /// True when the handshake is over.
  bool go_on() {
    const int result = account().charge([&] { return SSL_do_handshake(ssl_.get()); });
    if (result != 1) need(SSL_get_error(ssl_.get(), result) == SSL_ERROR_WANT_READ, "handshake");
    return result == 1;
  }

  SideCost finish() {
    const std::int64_t idle = account().heap().live;
    // Else libssl takes the connection for one that broke off, and its session for spoilt.
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
    account().charge([&] { ssl_.reset(); });
    return {account().time(), account().heap().allocations, account().heap().peak, idle};
  }

 private:
  Transport transport_;
  Bio bio_;
  Ssl ssl_;
};

struct Pair {
  Way to_server;
  Way to_client;
  End client{to_client, to_server};
  End server{to_server, to_client};
};

void shake_hands(Pair& pair, const Contexts& contexts, Account& client, Account& server) {
  pair.client.pay_from(client);
  pair.server.pay_from(server);
  pair.client.open(contexts.client.get(), contexts.session->get(), true);
  pair.server.open(contexts.server.get(), nullptr, false);
  bool client_done = false;
  bool server_done = false;
  for (int turn = 0; turn < 4 && !(client_done && server_done); ++turn) {
    if (!client_done) client_done = pair.client.go_on();
    if (!server_done) server_done = pair.server.go_on();
  }
  need(client_done && server_done, "the handshake stands still");
}

class LibsslStream final : public Stream {
 public:
  explicit LibsslStream(std::unique_ptr<Pair> pair) : pair_(std::move(pair)), read_(record_content) {}

  BatchCost transfer(bool books_heap) override {
    Account sending(books_heap);
    Account receiving(books_heap);
    pair_->server.pay_from(sending);
    pair_->client.pay_from(receiving);
    sending.charge([&] { send(); });
    receiving.charge([&] { receive(); });
    return {sending.time(), receiving.time(), sending.heap().allocations + receiving.heap().allocations};
  }

 private:
  void send() {
    std::size_t written = 0;
    for (std::size_t i = 0; i < records_per_batch; ++i) {
      if (SSL_write_ex(pair_->server.ssl(), content_->plain().data(), record_content, &written) != 1)
        need(false, "write");
    }
  }

  void receive() {
    std::size_t read = 0;
    for (std::size_t i = 0; i < records_per_batch; ++i) {
      if (SSL_read_ex(pair_->client.ssl(), read_.data(), read_.size(), &read) != 1 || read != record_content) {
        need(false, "read");
      }
    }
  }

  std::unique_ptr<Pair> pair_;
  std::unique_ptr<Content> content_ = std::make_unique<Content>();
  Bytes read_;
};

class Libssl final : public Library {
 public:
  bool has(Form form) const noexcept override { return form != Form::hybrid; }

  HandshakeCost handshake(const HandshakeKind& kind, bool books_heap) override {
    const Contexts& made = contexts(kind);
    Account client(books_heap);
    Account server(books_heap);
    run(kind, made, client, server);
    const bool resumes = SSL_session_reused(pair_.server.ssl()) == 1;
    if (resumes != is_resumption(kind.form)) give_up("libssl, " + kind.name() + ": of another form");
    return {pair_.client.finish(), pair_.server.finish()};
  }

  std::unique_ptr<Stream> stream(CipherSuite suite) override {
    auto pair = std::make_unique<Pair>();
    Account unread(false);
    shake_hands(*pair, contexts({.suite = suite}), unread, unread);
    return std::make_unique<LibsslStream>(std::move(pair));
  }

 private:
  void run(const HandshakeKind& kind, const Contexts& made, Account& client, Account& server) {
    shake_hands(pair_, made, client, server);
    if (kind.form == Form::resumed) pair_.client.read_ticket();
  }

  const Contexts& contexts(const HandshakeKind& kind) {
    const auto found = contexts_.find(kind);
    if (found != contexts_.end()) return found->second;
    auto session = std::make_unique<Session>();
    Context client = make_client(kind, *session);
    Contexts fresh{std::move(client), make_server(kind), std::move(session)};
    const Contexts& made = contexts_.emplace(kind, std::move(fresh)).first->second;
    if (is_resumption(kind.form)) run_first(kind, made);
    return made;
  }

  /// For the session that the next handshake goes on with.
  void run_first(const HandshakeKind& kind, const Contexts& made) {
    Account unread(false);
    run(kind, made, unread, unread);
    pair_.client.finish();
    pair_.server.finish();
  }

  std::map<HandshakeKind, Contexts> contexts_;
  Pair pair_;
};

}  // namespace

std::unique_ptr<Library> make_libssl() {
  return std::make_unique<Libssl>();
}

}  // namespace keyway::bench
