#include <keyway/name.hpp>

#include <algorithm>
#include <span>

#include "core/idna.hpp"
#include "core/text.hpp"

namespace keyway {
namespace {

constexpr std::size_t max_name = 253;  // RFC 1035 2.3.4, without the root's empty label
constexpr std::size_t max_label = 63;

constexpr bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

/// The value of a hexadecimal digit, or 16.
constexpr unsigned hex_value(char c) noexcept {
  if (is_digit(c)) return static_cast<unsigned>(c - '0');
  const char l = lower_case(c);
  return l >= 'a' && l <= 'f' ? static_cast<unsigned>(l - 'a') + 10U : 16U;
}

/// Takes what stands before the first `separator` off the front of `text`, and the separator too.
std::string_view take_until(std::string_view& text, char separator) noexcept {
  const std::size_t at = text.find(separator);
  const std::string_view taken = text.substr(0, at);
  text = at == std::string_view::npos ? std::string_view() : text.substr(at + 1);
  return taken;
}

bool parse_ipv4(std::string_view text, std::span<std::uint8_t, 4> out) noexcept {
  if (std::ranges::count(text, '.') != 3) return false;
  for (std::uint8_t& byte : out) {
    const std::string_view number = take_until(text, '.');
    if (number.empty() || number.size() > 3 || (number.size() > 1 && number.front() == '0')) return false;
    unsigned value = 0;
    for (const char c : number) {
      if (!is_digit(c)) return false;
      value = value * 10 + static_cast<unsigned>(c - '0');
    }
    if (value > 255) return false;
    byte = static_cast<std::uint8_t>(value);
  }
  return true;
}

/// One side of a `::`: groups of one to four digits, at its end possibly a dotted IPv4 address.
/// Gives the number of bytes written, or nothing when it does not parse or fit.
std::optional<std::size_t> parse_groups(std::string_view text, bool may_end_in_ipv4, std::span<std::uint8_t, 16> out) {
  if (text.empty()) return 0;
  std::size_t size = 0;
  for (std::size_t groups = static_cast<std::size_t>(std::ranges::count(text, ':')) + 1; groups > 0; --groups) {
    const std::string_view group = take_until(text, ':');
    if (groups == 1 && may_end_in_ipv4 && group.contains('.')) {
      std::array<std::uint8_t, 4> tail{};
      if (size + 4 > out.size() || !parse_ipv4(group, tail)) return std::nullopt;
      std::ranges::copy(tail, out.subspan(size).begin());
      return size + 4;
    }
    if (group.empty() || group.size() > 4 || size + 2 > out.size()) return std::nullopt;
    unsigned value = 0;
    for (const char c : group) {
      if (hex_value(c) > 15) return std::nullopt;
      value = value * 16 + hex_value(c);
    }
    out[size++] = static_cast<std::uint8_t>(value >> 8U);
    out[size++] = static_cast<std::uint8_t>(value & 0xffU);
  }
  return size;
}

bool parse_ipv6(std::string_view text, std::span<std::uint8_t, 16> out) {
  const std::size_t gap = text.find("::");
  if (gap == std::string_view::npos) return parse_groups(text, true, out) == out.size();
  std::array<std::uint8_t, 16> head{};
  std::array<std::uint8_t, 16> tail{};
  const auto head_size = parse_groups(text.substr(0, gap), false, head);
  const auto tail_size = parse_groups(text.substr(gap + 2), true, tail);
  // The gap stands for at least one group.
  if (!head_size || !tail_size || *head_size + *tail_size > out.size() - 2) return false;
  std::ranges::copy(std::span(head).first(*head_size), out.begin());
  std::ranges::copy(std::span(tail).first(*tail_size), out.last(*tail_size).begin());
  return true;
}

std::string ipv4_text(ByteView bytes) {
  std::string text;
  for (const std::uint8_t byte : bytes) {
    if (!text.empty()) text += '.';
    text += std::to_string(byte);
  }
  return text;
}

std::string group_text(unsigned value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string text;
  for (unsigned shift = 16; shift > 0;) {
    shift -= 4;
    const unsigned digit = (value >> shift) & 0xfU;
    if (digit != 0 || !text.empty() || shift == 0) text += digits[digit];
  }
  return text;
}

struct Run {
  std::size_t begin = 0;
  std::size_t size = 0;
};

/// RFC 5952 4.2: the longest run of zero groups, the first of equals, never a single one.
Run longest_zero_run(std::span<const unsigned, 8> groups) noexcept {
  Run best;
  Run current;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    current = groups[i] != 0 ? Run{i + 1, 0} : Run{current.begin, current.size + 1};
    if (current.size > best.size) best = current;
  }
  return best.size > 1 ? best : Run{};
}

std::string ipv6_text(ByteView bytes) {
  std::array<unsigned, 8> groups{};
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = (unsigned{bytes[2 * i]} << 8U) | bytes[2 * i + 1];
  const Run gap = longest_zero_run(groups);
  std::string text;
  for (std::size_t i = 0; i < groups.size(); ++i) {
    if (gap.size > 0 && i == gap.begin) {
      text += "::";
      i += gap.size - 1;
      continue;
    }
    if (!text.empty() && !text.ends_with(':')) text += ':';
    text += group_text(groups[i]);
  }
  return text;
}

std::unexpected<Error> refuse(std::string_view text, std::string_view expected, std::string_view advice) {
  return std::unexpected(fail(ErrorCode::InvalidServerName)
                             .expected(expected)
                             .received(text.empty() ? "nothing" : "\"" + printable(text) + "\"")
                             .advice(advice));
}

bool is_ldh(char c) noexcept {
  return is_digit(c) || (lower_case(c) >= 'a' && lower_case(c) <= 'z') || c == '-' || c == '_';
}

bool is_label(std::string_view label) noexcept {
  return !label.empty() && label.size() <= max_label && label.front() != '-' && label.back() != '-' &&
         std::ranges::all_of(label, is_ldh);
}

/// What inet_aton() and browsers take for a number: decimal, octal, or hexadecimal after 0x.
bool is_number(std::string_view label) noexcept {
  if (label.starts_with("0x") || label.starts_with("0X")) {
    return std::ranges::all_of(label.substr(2), [](char c) { return hex_value(c) < 16; });
  }
  return std::ranges::all_of(label, is_digit);
}

}  // namespace

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
  IpAddress address;
  const std::span bytes(address.bytes_);
  if (text.contains(':')) {
    if (!parse_ipv6(text, bytes)) return std::nullopt;
    address.size_ = 16;
  } else {
    if (!parse_ipv4(text, bytes.first<4>())) return std::nullopt;
    address.size_ = 4;
  }
  return address;
}

std::optional<IpAddress> IpAddress::from_bytes(ByteView bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  IpAddress address;
  std::ranges::copy(bytes, address.bytes_.begin());
  address.size_ = bytes.size();
  return address;
}

std::string IpAddress::to_string() const {
  return size_ == 4 ? ipv4_text(bytes()) : ipv6_text(bytes());
}

Result<ServerName> ServerName::parse(std::string_view text) {
  const bool bracketed = text.starts_with('[') && text.ends_with(']');
  const std::string_view bare = bracketed ? text.substr(1, text.size() - 2) : text;
  if (const auto address = IpAddress::parse(bare)) {
    if (bracketed && address->bytes().size() == 4) {
      return refuse(text, "brackets around IPv6 addresses alone", "write the IPv4 address without brackets");
    }
    return ServerName(*address);
  }
  if (bracketed || text.contains(':')) {
    return refuse(text, "an IPv6 address or a host name", "give the name alone, without scheme, port or path");
  }

  std::string ascii;
  if (std::ranges::any_of(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; })) {
    auto converted = to_ascii_host(text);
    if (!converted) {
      return refuse(text, "a host name in letters that may stand in one", "write it in its ASCII form (xn--…)");
    }
    ascii = std::move(*converted);
  }
  std::string_view name = ascii.empty() ? text : std::string_view(ascii);
  if (name.ends_with('.')) name.remove_suffix(1);
  if (name.empty() || name.size() > max_name) {
    return refuse(text, "a host name of 1 to 253 characters",
                  "give the host that is to be reached, such as example.com");
  }
  std::string_view rest = name;
  std::string_view label;
  while (!rest.empty()) {
    label = take_until(rest, '.');
    if (!is_label(label)) break;
  }
  if (!is_label(label) || name.ends_with('.')) {
    return refuse(text, "labels of 1 to 63 letters, digits and inner hyphens, with dots between them",
                  "give the name alone, without scheme, port or path");
  }
  if (is_number(label)) {
    return refuse(text, "a last label that is no number", "write an IPv4 address as four decimal numbers");
  }
  std::string lowered(name);
  std::ranges::transform(lowered, lowered.begin(), lower_case);
  return ServerName(std::move(lowered));
}

std::string_view ServerName::dns() const noexcept {
  const auto* name = std::get_if<std::string>(&value_);
  return name != nullptr ? std::string_view(*name) : std::string_view();
}

std::string ServerName::to_string() const {
  const IpAddress* address = ip();
  return address != nullptr ? address->to_string() : std::string(dns());
}

Result<EmailAddress> EmailAddress::parse(std::string_view text) {
  const std::size_t at = text.rfind('@');
  const auto host = at == std::string_view::npos ? std::nullopt : std::optional(ServerName::parse(text.substr(at + 1)));
  if (!host || !*host || !(*host)->is_dns() || at > 64 || !is_dot_atom(text.substr(0, at))) {
    return refuse(text, "a mail address such as alice@example.com",
                  "give the address alone, without name and brackets");
  }
  return EmailAddress(std::string(text.substr(0, at)), std::string((*host)->dns()));
}

}  // namespace keyway
