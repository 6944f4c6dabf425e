#include "testing/make_certificate.hpp"

#include <cstdlib>
#include <iostream>
#include <string_view>
#include <utility>

#include <keyway/name.hpp>

#include "core/text.hpp"
#include "x509/crl_builder.hpp"
#include "x509/der_writer.hpp"

namespace keyway::testing {
namespace {

template <typename T>
T need(Result<T> result, std::string_view what) {
  if (!result) {
    std::cerr << "making test data: " << what << ": " << result.error().message() << '\n';
    std::abort();
  }
  return std::move(*result);
}

Bytes random_serial() {
  Bytes serial(16);
  if (!provider()->random().fill(serial)) std::abort();
  serial[0] = static_cast<std::uint8_t>((serial[0] & 0x7fU) | 0x40U);
  return serial;
}

std::shared_ptr<const crypto::PrivateKey> key_for(const CertificateOptions& options) {
  if (options.key) return options.key;
  const bool is_rsa = options.key_type == crypto::KeyType::rsa || options.key_type == crypto::KeyType::rsa_pss;
  return need(provider()->generate_key(options.key_type, is_rsa ? options.rsa_bits : 0), "key");
}

Bytes subject_of(const CertificateOptions& options) {
  std::vector<x509::NameAttribute> attributes;
  if (!options.empty_subject) {
    if (options.organization) attributes.push_back({x509::attribute_type::organization, *options.organization});
    if (options.common_name) {
      attributes.push_back({x509::attribute_type::common_name, *options.common_name});
    } else if (!options.names.empty()) {
      attributes.push_back({x509::attribute_type::common_name, options.names.front()});
    }
  }
  return x509::encode_name(attributes);
}

x509::OwnedGeneralName general_name(const std::string& text) {
  if (const auto address = IpAddress::parse(text)) return x509::OwnedGeneralName::ip(*address);
  return x509::OwnedGeneralName::dns(text);
}

std::uint16_t key_usage_of(const CertificateOptions& options, const crypto::PrivateKey& key) {
  if (options.key_usage) return *options.key_usage;
  if (options.is_ca) return x509::key_usage::key_cert_sign | x509::key_usage::crl_sign;
  if (key.type() != crypto::KeyType::rsa) return x509::key_usage::digital_signature;
  return x509::key_usage::digital_signature | x509::key_usage::key_encipherment;
}

x509::CertificateExtensions extensions_of(const CertificateOptions& options, const crypto::PrivateKey& key) {
  x509::CertificateExtensions extensions;
  if (!options.no_basic_constraints) {
    extensions.basic_constraints = x509::BasicConstraints{options.is_ca, options.path_length};
  }
  if (const std::uint16_t bits = key_usage_of(options, key); bits != 0) extensions.key_usage = x509::KeyUsage{bits};
  if (options.extended_key_usage) {
    extensions.extended_key_usage = *options.extended_key_usage;
  } else if (!options.is_ca) {
    extensions.extended_key_usage.emplace_back(x509::key_purpose::server_auth);
  }
  for (const std::string& name : options.names) extensions.subject_alternative_names.push_back(general_name(name));
  for (const auto& name : options.other_names) extensions.subject_alternative_names.push_back(name);
  extensions.permitted_names = options.permitted_names;
  extensions.excluded_names = options.excluded_names;
  extensions.crl_urls = options.crl_urls;
  extensions.ocsp_urls = options.ocsp_urls;
  extensions.issuer_urls = options.issuer_urls;
  extensions.others = options.extra_extensions;
  return extensions;
}

/// `issuer` is null for a certificate that signs itself.
IssuedCertificate make(const IssuedCertificate* issuer, const CertificateOptions& options) {
  IssuedCertificate made;
  made.key = key_for(options);
  made.serial = options.serial.empty() ? random_serial() : options.serial;
  made.subject = subject_of(options);
  const ByteView spki = made.key->subject_public_key_info();
  made.key_identifier = need(x509::key_identifier(*provider(), spki), "key identifier");

  x509::TbsCertificateFields fields;
  fields.version = options.version;
  fields.serial_number = made.serial;
  fields.issuer = options.issuer_name.value_or(issuer != nullptr ? issuer->subject : made.subject);
  fields.subject = made.subject;
  fields.not_before = options.not_before;
  fields.not_after = options.not_after;
  fields.subject_public_key_info.assign(spki.begin(), spki.end());
  fields.extensions = extensions_of(options, *made.key);
  if (!options.no_key_identifiers) {
    fields.extensions.subject_key_identifier = made.key_identifier;
    if (issuer != nullptr) fields.extensions.authority_key_identifier = issuer->key_identifier;
  }

  const crypto::PrivateKey& signer = issuer != nullptr ? *issuer->key : *made.key;
  const auto algorithm = options.algorithm.value_or(x509::issuing_algorithm(signer.type()));
  made.der = need(x509::sign_certificate(fields, signer, algorithm), "signature");
  if (options.break_signature) made.der.back() ^= 1U;

  if (issuer == nullptr) {
    made.root = made.der;
    made.chain = {made.der};
    return made;
  }
  made.root = issuer->root;
  made.chain = {made.der};
  for (const Bytes& der : issuer->chain) {
    if (der != issuer->root) made.chain.push_back(der);
  }
  return made;
}

CertificateOptions authority_certificate(const TestAuthority::Options& options, const std::string& common_name) {
  CertificateOptions certificate;
  certificate.common_name = common_name;
  certificate.organization = options.name;
  certificate.not_before = test_now - std::chrono::hours(24 * 365);
  certificate.not_after = test_now + std::chrono::hours(24 * 3650);
  certificate.key_type = options.key_type;
  certificate.rsa_bits = options.rsa_bits;
  certificate.is_ca = true;
  return certificate;
}

IssuedCertificate make_root(const TestAuthority::Options& options) {
  CertificateOptions certificate = authority_certificate(options, options.name + " Root");
  certificate.path_length = options.root_path_length;
  return make_self_signed(certificate);
}

IssuedCertificate make_intermediate(const IssuedCertificate& root, const TestAuthority::Options& options) {
  CertificateOptions certificate = authority_certificate(options, options.name + " Intermediate");
  certificate.path_length = 0;
  certificate.permitted_names = options.permitted_names;
  certificate.excluded_names = options.excluded_names;
  return make_certificate(root, certificate);
}

}  // namespace

const std::shared_ptr<const crypto::Provider>& provider() {
  static const std::shared_ptr<const crypto::Provider> shared = need(crypto::make_provider(), "provider");
  return shared;
}

std::string IssuedCertificate::pem() const {
  return to_pem("CERTIFICATE", der);
}

std::string IssuedCertificate::chain_pem() const {
  std::string text;
  for (const Bytes& certificate : chain) text += to_pem("CERTIFICATE", certificate);
  return text;
}

Bytes IssuedCertificate::key_pkcs8() const {
  return need(key->to_pkcs8(), "PKCS#8");
}
std::string IssuedCertificate::key_pem() const {
  return to_pem("PRIVATE KEY", key_pkcs8());
}

x509::Certificate IssuedCertificate::certificate() const {
  return need(x509::Certificate::from_der(der), "certificate");
}

std::vector<x509::Certificate> IssuedCertificate::chain_certificates() const {
  std::vector<x509::Certificate> certificates;
  for (const Bytes& each : chain) certificates.push_back(need(x509::Certificate::from_der(each), "certificate"));
  return certificates;
}

IssuedCertificate make_self_signed(const CertificateOptions& options) {
  return make(nullptr, options);
}

Bytes sign_again(const IssuedCertificate& issuer, ByteView certificate, ByteView tbs) {
  const auto view = need(x509::CertificateView::parse(certificate), "certificate to sign again");
  Bytes signature;
  if (!issuer.key->sign(crypto::SignatureAlgorithm::ecdsa_sha256, tbs, signature)) std::abort();
  Bytes signed_again;
  x509::DerWriter writer(signed_again);
  writer.sequence([&] {
    writer.raw(tbs);
    writer.raw(view.signature_algorithm);
    writer.bit_string(signature);
  });
  return signed_again;
}

IssuedCertificate make_certificate(const IssuedCertificate& issuer, const CertificateOptions& options) {
  return make(&issuer, options);
}

Bytes make_crl(const IssuedCertificate& issuer, const std::vector<Bytes>& revoked_serials, const CrlOptions& options) {
  x509::CrlFields fields;
  fields.issuer = issuer.subject;
  fields.this_update = options.this_update;
  fields.next_update = options.next_update;
  fields.number = options.number;
  fields.authority_key_identifier = issuer.key_identifier;
  fields.others = options.extra_extensions;
  for (const Bytes& serial : revoked_serials) {
    fields.entries.push_back({serial, options.this_update, options.reason, {}});
  }
  Bytes crl = need(x509::sign_crl(fields, *issuer.key), "CRL");
  if (options.break_signature) crl.back() ^= 1U;
  return crl;
}

TestAuthority::TestAuthority() : TestAuthority(Options{}) {}
TestAuthority::TestAuthority(const Options& options)
    : root_(make_root(options)), intermediate_(make_intermediate(root_, options)) {}

IssuedCertificate TestAuthority::issue(const CertificateOptions& options) const {
  return make_certificate(intermediate_, options);
}

Bytes TestAuthority::crl(const std::vector<Bytes>& revoked_serials, const CrlOptions& options) const {
  return make_crl(intermediate_, revoked_serials, options);
}

}  // namespace keyway::testing
