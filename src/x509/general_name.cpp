#include "x509/general_name.hpp"

#include <algorithm>

#include <keyway/certificate.hpp>

#include "core/text.hpp"
#include "x509/distinguished_name.hpp"

namespace keyway::x509 {
namespace {

constexpr std::string_view general_name_field = "GeneralName";

bool is_ascii(ByteView text) noexcept {
  return std::ranges::all_of(text, [](std::uint8_t byte) { return byte < 0x80; });
}

/// OtherName and EDIPartyName: what is inside is nobody's business here, its framing is.
void check_elements(der::Reader inside) noexcept {
  while (!inside.empty()) (void)inside.any(general_name_field);
}

ByteView read_text(der::Reader& names, NameForm form) noexcept {
  const ByteView text = names.contents(der::context(static_cast<std::uint8_t>(form)), general_name_field);
  if (names.ok() && !is_ascii(text)) names.status().reject(to_string(form), "a character outside ASCII");
  return text;
}

}  // namespace

std::string_view to_string(NameForm form) noexcept {
  switch (form) {
    case NameForm::other_name:
      return "otherName";
    case NameForm::rfc822_name:
      return "rfc822Name";
    case NameForm::dns_name:
      return "dNSName";
    case NameForm::x400_address:
      return "x400Address";
    case NameForm::directory_name:
      return "directoryName";
    case NameForm::edi_party_name:
      return "ediPartyName";
    case NameForm::uri:
      return "uniformResourceIdentifier";
    case NameForm::ip_address:
      return "iPAddress";
    case NameForm::registered_id:
      return "registeredID";
  }
  return "unknown";
}

GeneralName read_general_name(der::Reader& names) noexcept {
  for (const NameForm form : {NameForm::dns_name, NameForm::rfc822_name, NameForm::uri}) {
    if (names.next_is(der::context(static_cast<std::uint8_t>(form)))) return {form, read_text(names, form)};
  }
  if (names.next_is(der::context(7)))
    return {NameForm::ip_address, names.contents(der::context(7), general_name_field)};
  if (names.next_is(der::constructed(4))) {
    der::Reader explicit_tag = names.enter(der::constructed(4), general_name_field);
    const der::Element name = explicit_tag.element(der::Tag::sequence, "directoryName");
    explicit_tag.end("directoryName");
    check_name(der::Reader(name.contents, names.status()), "directoryName");
    return {NameForm::directory_name, name.whole};
  }
  if (names.next_is(der::context(8))) {
    const ByteView oid = names.contents(der::context(8), general_name_field);
    if (names.ok() && !der::is_identifier(oid)) names.status().stop(der::Problem::bad_identifier, "registeredID");
    return {NameForm::registered_id, oid};
  }
  for (const NameForm form : {NameForm::other_name, NameForm::x400_address, NameForm::edi_party_name}) {
    const der::Tag tag = der::constructed(static_cast<std::uint8_t>(form));
    if (!names.next_is(tag)) continue;
    const ByteView inside = names.contents(tag, general_name_field);
    der::Reader fields(inside, names.status());
    if (form == NameForm::other_name) (void)fields.identifier("otherName");
    check_elements(fields);
    return {form, inside};
  }
  names.status().stop(der::Problem::wrong_tag, general_name_field);
  return {};
}

void check_general_names(der::Reader names, std::string_view where) noexcept {
  if (names.empty()) names.status().reject(where, "an empty list of names");
  while (!names.empty()) {
    const GeneralName name = read_general_name(names);
    const bool odd_size = name.value.size() != 4 && name.value.size() != 16;
    if (name.form == NameForm::ip_address && odd_size) names.status().reject(where, "an iPAddress of an odd size");
  }
}

std::string to_string(const GeneralName& name) {
  switch (name.form) {
    case NameForm::dns_name:
      return "DNS:" + printable(as_text(name.value));
    case NameForm::rfc822_name:
      return "email:" + printable(as_text(name.value));
    case NameForm::uri:
      return "URI:" + printable(as_text(name.value));
    case NameForm::directory_name:
      return "DirName:" + DistinguishedNameView{name.value}.to_string();
    case NameForm::registered_id:
      return "RID:" + oid_to_string(name.value);
    case NameForm::ip_address: {
      const auto address = IpAddress::from_bytes(name.value);
      return "IP:" + (address ? address->to_string() : to_hex(name.value, ":"));
    }
    default:
      return std::string(to_string(name.form)) + ":" +
             to_hex(name.value.first(std::min<std::size_t>(name.value.size(), 64)));
  }
}

}  // namespace keyway::x509
