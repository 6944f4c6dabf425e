#pragma once

#include <memory>
#include <optional>
#include <utility>

#include <keyway/config.hpp>
#include <keyway/credential.hpp>

#include "tls/schedule/transcript.hpp"
#include "tls/server/hello_in_hand.hpp"
#include "tls/server/inquiry.hpp"
#include "tls/server/negotiation.hpp"

namespace keyway::tls::server {

/// A ClientHello that is being answered, and how far that has come: what a state holds that waits for what others are
/// asked.
struct Asking {
  const ServerConfig* config;
  HelloInHand hello;
  Choice choice;
  std::shared_ptr<const Credential> credential = nullptr;  ///< null: not chosen yet
  /// After a HelloRetryRequest: the messages up to this ClientHello.
  std::optional<Transcript> before = std::nullopt;
  std::unique_ptr<const HelloInHand> first = nullptr;  ///< and the first ClientHello
  Bytes client_address = {};                           ///< with stateless_retry(): as the connection was told
  Bytes cookie = {};                                   ///< that the HelloRetryRequest carries; empty: none
  Inquiry inquiry = {};

  [[nodiscard]] const Transcript* messages_before() const noexcept { return before ? &*before : nullptr; }
  /// All messages up to this ClientHello and with it.
  [[nodiscard]] Transcript transcript() const {
    Transcript whole = before ? *before : Transcript(*config->common().provider->hash(choice.suite->hash));
    whole.add(hello.raw);
    return whole;
  }
};

}  // namespace keyway::tls::server
