#include "interop/name_server.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>
#include <iostream>
#include <optional>
#include <ranges>

#include <keyway/blocking.hpp>

#include "core/reader.hpp"
#include "core/text.hpp"
#include "core/writer.hpp"
#include "tls/ech/https_record.hpp"

namespace keyway::interop {
namespace {

constexpr std::uint16_t type_address = 1;
constexpr std::uint16_t param_alpn = 1;
constexpr std::uint16_t param_ech = 5;

void need(bool is_well, const char* what) {
  if (is_well) return;
  std::cerr << "NameServer: " << what << '\n';
  std::abort();
}

/// A socket on a free port, which is told.
int bind_on_loopback(int type, std::uint16_t& port, bool on_ipv6 = false) {
  const int fd = ::socket(on_ipv6 ? AF_INET6 : AF_INET, type | SOCK_CLOEXEC, 0);
  if (on_ipv6) {
    ::sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_addr = IN6ADDR_LOOPBACK_INIT;
    ::socklen_t size = sizeof address;
    need(::bind(fd, reinterpret_cast<::sockaddr*>(&address), size) == 0, "bind");
    need(::getsockname(fd, reinterpret_cast<::sockaddr*>(&address), &size) == 0, "getsockname");
    port = ntohs(address.sin6_port);
    return fd;
  }
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::socklen_t size = sizeof address;
  need(::bind(fd, reinterpret_cast<::sockaddr*>(&address), size) == 0, "bind");
  need(::getsockname(fd, reinterpret_cast<::sockaddr*>(&address), &size) == 0, "getsockname");
  port = ntohs(address.sin_port);
  return fd;
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
  return text;
}

void write_name(Writer& out, std::string_view name) {
  for (const auto label : std::views::split(name, '.')) {
    out.vector8(as_bytes(std::string(label.begin(), label.end())));
  }
  out.u8(0);
}

struct Question {
  std::string name;  ///< in lower case
  std::uint16_t type = 0;
  ByteView section;
};

std::optional<Question> read_question(ByteView message) {
  Reader in(message, "question");
  static_cast<void>(in.bytes(4, "header"));
  if (in.u16("QDCOUNT") != 1) return std::nullopt;
  static_cast<void>(in.bytes(6, "header"));
  Question question;
  while (in.ok()) {
    const ByteView label = in.vector8("label");
    if (label.empty()) break;
    question.name += (question.name.empty() ? "" : ".") + lower(std::string(as_text(label)));
  }
  question.type = in.u16("QTYPE");
  static_cast<void>(in.u16("QCLASS"));
  if (!in.ok() || question.name.empty()) return std::nullopt;
  constexpr std::size_t header = 12;
  // One byte of length more for each label than there are dots, and the root's.
  question.section = message.subspan(header, question.name.size() + 2 + 4);
  return question;
}

Bytes https_record(const NameServer::Host& host) {
  Bytes data;
  Writer out(data);
  out.u16(1);  // SvcPriority
  write_name(out, host.name);
  out.u16(param_alpn);
  out.vector16([&] { out.vector8(as_bytes("http/1.1")); });
  out.u16(param_ech);
  out.vector16(host.ech.bytes());
  return data;
}

/// RFC 4648 5, without padding.
Bytes from_base64url(std::string text) {
  std::ranges::replace(text, '-', '+');
  std::ranges::replace(text, '_', '/');
  text.append((4 - text.size() % 4) % 4, '=');
  return from_base64(text).value_or(Bytes());
}

/// What the HTTP request at the front of `input` asks (RFC 8484 4.1), which is taken off; nothing where more has to
/// come.
std::optional<Bytes> take_question(std::string& input) {
  constexpr std::string_view length = "\r\ncontent-length:";
  constexpr std::string_view parameter = "?dns=";
  const std::size_t end = input.find("\r\n\r\n");
  if (end == std::string::npos) return std::nullopt;
  const std::string head = input.substr(0, end);
  const std::size_t at = lower(head).find(length);
  const std::size_t size = at == std::string::npos ? 0 : std::strtoul(head.c_str() + at + length.size(), nullptr, 10);
  if (input.size() - end - 4 < size) return std::nullopt;
  const std::string body = input.substr(end + 4, size);
  input.erase(0, end + 4 + size);
  const std::size_t query = head.find(parameter);
  if (!head.starts_with("GET ") || query == std::string::npos) return Bytes(body.begin(), body.end());
  const std::size_t begin = query + parameter.size();
  return from_base64url(head.substr(begin, head.find(' ', begin) - begin));
}

}  // namespace

NameServer::NameServer(World& world, std::vector<Host> hosts, bool on_ipv6)
    : hosts_(std::move(hosts)), is_on_ipv6_(on_ipv6) {
  auto credential = Credential::from_files(world.chain(), world.key(), *testing::provider());
  need(credential.has_value(), "credential");
  ServerConfig::Builder builder;
  builder.provider(testing::provider()).add_credential(*credential).alpn({"http/1.1"});
  auto config = builder.build();
  need(config.has_value(), "configuration");
  config_ = std::move(*config);
  udp_ = bind_on_loopback(SOCK_DGRAM, udp_port_, on_ipv6);
  listener_ = bind_on_loopback(SOCK_STREAM, https_port_);
  need(::listen(listener_, 64) == 0, "listen");
  udp_thread_ = std::thread([this] { serve_udp(); });
  https_thread_ = std::thread([this] { serve_https(); });
}

NameServer::~NameServer() {
  // Wakes the threads.
  ::shutdown(udp_, SHUT_RDWR);
  ::shutdown(listener_, SHUT_RDWR);
  udp_thread_.join();
  https_thread_.join();
  for (const int client : clients_) ::shutdown(client, SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
  for (const int client : clients_) ::close(client);
  ::close(udp_);
  ::close(listener_);
}

std::vector<std::string> NameServer::questions() const {
  const std::scoped_lock lock(guard_);
  return questions_;
}

void NameServer::serve_udp() {
  Bytes room(4096);
  for (;;) {
    ::sockaddr_storage from{};
    ::socklen_t size = sizeof from;
    auto* address = reinterpret_cast<::sockaddr*>(&from);
    const ::ssize_t count = ::recvfrom(udp_, room.data(), room.size(), 0, address, &size);
    if (count <= 0) return;
    const Bytes reply = answer(ByteView(room).first(static_cast<std::size_t>(count)));
    if (!reply.empty()) ::sendto(udp_, reply.data(), reply.size(), 0, address, size);
  }
}

void NameServer::serve_https() {
  for (;;) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    const std::scoped_lock lock(guard_);
    clients_.push_back(client);
    threads_.emplace_back([this, client] { serve_connection(client); });
  }
}

void NameServer::serve_connection(int client) {
  auto stream = BlockingStream::server(client, config_);
  if (!stream || !stream->handshake()) return;
  std::string input;
  Bytes room(4096);
  for (;;) {
    const auto question = take_question(input);
    if (!question) {
      const auto count = stream->read_some(room);
      if (!count || *count == 0) return;
      input += as_text(ByteView(room).first(*count));
      continue;
    }
    const Bytes reply = answer(*question);
    const std::string head =
        std::string(reply.empty() ? "HTTP/1.1 400 Bad Request" : "HTTP/1.1 200 OK") +
        "\r\nContent-Type: application/dns-message\r\nContent-Length: " + std::to_string(reply.size()) + "\r\n\r\n";
    const std::array<ByteView, 2> pieces{as_bytes(head), reply};
    if (!stream->write_all(pieces)) return;
  }
}

Bytes NameServer::answer(ByteView message) {
  const auto question = read_question(message);
  if (!question) return {};
  {
    const std::scoped_lock lock(guard_);
    questions_.push_back(question->name + " " + std::to_string(question->type));
  }
  std::vector<Bytes> records;
  for (const Host& host : hosts_) {
    // RFC 9460 9.1: other ports than 443 have names of their own.
    const std::string service = host.port == 443 ? host.name : "_" + std::to_string(host.port) + "._https." + host.name;
    if (question->type == type_address && question->name == host.name) records.push_back({127, 0, 0, 1});
    if (question->type == tls::dns_type_https && question->name == service) records.push_back(https_record(host));
  }
  Bytes reply;
  Writer out(reply);
  out.bytes(message.first(2));
  out.u16(0x8180);  // an answer without an error, from one who asks further
  out.u16(1);
  out.u16(static_cast<std::uint16_t>(records.size()));
  out.u32(0);
  out.bytes(question->section);
  for (const Bytes& record : records) {
    out.u16(0xc00c);  // a pointer to the question's name
    out.u16(question->type);
    out.u16(tls::dns_class_internet);
    out.u32(300);  // TTL
    out.vector16(record);
  }
  return reply;
}

}  // namespace keyway::interop
