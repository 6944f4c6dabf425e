#include "net/site.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <ctime>
#include <memory>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/text.hpp"
#include "net/mime.hpp"

namespace keyway::net {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t most_segments = 64;
constexpr std::size_t most_listed = 10'000;

[[nodiscard]] std::optional<unsigned> hex_digit(char c) noexcept {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  if (c >= 'a' && c <= 'f') return static_cast<unsigned>(c - 'a' + 10);
  if (c >= 'A' && c <= 'F') return static_cast<unsigned>(c - 'A' + 10);
  return std::nullopt;
}

/// Takes %XX apart. Nothing for a malformed one, or for a control character.
[[nodiscard]] std::optional<std::string> decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    char c = text[i];
    if (c == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const auto high = hex_digit(text[i + 1]);
      const auto low = hex_digit(text[i + 2]);
      if (!high || !low) return std::nullopt;
      c = static_cast<char>(*high << 4U | *low);
      i += 2;
    }
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return std::nullopt;
    out += c;
  }
  return out;
}

[[nodiscard]] std::string encode_percent(std::string_view segment) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  std::string out;
  for (const char c : segment) {
    const bool is_unreserved = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
                               c == '.' || c == '_' || c == '~';
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved) {
      out += c;
    } else {
      out += {'%', digits.at(byte >> 4U), digits.at(byte & 15U)};
    }
  }
  return out;
}

[[nodiscard]] std::string escape_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

/// RFC 9110 5.6.7, the one format that is generated. The C library's names depend on the locale, which is never set
/// here.
[[nodiscard]] std::string http_date(std::time_t time) {
  std::tm parts{};
  static_cast<void>(::gmtime_r(&time, &parts));
  std::array<char, 40> text{};
  return {text.data(), std::strftime(text.data(), text.size(), "%a, %d %b %Y %H:%M:%S GMT", &parts)};
}
[[nodiscard]] std::optional<std::time_t> parse_http_date(std::string_view text) {
  std::tm parts{};
  const std::string copy(text);
  const char* end = ::strptime(copy.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

[[nodiscard]] std::string_view trim(std::string_view text) noexcept {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// RFC 9110 13.1.2: weak comparison with each tag of the list.
[[nodiscard]] bool lists_tag(std::string_view list, std::string_view tag) {
  while (!list.empty()) {
    const std::size_t comma = std::min(list.find(','), list.size());
    std::string_view one = trim(list.substr(0, comma));
    if (one.starts_with("W/")) one.remove_prefix(2);
    if (one == tag || one == "*") return true;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
  return false;
}

[[nodiscard]] std::optional<std::uint64_t> number(std::string_view text) {
  std::uint64_t value = 0;
  const char* last = std::to_address(text.end());
  const auto [end, problem] = std::from_chars(std::to_address(text.begin()), last, value);
  if (text.empty() || problem != std::errc() || end != last) return std::nullopt;
  return value;
}

struct Stretch {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;  // 0: the range can't be satisfied
};
/// RFC 9110 14.1.2. Nothing for what is not one byte range: it is then passed over, as the RFC allows.
[[nodiscard]] std::optional<Stretch> parse_range(std::string_view text, std::uint64_t file_size) {
  if (!text.starts_with("bytes=")) return std::nullopt;
  text = trim(text.substr(6));
  const std::size_t dash = text.find('-');
  if (dash == std::string_view::npos || text.find(',') != std::string_view::npos) return std::nullopt;
  const auto first = number(text.substr(0, dash));
  const auto last = number(text.substr(dash + 1));
  if (dash == 0) {
    if (!last) return std::nullopt;
    const std::uint64_t size = std::min(*last, file_size);
    return Stretch{.offset = file_size - size, .size = size};
  }
  if (!first || (!last && dash + 1 != text.size()) || (last && *last < *first)) return std::nullopt;
  if (*first >= file_size) return Stretch{};
  return Stretch{.offset = *first, .size = std::min(last.value_or(file_size - 1), file_size - 1) - *first + 1};
}

[[nodiscard]] std::string target_of(const std::vector<std::string>& segments) {
  std::string target = "/";
  for (const std::string& segment : segments) target += encode_percent(segment) + "/";
  return target;
}

/// True when `path` is `folder` or below it; both canonical.
[[nodiscard]] bool is_within(const fs::path& path, const fs::path& folder) {
  return std::ranges::mismatch(folder, path).in1 == folder.end();
}

[[nodiscard]] bool is_hidden(std::string_view segment) noexcept {
  return segment.starts_with('.') && segment != ".well-known";
}

[[nodiscard]] SiteAnswer not_found() {
  return error_answer(404, "There is no such file here.");
}

[[nodiscard]] SiteAnswer text_answer(unsigned status, std::string_view type, std::string text) {
  SiteAnswer answer;
  answer.status = status;
  answer.fields.emplace_back("Content-Type", type);
  answer.size = text.size();
  answer.text = std::move(text);
  return answer;
}

/// What the client has is still good (RFC 9110 13.2.2: If-None-Match before If-Modified-Since).
[[nodiscard]] bool is_unchanged(const SiteRequest& request, std::string_view tag, std::time_t modified) {
  if (request.if_none_match) return lists_tag(*request.if_none_match, tag);
  if (!request.if_modified_since) return false;
  const auto since = parse_http_date(*request.if_modified_since);
  return since && modified <= *since;
}

[[nodiscard]] SiteAnswer answer_file(const fs::path& path, const SiteRequest& request) {
  SiteAnswer answer;
  // O_NONBLOCK: opening a pipe that nobody writes to must not hang. O_NOFOLLOW: the path has no links left.
  answer.file = Descriptor(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOFOLLOW));
  struct ::stat about{};
  if (answer.file.fd() < 0 || ::fstat(answer.file.fd(), &about) != 0) {
    return errno == EACCES ? error_answer(403, "This file may not be read by the server.") : not_found();
  }
  if (!S_ISREG(about.st_mode)) return not_found();

  const auto size = static_cast<std::uint64_t>(about.st_size);
  const std::string tag = '"' + std::to_string(about.st_mtim.tv_sec) + '-' + std::to_string(about.st_mtim.tv_nsec) +
                          '-' + std::to_string(size) + '"';
  const std::string modified = http_date(about.st_mtim.tv_sec);
  answer.fields = {
      {"ETag", tag}, {"Last-Modified", modified}, {"Accept-Ranges", "bytes"}, {"Cache-Control", "no-cache"}};
  if (is_unchanged(request, tag, about.st_mtim.tv_sec)) {
    answer.status = 304;
    answer.file.close();
    return answer;
  }
  answer.fields.emplace_back("Content-Type", media_type_of(path.filename().native()));
  answer.size = size;
  if (!request.range || (request.if_range && *request.if_range != tag && *request.if_range != modified)) return answer;
  const auto stretch = parse_range(*request.range, size);
  if (!stretch) return answer;
  if (stretch->size == 0) {
    SiteAnswer refused = error_answer(416, "The file is shorter than the range that was asked for.");
    refused.fields.emplace_back("Content-Range", "bytes */" + std::to_string(size));
    return refused;
  }
  answer.status = 206;
  answer.offset = stretch->offset;
  answer.size = stretch->size;
  answer.fields.emplace_back("Content-Range", "bytes " + std::to_string(stretch->offset) + '-' +
                                                  std::to_string(stretch->offset + stretch->size - 1) + '/' +
                                                  std::to_string(size));
  return answer;
}

[[nodiscard]] std::string list_folder(const fs::path& path, const std::vector<std::string>& segments) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator entry(path, error), end; !error && entry != end && names.size() < most_listed;
       entry.increment(error)) {
    const std::string name = entry->path().filename().native();
    std::error_code ignored;
    if (!is_hidden(name)) names.push_back(entry->is_directory(ignored) ? name + "/" : name);
  }
  std::ranges::sort(names);

  std::string title = "/";
  for (const std::string& segment : segments) title += segment + "/";
  std::string html = "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>" + escape_html(title) +
                     "</title>\n<h1>" + escape_html(title) + "</h1>\n<ul>\n";
  if (!segments.empty()) html += "<li><a href=\"../\">../</a>\n";
  for (const std::string& name : names) {
    const bool is_folder = name.ends_with('/');
    const std::string_view bare = std::string_view(name).substr(0, name.size() - (is_folder ? 1 : 0));
    // "./" keeps a colon in a name from being read as a scheme.
    html += "<li><a href=\"./" + encode_percent(bare) + (is_folder ? "/" : "") + "\">" + escape_html(name) + "</a>\n";
  }
  return html + "</ul>\n</html>\n";
}

}  // namespace

std::optional<std::size_t> SiteAnswer::read_file(ByteSpan out) {
  for (;;) {
    const ::ssize_t count = ::pread(file.fd(), out.data(), out.size(), static_cast<::off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return std::nullopt;
    offset += static_cast<std::uint64_t>(count);
    return static_cast<std::size_t>(count);
  }
}

std::optional<std::vector<std::string>> decode_path(std::string_view target) {
  target = target.substr(0, target.find_first_of("?#"));
  if (!target.starts_with('/')) return std::nullopt;
  std::vector<std::string> segments;
  while (!target.empty()) {
    target.remove_prefix(1);  // the slash
    const std::size_t end = std::min(target.find('/'), target.size());
    auto segment = decode_percent(target.substr(0, end));
    target.remove_prefix(end);
    if (!segment || segment->find('/') != std::string::npos || segment->find('\\') != std::string::npos) {
      return std::nullopt;
    }
    if (*segment == "..") return std::nullopt;
    if (segment->empty() || *segment == ".") continue;
    segments.push_back(std::move(*segment));
    if (segments.size() > most_segments) return std::nullopt;
  }
  return segments;
}

SiteAnswer error_answer(unsigned status, std::string_view explanation) {
  return text_answer(status, "text/plain; charset=utf-8",
                     std::to_string(status) + " " + std::string(explanation) + "\n");
}

Result<Site> Site::open(const fs::path& folder, bool listings) {
  std::error_code error;
  fs::path canonical = fs::canonical(folder, error);
  if (error) {
    return std::unexpected(fail(ErrorCode::FileNotFound)
                               .at(printable(folder.native()))
                               .received(error.message())
                               .advice("name a folder that exists"));
  }
  if (!fs::is_directory(canonical, error)) {
    return std::unexpected(fail(ErrorCode::FileUnreadable)
                               .at(printable(folder.native()))
                               .expected("a folder")
                               .received("something else")
                               .advice("name the folder that the file is in"));
  }
  if (::access(canonical.c_str(), R_OK | X_OK) != 0) {
    return std::unexpected(fail(ErrorCode::FileUnreadable)
                               .at(printable(folder.native()))
                               .received(std::generic_category().message(errno))
                               .advice("give this user the right to read the folder"));
  }
  return Site(std::move(canonical), listings);
}

SiteAnswer Site::answer(const SiteRequest& request) const {
  if (request.method != "GET" && request.method != "HEAD") {
    SiteAnswer refused = error_answer(405, "This server only takes GET and HEAD.");
    refused.fields.emplace_back("Allow", "GET, HEAD");
    return refused;
  }
  const auto segments = decode_path(request.target);
  if (!segments) return error_answer(400, "This path is malformed.");
  if (std::ranges::any_of(*segments, is_hidden)) return not_found();

  std::error_code error;
  const fs::path path = fs::canonical(place_of(*segments), error);
  if (error == std::errc::permission_denied) return error_answer(403, "This file may not be read by the server.");
  if (error || !is_within(path, folder_)) return not_found();
  if (fs::is_directory(path, error)) return answer_folder(path, *segments, request);
  // "file/" is not "file": links relative to it would lead elsewhere.
  if (request.target.substr(0, request.target.find_first_of("?#")).ends_with('/')) return not_found();
  return answer_file(path, request);
}

fs::path Site::place_of(const std::vector<std::string>& segments) const {
  fs::path place = folder_;
  for (const std::string& segment : segments) place /= segment;
  return place;
}

bool Site::leads_below(std::string_view target, std::string_view prefix) const {
  const auto segments = decode_path(target);
  const auto above = decode_path(prefix);
  if (!segments || !above) return false;  // nothing is found there
  if (std::ranges::mismatch(*above, *segments).in1 == above->end()) return true;
  std::error_code error;
  const fs::path closed = fs::canonical(place_of(*above), error);
  if (error) return false;
  const fs::path wanted = fs::canonical(place_of(*segments), error);
  if (error) return false;
  if (is_within(wanted, closed)) return true;
  const fs::path index = fs::canonical(wanted / "index.html", error);
  return !error && is_within(index, closed);
}

SiteAnswer Site::answer_folder(const fs::path& path, const std::vector<std::string>& segments,
                               const SiteRequest& request) const {
  if (!request.target.substr(0, request.target.find_first_of("?#")).ends_with('/')) {
    SiteAnswer moved = error_answer(301, "This is a folder: its name ends with a slash.");
    moved.fields.emplace_back("Location", target_of(segments));
    return moved;
  }
  std::error_code error;
  const fs::path index = fs::canonical(path / "index.html", error);
  if (!error && is_within(index, folder_)) return answer_file(index, request);
  if (!listings_) return not_found();
  return text_answer(200, "text/html; charset=utf-8", list_folder(path, segments));
}

}  // namespace keyway::net
