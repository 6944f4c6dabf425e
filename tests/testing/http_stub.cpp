#include "testing/http_stub.hpp"

#include <array>
#include <cstdlib>
#include <iostream>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

namespace keyway::testing {
namespace {

void need(bool is_well, const char* what) {
  if (is_well) return;
  std::cerr << "HttpStub: " << what << '\n';
  std::abort();
}

/// How long the whole request is, once its head is there.
std::size_t whole_size(const std::string& text, std::size_t head) {
  const std::size_t at = text.find("Content-Length: ");
  return at == std::string::npos || at > head ? head : head + std::strtoul(text.c_str() + at + 16, nullptr, 10);
}

std::string read_request(int client) {
  std::string text;
  std::array<char, 4096> part{};
  for (;;) {
    const std::size_t end = text.find("\r\n\r\n");
    if (end != std::string::npos && text.size() >= whole_size(text, end + 4)) return text;
    const ::ssize_t count = ::recv(client, part.data(), part.size(), 0);
    if (count <= 0) return text;
    text.append(part.data(), static_cast<std::size_t>(count));
  }
}

}  // namespace

HttpStub::HttpStub(Handler handler) : handler_(std::move(handler)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  ::sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ::socklen_t size = sizeof address;
  need(::bind(listener_, reinterpret_cast<::sockaddr*>(&address), size) == 0, "bind");
  need(::listen(listener_, 16) == 0, "listen");
  need(::getsockname(listener_, reinterpret_cast<::sockaddr*>(&address), &size) == 0, "getsockname");
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { serve(); });
}

HttpStub::~HttpStub() {
  // Wakes the accept of serve().
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

std::vector<std::string> HttpStub::requests() const {
  const std::scoped_lock lock(guard_);
  return requests_;
}

void HttpStub::serve() {
  for (;;) {
    const int client = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) return;
    serve_one(client);
    ::close(client);
  }
}

void HttpStub::serve_one(int client) {
  std::string request = read_request(client);
  {
    const std::scoped_lock lock(guard_);
    requests_.push_back(request);
  }
  const Reply reply = handler_(request);
  char byte = 0;
  if (reply.is_silent) {
    (void)::recv(client, &byte, 1, 0);
    return;
  }
  std::string text = "HTTP/1.1 " + std::to_string(reply.status) + " Reply\r\n" + reply.fields;
  if (reply.status != 304) text += "Content-Length: " + std::to_string(reply.body.size()) + "\r\n";
  text += "\r\n";
  text.append(reply.body.begin(), reply.body.end());
  std::size_t sent = 0;
  while (sent < text.size()) {
    const ::ssize_t count = ::send(client, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
    if (count <= 0) return;
    sent += static_cast<std::size_t>(count);
  }
}

}  // namespace keyway::testing
