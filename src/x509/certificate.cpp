#include <keyway/certificate.hpp>

#include <algorithm>
#include <utility>

#include "core/text.hpp"
#include "x509/der.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/extensions.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

constexpr std::string_view certificate_place = "certificate";

/// RFC 5280 4.1.2.2: at most 20 octets. Zero and negative numbers parse, as there are old roots with them; the
/// verifier refuses a negative one below the root.
void check_serial_number(ByteView serial, der::Status& status) noexcept {
  if (!status.ok()) return;
  const std::size_t padding = serial.size() > 1 && serial[0] == 0 ? 1 : 0;
  if (serial.size() - padding > 20) status.reject("serialNumber", "longer than 20 bytes");
}

std::uint8_t read_version(der::Reader& tbs) noexcept {
  if (!tbs.next_is(der::constructed(0))) return 1;
  der::Reader field = tbs.enter(der::constructed(0), "version");
  const std::uint32_t number = field.small_integer("version");
  field.end("version");
  if (tbs.ok() && (number < 1 || number > 2))
    tbs.status().reject("version", "neither 1, 2 nor 3, or a default written out");
  return static_cast<std::uint8_t>(number + 1);
}

DistinguishedNameView read_name(der::Reader& tbs, std::string_view field) noexcept {
  const der::Element name = tbs.element(Tag::sequence, field);
  check_name(der::Reader(name.contents, tbs.status()), field);
  return {name.whole};
}

/// issuerUniqueID and subjectUniqueID: nobody uses them; only their form counts.
void skip_unique_identifiers(der::Reader& tbs, std::uint8_t version) noexcept {
  for (const std::uint8_t number : {std::uint8_t{1}, std::uint8_t{2}}) {
    if (!tbs.next_is(der::context(number))) continue;
    (void)tbs.any("uniqueID");
    if (version == 1) tbs.status().reject("uniqueID", "not allowed before version 2");
  }
}

void read_tbs(der::Reader tbs, CertificateView& read) noexcept {
  der::Status& status = tbs.status();
  read.version = read_version(tbs);
  read.serial_number = tbs.integer("serialNumber");
  check_serial_number(read.serial_number, status);
  const ByteView inner_algorithm = tbs.element(Tag::sequence, "signature").whole;
  read.issuer = read_name(tbs, "issuer");
  der::Reader validity = tbs.enter(Tag::sequence, "validity");
  read.not_before = validity.time("notBefore");
  read.not_after = validity.time("notAfter");
  validity.end("validity");
  read.subject = read_name(tbs, "subject");
  read.subject_public_key_info = tbs.element(Tag::sequence, "subjectPublicKeyInfo").whole;
  skip_unique_identifiers(tbs, read.version);
  if (tbs.next_is(der::constructed(3))) {
    der::Reader field = tbs.enter(der::constructed(3), "extensions");
    read.extensions = field.contents(Tag::sequence, "extensions");
    field.end("extensions");
    if (status.ok() && read.version != 3) status.reject("extensions", "not allowed before version 3");
    read_extensions(der::Reader(read.extensions, status), read);
  }
  tbs.end("tbsCertificate");
  // RFC 5280 4.1.1.2: the algorithm stands twice and must be the same, lest one be swapped.
  if (status.ok() && !std::ranges::equal(inner_algorithm, read.signature_algorithm)) {
    status.reject("signatureAlgorithm", "it differs from the algorithm inside the signed part");
  }
}

/// The key is parsed by the provider where it is used; here its framing is checked.
void check_key(ByteView subject_public_key_info, der::Status& status) noexcept {
  der::Reader fields = der::Reader(subject_public_key_info, status).enter(Tag::sequence, "subjectPublicKeyInfo");
  der::Reader algorithm = fields.enter(Tag::sequence, "subjectPublicKeyInfo, algorithm");
  (void)algorithm.identifier("subjectPublicKeyInfo, algorithm");
  (void)fields.bit_string("subjectPublicKey");
  fields.end("subjectPublicKeyInfo");
}

}  // namespace

Result<CertificateView> CertificateView::parse(ByteView der) {
  der::Status status;
  CertificateView read;
  read.der = der;
  der::Reader file(der, status);
  der::Reader fields = file.enter(Tag::sequence, "Certificate");
  file.end("Certificate");
  const der::Element tbs = fields.element(Tag::sequence, "tbsCertificate");
  read.tbs_certificate = tbs.whole;
  read.signature_algorithm = fields.element(Tag::sequence, "signatureAlgorithm").whole;
  read.signature = fields.bit_string("signatureValue");
  fields.end("Certificate");
  read_tbs(der::Reader(tbs.contents, status), read);
  check_key(read.subject_public_key_info, status);
  // RFC 5280 4.1.2.4: an issuer without a name could not be looked up, nor told to anybody.
  if (status.ok() && read.issuer.empty()) status.reject("issuer", "an empty name");
  if (!status.ok()) return std::unexpected(status.error(certificate_place, ErrorCode::InvalidCertificate));
  return read;
}

bool CertificateView::is_self_issued() const noexcept {
  return std::ranges::equal(issuer.der, subject.der);
}

Result<Certificate> Certificate::from_der(Bytes der) {
  // A vector's bytes stay where they are when it is moved, so the views stay good.
  auto view = CertificateView::parse(der);
  if (!view) return std::unexpected(std::move(view.error()));
  return Certificate(std::move(der), *view);
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  auto all = all_from(as_bytes(pem));
  if (!all) return std::unexpected(std::move(all.error()));
  return std::move(all->front());
}

Certificate::Certificate(const Certificate& other) : der_(other.der_) {
  // These bytes parsed before, so they parse now.
  if (const auto view = CertificateView::parse(der_)) view_ = *view;
}

Certificate& Certificate::operator=(const Certificate& other) {
  if (this != &other) *this = Certificate(other);
  return *this;
}

std::string Certificate::to_pem() const {
  return keyway::to_pem("CERTIFICATE", der_);
}

Result<std::vector<Certificate>> Certificate::all_from(ByteView pem_or_der) {
  std::vector<Certificate> all;
  const auto take = [&all](Bytes der) -> Result<void> {
    auto certificate = from_der(std::move(der));
    if (!certificate) return std::unexpected(std::move(certificate.error()));
    all.push_back(std::move(*certificate));
    return {};
  };

  // PEM is text and never begins with the SEQUENCE that DER begins with: '0' at the start of prose is told apart by
  // the dashes that PEM must have.
  const bool is_pem = as_text(pem_or_der).find("-----BEGIN ") != std::string_view::npos;
  if (!is_pem) {
    if (auto taken = take(Bytes(pem_or_der.begin(), pem_or_der.end())); !taken) {
      const bool looks_der = !pem_or_der.empty() && pem_or_der.front() == static_cast<std::uint8_t>(Tag::sequence);
      if (looks_der) return std::unexpected(std::move(taken.error()));
      return std::unexpected(fail(ErrorCode::InvalidPem)
                                 .expected("a certificate in PEM (-----BEGIN CERTIFICATE-----) or DER")
                                 .received("neither"));
    }
    return all;
  }

  auto blocks = parse_pem(as_text(pem_or_der));
  if (!blocks) return std::unexpected(std::move(blocks.error()));
  for (PemBlock& block : *blocks) {
    if (block.label != "CERTIFICATE" && block.label != "X509 CERTIFICATE") continue;
    if (auto taken = take(std::move(block.data)); !taken) {
      return std::unexpected(std::move(taken.error()).at("certificate " + std::to_string(all.size() + 1)));
    }
  }
  if (all.empty()) {
    std::string labels;
    for (const PemBlock& block : *blocks) labels += (labels.empty() ? "" : ", ") + printable(block.label, 40);
    return std::unexpected(fail(ErrorCode::InvalidPem)
                               .expected("a CERTIFICATE block")
                               .received(labels.empty() ? "no block at all" : labels));
  }
  return all;
}

}  // namespace keyway::x509
