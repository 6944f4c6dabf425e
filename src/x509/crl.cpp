#include "x509/crl.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include "core/text.hpp"
#include "x509/algorithm.hpp"
#include "x509/der.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/extensions.hpp"
#include "x509/general_name.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

constexpr std::string_view crl_place = "CRL";

/// RFC 5280 5.3.1; 7 is not used.
constexpr std::array<std::string_view, 11> reason_names{
    "unspecified",   "keyCompromise",        "cACompromise",    "affiliationChanged",
    "superseded",    "cessationOfOperation", "certificateHold", "",
    "removeFromCRL", "privilegeWithdrawn",   "aACompromise"};

struct RawEntry {
  ByteView whole;
  ByteView serial;
  Time revoked_at;
  ByteView extensions;  ///< contents of the SEQUENCE; empty if there is none
};

RawEntry read_entry(der::Reader& entries) noexcept {
  RawEntry read;
  const der::Element entry = entries.element(Tag::sequence, "revokedCertificates");
  read.whole = entry.whole;
  der::Reader fields(entry.contents, entries.status());
  read.serial = fields.integer("userCertificate");
  read.revoked_at = fields.time("revocationDate");
  if (fields.next_is(Tag::sequence)) {
    read.extensions = fields.contents(Tag::sequence, "crlEntryExtensions");
    if (fields.ok() && read.extensions.empty()) fields.status().reject("crlEntryExtensions", "an empty list");
  }
  fields.end("revokedCertificates");
  return read;
}

/// The entry at an offset that the index noted.
RawEntry read_entry_at(ByteView entries, std::uint32_t offset) noexcept {
  der::Status status;
  der::Reader at(entries.subspan(offset), status);
  return read_entry(at);
}

struct EntryExtensions {
  std::uint8_t reason = 0;         ///< CRLReason; unspecified where none is given
  std::optional<ByteView> issuer;  ///< certificateIssuer: contents of GeneralNames
  bool has_unknown_critical = false;
};

std::uint8_t read_reason(ByteView value, der::Status& status) noexcept {
  der::Reader reader(value, status);
  const ByteView code = reader.contents(Tag::enumerated, "reasonCode");
  reader.end("reasonCode");
  const bool is_known = code.size() == 1 && !revocation_reason(code[0]).empty();
  if (status.ok() && !is_known) status.reject("reasonCode", "an unknown reason");
  return status.ok() ? code[0] : std::uint8_t{0};
}

ByteView read_certificate_issuer(ByteView value, der::Status& status) noexcept {
  der::Reader reader(value, status);
  const ByteView names = reader.contents(Tag::sequence, "certificateIssuer");
  reader.end("certificateIssuer");
  check_general_names(der::Reader(names, status), "certificateIssuer");
  return names;
}

EntryExtensions read_entry_extensions(der::Reader extensions) noexcept {
  EntryExtensions read;
  while (!extensions.empty()) {
    const ExtensionView extension = read_extension(extensions);
    if (oid::is(extension.oid, oid::crl_reason)) {
      read.reason = read_reason(extension.value, extensions.status());
    } else if (oid::is(extension.oid, oid::certificate_issuer)) {
      read.issuer = read_certificate_issuer(extension.value, extensions.status());
    } else if (extension.critical) {
      read.has_unknown_critical = true;
    }
  }
  return read;
}

EntryExtensions extensions_of(const RawEntry& entry) noexcept {
  der::Status status;
  return read_entry_extensions(der::Reader(entry.extensions, status));
}

void read_scope(ByteView value, Crl::Parsed& read, der::Status& status) noexcept {
  constexpr std::string_view field = "issuingDistributionPoint";
  read.scope = value;
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
    read.point = read_distribution_point_name(fields.enter(der::constructed(0), field));
  }
  read.only_user_certificates = flag(1);
  read.only_authority_certificates = flag(2);
  if (fields.next_is(der::context(3))) {
    read.reasons = read_reason_flags(fields, fields.contents(der::context(3), field));
  }
  read.is_indirect = flag(4);
  read.only_attribute_certificates = flag(5);
  fields.end(field);
  const int kinds =
      int{read.only_user_certificates} + int{read.only_authority_certificates} + int{read.only_attribute_certificates};
  if (status.ok() && kinds > 1) status.reject(field, "about one kind of certificate alone, and about another");
}

/// cRLNumber and deltaCRLIndicator.
ByteView read_number(ByteView value, der::Status& status, std::string_view field) noexcept {
  der::Reader reader(value, status);
  const ByteView number = reader.integer(field);
  reader.end(field);
  if (status.ok() && number[0] >= 0x80) status.reject(field, "a negative number");
  return number;
}

void read_list_extensions(der::Reader extensions, Crl::Parsed& read) noexcept {
  der::Status& status = extensions.status();
  std::array<ByteView, max_extensions> seen;
  std::size_t count = 0;
  bool is_marked_right = true;
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
    const bool is_to_be_critical =
        oid::is(extension.oid, oid::issuing_distribution_point) || oid::is(extension.oid, oid::delta_crl_indicator);
    is_marked_right = is_marked_right && extension.critical == is_to_be_critical;

    if (oid::is(extension.oid, oid::authority_key_identifier)) {
      read.authority_key_identifier = read_authority_key_identifier(extension.value, status);
    } else if (oid::is(extension.oid, oid::issuing_distribution_point)) {
      read_scope(extension.value, read, status);
    } else if (oid::is(extension.oid, oid::crl_number)) {
      read.number = read_number(extension.value, status, "cRLNumber");
    } else if (oid::is(extension.oid, oid::delta_crl_indicator)) {
      read.base_number = read_number(extension.value, status, "deltaCRLIndicator");
    } else if (oid::is(extension.oid, oid::freshest_crl) && !extension.critical) {
      read.freshest = read_freshest_points(extension.value);
    } else if (extension.critical) {
      read.has_unknown_critical_extension = true;
    }
  }
  read.is_by_the_rules = is_marked_right && read.number && read.authority_key_identifier;
}

/// Checks every entry and notes where it stands.
void index_entries(Crl::Parsed& read, bool is_version_2, der::Status& status) {
  der::Reader entries(read.entries, status);
  std::uint32_t offset = 0;
  while (!entries.empty()) {
    const RawEntry entry = read_entry(entries);
    if (!status.ok()) return;
    read.index.add(offset, entry.serial);
    if (!entry.extensions.empty()) {
      const EntryExtensions extensions = read_entry_extensions(der::Reader(entry.extensions, status));
      if (extensions.issuer) read.index.add_issuer(offset);
      if (extensions.has_unknown_critical) read.has_unknown_critical_extension = true;
      if (!is_version_2) status.reject("crlEntryExtensions", "not allowed before version 2");
    }
    offset += static_cast<std::uint32_t>(entry.whole.size());
  }
  read.index.finish();
}

void read_tbs(der::Reader tbs, Crl::Parsed& read) {
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
    index_entries(read, is_version_2, status);
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
  return code < reason_names.size() ? reason_names[code] : std::string_view();
}

Crl::Crl(std::unique_ptr<const Parsed> parsed) noexcept : parsed_(std::move(parsed)) {}
Crl::Crl(Crl&&) noexcept = default;
Crl& Crl::operator=(Crl&&) noexcept = default;
Crl::~Crl() = default;

Result<Crl> Crl::from_der(Bytes der) {
  // Offsets of entries have four bytes, as have the lengths of DER.
  if (der.size() > std::numeric_limits<std::uint32_t>::max()) {
    return std::unexpected(fail(ErrorCode::InvalidCrl).at(crl_place).received("more than 4 GiB"));
  }
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
    const Error cause = status.error(crl_place, ErrorCode::InvalidCrl);
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
  return std::unexpected(fail(ErrorCode::InvalidPem).at(crl_place).expected("an X509 CRL block").received("none"));
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
  return parsed_->index.size();
}
ByteView Crl::der() const noexcept {
  return parsed_->der;
}

std::optional<Crl::Parsed::Found> Crl::Parsed::find(ByteView serial_number, ByteView certificate_issuer) const {
  for (const std::uint32_t offset : index.candidates(serial_number)) {
    const RawEntry entry = read_entry_at(entries, offset);
    if (!std::ranges::equal(entry.serial, serial_number)) continue;
    const std::uint32_t* named = index.issuer_at(offset);
    const bool is_of_issuer =
        named == nullptr
            ? same_name(issuer.der, certificate_issuer)
            : lists_directory_name(extensions_of(read_entry_at(entries, *named)).issuer.value_or(ByteView()),
                                   certificate_issuer);
    if (is_of_issuer) return Found{entry.revoked_at, extensions_of(entry).reason};
  }
  return std::nullopt;
}

std::optional<Crl::Entry> Crl::find(ByteView serial_number) const {
  const auto found = parsed_->find(serial_number, parsed_->issuer.der);
  if (!found) return std::nullopt;
  return Entry{found->revoked_at, std::string(revocation_reason(found->reason))};
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
