#include "x509/distribution_point.hpp"

#include <algorithm>

#include "x509/der_writer.hpp"
#include "x509/distinguished_name.hpp"
#include "x509/general_name.hpp"

namespace keyway::x509 {
namespace {

using der::Tag;

constexpr std::string_view distribution_point_field = "DistributionPoint";

/// Calls `visit` for each name until it returns true; says whether one did.
template <typename Visit>
bool any_name(ByteView names, const Visit& visit) {
  der::Status status;
  der::Reader each(names, status);
  while (!each.empty()) {
    const GeneralName name = read_general_name(each);
    if (status.ok() && visit(name)) return true;
  }
  return false;
}

bool same_general_name(const GeneralName& a, const GeneralName& b) noexcept {
  if (a.form != b.form) return false;
  if (a.form == NameForm::directory_name) return same_name(a.value, b.value);
  return std::ranges::equal(a.value, b.value);
}

/// The Name that a relative one means.
Bytes whole_name(ByteView issuer, ByteView relative) {
  der::Status status;
  const ByteView above = der::Reader(issuer, status).contents(Tag::sequence, distribution_point_field);
  return encode_der([&](DerWriter& writer) {
    writer.sequence([&] {
      writer.raw(above);
      writer.element(DerWriter::set_tag, relative);
    });
  });
}

bool lists_relative(ByteView names, ByteView issuer, ByteView relative) {
  return lists_directory_name(names, whole_name(issuer, relative));
}

}  // namespace

DistributionPointName read_distribution_point_name(der::Reader choice) noexcept {
  DistributionPointName read;
  der::Status& status = choice.status();
  if (choice.next_is(der::constructed(0))) {
    read.full = choice.contents(der::constructed(0), "fullName");
    check_general_names(der::Reader(*read.full, status), "fullName");
  } else {
    read.relative = choice.contents(der::constructed(1), "nameRelativeToCRLIssuer");
    if (status.ok() && read.relative->empty()) status.reject("nameRelativeToCRLIssuer", "an empty name");
  }
  choice.end("distributionPoint");
  return read;
}

std::optional<ByteView> read_freshest_points(ByteView value) noexcept {
  der::Status status;
  der::Reader outer(value, status);
  const ByteView points = outer.contents(der::Tag::sequence, "freshestCRL");
  outer.end("freshestCRL");
  return status.ok() ? std::optional(points) : std::nullopt;
}

std::uint16_t read_reason_flags(der::Reader& reader, ByteView contents) noexcept {
  return reader.named_bits_contents(contents, "ReasonFlags") & all_reasons;
}

DistributionPoint read_distribution_point(der::Reader& points) noexcept {
  DistributionPoint read;
  der::Reader fields = points.enter(Tag::sequence, distribution_point_field);
  if (fields.next_is(der::constructed(0))) {
    read.name = read_distribution_point_name(fields.enter(der::constructed(0), distribution_point_field));
  }
  if (fields.next_is(der::context(1)))
    read.reasons = read_reason_flags(fields, fields.contents(der::context(1), distribution_point_field));
  if (fields.next_is(der::constructed(2))) {
    read.crl_issuer = fields.contents(der::constructed(2), "cRLIssuer");
    check_general_names(der::Reader(*read.crl_issuer, fields.status()), "cRLIssuer");
  }
  fields.end(distribution_point_field);
  // RFC 5280 4.2.1.13: reasons alone name nothing.
  if (fields.ok() && !read.name && !read.crl_issuer)
    fields.status().reject(distribution_point_field, "neither a name nor a cRLIssuer");
  return read;
}

bool lists_directory_name(ByteView names, ByteView name) noexcept {
  return any_name(names, [&](const GeneralName& each) {
    return each.form == NameForm::directory_name && same_name(each.value, name);
  });
}

bool share_a_name(const DistributionPointName& a, ByteView a_issuer, const DistributionPointName& b,
                  ByteView b_issuer) {
  if (a.full && b.full) {
    return any_name(*a.full, [&](const GeneralName& of_a) {
      return any_name(*b.full, [&](const GeneralName& of_b) { return same_general_name(of_a, of_b); });
    });
  }
  if (a.full && b.relative) return lists_relative(*a.full, b_issuer, *b.relative);
  if (a.relative && b.full) return lists_relative(*b.full, a_issuer, *a.relative);
  if (!a.relative || !b.relative) return false;
  return same_name(whole_name(a_issuer, *a.relative), whole_name(b_issuer, *b.relative));
}

}  // namespace keyway::x509
