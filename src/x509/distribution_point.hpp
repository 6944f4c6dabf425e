#pragma once

#include <cstdint>
#include <optional>

#include <keyway/bytes.hpp>

#include "x509/der.hpp"

namespace keyway::x509 {

/// ReasonFlags (RFC 5280 4.2.1.13); bit n is the RFC's bit n. Bit 0 is not used, as `unspecified` has no flag.
inline constexpr std::uint16_t all_reasons = 0x1fe;

/// DistributionPointName: one of the two.
struct DistributionPointName {
  std::optional<ByteView> full;      ///< contents of GeneralNames
  std::optional<ByteView> relative;  ///< contents of a RelativeDistinguishedName, to be put behind a CRL issuer's name
};

/// Where a certificate says that lists about it are to be had (RFC 5280 4.2.1.13).
struct DistributionPoint {
  std::optional<DistributionPointName> name;
  std::uint16_t reasons = all_reasons;  ///< those that its lists are about
  std::optional<ByteView> crl_issuer;   ///< contents of GeneralNames; none: the certificate's issuer
};

/// Points that are looked at: a certificate with more has the others passed over.
inline constexpr std::size_t max_distribution_points = 32;

/// Reads the contents of `distributionPoint [0]`'s explicit tag, the choice and nothing behind it.
[[nodiscard]] DistributionPointName read_distribution_point_name(der::Reader choice) noexcept;

/// Reads one DistributionPoint and checks its syntax: it has a name or a CRL issuer.
[[nodiscard]] DistributionPoint read_distribution_point(der::Reader& points) noexcept;

/// The contents of freshestCRL (RFC 5280 4.2.1.15): where deltas are to be had. Nothing where they are malformed, as
/// nothing hangs on them.
[[nodiscard]] std::optional<ByteView> read_freshest_points(ByteView value) noexcept;

/// Reads ReasonFlags' contents.
[[nodiscard]] std::uint16_t read_reason_flags(der::Reader& reader, ByteView contents) noexcept;

/// True when GeneralNames (their contents) hold this Name (DER) as a directoryName.
[[nodiscard]] bool lists_directory_name(ByteView names, ByteView name) noexcept;

/// True when the two share a name (RFC 5280 6.3.3 (b) (2) (i)). A relative one stands behind the Name (DER) beside it.
[[nodiscard]] bool share_a_name(const DistributionPointName& a, ByteView a_issuer, const DistributionPointName& b,
                                ByteView b_issuer);

}  // namespace keyway::x509
