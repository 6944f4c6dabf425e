#include "net/mime.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "core/text.hpp"

namespace keyway::net {
namespace {

using Entry = std::pair<std::string_view, std::string_view>;

// IANA's media types. Text is taken to be UTF-8.
constexpr std::array entries{
    Entry{"css", "text/css; charset=utf-8"},
    Entry{"csv", "text/csv; charset=utf-8"},
    Entry{"gif", "image/gif"},
    Entry{"gz", "application/gzip"},
    Entry{"htm", "text/html; charset=utf-8"},
    Entry{"html", "text/html; charset=utf-8"},
    Entry{"ico", "image/vnd.microsoft.icon"},
    Entry{"jpeg", "image/jpeg"},
    Entry{"jpg", "image/jpeg"},
    Entry{"js", "text/javascript; charset=utf-8"},
    Entry{"json", "application/json"},
    Entry{"md", "text/markdown; charset=utf-8"},
    Entry{"mjs", "text/javascript; charset=utf-8"},
    Entry{"mp3", "audio/mpeg"},
    Entry{"mp4", "video/mp4"},
    Entry{"pdf", "application/pdf"},
    Entry{"pem", "application/x-pem-file"},
    Entry{"png", "image/png"},
    Entry{"svg", "image/svg+xml"},
    Entry{"txt", "text/plain; charset=utf-8"},
    Entry{"wasm", "application/wasm"},
    Entry{"webm", "video/webm"},
    Entry{"webp", "image/webp"},
    Entry{"woff2", "font/woff2"},
    Entry{"xml", "application/xml"},
    Entry{"zip", "application/zip"},
};

}  // namespace

std::string_view media_type_of(std::string_view file_name) noexcept {
  constexpr std::string_view unknown = "application/octet-stream";
  const std::size_t dot = file_name.rfind('.');
  if (dot == std::string_view::npos || file_name.size() - dot > 8) return unknown;
  std::string ending(file_name.substr(dot + 1));
  std::ranges::transform(ending, ending.begin(), lower_case);
  const auto found = std::ranges::lower_bound(entries, std::string_view(ending), {}, &Entry::first);
  return found != entries.end() && found->first == ending ? found->second : unknown;
}

}  // namespace keyway::net
