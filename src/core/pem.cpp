#include <algorithm>
#include <cstddef>
#include <optional>

#include "core/text.hpp"

namespace keyway {
namespace {

constexpr std::string_view begin_mark = "-----BEGIN ";
constexpr std::string_view end_mark = "-----END ";
constexpr std::string_view dashes = "-----";
constexpr std::size_t max_label = 64;
constexpr std::size_t line_length = 64;

std::string_view trimmed(std::string_view line) noexcept {
  constexpr std::string_view space = " \t\r\v\f";
  const std::size_t first = line.find_first_not_of(space);
  if (first == std::string_view::npos) return {};
  return line.substr(first, line.find_last_not_of(space) - first + 1);
}

/// What stands between `mark` and the closing dashes; nothing when the line is not of that shape.
std::optional<std::string_view> label_of(std::string_view line, std::string_view mark) noexcept {
  if (!line.starts_with(mark) || !line.ends_with(dashes) || line.size() < mark.size() + dashes.size()) return {};
  const std::string_view label = line.substr(mark.size(), line.size() - mark.size() - dashes.size());
  const bool plain = std::ranges::all_of(label, [](char c) { return c >= ' ' && c < '\x7f'; });
  if (label.empty() || label.size() > max_label || !plain) return {};
  return label;
}

/// Goes through a text line by line and counts.
class Lines {
 public:
  explicit Lines(std::string_view text) noexcept : rest_(text) {
    constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";
    if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
  }

  /// The next line, without white space around it; nothing at the end.
  std::optional<std::string_view> next() noexcept {
    if (rest_.empty()) return std::nullopt;
    const std::size_t end = rest_.find('\n');
    const std::string_view line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    ++number_;
    return trimmed(line);
  }

  [[nodiscard]] std::string place() const { return "line " + std::to_string(number_); }

 private:
  std::string_view rest_;
  std::size_t number_ = 0;
};

Error bad_pem(const Lines& lines) {
  return fail(ErrorCode::InvalidPem).at(lines.place());
}

/// Reads from after the BEGIN line to the END line.
Result<PemBlock> parse_block(Lines& lines, std::string_view label) {
  const std::string begun = lines.place();
  std::string base64;
  while (const auto line = lines.next()) {
    if (line->starts_with(end_mark)) {
      if (label_of(*line, end_mark) != label) {
        return std::unexpected(bad_pem(lines)
                                   .expected("-----END " + std::string(label) + "-----")
                                   .received("\"" + printable(*line) + "\""));
      }
      auto data = from_base64(base64);
      if (!data) return std::unexpected(bad_pem(lines).at(label).expected("base64 with " + data.error().expected()));
      return PemBlock{std::string(label), std::move(*data)};
    }
    // RFC 1421 headers: the older way to encrypt a private key.
    if (line->starts_with("Proc-Type:") && line->contains("ENCRYPTED")) {
      return std::unexpected(fail(ErrorCode::EncryptedKey)
                                 .at(lines.place())
                                 .advice("decrypt it first, for example with: openssl pkey -in FILE -out PLAIN"));
    }
    if (line->contains(':') || line->starts_with(dashes)) {
      return std::unexpected(bad_pem(lines)
                                 .expected("base64 or -----END " + std::string(label) + "-----")
                                 .received("\"" + printable(*line) + "\""));
    }
    base64 += *line;
  }
  return std::unexpected(bad_pem(lines)
                             .expected("-----END " + std::string(label) + "----- for the block begun in " + begun)
                             .received("the end of the text"));
}

}  // namespace

Result<std::vector<PemBlock>> parse_pem(std::string_view text) {
  std::vector<PemBlock> blocks;
  Lines lines(text);
  while (const auto line = lines.next()) {
    if (line->starts_with(end_mark)) {
      return std::unexpected(
          bad_pem(lines).expected("a BEGIN before the END").received("\"" + printable(*line) + "\""));
    }
    if (!line->starts_with(begin_mark)) continue;
    const auto label = label_of(*line, begin_mark);
    if (!label) {
      return std::unexpected(bad_pem(lines).expected("-----BEGIN label-----").received("\"" + printable(*line) + "\""));
    }
    auto block = parse_block(lines, *label);
    if (!block) return std::unexpected(std::move(block.error()));
    blocks.push_back(std::move(*block));
  }
  return blocks;
}

std::string to_pem(std::string_view label, ByteView data) {
  std::string text = "-----BEGIN " + std::string(label) + "-----\n";
  const std::string base64 = to_base64(data);
  for (std::string_view rest = base64; !rest.empty(); rest.remove_prefix(std::min(rest.size(), line_length))) {
    text += rest.substr(0, line_length);
    text += '\n';
  }
  text += "-----END " + std::string(label) + "-----\n";
  return text;
}

}  // namespace keyway
