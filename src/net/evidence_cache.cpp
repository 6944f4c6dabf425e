#include "net/evidence_cache.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <keyway/trust.hpp>

#include "core/files.hpp"
#include "core/text.hpp"
#include "x509/ocsp.hpp"

namespace keyway::net {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view magic = "keyway evidence 1";
constexpr std::size_t max_head = 8192;
/// An issuer's certificate does not change; but where it is to be had may lead to a newer one.
constexpr auto issuer_lifetime = std::chrono::hours(24);

std::int64_t seconds_of(Time time) noexcept {
  return std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch()).count();
}

std::optional<std::int64_t> number_of(std::string_view text) noexcept {
  std::int64_t value = 0;
  const char* const last = std::to_address(text.end());
  const auto [end, problem] = std::from_chars(std::to_address(text.begin()), last, value);
  return problem == std::errc() && end == last ? std::optional(value) : std::nullopt;
}

/// Takes a line off the front; nothing where there is no whole one.
std::optional<std::string_view> take_line(std::string_view& text) noexcept {
  const std::size_t end = text.substr(0, max_head).find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

/// The value of the line `name: value`.
std::optional<std::string_view> take_field(std::string_view& text, std::string_view name) noexcept {
  const auto line = take_line(text);
  if (!line || !line->starts_with(name) || !line->substr(name.size()).starts_with(": ")) return std::nullopt;
  return line->substr(name.size() + 2);
}

std::optional<Time> take_time(std::string_view& text, std::string_view name) noexcept {
  const auto value = take_field(text, name);
  const auto seconds = value ? number_of(*value) : std::nullopt;
  return seconds ? std::optional(Time(std::chrono::seconds(*seconds))) : std::nullopt;
}

/// A header field that goes into a line of its own.
bool fits_a_line(std::string_view value) noexcept {
  return value.size() < max_head / 4 && std::ranges::all_of(value, [](char c) { return c >= ' ' && c != 0x7f; });
}

/// The earliest nextUpdate of the responses; nothing where one has none.
std::optional<Time> ocsp_valid_until(ByteView answer) {
  const auto response = x509::OcspResponseView::parse(answer);
  if (!response || !response->is_basic) return std::nullopt;
  std::optional<Time> earliest;
  bool is_open = false;
  response->for_each([&](const x509::SingleResponse& single) {
    if (!single.next_update) {
      is_open = true;
    } else if (!earliest || *single.next_update < *earliest) {
      earliest = single.next_update;
    }
    return is_open;
  });
  return is_open ? std::nullopt : earliest;
}

}  // namespace

std::optional<Time> valid_until(x509::FetchKind kind, ByteView answer, Time now) {
  switch (kind) {
    case x509::FetchKind::crl: {
      const auto list = x509::Crl::from(answer);
      return list ? list->next_update() : std::nullopt;
    }
    case x509::FetchKind::ocsp:
      return ocsp_valid_until(answer);
    case x509::FetchKind::issuer:
      return now + issuer_lifetime;
  }
  return std::nullopt;
}

fs::path EvidenceCache::default_folder() {
  const char* const cache = std::getenv("XDG_CACHE_HOME");  // NOLINT(concurrency-mt-unsafe): read once, at start
  if (cache != nullptr && *cache == '/') return fs::path(cache) / "keyway";
  const char* const home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe): read once, at start
  return home != nullptr && *home == '/' ? fs::path(home) / ".cache" / "keyway" : fs::path();
}

EvidenceCache::EvidenceCache(fs::path folder, std::shared_ptr<const crypto::Provider> provider)
    : folder_(std::move(folder)), provider_(std::move(provider)) {}

std::string EvidenceCache::digest(ByteView bytes) const {
  return to_hex(x509::hash_of(*provider_, crypto::HashAlgorithm::sha256, bytes));
}

fs::path EvidenceCache::file_of(const x509::Fetch& wanted) const {
  Bytes name;
  name.push_back(static_cast<std::uint8_t>(wanted.kind));
  const ByteView url = as_bytes(wanted.url);
  name.insert(name.end(), url.begin(), url.end());
  name.push_back(0);
  name.insert(name.end(), wanted.body.begin(), wanted.body.end());
  return folder_ / digest(name);
}

std::optional<CachedEvidence> EvidenceCache::find(const x509::Fetch& wanted) const {
  if (!wanted.nonce.empty()) return std::nullopt;
  const auto file = read_file(file_of(wanted), wanted.max_size + max_head);
  if (!file) return std::nullopt;
  std::string_view text = as_text(*file);
  CachedEvidence found;
  const auto first = take_line(text);
  const auto url = take_field(text, "url");
  const auto etag = take_field(text, "etag");
  const auto last_modified = take_field(text, "last-modified");
  const auto asked_at = take_time(text, "asked-at");
  const auto valid_until = take_time(text, "valid-until");
  const auto sha256 = take_field(text, "sha256");
  const bool is_whole = first == magic && url == wanted.url && etag && last_modified && asked_at && valid_until &&
                        sha256 && sha256 == digest(as_bytes(text));
  if (!is_whole) return std::nullopt;
  found.etag = *etag;
  found.last_modified = *last_modified;
  found.asked_at = *asked_at;
  found.valid_until = *valid_until;
  const ByteView bytes = as_bytes(text);
  found.bytes.assign(bytes.begin(), bytes.end());
  return found;
}

Result<void> EvidenceCache::keep(const x509::Fetch& wanted, const CachedEvidence& evidence) const {
  if (!wanted.nonce.empty()) return {};
  std::string head(magic);
  const auto add = [&](std::string_view name, const std::string& value) {
    head.append("\n").append(name).append(": ").append(fits_a_line(value) ? value : std::string());
  };
  add("url", wanted.url);
  add("etag", evidence.etag);
  add("last-modified", evidence.last_modified);
  add("asked-at", std::to_string(seconds_of(evidence.asked_at)));
  add("valid-until", std::to_string(seconds_of(evidence.valid_until)));
  add("sha256", digest(evidence.bytes));
  head.push_back('\n');
  Bytes file(head.begin(), head.end());
  file.insert(file.end(), evidence.bytes.begin(), evidence.bytes.end());
  if (auto made = make_folder(folder_, 0700); !made) return made;
  return write_file(file_of(wanted), file, 0600);
}

}  // namespace keyway::net
