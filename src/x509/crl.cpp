#include "x509/crl.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"
#include "x509/algorithm.hpp"
#include "x509/der.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/extensions.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

constexpr std::string_view where = "CRL";

/// RFC 5280 5.3.1; 7 is not used.
constexpr std::array<std::string_view, 11> reasons{
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", "",
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};

struct RawEntry {
  ByteView serial;
  Time revoked_at;
  ByteView extensions;  ///< contents of the SEQUENCE; empty if there is none
};

RawEntry read_entry(der::Reader& entries) noexcept {
  RawEntry read;
  der::Reader fields = entries.enter(Tag::sequence, "revokedCertificates");
  read.serial = fields.integer("userCertificate");
  read.revoked_at = fields.time("revocationDate");
  if (fields.next_is(Tag::sequence)) {
    read.extensions = fields.contents(Tag::sequence, "crlEntryExtensions");
    if (fields.ok() && read.extensions.empty()) fields.status().reject("crlEntryExtensions", "an empty list");
  }
  fields.end("revokedCertificates");
  return read;
}

/// Checks an entry's extensions; returns the reason, if one is given.
std::optional<std::uint8_t> read_reason(der::Reader extensions) noexcept {
  std::optional<std::uint8_t> reason;
  while (!extensions.empty()) {
    const ExtensionView extension = read_extension(extensions);
    if (!oid::is(extension.oid, oid::crl_reason)) continue;
    der::Reader value(extension.value, extensions.status());
    const ByteView code = value.contents(Tag::enumerated, "reasonCode");
    value.end("reasonCode");
    const bool known = code.size() == 1 && !revocation_reason(code[0]).empty();
    if (extensions.ok() && !known) extensions.status().reject("reasonCode", "an unknown reason");
    if (extensions.ok()) reason = code[0];
  }
  return reason;
}

/// What an entry's extensions mean for the whole list.
void note_entry_extensions(der::Reader extensions, Crl::Parsed& read) noexcept {
  while (!extensions.empty()) {
    const ExtensionView extension = read_extension(extensions);
    // RFC 5280 5.3.3: an entry for another issuer's certificate; the list is then an indirect one.
    if (oid::is(extension.oid, oid::certificate_issuer)) {
      read.is_indirect = true;
    } else if (extension.critical && !oid::is(extension.oid, oid::crl_reason)) {
      read.has_unknown_critical_extension = true;
    }
  }
}

void read_scope(ByteView value, Crl::Parsed& read, der::Status& status) noexcept {
  constexpr std::string_view field = "issuingDistributionPoint";
  der::Reader outer(value, status);
  der::Reader fields = outer.enter(Tag::sequence, field);
  outer.end(field);
  if (fields.empty()) status.reject(field, "nothing in it");
  const auto flag = [&](std::uint8_t number) {
    if (!fields.next_is(der::context(number))) return false;
    const bool set = fields.boolean_contents(fields.contents(der::context(number), field), field);
    if (fields.ok() && !set) status.reject(field, "the default FALSE is written out");
    return set;
  };
  if (fields.next_is(der::constructed(0))) {
    (void)fields.any(field);
    read.has_distribution_point = true;
  }
  read.only_user_certificates = flag(1);
  read.only_authority_certificates = flag(2);
  if (fields.next_is(der::context(3))) {
    (void)fields.named_bits_contents(fields.contents(der::context(3), field), field);
    read.only_some_reasons = true;
  }
  read.is_indirect = flag(4);
  read.only_attribute_certificates = flag(5);
  fields.end(field);
}

void read_list_extensions(der::Reader extensions, Crl::Parsed& read) noexcept {
  der::Status& status = extensions.status();
  std::array<ByteView, max_extensions> seen;
  std::size_t count = 0;
  if (extensions.empty()) status.reject("crlExtensions", "an empty list");
  while (!extensions.empty()) {
    const ExtensionView extension = read_extension(extensions);
    if (!status.ok()) return;
    const auto known = std::span(seen).first(count);
    if (std::ranges::any_of(known, [&](ByteView other) { return std::ranges::equal(other, extension.oid); })) {
      return status.reject("crlExtensions", "an extension stands twice");
    }
    if (count == max_extensions) return status.reject("crlExtensions", "more than 64 of them");
    seen[count++] = extension.oid;

    if (oid::is(extension.oid, oid::authority_key_identifier)) {
      read.authority_key_identifier = read_authority_key_identifier(extension.value, status);
    } else if (oid::is(extension.oid, oid::issuing_distribution_point)) {
      read_scope(extension.value, read, status);
    } else if (oid::is(extension.oid, oid::delta_crl_indicator)) {
      read.is_delta = true;
    } else if (extension.critical && !oid::is(extension.oid, oid::crl_number)) {
      read.has_unknown_critical_extension = true;
    }
  }
}

void check_entries(Crl::Parsed& read, bool is_version_2, der::Status& status) noexcept {
  der::Reader entries(read.entries, status);
  while (!entries.empty()) {
    const RawEntry entry = read_entry(entries);
    if (!entry.extensions.empty()) {
      (void)read_reason(der::Reader(entry.extensions, status));
      note_entry_extensions(der::Reader(entry.extensions, status), read);
      if (!is_version_2) status.reject("crlEntryExtensions", "not allowed before version 2");
    }
    ++read.count;
  }
}

void read_tbs(der::Reader tbs, Crl::Parsed& read) noexcept {
  der::Status& status = tbs.status();
  bool is_version_2 = false;
  if (tbs.next_is(Tag::integer)) {
    is_version_2 = true;
    if (tbs.small_integer("version") != 1) status.reject("version", "not 2");
  }
  const ByteView inner_algorithm = tbs.element(Tag::sequence, "signature").whole;
  const der::Element issuer = tbs.element(Tag::sequence, "issuer");
  read.issuer = {issuer.whole};
  check_name(der::Reader(issuer.contents, status), "issuer");
  read.this_update = tbs.time("thisUpdate");
  if (tbs.next_is(Tag::utc_time) || tbs.next_is(Tag::generalized_time)) read.next_update = tbs.time("nextUpdate");
  if (tbs.next_is(Tag::sequence)) {
    read.entries = tbs.contents(Tag::sequence, "revokedCertificates");
    // RFC 5280 5.1.2.6: without entries the list is left out.
    if (tbs.ok() && read.entries.empty()) status.reject("revokedCertificates", "an empty list");
    check_entries(read, is_version_2, status);
  }
  if (tbs.next_is(der::constructed(0))) {
    der::Reader field = tbs.enter(der::constructed(0), "crlExtensions");
    if (!is_version_2) status.reject("crlExtensions", "not allowed before version 2");
    read_list_extensions(field.enter(Tag::sequence, "crlExtensions"), read);
    field.end("crlExtensions");
  }
  tbs.end("tbsCertList");
  if (status.ok() && !std::ranges::equal(inner_algorithm, read.signature_algorithm)) {
    status.reject("signatureAlgorithm", "it differs from the algorithm inside the signed part");
  }
}

}  // namespace

std::string_view revocation_reason(std::uint8_t code) noexcept {
  return code < reasons.size() ? reasons[code] : std::string_view();
}

Crl::Crl(std::unique_ptr<const Parsed> parsed) noexcept : parsed_(std::move(parsed)) {}
Crl::Crl(Crl&&) noexcept = default;
Crl& Crl::operator=(Crl&&) noexcept = default;
Crl::~Crl() = default;

Result<Crl> Crl::from_der(Bytes der) {
  auto read = std::make_unique<Parsed>();
  read->der = std::move(der);
  der::Status status;
  der::Reader file(read->der, status);
  der::Reader fields = file.enter(Tag::sequence, "CertificateList");
  file.end("CertificateList");
  const der::Element tbs = fields.element(Tag::sequence, "tbsCertList");
  read->tbs = tbs.whole;
  read->signature_algorithm = fields.element(Tag::sequence, "signatureAlgorithm").whole;
  read->signature = fields.bit_string("signatureValue");
  fields.end("CertificateList");
  read_tbs(der::Reader(tbs.contents, status), *read);
  if (!status.ok()) {
    const Error cause = status.error(where, ErrorCode::InvalidCrl);
    return std::unexpected(fail(ErrorCode::InvalidCrl).at(cause.where()).received(cause.received()));
  }
  return Crl(std::move(read));
}

Result<Crl> Crl::from(ByteView pem_or_der) {
  if (as_text(pem_or_der).find("-----BEGIN ") == std::string_view::npos) {
    return from_der(Bytes(pem_or_der.begin(), pem_or_der.end()));
  }
  auto blocks = parse_pem(as_text(pem_or_der));
  if (!blocks) return std::unexpected(std::move(blocks.error()));
  for (PemBlock& block : *blocks) {
    if (block.label == "X509 CRL") return from_der(std::move(block.data));
  }
  return std::unexpected(fail(ErrorCode::InvalidPem).at(where).expected("an X509 CRL block").received("none"));
}

DistinguishedNameView Crl::issuer() const noexcept {
  return parsed_->issuer;
}
Time Crl::this_update() const noexcept {
  return parsed_->this_update;
}
std::optional<Time> Crl::next_update() const noexcept {
  return parsed_->next_update;
}
std::size_t Crl::size() const noexcept {
  return parsed_->count;
}
ByteView Crl::der() const noexcept {
  return parsed_->der;
}

std::optional<Crl::Entry> Crl::find(ByteView serial_number) const {
  der::Status status;
  der::Reader entries(parsed_->entries, status);
  while (!entries.empty()) {
    const RawEntry entry = read_entry(entries);
    if (!status.ok() || !std::ranges::equal(entry.serial, serial_number)) continue;
    const auto reason = read_reason(der::Reader(entry.extensions, status));
    return Entry{entry.revoked_at, std::string(revocation_reason(reason.value_or(0)))};
  }
  return std::nullopt;
}

bool Crl::Parsed::is_signed_with(const crypto::PublicKey& key) const {
  const auto algorithm = read_algorithm(signature_algorithm);
  if (!algorithm || is_weak_algorithm(signature_algorithm)) return false;
  return key.verify(*algorithm, tbs, signature);
}

bool Crl::is_signed_by(const CertificateView& issuer, const crypto::Provider& provider) const {
  if (issuer.key_usage && !issuer.key_usage->crl_sign()) return false;
  const auto key = provider.public_key(issuer.subject_public_key_info);
  return key && parsed_->is_signed_with(**key);
}

}  // namespace keyway::x509
