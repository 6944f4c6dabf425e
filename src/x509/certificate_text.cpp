// What CertificateView tells people: lists and texts, which allocate.

#include <array>
#include <charconv>

#include <keyway/certificate.hpp>

#include "core/text.hpp"
#include "x509/extensions.hpp"
#include "x509/general_name.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

template <typename Take>
void for_each_name(ByteView names, Take take) {
  der::Status status;
  der::Reader reader(names, status);
  while (!reader.empty()) {
    const GeneralName name = read_general_name(reader);
    if (status.ok()) take(name);
  }
}

template <std::size_t Size>
std::vector<std::string> access_urls(std::optional<ByteView> list, const oid::Oid<Size>& method) {
  std::vector<std::string> urls;
  if (!list) return urls;
  der::Status status;
  der::Reader entries(*list, status);
  while (!entries.empty()) {
    der::Reader entry = entries.enter(Tag::sequence, "AccessDescription");
    const bool wanted = oid::is(entry.identifier("accessMethod"), method);
    const GeneralName location = read_general_name(entry);
    if (status.ok() && wanted && location.form == NameForm::uri) urls.emplace_back(as_text(location.value));
  }
  return urls;
}

struct PurposeName {
  ByteView oid;
  std::string_view name;
};

constexpr auto purposes = std::to_array<PurposeName>({
    {oid::server_auth, "serverAuth"},
    {oid::client_auth, "clientAuth"},
    {oid::code_signing, "codeSigning"},
    {oid::email_protection, "emailProtection"},
    {oid::time_stamping, "timeStamping"},
    {oid::ocsp_signing, "OCSPSigning"},
    {oid::any_extended_key_usage, "anyExtendedKeyUsage"},
});

std::string purpose_text(ByteView oid) {
  for (const PurposeName& purpose : purposes) {
    if (std::ranges::equal(purpose.oid, oid)) return std::string(purpose.name);
  }
  return oid_to_string(oid);
}

}  // namespace

std::vector<std::string> CertificateView::dns_names() const {
  std::vector<std::string> names;
  if (!subject_alternative_name) return names;
  for_each_name(*subject_alternative_name, [&](const GeneralName& name) {
    if (name.form == NameForm::dns_name) names.push_back(printable(as_text(name.value), 260));
  });
  return names;
}

std::vector<IpAddress> CertificateView::ip_addresses() const {
  std::vector<IpAddress> addresses;
  if (!subject_alternative_name) return addresses;
  for_each_name(*subject_alternative_name, [&](const GeneralName& name) {
    if (name.form != NameForm::ip_address) return;
    if (const auto address = IpAddress::from_bytes(name.value)) addresses.push_back(*address);
  });
  return addresses;
}

std::vector<std::string> CertificateView::email_addresses() const {
  std::vector<std::string> addresses;
  if (!subject_alternative_name) return addresses;
  for_each_name(*subject_alternative_name, [&](const GeneralName& name) {
    if (name.form == NameForm::rfc822_name) addresses.push_back(printable(as_text(name.value), 330));
  });
  return addresses;
}

std::vector<std::string> CertificateView::extended_key_usages() const {
  std::vector<std::string> usages;
  if (!extended_key_usage) return usages;
  der::Status status;
  der::Reader entries(*extended_key_usage, status);
  while (!entries.empty()) usages.push_back(purpose_text(entries.identifier("KeyPurposeId")));
  return usages;
}

std::vector<std::string> CertificateView::crl_urls() const {
  std::vector<std::string> urls;
  if (!crl_distribution_points) return urls;
  der::Status status;
  der::Reader points(*crl_distribution_points, status);
  while (!points.empty()) {
    der::Reader point = points.enter(Tag::sequence, "DistributionPoint");
    if (!point.next_is(der::constructed(0))) continue;
    der::Reader name = point.enter(der::constructed(0), "distributionPoint");
    if (!name.next_is(der::constructed(0))) continue;
    for_each_name(name.contents(der::constructed(0), "fullName"), [&](const GeneralName& full) {
      if (full.form == NameForm::uri) urls.emplace_back(as_text(full.value));
    });
  }
  return urls;
}

std::vector<std::string> CertificateView::ocsp_urls() const {
  return access_urls(authority_information_access, oid::access_ocsp);
}

std::vector<std::string> CertificateView::issuer_urls() const {
  return access_urls(authority_information_access, oid::access_ca_issuers);
}

std::vector<ExtensionView> CertificateView::all_extensions() const {
  std::vector<ExtensionView> all;
  der::Status status;
  der::Reader reader(extensions, status);
  while (!reader.empty()) all.push_back(read_extension(reader));
  return all;
}

std::string CertificateView::serial_hex() const {
  const bool padded = serial_number.size() > 1 && serial_number[0] == 0;
  return to_hex(padded ? serial_number.subspan(1) : serial_number);
}

std::string oid_to_string(ByteView oid) {
  // RFC 5280 sets no bound on an arc; those above 64 bits (UUIDs under 2.25) come out in hexadecimal, so that no
  // identifier costs more than its length.
  if (!der::is_identifier(oid)) return "#" + to_hex(oid.first(std::min(oid.size(), der::max_identifier_size)));
  std::string text;
  std::uint64_t arc = 0;
  bool first = true;
  for (const std::uint8_t byte : oid) {
    if (arc >> 57U != 0) return "#" + to_hex(oid);
    arc = arc << 7U | (byte & 0x7fU);
    if (byte >= 0x80) continue;
    if (first) {
      const std::uint64_t root = arc < 40 ? 0 : arc < 80 ? 1 : 2;
      text = std::to_string(root) + "." + std::to_string(arc - root * 40);
      first = false;
    } else {
      text += "." + std::to_string(arc);
    }
    arc = 0;
  }
  return text;
}

}  // namespace keyway::x509
