#include "x509/host_name.hpp"

#include <algorithm>

#include "x509/constraint_forms.hpp"
#include "x509/general_name.hpp"

namespace keyway::x509 {
namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

/// `presented` is of the certificate, in any case; `reference` is in lower case.
bool equal_host(std::string_view presented, std::string_view reference) noexcept {
  return std::ranges::equal(presented, reference, [](char a, char b) { return lower(a) == b; });
}

/// RFC 9525 6.3: `*` is one whole left-most label. At least two labels follow it, so that `*.com` covers nothing, and
/// they are no public suffix, so that `*.co.uk` doesn't either.
bool matches(std::string_view presented, std::string_view host, Suffixes suffixes) noexcept {
  if (!presented.starts_with("*.")) return presented.find('*') == std::string_view::npos && equal_host(presented, host);
  const std::string_view parent = presented.substr(1);
  const std::size_t label = host.find('.');
  const bool has_two_labels = parent.substr(1).find('.') != std::string_view::npos && !parent.ends_with('.');
  if (!has_two_labels || label == 0 || label == std::string_view::npos) return false;
  return parent.find('*') == std::string_view::npos && equal_host(parent, host.substr(label)) &&
         !is_public_suffix(parent.substr(1), suffixes);
}

}  // namespace

bool covers(const CertificateView& certificate, const ServerName& name) {
  return covers(certificate, name, Suffixes::registries);
}

bool covers(const CertificateView& certificate, const ServerName& name, Suffixes suffixes) {
  // RFC 9525 6.2: where there is no subjectAltName, there is no name; the Common Name is text for people.
  if (!certificate.subject_alternative_name) return false;
  der::Status status;
  der::Reader names(*certificate.subject_alternative_name, status);
  while (!names.empty()) {
    const GeneralName presented = read_general_name(names);
    if (!status.ok()) return false;
    if (const IpAddress* address = name.ip(); address != nullptr) {
      if (presented.form == NameForm::ip_address && std::ranges::equal(presented.value, address->bytes())) return true;
    } else if (presented.form == NameForm::dns_name && matches(as_text(presented.value), name.dns(), suffixes)) {
      return true;
    }
  }
  return false;
}

bool covers(const CertificateView& certificate, const EmailAddress& address) {
  if (!certificate.subject_alternative_name) return false;
  der::Status status;
  der::Reader names(*certificate.subject_alternative_name, status);
  while (!names.empty()) {
    const GeneralName presented = read_general_name(names);
    if (!status.ok()) return false;
    if (presented.form != NameForm::rfc822_name) continue;
    const auto mailbox = read_mailbox(as_text(presented.value));
    if (mailbox && mailbox->local == address.local() && equal_host(mailbox->host, address.host())) return true;
  }
  return false;
}

}  // namespace keyway::x509
