#include "authority/profile.hpp"

#include <algorithm>
#include <utility>

namespace keyway::authority {
namespace {

x509::TbsCertificateFields fields_of(CertificateBasis basis) {
  x509::TbsCertificateFields fields;
  fields.serial_number = std::move(basis.serial);
  fields.issuer = std::move(basis.issuer.name);
  fields.subject = std::move(basis.subject);
  fields.not_before = basis.validity.not_before;
  fields.not_after = basis.validity.not_after;
  fields.subject_public_key_info = std::move(basis.subject_public_key_info);
  fields.extensions.subject_key_identifier = std::move(basis.key_identifier);
  fields.extensions.authority_key_identifier = std::move(basis.issuer.key_identifier);
  return fields;
}

std::size_t characters_of(const std::string& text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80U; }));
}

}  // namespace

Validity validity_within(const Validity& issuer, Time now, std::chrono::seconds lifetime,
                         std::chrono::seconds longest) noexcept {
  Validity validity;
  validity.not_before = std::max(now - backdating, issuer.not_before);
  // RFC 5280 4.1.2.5: both ends are included, so the last second counts.
  validity.not_after =
      std::min({now + lifetime, validity.not_before + longest - std::chrono::seconds(1), issuer.not_after});
  return validity;
}

Result<Bytes> make_serial(const crypto::Random& random) {
  Bytes serial(16);
  // RFC 5280 4.1.2.2: positive. Zero comes up once in 2^128 draws, or from a source that is broken.
  if (auto filled = random.fill(serial); !filled) return std::unexpected(std::move(filled.error()));
  const auto first = std::ranges::find_if(serial, [](std::uint8_t byte) { return byte != 0; });
  if (first == serial.end()) return std::unexpected(fail(ErrorCode::RandomFailed).at("serial number"));
  serial.erase(serial.begin(), first);
  return serial;
}

Bytes make_subject(const std::string& organization, const std::string& common_name) {
  std::vector<x509::NameAttribute> attributes{{x509::attribute_type::organization, organization}};
  if (!common_name.empty() && characters_of(common_name) <= max_attribute_characters) {
    attributes.push_back({x509::attribute_type::common_name, common_name});
  }
  return x509::encode_name(attributes);
}

x509::TbsCertificateFields root_profile(CertificateBasis basis) {
  x509::TbsCertificateFields fields = fields_of(std::move(basis));
  fields.extensions.basic_constraints = x509::BasicConstraints{true, 1};
  fields.extensions.key_usage = x509::KeyUsage{x509::key_usage::key_cert_sign | x509::key_usage::crl_sign};
  return fields;
}

x509::TbsCertificateFields intermediate_profile(CertificateBasis basis) {
  x509::TbsCertificateFields fields = fields_of(std::move(basis));
  fields.extensions.basic_constraints = x509::BasicConstraints{true, 0};
  fields.extensions.key_usage = x509::KeyUsage{x509::key_usage::key_cert_sign | x509::key_usage::crl_sign};
  // Whatever this key signs counts for TLS alone, at either end: browsers apply RFC 5280 4.2.1.12 on the way down.
  fields.extensions.extended_key_usage = {std::string(x509::key_purpose::server_auth),
                                          std::string(x509::key_purpose::client_auth)};
  return fields;
}

x509::TbsCertificateFields server_profile(CertificateBasis basis, const std::vector<CertificateName>& names,
                                          crypto::KeyType key, const std::string& crl_url, bool may_delegate) {
  x509::TbsCertificateFields fields = fields_of(std::move(basis));
  fields.extensions.basic_constraints = x509::BasicConstraints{false, std::nullopt};
  std::uint16_t usage = x509::key_usage::digital_signature;
  // RSA key transport is TLS 1.2's; browsers still look for the bit.
  if (key == crypto::KeyType::rsa) usage |= x509::key_usage::key_encipherment;
  fields.extensions.key_usage = x509::KeyUsage{usage};
  fields.extensions.extended_key_usage = {std::string(x509::key_purpose::server_auth)};
  for (const CertificateName& name : names) fields.extensions.subject_alternative_names.push_back(name.general_name);
  if (!crl_url.empty()) fields.extensions.crl_urls = {crl_url};
  if (may_delegate) fields.extensions.others.push_back({"1.3.6.1.4.1.44363.44", false, Bytes{0x05, 0x00}});
  return fields;
}

}  // namespace keyway::authority
