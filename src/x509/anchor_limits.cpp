#include "x509/anchor_limits.hpp"

#include <charconv>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>

#include "core/text.hpp"
#include "x509/certificate_builder.hpp"
#include "x509/constraint_forms.hpp"
#include "x509/extensions.hpp"

namespace keyway::x509 {
namespace {

/// "10.0.0.0/8" as a constraint has it: the address and its mask.
std::optional<Bytes> read_network(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto address = IpAddress::parse(text.substr(0, slash));
  if (!address) return std::nullopt;
  const ByteView bytes = address->bytes();
  std::size_t ones = bytes.size() * 8;
  if (slash != std::string_view::npos) {
    const std::string_view digits = text.substr(slash + 1);
    const char* const end = std::to_address(digits.end());
    const auto [rest, problem] = std::from_chars(std::to_address(digits.begin()), end, ones);
    if (problem != std::errc() || rest != end || ones > bytes.size() * 8) return std::nullopt;
  }
  Bytes network(bytes.begin(), bytes.end());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const std::size_t here = ones > i * 8 ? std::min<std::size_t>(ones - i * 8, 8) : 0;
    network.push_back(static_cast<std::uint8_t>(0xff00U >> here));
  }
  return network;
}

std::optional<OwnedGeneralName> read_bound(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const std::string_view form = text.substr(0, colon);
  const std::string_view value = text.substr(colon + 1);
  OwnedGeneralName name;
  name.value.assign(as_bytes(value).begin(), as_bytes(value).end());
  if (form == "ip") {
    auto network = read_network(value);
    if (!network) return std::nullopt;
    name = {NameForm::ip_address, std::move(*network)};
  } else if (form == "dns") {
    name.form = NameForm::dns_name;
  } else if (form == "email") {
    name.form = NameForm::rfc822_name;
  } else if (form == "uri") {
    name.form = NameForm::uri;
  } else {
    return std::nullopt;
  }
  return is_well_formed_base({name.form, name.value}) ? std::optional(std::move(name)) : std::nullopt;
}

Result<std::vector<OwnedGeneralName>> read_bounds(const std::vector<std::string>& texts) {
  std::vector<OwnedGeneralName> bounds;
  for (const std::string& text : texts) {
    auto bound = read_bound(text);
    if (!bound) {
      return std::unexpected(fail(ErrorCode::InvalidArgument)
                                 .expected("dns:NAME, ip:ADDRESS/BITS, email:HOST or ADDRESS, or uri:HOST")
                                 .received(printable(text)));
    }
    bounds.push_back(std::move(*bound));
  }
  return bounds;
}

}  // namespace

Result<void> complete(AnchorLimits& limits) {
  const bool has_names = !limits.permitted_names.empty() || !limits.excluded_names.empty();
  if (has_names && !limits.name_constraints.empty()) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument).expected("names or name_constraints").received("both of them"));
  }
  if (has_names) {
    auto permitted = read_bounds(limits.permitted_names);
    if (!permitted) return std::unexpected(std::move(permitted.error()));
    auto excluded = read_bounds(limits.excluded_names);
    if (!excluded) return std::unexpected(std::move(excluded.error()));
    limits.name_constraints = encode_name_constraints(*permitted, *excluded);
  }
  if (limits.name_constraints.empty()) return {};
  der::Status status;
  (void)read_name_constraints(limits.name_constraints, status);
  if (status.ok()) return {};
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .expected("the DER of a NameConstraints")
                             .received(status.error("name_constraints", ErrorCode::InvalidArgument).received()));
}

}  // namespace keyway::x509
