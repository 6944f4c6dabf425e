#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

namespace keyway {

/// Lower-case hexadecimal, two digits a byte, with `separator` (if any) between bytes.
[[nodiscard]] std::string to_hex(ByteView data, std::string_view separator = {});
/// Reads hexadecimal of either case, without separators. Errors: InvalidHex.
[[nodiscard]] Result<Bytes> from_hex(std::string_view text);

/// RFC 4648 4, padded, without line breaks.
[[nodiscard]] std::string to_base64(ByteView data);
/// Reads RFC 4648 4 strictly (padding and zero trailing bits required); white space is passed over.
/// Errors: InvalidBase64.
[[nodiscard]] Result<Bytes> from_base64(std::string_view text);

/// A block of RFC 7468 text: `-----BEGIN label-----`, base64, `-----END label-----`.
struct PemBlock {
  std::string label;
  Bytes data;
};

/// All blocks of `text`, in order; text between blocks is passed over (RFC 7468 2). Secret labels' data is the
/// caller's to wipe. Errors: InvalidPem, with the line.
[[nodiscard]] Result<std::vector<PemBlock>> parse_pem(std::string_view text);

/// One block, lines of 64 characters.
[[nodiscard]] std::string to_pem(std::string_view label, ByteView data);

/// Text from outside made safe for one line of a terminal or a log: control characters, DEL and bytes that are not
/// UTF-8 come out as \xNN; longer than `limit` bytes is cut with "…".
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 200);

/// Letters of ASCII in lower case, all else as it is.
[[nodiscard]] constexpr char lower_case(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// True for what may stand before the @ of a mail address without quotes (RFC 5322 3.2.3, dot-atom).
[[nodiscard]] bool is_dot_atom(std::string_view text) noexcept;

}  // namespace keyway
