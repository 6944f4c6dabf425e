#include "net/server_session.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/buffer_body.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/serializer.hpp>
#include <boost/beast/http/write.hpp>

#include <keyway/certificate.hpp>

#include "net/proof_request.hpp"
#include "net/request_head.hpp"
#include "net/socket.hpp"

namespace keyway::net {
namespace {

namespace beast = boost::beast;
namespace http = boost::beast::http;
using boost::asio::awaitable;
using boost::asio::redirect_error;
using boost::asio::use_awaitable;
using boost::asio::ip::tcp;
using boost::system::error_code;
using std::chrono::steady_clock;

constexpr std::size_t file_part = 65'536;
constexpr std::chrono::seconds goodbye_timeout{2};

/// A whole head of a request that may come twice (RFC 9110 9.2.1).
[[nodiscard]] bool is_safe_request(const beast::flat_buffer& buffer) {
  const auto bytes = buffer.cdata();
  const std::string_view text(static_cast<const char*>(bytes.data()), bytes.size());
  const bool is_safe = text.starts_with("GET ") || text.starts_with("HEAD ");
  return is_safe && text.find("\r\n\r\n") != std::string_view::npos;
}

/// "CN=Ann,O=Example": whom a certificate is for.
[[nodiscard]] std::string subject_of(ByteView certificate) {
  const auto view = x509::CertificateView::parse(certificate);
  return view ? view->subject.to_string() : "";
}

}  // namespace

std::string text_of(const tcp::endpoint& endpoint) {
  const std::string host = endpoint.address().to_string();
  return (endpoint.address().is_v6() ? "[" + host + "]" : host) + ":" + std::to_string(endpoint.port());
}

ServerStream make_stream(ServerShared& shared, tcp::socket socket, const tcp::endpoint& peer) {
  auto config = shared.present_config();
  // Cookies are bound to the client's address, without the port: that may be another when it comes back.
  const std::string address = config->stateless_retry() != nullptr ? peer.address().to_string() : "";
  const ConnectionOptions options{
      .id = shared.next_id++, .observer = shared.options.observer, .client_address = as_bytes(address)};
  ServerStream stream(std::move(socket), std::move(config), options);
  stream.use_kernel_tls(shared.options.kernel_tls);
  return stream;
}

ServerSession::ServerSession(ServerShared& shared, ServerWorker& worker, const tcp::endpoint& peer, ServerStream stream)
    : shared_(shared), worker_(worker), peer_(text_of(peer)), stream_(std::move(stream)) {
  worker_.sessions.insert(this);
}

ServerSession::~ServerSession() {
  worker_.sessions.erase(this);
  --shared_.connections;
  if (worker_.sessions.empty() && worker_.deadline) worker_.deadline->cancel();
}

void ServerSession::drain() {
  error_code ignored;
  if (is_idle_) transport().cancel(ignored);
}

void ServerSession::abort() {
  error_code ignored;
  transport().close(ignored);
}

awaitable<void> ServerSession::run() {
  const auto start = steady_clock::now();
  error_code error;
  transport().set_option(tcp::no_delay(true), error);
  deadline_.expires_after(shared_.options.handshake_timeout);
  const bool is_new = stream_.connection() == nullptr || stream_.connection()->is_handshaking();
  std::size_t served = 0;
  if (is_new) served = co_await shake_hands(error);
  if (error) {
    AccessRecord record;
    record.duration = time_since(start);
    tell(std::move(record), error);
    co_return;
  }
  // Each co_await in a statement of its own: g++ 12 runs one behind && whatever stands before it.
  while (goes_on_) {
    const bool has_request = co_await wait_for_request(error);
    if (!has_request) break;
    ++served;
    goes_on_ = co_await serve_one(served);
  }
  if (!is_handed_over_) co_await say_goodbye();
}

/// Reads what comes early, until the handshake is done or, if asked, there is a request that may be answered before.
awaitable<void> ServerSession::read_early(error_code& error, bool stops_at_request) {
  buffer_.max_size(most_request_head + 4096);
  while (!error && !(stops_at_request && is_safe_request(buffer_))) {
    const std::size_t count =
        co_await stream_.async_read_early_some(buffer_.prepare(1024), redirect_error(use_awaitable, error));
    buffer_.commit(count);
  }
  if (error == boost::asio::error::eof) error = {};
}

/// Gives how many requests were answered on the way.
awaitable<std::size_t> ServerSession::shake_hands(error_code& error) {
  if (shared_.present_config()->early_data() == nullptr) {
    co_await stream_.async_handshake(redirect_error(use_awaitable, error));
    co_return 0;
  }
  co_await read_early(error, /*stops_at_request=*/true);
  const bool has_request = !error && stream_.connection()->is_handshaking();
  if (has_request) goes_on_ = co_await serve_one(1);
  deadline_.expires_after(shared_.options.handshake_timeout);
  if (!error) co_await read_early(error, /*stops_at_request=*/false);
  co_return has_request ? 1 : 0;
}

/// False when no request comes: the peer is done, silent for too long, or the server drains.
awaitable<bool> ServerSession::wait_for_request(error_code& error) {
  if (buffer_.size() != 0) co_return true;
  bool is_woken = true;
  while (std::exchange(is_woken, false)) {
    // What has come in part can't go to another process: it is waited for.
    const bool is_draining = shared_.is_draining;
    if (is_draining && (!may_be_handed_over() || hand_over())) co_return false;
    buffer_ = beast::flat_buffer();  // idle connections hold no buffer
    buffer_.max_size(most_request_head + 4096);
    is_idle_ = true;
    deadline_.expires_after(is_draining ? shared_.options.request_timeout : shared_.options.idle_timeout);
    // A little room: this is what an idle connection holds while it waits.
    const std::size_t count =
        co_await stream_.async_read_some(buffer_.prepare(1024), redirect_error(use_awaitable, error));
    is_idle_ = false;
    buffer_.commit(count);
    is_woken =
        error == boost::asio::error::operation_aborted && !is_draining && shared_.is_draining && may_be_handed_over();
    if (is_woken) error = {};
  }
  co_return !error;
}

/// Whether another process can go on with this connection, once it is idle.
bool ServerSession::may_be_handed_over() {
  return shared_.successor != nullptr && transport().is_open() && !stream_.kernel_tls_active();
}

/// True where nothing is left to be done here: it went, or can't go at all (is_handed_over_ says which). False where it
/// is not idle after all; nothing has changed then.
bool ServerSession::hand_over() {
  ServerSuccessor& successor = *shared_.successor.load();
  auto exported = stream_.export_idle(successor.key);
  if (!exported) return exported.error().code() != keyway::ErrorCode::NotReady;
  is_handed_over_ = true;
  error_code error;
  // Taken out of this thread's hands first: the socket stays open in the other process, and must not be watched here.
  const Descriptor socket(transport().release(error));
  if (error) return true;
  const std::lock_guard lock(successor.guard);
  auto sent = successor.channel.send(HandoverMessage::Kind::connection, *exported, socket.fd());
  if (sent) {
    ++successor.connections;
  } else {
    shared_.note("a connection is lost on its way to the other process: " + sent.error().message());
  }
  return true;
}

awaitable<bool> ServerSession::serve_one(std::size_t served) {
  const auto start = steady_clock::now();
  ServerRequest parser;
  parser.header_limit(most_request_head);
  deadline_.expires_after(shared_.options.request_timeout);
  error_code error;
  co_await http::async_read_header(stream_, buffer_, parser, redirect_error(use_awaitable, error));
  AccessRecord record;
  if (error) {
    record.duration = time_since(start);
    if (error.category() == http::make_error_code(http::error::bad_method).category()) {
      record.status = error == http::error::header_limit || error == http::error::buffer_overflow ? 431 : 400;
      co_await refuse(record.status, "This is not a request that the server understands.");
    }
    tell(std::move(record), error);
    co_return false;
  }
  if (asks_for_proof(parser) && !stream_.connection()->is_handshaking()) {
    FurtherIdentities further = shared_.further_identities();
    if (!further.empty()) {
      const bool goes_on = co_await serve_proof(parser, served, std::move(further));
      co_return goes_on;
    }
  }
  const auto& request = parser.get();
  record.method = std::string(view(request.method_string()));
  record.target = std::string(view(request.target()));
  // A body is not read: nothing that is served here takes one. What comes after it can't be told from it.
  const bool has_body = parser.chunked() || parser.content_length().value_or(0) != 0;
  const SiteRequest wanted{.method = record.method,
                           .target = origin_form(record.target),
                           .if_none_match = field_of(request, http::field::if_none_match),
                           .if_modified_since = field_of(request, http::field::if_modified_since),
                           .if_range = field_of(request, http::field::if_range),
                           .range = field_of(request, http::field::range)};
  // RFC 9112 3.2: exactly one Host.
  const bool lacks_host = request.version() >= 11 && request.count(http::field::host) != 1;
  std::optional<SiteAnswer> refusal;
  if (lacks_host) {
    refusal = error_answer(400, "A request names one Host.");
  } else if (is_too_early(request)) {
    refusal = error_answer(425, "This came early, and could come again: send it once the handshake is done.");
  } else if (is_for_known_clients(wanted.target)) {
    refusal = co_await learn_who_asks(error);
  }
  if (error) {
    record.duration = time_since(start);
    tell(std::move(record), error);
    co_return false;
  }
  SiteAnswer answer = refusal ? std::move(*refusal) : shared_.site.answer(wanted);
  record.is_early = stream_.connection()->is_handshaking();
  record.status = answer.status;
  const bool keeps_alive = request.keep_alive() && !has_body && answer.status != 400 && may_go_on(served);
  const bool is_head = record.method == "HEAD";
  const unsigned version = request.version();
  record.duration = time_since(start);
  const bool sent = co_await send(std::move(answer), is_head, version, keeps_alive, std::move(record));
  co_return sent&& keeps_alive;
}

/// Whether another request may follow.
bool ServerSession::may_go_on(std::size_t served) {
  return (!shared_.is_draining || may_be_handed_over()) && served < shared_.options.max_requests_per_connection;
}

/// The one kind of request whose body is read (authenticator.hpp).
awaitable<bool> ServerSession::serve_proof(ServerRequest& head, std::size_t served, FurtherIdentities identities) {
  const auto start = steady_clock::now();
  AccessRecord record;
  record.method = "POST";
  record.target = authenticator_target;
  error_code error;
  const ProofRequest asked = co_await read_proof_request(stream_, buffer_, head, error);
  record.duration = time_since(start);
  if (asked.refusal != 0) {
    record.status = asked.refusal;
    co_await refuse(asked.refusal, "This is no request for an authenticator.");
    tell(std::move(record), error);
    co_return false;
  }
  if (!authenticators_) authenticators_ = make_authenticators(*stream_.connection(), *shared_.present_config());
  SiteAnswer answer = answer_authenticator_request(*authenticators_, as_bytes(asked.body), identities);
  record.status = answer.status;
  const bool keeps_alive = asked.keeps_alive && may_go_on(served);
  const bool sent = co_await send(std::move(answer), /*is_head=*/false, asked.version, keeps_alive, std::move(record));
  co_return sent&& keeps_alive;
}

bool ServerSession::is_for_known_clients(std::string_view target) const {
  return std::ranges::any_of(shared_.options.asks_for_certificate_at,
                             [&](const std::string& prefix) { return shared_.site.leads_below(target, prefix); });
}

/// Has the client show its certificate now, unless it did before. Gives the answer for one that can't or won't; nothing
/// for one that is known. A certificate that is no good ends the connection.
awaitable<std::optional<SiteAnswer>> ServerSession::learn_who_asks(error_code& error) {
  const Connection& connection = *stream_.connection();
  const ConnectionInfo& info = connection.info();
  if (connection.is_handshaking()) {
    co_return error_answer(425, "Who asks for this is to show a certificate: send it once the handshake is done.");
  }
  if (info.late_authentication == ClientProofLater::off) {
    co_return error_answer(403,
                           "This is for visitors who show a certificate, and your program can't be asked for one now: "
                           "that takes TLS 1.3 and post-handshake authentication.");
  }
  // Asked once: a client answers a few times on a connection, and then no more.
  if (info.late_authentication == ClientProofLater::possible) {
    deadline_.expires_after(shared_.options.idle_timeout);  // perhaps a person chooses
    std::size_t count = 1;
    while (!error && count != 0) {
      if (buffer_.size() + 1024 > buffer_.max_size()) {
        error = http::error::buffer_overflow;
        break;
      }
      count = co_await stream_.async_request_client_certificate(buffer_.prepare(1024),
                                                                redirect_error(use_awaitable, error));
      buffer_.commit(count);
    }
    if (error) co_return std::nullopt;
  }
  if (info.late_authentication == ClientProofLater::proven) co_return std::nullopt;
  co_return error_answer(403, "This is for visitors who show a certificate, and you showed none.");
}

awaitable<void> ServerSession::refuse(unsigned status, std::string_view explanation) {
  SiteAnswer answer = error_answer(status, explanation);
  http::response<http::buffer_body> response{http::int_to_status(status), 11};
  response.set(http::field::connection, "close");
  response.content_length(answer.size);
  response.body().data = answer.text.data();
  response.body().size = answer.text.size();
  response.body().more = false;
  http::response_serializer<http::buffer_body> serializer{response};
  error_code error;
  co_await http::async_write(stream_, serializer, redirect_error(use_awaitable, error));
}

/// The head goes out together with the first part of the body.
awaitable<bool> ServerSession::send(SiteAnswer answer, bool is_head, unsigned version, bool keeps_alive,
                                    AccessRecord record) {
  const auto start = steady_clock::now();
  http::response<http::buffer_body> response{http::int_to_status(answer.status), version};
  if (answer.status == 425) {
    response.result(425U);
    response.reason("Too Early");
  }
  response.set(http::field::server, "keyway");
  response.set(http::field::date, date_now());
  response.set("X-Content-Type-Options", "nosniff");
  for (const auto& [name, value] : answer.fields) response.set(name, value);
  if (answer.status != 304) response.content_length(answer.size);
  response.keep_alive(keeps_alive);

  http::response_serializer<http::buffer_body> serializer{response};
  error_code error;
  auto& body = response.body();
  std::uint64_t left = is_head || answer.status == 304 ? 0 : answer.size;
  const bool is_sent_by_kernel = answer.file.fd() >= 0 && stream_.kernel_tls_active();
  std::vector<std::uint8_t> part(answer.file.fd() >= 0 && !is_sent_by_kernel ? std::min<std::uint64_t>(left, file_part)
                                                                             : 0);
  deadline_.expires_after(shared_.options.write_timeout);
  if (left == 0 || is_sent_by_kernel) {
    body = {.data = nullptr, .size = 0, .more = left != 0};
    co_await http::async_write_header(stream_, serializer, redirect_error(use_awaitable, error));
  }
  while (left != 0 && is_sent_by_kernel && !error) {
    const std::size_t wanted = std::min<std::uint64_t>(left, file_part);
    deadline_.expires_after(shared_.options.write_timeout);
    const std::size_t size =
        co_await stream_.async_send_file(answer.file.fd(), answer.offset, wanted, redirect_error(use_awaitable, error));
    answer.offset += size;
    left -= size;
    record.body_bytes += size;
    if (error || size == wanted) continue;
    // The file shrank under way: see below.
    abort();
    co_return false;
  }
  while (left != 0 && !error) {
    std::size_t size = static_cast<std::size_t>(left);
    if (answer.file.fd() >= 0) {
      const auto read = answer.read_file(ByteSpan(part).first(std::min<std::uint64_t>(left, part.size())));
      // The file shrank under way: its promised length can't be kept, and only an end that isn't clean says so.
      if (!read) {
        abort();
        co_return false;
      }
      size = *read;
      body.data = part.data();
    } else {
      body.data = answer.text.data();
    }
    left -= size;
    record.body_bytes += size;
    body.size = size;
    body.more = left != 0;
    deadline_.expires_after(shared_.options.write_timeout);
    co_await http::async_write(stream_, serializer, redirect_error(use_awaitable, error));
    if (error == http::error::need_buffer) error = {};
    if (error) break;
  }
  record.duration += time_since(start);
  const bool sent = !error;
  tell(std::move(record), error);
  co_return sent;
}

/// Ends cleanly, and gives the peer a moment to read what is on its way before the socket is closed.
awaitable<void> ServerSession::say_goodbye() {
  error_code ignored;
  deadline_.expires_after(goodbye_timeout);
  co_await stream_.async_shutdown_send(redirect_error(use_awaitable, ignored));
  if (ignored) co_return;
  transport().shutdown(tcp::socket::shutdown_send, ignored);
  co_await stream_.async_shutdown(redirect_error(use_awaitable, ignored));
}

void ServerSession::tell(AccessRecord record, const error_code& error) {
  if (!shared_.options.on_access) return;
  record.peer = peer_;
  const Connection* connection = stream_.connection();
  // Where the kernel seals, nothing can be sent by the connection itself.
  if (connection != nullptr && (connection->can_send() || stream_.kernel_tls_active())) {
    record.tls = &connection->info();
    record.is_in_kernel = stream_.kernel_tls_active();
    if (!connection->peer_chain().empty()) record.client = subject_of(connection->peer_chain().front());
  }
  std::optional<Error> failure;
  if (error && deadline_.has_passed()) {
    failure = fail(ErrorCode::TimedOut).received("nothing from the peer in the time allowed");
  } else if (error && stream_.error() != nullptr) {
    failure = *stream_.error();
  } else if (error && record.status == 0) {
    failure = fail(ErrorCode::TransportFailed).received(error.message());
  }
  record.failure = failure ? &*failure : nullptr;
  shared_.options.on_access(record);
}

}  // namespace keyway::net
