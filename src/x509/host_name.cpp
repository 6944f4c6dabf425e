#include "x509/host_name.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "x509/constraint_forms.hpp"
#include "x509/general_name.hpp"

namespace keyway::x509 {
namespace {

/// `presented` is of the certificate, in any case; `reference` is in lower case.
bool equal_host(std::string_view presented, std::string_view reference) noexcept {
  return std::ranges::equal(presented, reference, [](char a, char b) { return lower_case(a) == b; });
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

/// True when a name of the certificate is the one that is meant. RFC 9525 6.2: where there is no subjectAltName, there
/// is no name; the Common Name is text for people.
template <typename IsMeant>
bool has_name(const CertificateView& certificate, IsMeant is_meant) {
  if (!certificate.subject_alternative_name) return false;
  der::Status status;
  der::Reader names(*certificate.subject_alternative_name, status);
  while (!names.empty()) {
    const GeneralName presented = read_general_name(names);
    if (!status.ok()) return false;
    if (is_meant(presented)) return true;
  }
  return false;
}

}  // namespace

bool covers(const CertificateView& certificate, const ServerName& name) {
  return covers(certificate, name, Suffixes::registries);
}

bool covers(const CertificateView& certificate, const ServerName& name, Suffixes suffixes) {
  return has_name(certificate, [&](const GeneralName& presented) {
    if (const IpAddress* address = name.ip(); address != nullptr) {
      return presented.form == NameForm::ip_address && std::ranges::equal(presented.value, address->bytes());
    }
    return presented.form == NameForm::dns_name && matches(as_text(presented.value), name.dns(), suffixes);
  });
}

bool covers(const CertificateView& certificate, const EmailAddress& address) {
  return has_name(certificate, [&](const GeneralName& presented) {
    if (presented.form != NameForm::rfc822_name) return false;
    const auto mailbox = read_mailbox(as_text(presented.value));
    return mailbox && mailbox->local == address.local() && equal_host(mailbox->host, address.host());
  });
}

}  // namespace keyway::x509
