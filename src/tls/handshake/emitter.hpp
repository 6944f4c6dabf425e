#pragma once

#include <cstdint>

#include <keyway/bytes.hpp>
#include <keyway/config.hpp>
#include <keyway/connection.hpp>
#include <keyway/observer.hpp>

namespace keyway::tls {

/// Hands a connection's events to its observers. With none, an event costs one branch.
class Emitter {
 public:
  Emitter(Side side, const CommonConfig& config, const ConnectionOptions& options) noexcept
      : config_(&config), own_(options.observer), origin_{side, options.id} {}

  /// After the application changed the configuration in the middle of a handshake.
  void use(const CommonConfig& config) noexcept { config_ = &config; }

  [[nodiscard]] bool is_active() const noexcept { return own_ != nullptr || !config_->observers.empty(); }

  template <typename E>
  void operator()(const E& event) const noexcept {
    if (is_active()) deliver(event);
  }

  /// Tells of each of the records that `wire` is made of; together they carry `content_size` bytes.
  void records_sent(ContentType type, bool is_protected, ByteView wire, std::size_t content_size) const noexcept {
    if (is_active()) deliver_records(type, is_protected, wire, content_size);
  }

  /// Tells of a secret: its fingerprint to all, itself to those that reveal secrets.
  void secret(SecretLabel label, std::uint32_t generation, ByteView client_random, ByteView secret) const noexcept {
    if (is_active()) deliver_secret(label, generation, client_random, secret);
  }

 private:
  void deliver(const Event& event) const noexcept;
  void deliver_records(ContentType type, bool is_protected, ByteView wire, std::size_t content_size) const noexcept;
  void deliver_secret(SecretLabel label, std::uint32_t generation, ByteView client_random,
                      ByteView secret) const noexcept;

  const CommonConfig* config_;
  Observer* own_;
  EventOrigin origin_;
};

}  // namespace keyway::tls
