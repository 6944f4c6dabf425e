#include "interop/quic/ngtcp2_peer.hpp"

#include <algorithm>

#include "testing/make_certificate.hpp"

namespace keyway::quic_interop {
namespace {

constexpr std::size_t max_datagram = 1452;
/// So slow is the link that there is time for two key updates.
constexpr std::size_t datagrams_at_once = 2;

void fill_random(std::uint8_t* out, std::size_t size, const ngtcp2_rand_ctx*) {
  if (!testing::provider()->random().fill(ByteSpan(out, size))) std::abort();
}

int new_connection_id(ngtcp2_conn*, ngtcp2_cid* id, std::uint8_t* token, std::size_t size, void*) {
  fill_random(id->data, size, nullptr);
  id->datalen = size;
  fill_random(token, NGTCP2_STATELESS_RESET_TOKENLEN, nullptr);
  return 0;
}

int path_challenge(ngtcp2_conn*, std::uint8_t* data, void*) {
  fill_random(data, NGTCP2_PATH_CHALLENGE_DATALEN, nullptr);
  return 0;
}

ngtcp2_cid random_id() {
  ngtcp2_cid id{};
  id.datalen = id_size;
  fill_random(id.data, id_size, nullptr);
  return id;
}

ngtcp2_settings settings_at(ngtcp2_tstamp now) {
  ngtcp2_settings settings;
  ngtcp2_settings_default(&settings);
  settings.initial_ts = now;
  settings.no_pmtud = 1;
  return settings;
}

ngtcp2_transport_params parameters() {
  ngtcp2_transport_params params;
  ngtcp2_transport_params_default(&params);
  constexpr std::uint64_t enough = 16 << 20U;
  params.initial_max_stream_data_bidi_local = enough;
  params.initial_max_stream_data_bidi_remote = enough;
  params.initial_max_data = enough;
  params.initial_max_streams_bidi = 1;
  params.max_idle_timeout = 60 * NGTCP2_SECONDS;
  return params;
}

sockaddr_in address(std::uint16_t port) {
  sockaddr_in made{};
  made.sin_family = AF_INET;
  made.sin_port = htons(port);
  made.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return made;
}

ngtcp2_addr view(sockaddr_in& of) {
  return {reinterpret_cast<ngtcp2_sockaddr*>(&of), sizeof of};
}

}  // namespace

Ngtcp2Peer::Ngtcp2Peer(Side side, std::string to_send) : side_(side), to_send_(std::move(to_send)) {
  constexpr std::uint16_t client_port = 40000;
  constexpr std::uint16_t server_port = 443;
  local_ = address(side == Side::client ? client_port : server_port);
  remote_ = address(side == Side::client ? server_port : client_port);
  path_ = {view(local_), view(remote_), nullptr};
}

Ngtcp2Peer::~Ngtcp2Peer() {
  release();
}

void Ngtcp2Peer::release() {
  ngtcp2_conn_del(connection_);
  connection_ = nullptr;
}

void Ngtcp2Peer::add_common(ngtcp2_callbacks& callbacks) {
  callbacks.rand = fill_random;
  callbacks.get_new_connection_id = new_connection_id;
  callbacks.get_path_challenge_data = path_challenge;
  callbacks.recv_stream_data = receive_stream;
}

void Ngtcp2Peer::connect(ngtcp2_callbacks callbacks, ngtcp2_tstamp now) {
  add_common(callbacks);
  const ngtcp2_settings settings = settings_at(now);
  const ngtcp2_transport_params params = parameters();
  const ngtcp2_cid destination = random_id();
  const ngtcp2_cid source = random_id();
  if (ngtcp2_conn_client_new(&connection_, &destination, &source, &path_, NGTCP2_PROTO_VER_V1, &callbacks, &settings,
                             &params, nullptr, this) != 0) {
    std::abort();
  }
}

void Ngtcp2Peer::accept(ngtcp2_callbacks callbacks, const FirstPacket& first, ngtcp2_tstamp now) {
  add_common(callbacks);
  ngtcp2_settings settings = settings_at(now);
  Bytes token = first.token;
  settings.token = {token.data(), token.size()};
  ngtcp2_transport_params params = parameters();
  params.original_dcid = first.before_retry.value_or(first.destination);
  if (first.before_retry) {
    params.retry_scid = first.destination;
    params.retry_scid_present = 1;
  }
  const ngtcp2_cid source = random_id();
  params.initial_scid = source;
  if (ngtcp2_conn_server_new(&connection_, &first.source, &source, &path_, NGTCP2_PROTO_VER_V1, &callbacks, &settings,
                             &params, nullptr, this) != 0) {
    std::abort();
  }
}

Bytes Ngtcp2Peer::transport_parameters() const {
  Bytes out(512);
  const auto size = ngtcp2_conn_encode_local_transport_params(connection_, out.data(), out.size());
  if (size < 0) std::abort();
  out.resize(static_cast<std::size_t>(size));
  return out;
}

int Ngtcp2Peer::receive_stream(ngtcp2_conn*, std::uint32_t, std::int64_t stream, std::uint64_t,
                               const std::uint8_t* data, std::size_t size, void* user_data, void*) {
  Ngtcp2Peer& self = of(user_data);
  self.stream_ = stream;
  self.received_ += as_text({data, size});
  return 0;
}

bool Ngtcp2Peer::has_stream_data() const {
  return stream_ >= 0 && !finished_;
}

std::vector<Bytes> Ngtcp2Peer::datagrams(ngtcp2_tstamp now) {
  std::vector<Bytes> all;
  if (!failure_.empty()) return all;
  if (side_ == Side::client && stream_ < 0 && is_ready()) {
    static_cast<void>(ngtcp2_conn_open_bidi_stream(connection_, &stream_, nullptr));
  }
  while (all.size() < datagrams_at_once) {
    Bytes out(max_datagram);
    ngtcp2_path_storage path;
    ngtcp2_path_storage_zero(&path);
    ngtcp2_pkt_info info{};
    ngtcp2_ssize taken = -1;
    const bool has_data = has_stream_data();
    auto* rest = reinterpret_cast<std::uint8_t*>(to_send_.data()) + sent_;
    const ngtcp2_ssize size =
        ngtcp2_conn_write_stream(connection_, &path.path, &info, out.data(), out.size(), &taken,
                                 has_data ? NGTCP2_WRITE_STREAM_FLAG_FIN : NGTCP2_WRITE_STREAM_FLAG_NONE,
                                 has_data ? stream_ : -1, rest, has_data ? to_send_.size() - sent_ : 0, now);
    if (size < 0) {
      fail(std::string("writing: ") + ngtcp2_strerror(static_cast<int>(size)));
      break;
    }
    if (taken >= 0) sent_ += static_cast<std::size_t>(taken);
    if (has_data && taken >= 0 && sent_ == to_send_.size()) finished_ = true;
    if (size == 0) break;
    out.resize(static_cast<std::size_t>(size));
    all.push_back(std::move(out));
  }
  ngtcp2_conn_update_pkt_tx_time(connection_, now);
  return all;
}

void Ngtcp2Peer::take(ByteView datagram, ngtcp2_tstamp now) {
  if (!failure_.empty()) return;
  const ngtcp2_pkt_info info{};
  const int done = ngtcp2_conn_read_pkt(connection_, &path_, &info, datagram.data(), datagram.size(), now);
  if (done != 0) {
    fail(std::string("reading: ") + ngtcp2_strerror(done) + ", alert " +
         std::to_string(ngtcp2_conn_get_tls_alert(connection_)));
  }
}

void Ngtcp2Peer::expire(ngtcp2_tstamp now) {
  if (!failure_.empty() || expiry() > now) return;
  if (const int done = ngtcp2_conn_handle_expiry(connection_, now); done != 0) fail(ngtcp2_strerror(done));
}

bool Ngtcp2Peer::update_keys(ngtcp2_tstamp now) {
  return ngtcp2_conn_initiate_key_update(connection_, now) == 0;
}

void Ngtcp2Peer::fail(const std::string& why) {
  if (failure_.empty()) failure_ = (side_ == Side::client ? "client, " : "server, ") + why;
}

}  // namespace keyway::quic_interop
