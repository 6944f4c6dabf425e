#include "x509/distinguished_name.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <vector>

#include <keyway/certificate.hpp>

#include "core/text.hpp"
#include "x509/directory_string.hpp"
#include "x509/oid.hpp"

namespace keyway::x509 {
namespace {

/// No sane RDN has more attributes; a larger one equals only itself, byte for byte.
constexpr std::size_t max_attributes = 16;

struct Attribute {
  ByteView type;
  der::Element value;
};

/// The attributes of one RelativeDistinguishedName.
struct Rdn {
  ByteView whole;
  std::array<Attribute, max_attributes> attributes{};
  std::size_t size = 0;
  bool oversized = false;
};

Attribute read_attribute(der::Reader& entries) noexcept {
  der::Reader pair = entries.enter(der::Tag::sequence, "AttributeTypeAndValue");
  const Attribute attribute{pair.identifier("type"), pair.any("value")};
  pair.end("AttributeTypeAndValue");
  return attribute;
}

Rdn read_rdn(der::Reader& names) noexcept {
  Rdn rdn;
  const der::Element set = names.element(der::Tag::set, "RelativeDistinguishedName");
  rdn.whole = set.whole;
  der::Reader entries(set.contents, names.status());
  while (!entries.empty()) {
    const Attribute attribute = read_attribute(entries);
    if (rdn.size == max_attributes) {
      rdn.oversized = true;
      continue;
    }
    rdn.attributes[rdn.size++] = attribute;
  }
  return rdn;
}

bool same_value(const der::Element& a, const der::Element& b) noexcept {
  if (der::same_bytes(a.whole, b.whole)) return true;
  if (!compares_as_text(a.tag) || !compares_as_text(b.tag)) return false;
  ComparableCharacters left(a);
  ComparableCharacters right(b);
  for (;;) {
    const auto x = left.next();
    const auto y = right.next();
    if (left.malformed() || right.malformed() || x != y) return false;
    if (!x) return true;
  }
}

bool same_rdn(const Rdn& a, const Rdn& b) noexcept {
  if (der::same_bytes(a.whole, b.whole)) return true;
  if (a.size != b.size || a.oversized || b.oversized) return false;
  std::array<bool, max_attributes> taken{};
  for (std::size_t i = 0; i < a.size; ++i) {
    bool found = false;
    for (std::size_t j = 0; j < b.size && !found; ++j) {
      if (taken[j] || !der::same_bytes(a.attributes[i].type, b.attributes[j].type)) continue;
      found = taken[j] = same_value(a.attributes[i].value, b.attributes[j].value);
    }
    if (!found) return false;
  }
  return true;
}

constexpr std::uint64_t mix(std::uint64_t hash, std::uint64_t value) noexcept {
  return (hash ^ value) * 0x9e3779b97f4a7c15U ^ hash >> 29U;
}

/// Mixes eight characters at a time: one multiplication has to wait for the one before.
class CharacterHash {
 public:
  explicit CharacterHash(std::uint64_t seed) noexcept : hash_(seed) {}
  void add(std::uint32_t character) noexcept {
    word_ = word_ << 8U ^ character;
    if (++count_ % 8 != 0) return;
    hash_ = mix(hash_, word_);
    word_ = 0;
  }
  [[nodiscard]] std::uint64_t value() const noexcept { return mix(mix(hash_, word_), count_); }

 private:
  std::uint64_t hash_;
  std::uint64_t word_ = 0;
  std::uint64_t count_ = 0;
};

std::uint64_t hash_of_bytes(std::uint64_t seed, ByteView bytes) noexcept {
  CharacterHash hash(seed);
  for (const std::uint8_t byte : bytes) hash.add(byte);
  return hash.value();
}

/// The hash of a text in ASCII with a byte for each character, as nearly all are; nothing for another.
std::optional<std::uint64_t> hash_of_ascii(std::uint64_t seed, const der::Element& text) noexcept {
  if (text.tag == der::Tag::bmp_string || text.tag == der::Tag::universal_string) return std::nullopt;
  CharacterHash hash(seed);
  for (const std::uint8_t byte : text.contents) {
    if (byte >= 0x80) return std::nullopt;
    if (byte != ' ') hash.add(byte >= 'A' && byte <= 'Z' ? byte + 0x20U : byte);
  }
  return hash.value();
}

/// Without the spaces, whose number does not always count (RFC 4518 2.6.1).
std::uint64_t hash_of_text(std::uint64_t seed, const der::Element& text) noexcept {
  if (const auto known = hash_of_ascii(seed, text)) return *known;
  CharacterHash hash(seed);
  ComparableCharacters characters(text);
  while (const auto character = characters.next()) {
    if (*character != U' ') hash.add(*character);
  }
  return hash.value();
}

std::uint64_t attribute_hash(const Attribute& attribute) noexcept {
  const std::uint64_t hash = hash_of_bytes(1, attribute.type);
  const bool is_text = compares_as_text(attribute.value.tag);
  return is_text ? hash_of_text(hash, attribute.value) : hash_of_bytes(hash, attribute.value.contents);
}

struct TypeName {
  ByteView oid;
  std::string_view long_name;
  std::string_view short_name;
};

// RFC 4514 3 gives the short names; the rest are the usual ones.
constexpr auto type_names = std::to_array<TypeName>({
    {oid::common_name, "commonName", "CN"},
    {oid::organization_name, "organizationName", "O"},
    {oid::organizational_unit_name, "organizationalUnitName", "OU"},
    {oid::country_name, "countryName", "C"},
    {oid::locality_name, "localityName", "L"},
    {oid::state_or_province_name, "stateOrProvinceName", "ST"},
    {oid::street_address, "streetAddress", "STREET"},
    {oid::domain_component, "domainComponent", "DC"},
    {oid::user_id, "userId", "UID"},
    {oid::serial_number, "serialNumber", "serialNumber"},
    {oid::email_address, "emailAddress", "emailAddress"},
    {oid::surname, "surname", "SN"},
    {oid::given_name, "givenName", "GN"},
    {oid::title, "title", "title"},
});

std::string type_text(ByteView type) {
  for (const TypeName& known : type_names) {
    if (der::same_bytes(known.oid, type)) return std::string(known.short_name);
  }
  return oid_to_string(type);
}

/// RFC 4514 2.4: what must be escaped, and control characters as hexadecimal, so that a terminal is safe.
std::string escaped(const std::string& text) {
  constexpr std::string_view special = ",+\"\\<>;";
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const auto byte = static_cast<std::uint8_t>(c);
    const bool at_edge = (i == 0 && (c == ' ' || c == '#')) || (i + 1 == text.size() && c == ' ');
    if (byte < 0x20 || byte == 0x7f) {
      out += '\\';
      out += digits[byte >> 4U];
      out += digits[byte & 15U];
    } else {
      if (at_edge || special.find(c) != std::string_view::npos) out += '\\';
      out += c;
    }
  }
  return out;
}

std::string value_text(const der::Element& value) {
  std::string text = to_utf8(value);
  const bool as_hex = !text.empty() && text.front() == '#' && text == "#" + to_hex(value.whole);
  // C1 controls (U+0080 to U+009F) are controls too, to some terminals.
  return as_hex ? text : printable(escaped(text), 400);
}

}  // namespace

void check_name(der::Reader name, std::string_view field) noexcept {
  while (!name.empty()) {
    der::Reader entries = name.enter(der::Tag::set, "RelativeDistinguishedName");
    if (name.ok() && entries.empty()) name.status().reject(field, "an empty RelativeDistinguishedName");
    while (!entries.empty()) (void)read_attribute(entries);
  }
}

bool same_name(ByteView a, ByteView b) noexcept {
  if (der::same_bytes(a, b)) return true;
  der::Status status;
  der::Reader left = der::Reader(a, status).enter(der::Tag::sequence, "Name");
  der::Reader right = der::Reader(b, status).enter(der::Tag::sequence, "Name");
  while (!left.empty() && !right.empty()) {
    if (!same_rdn(read_rdn(left), read_rdn(right))) return false;
  }
  return status.ok() && left.empty() && right.empty();
}

bool within_name(ByteView name, ByteView base) noexcept {
  der::Status status;
  der::Reader inner = der::Reader(name, status).enter(der::Tag::sequence, "Name");
  der::Reader outer = der::Reader(base, status).enter(der::Tag::sequence, "Name");
  while (!outer.empty()) {
    if (inner.empty() || !same_rdn(read_rdn(inner), read_rdn(outer))) return false;
  }
  return status.ok();
}

std::vector<der::Element> attributes_of(ByteView name, ByteView type) {
  std::vector<der::Element> values;
  der::Status status;
  der::Reader names = der::Reader(name, status).enter(der::Tag::sequence, "Name");
  while (!names.empty()) {
    der::Reader entries = names.enter(der::Tag::set, "RelativeDistinguishedName");
    while (!entries.empty()) {
      der::Reader pair = entries.enter(der::Tag::sequence, "AttributeTypeAndValue");
      const bool is_wanted = der::same_bytes(pair.identifier("type"), type);
      const der::Element value = pair.any("value");
      if (is_wanted) values.push_back(value);
    }
  }
  return values;
}

std::uint64_t name_hash(ByteView name) noexcept {
  der::Status status;
  der::Reader names = der::Reader(name, status).enter(der::Tag::sequence, "Name");
  std::uint64_t hash = 0;
  while (!names.empty()) {
    der::Reader entries = names.enter(der::Tag::set, "RelativeDistinguishedName");
    std::uint64_t sum = 0;  // the order within an RDN does not count
    while (!entries.empty()) sum += attribute_hash(read_attribute(entries));
    hash = mix(hash, sum);
  }
  return hash;
}

std::string DistinguishedNameView::to_string() const {
  der::Status status;
  der::Reader names = der::Reader(der, status).enter(der::Tag::sequence, "Name");
  std::vector<std::string> parts;
  while (!names.empty()) {
    const Rdn rdn = read_rdn(names);
    if (!status.ok()) break;
    std::string part;
    for (std::size_t i = 0; i < rdn.size; ++i) {
      if (i != 0) part += '+';
      part += type_text(rdn.attributes[i].type) + "=" + value_text(rdn.attributes[i].value);
    }
    parts.push_back(std::move(part));
  }
  // RFC 4514 2.1: the last RDN comes first.
  std::string text;
  for (auto part = parts.rbegin(); part != parts.rend(); ++part) {
    if (!text.empty()) text += ',';
    text += *part;
  }
  return text;
}

std::optional<std::string> DistinguishedNameView::attribute(std::string_view type) const {
  const auto* const wanted = std::ranges::find(type_names, type, &TypeName::long_name);
  if (wanted == type_names.end()) return std::nullopt;
  der::Status status;
  der::Reader names = der::Reader(der, status).enter(der::Tag::sequence, "Name");
  std::optional<std::string> found;
  while (!names.empty()) {
    const Rdn rdn = read_rdn(names);
    for (std::size_t i = 0; i < rdn.size && status.ok(); ++i) {
      if (der::same_bytes(rdn.attributes[i].type, wanted->oid)) found = to_utf8(rdn.attributes[i].value);
    }
  }
  return found;
}

}  // namespace keyway::x509
