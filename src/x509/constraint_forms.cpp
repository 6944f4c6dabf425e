#include "x509/constraint_forms.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "x509/distinguished_name.hpp"

namespace keyway::x509 {
namespace {

bool same_text(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, [](char x, char y) { return lower_case(x) == lower_case(y); });
}

bool ends_with(std::string_view text, std::string_view end) noexcept {
  return text.size() >= end.size() && same_text(text.substr(text.size() - end.size()), end);
}

std::string_view without_final_dot(std::string_view name) noexcept {
  if (name.ends_with('.')) name.remove_suffix(1);
  return name;
}

bool is_label(std::string_view label) noexcept {
  if (label.empty() || label.size() > 63) return false;
  return std::ranges::all_of(label, [](char c) {
    const char l = lower_case(c);
    return (l >= 'a' && l <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  });
}

/// A DNS name that can be compared at all: labels, the first perhaps a wildcard.
bool is_comparable_dns(std::string_view name) noexcept {
  name = without_final_dot(name);
  if (name.starts_with("*.")) name.remove_prefix(2);
  if (name.empty() || name.size() > 253) return false;
  for (;;) {
    const std::size_t dot = name.find('.');
    if (!is_label(name.substr(0, dot))) return false;
    if (dot == std::string_view::npos) return true;
    name.remove_prefix(dot + 1);
  }
}

/// A base may be empty or begin with a period.
bool is_dns_base(std::string_view base) noexcept {
  if (base.empty()) return true;
  if (base.starts_with('.')) base.remove_prefix(1);
  return !base.starts_with('*') && is_comparable_dns(base);
}

/// RFC 5280 4.2.1.10: an address and a mask, as in RFC 4632: ones, then zeros.
bool is_ip_base(ByteView base) noexcept {
  if (base.size() != 8 && base.size() != 32) return false;
  bool ended = false;
  for (const std::uint8_t byte : base.subspan(base.size() / 2)) {
    for (unsigned bit = 8; bit-- > 0;) {
      const bool one = (byte >> bit & 1U) != 0;
      if (one && ended) return false;
      ended = !one;
    }
  }
  return true;
}

bool ip_within(ByteView address, ByteView base) noexcept {
  const std::size_t size = base.size() / 2;
  if (address.size() != size) return false;
  for (std::size_t i = 0; i < size; ++i) {
    if (((address[i] ^ base[i]) & base[size + i]) != 0) return false;
  }
  return true;
}

/// What an excluded base takes away: `*.example.com` falls to `a.example.com` too, since it could be used for it,
/// and a leading period takes away the name itself: in doubt, more is excluded.
bool dns_excluded(std::string_view name, std::string_view base) noexcept {
  if (base.starts_with('.')) base.remove_prefix(1);
  if (dns_within(name, base)) return true;
  if (!name.starts_with("*.")) return false;
  base = without_final_dot(base);
  const std::string_view parent = without_final_dot(name).substr(1);
  return ends_with(base, parent) && base.substr(0, base.size() - parent.size()).find('.') == std::string_view::npos;
}

bool is_host(std::string_view name) noexcept {
  return !name.starts_with('*') && is_comparable_dns(name);
}

/// Of a mail address or a URI: a host, `.` and a domain for all hosts below it, or nothing for all there are.
bool is_host_base(std::string_view base) noexcept {
  if (base.empty()) return true;
  if (base.starts_with('.')) base.remove_prefix(1);
  return is_host(base);
}

/// Unlike a DNS name's, this base without a period is that one host.
bool host_within(ConstraintKind kind, std::string_view host, std::string_view base) noexcept {
  if (base.empty()) return kind == ConstraintKind::excluded;
  if (base.starts_with('.')) return dns_within(host, base);
  return same_text(without_final_dot(host), without_final_dot(base));
}

bool mail_within(ConstraintKind kind, std::string_view name, std::string_view base, Case local_case) noexcept {
  const auto mailbox = read_mailbox(name);
  if (!mailbox) return kind == ConstraintKind::excluded;
  if (base.find('@') == std::string_view::npos) return host_within(kind, mailbox->host, base);
  const auto wanted = read_mailbox(base);
  if (!wanted || !same_text(mailbox->host, wanted->host)) return false;
  return local_case == Case::counts ? mailbox->local == wanted->local : same_text(mailbox->local, wanted->local);
}

/// The host of a URI (RFC 3986 3.2.2); nothing where there is none, or an address in its place.
std::optional<std::string_view> uri_host(std::string_view uri) noexcept {
  const std::size_t colon = uri.find(':');
  if (colon == 0 || colon == std::string_view::npos || !uri.substr(colon + 1).starts_with("//")) return std::nullopt;
  std::string_view authority = uri.substr(colon + 3);
  authority = authority.substr(0, authority.find_first_of("/?#"));
  if (const std::size_t at = authority.rfind('@'); at != std::string_view::npos) authority.remove_prefix(at + 1);
  const std::string_view host = authority.substr(0, authority.find(':'));
  if (!is_host(host)) return std::nullopt;
  // A last label of digits makes it an address (WHATWG URL 3.5).
  const std::string_view name = without_final_dot(host);
  const std::string_view last = name.substr(name.rfind('.') + 1);
  const bool is_number = std::ranges::all_of(last, [](char c) { return c >= '0' && c <= '9'; });
  return is_number ? std::nullopt : std::optional(host);
}

bool uri_within(ConstraintKind kind, std::string_view name, std::string_view base) noexcept {
  const auto host = uri_host(name);
  return host ? host_within(kind, *host, base) : kind == ConstraintKind::excluded;
}

}  // namespace

std::optional<MailboxView> read_mailbox(std::string_view text) noexcept {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) return std::nullopt;
  const MailboxView mailbox{text.substr(0, at), text.substr(at + 1)};
  if (!is_dot_atom(mailbox.local) || !is_host(mailbox.host)) return std::nullopt;
  return mailbox;
}

bool is_well_formed_base(const GeneralName& base) noexcept {
  const std::string_view text = as_text(base.value);
  switch (base.form) {
    case NameForm::dns_name:
      return is_dns_base(text);
    case NameForm::ip_address:
      return is_ip_base(base.value);
    case NameForm::rfc822_name:
      return text.find('@') == std::string_view::npos ? is_host_base(text) : read_mailbox(text).has_value();
    case NameForm::uri:
      return is_host_base(text);
    default:
      return true;
  }
}

bool is_comparable(const GeneralName& name) noexcept {
  switch (name.form) {
    case NameForm::dns_name:
      return is_comparable_dns(as_text(name.value));
    case NameForm::rfc822_name:
      return read_mailbox(as_text(name.value)).has_value();
    case NameForm::uri:
      return uri_host(as_text(name.value)).has_value();
    default:
      return name.form == NameForm::ip_address || name.form == NameForm::directory_name;
  }
}

bool is_hit(ConstraintKind kind, const GeneralName& name, const GeneralName& base, Case local_case) noexcept {
  const std::string_view text = as_text(name.value);
  const std::string_view base_text = as_text(base.value);
  switch (name.form) {
    case NameForm::dns_name:
      return kind == ConstraintKind::permitted ? dns_within(text, base_text) : dns_excluded(text, base_text);
    case NameForm::rfc822_name:
      return mail_within(kind, text, base_text, local_case);
    case NameForm::uri:
      return uri_within(kind, text, base_text);
    case NameForm::ip_address:
      return ip_within(name.value, base.value);
    case NameForm::directory_name:
      return within_name(name.value, base.value);
    default:
      return false;
  }
}

bool dns_within(std::string_view name, std::string_view base) noexcept {
  name = without_final_dot(name);
  base = without_final_dot(base);
  if (base.empty()) return true;
  if (base.starts_with('.')) return name.size() > base.size() && ends_with(name, base);
  if (same_text(name, base)) return true;
  return name.size() > base.size() && ends_with(name, base) && name[name.size() - base.size() - 1] == '.';
}

}  // namespace keyway::x509
