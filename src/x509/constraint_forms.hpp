#pragma once

#include <optional>
#include <string_view>

#include "x509/general_name.hpp"

namespace keyway::x509 {

// How each form of name is compared with the bases of name constraints (RFC 5280 4.2.1.10).

enum class ConstraintKind : std::uint8_t { permitted, excluded };

/// Whether upper and lower case differ before the @ of a mail address.
enum class Case : std::uint8_t { counts, ignored };

/// False for a base that nothing could be compared with.
[[nodiscard]] bool is_well_formed_base(const GeneralName& base) noexcept;

/// False for a name that can't be compared: of another form, or malformed.
[[nodiscard]] bool is_comparable(const GeneralName& name) noexcept;

/// Whether `name` falls under `base`, which has its form; both can be compared. In doubt more is excluded and less is
/// permitted.
[[nodiscard]] bool is_hit(ConstraintKind kind, const GeneralName& name, const GeneralName& base,
                          Case local_case = Case::counts) noexcept;

/// True when `name` is `base` or stands below it; a leading period of `base` asks for at least one more label; an
/// empty `base` holds everything. Case does not count.
[[nodiscard]] bool dns_within(std::string_view name, std::string_view base) noexcept;

/// An RFC 5321 4.1.2 mailbox with a host name and a local part that is not quoted.
struct MailboxView {
  std::string_view local;
  std::string_view host;
};
[[nodiscard]] std::optional<MailboxView> read_mailbox(std::string_view text) noexcept;

}  // namespace keyway::x509
