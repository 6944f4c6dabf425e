#pragma once
/// \file
/// Whom a client means to talk to.

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

namespace keyway {

/// An IPv4 or IPv6 address.
class IpAddress {
 public:
  /// Reads dotted IPv4 (four decimal numbers, no leading zeros) or RFC 4291 2.2 IPv6, without brackets or zone.
  [[nodiscard]] static std::optional<IpAddress> parse(std::string_view text);
  /// From 4 or 16 bytes in network order; nothing for other sizes.
  [[nodiscard]] static std::optional<IpAddress> from_bytes(ByteView bytes);

  /// 4 or 16 bytes in network order.
  [[nodiscard]] ByteView bytes() const noexcept { return ByteView(bytes_).first(size_); }
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const IpAddress&, const IpAddress&) = default;

 private:
  std::array<std::uint8_t, 16> bytes_{};
  std::size_t size_ = 0;
};

/// The name that a certificate must be for: a DNS host name or an IP address. Always valid; there is no empty one.
class ServerName {
 public:
  /// Reads a host name (LDH labels of 1 to 63 characters, 253 in all, underscore tolerated, one trailing dot dropped;
  /// kept in lower case) or an IP address (with or without brackets). A name whose last label is all digits is
  /// refused, as it would be an address to others. A name in other letters (UTF-8) is kept in its ASCII form
  /// (`xn--…`, RFC 5891), if Keyway was built with libidn2. Errors: InvalidServerName.
  [[nodiscard]] static Result<ServerName> parse(std::string_view text);

  [[nodiscard]] bool is_dns() const noexcept { return std::holds_alternative<std::string>(value_); }
  /// The host name in lower case without a trailing dot; empty for an address.
  [[nodiscard]] std::string_view dns() const noexcept;
  /// The address; null for a host name.
  [[nodiscard]] const IpAddress* ip() const noexcept { return std::get_if<IpAddress>(&value_); }
  [[nodiscard]] std::string to_string() const;
  friend bool operator==(const ServerName&, const ServerName&) = default;

 private:
  explicit ServerName(std::variant<std::string, IpAddress> value) : value_(std::move(value)) {}
  std::variant<std::string, IpAddress> value_;
};

/// A mail address that a certificate is to be for: `local-part@host` (RFC 5321 4.1.2), without quotes. Always valid.
class EmailAddress {
 public:
  /// Errors: InvalidServerName.
  [[nodiscard]] static Result<EmailAddress> parse(std::string_view text);

  [[nodiscard]] std::string_view local() const noexcept { return local_; }  ///< its case counts
  [[nodiscard]] std::string_view host() const noexcept { return host_; }    ///< in lower case
  [[nodiscard]] std::string to_string() const { return local_ + "@" + host_; }
  friend bool operator==(const EmailAddress&, const EmailAddress&) = default;

 private:
  EmailAddress(std::string local, std::string host) : local_(std::move(local)), host_(std::move(host)) {}
  std::string local_;
  std::string host_;
};

}  // namespace keyway
