#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/error.hpp>
#include <keyway/name.hpp>
#include <keyway/observer.hpp>
#include <keyway/verdict.hpp>

#include "net/socket.hpp"

namespace keyway::tool {

struct ExchangeOptions {
  net::ConnectOptions connect = {};
  std::chrono::milliseconds timeout{10'000};  ///< for each wait on the peer
  Observer* observer = nullptr;
  std::string request;                 ///< sent after the handshake; empty: the handshake alone
  std::size_t max_answer = 1U << 20U;  ///< bytes

  /// TCP stands; the handshake is about to begin.
  std::function<void(const net::TcpConnection&)> on_connected = {};
};

/// How far an exchange came. Where it failed, what was learnt before stands.
struct Exchange {
  std::string address;                ///< "127.0.0.1:8443"; empty without a TCP connection
  Bytes answer;                       ///< application data
  std::optional<ConnectionInfo> tls;  ///< after the handshake
  std::vector<Bytes> peer_chain;      ///< DER, leaf first
  std::vector<Bytes> staples;         ///< OCSP responses that came with it
  Bytes sct_list;                     ///< the leaf's signed certificate timestamps of the handshake
  std::optional<x509::Verdict> verdict;
  std::optional<Error> failure;
};

/// One question and answer over a connection of its own, on which every byte can be watched; blocks.
[[nodiscard]] Exchange exchange_over_tls(const ServerName& host, std::uint16_t port,
                                         const std::shared_ptr<const ClientConfig>& config,
                                         const ExchangeOptions& options = {});

}  // namespace keyway::tool
