#include "tls/session/kept_proofs.hpp"

#include <utility>

#include "tls/wire/certificate.hpp"

namespace keyway::tls {
namespace {

/// A number that stands for one of the enumeration's values, of which `last` is the last.
template <typename E>
E read_enumerator(Reader& in, E last, std::string_view field) {
  const std::uint8_t number = in.u8(field);
  if (number > std::to_underlying(last)) in.reject(ErrorCode::InvalidValue, field);
  return in.ok() ? static_cast<E>(number) : E{};
}

}  // namespace

void write_byte_strings(Writer& out, const std::vector<Bytes>& entries) {
  out.vector24([&] {
    for (const Bytes& entry : entries) out.vector24(entry);
  });
}

std::size_t written_size(const std::vector<Bytes>& entries) noexcept {
  std::size_t size = 3;
  for (const Bytes& entry : entries) size += 3 + entry.size();
  return size;
}

Result<std::vector<Bytes>> read_byte_strings(ByteView bytes, std::string_view where, std::size_t min_size) {
  std::vector<Bytes> entries;
  Reader in(bytes, where);
  while (in.ok() && !in.empty()) {
    if (entries.size() == max_certificate_entries) in.reject(ErrorCode::LengthOutOfRange, "entries");
    const ByteView entry = in.vector24("entry", min_size);
    entries.emplace_back(entry.begin(), entry.end());
  }
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return entries;
}

KeptVerdict KeptVerdict::read(Reader& in) {
  KeptVerdict kept;
  Reader path(in.vector16("path"), "path");
  while (in.ok() && path.ok() && !path.empty()) {
    const auto origin = read_enumerator(path, x509::Origin::anchor, "origin");
    kept.path.push_back({origin, path.u32("index")});
  }
  Reader checks(in.vector8("checks"), "checks");
  while (in.ok() && checks.ok() && !checks.empty()) {
    const auto kind = read_enumerator(checks, x509::CheckKind::transparency, "kind");
    kept.checks.push_back({kind, read_enumerator(checks, x509::CheckOutcome::not_checked, "outcome")});
  }
  if (!path.finish() || !checks.finish()) in.reject(ErrorCode::InvalidValue, "verdict");
  return kept;
}

void write_verdict(Writer& out, std::span<const x509::PathElement> path, std::span<const x509::Check> checks) {
  out.vector16([&] {
    for (const x509::PathElement& element : path) {
      out.u8(std::to_underlying(element.origin));
      out.u32(element.index);
    }
  });
  out.vector8([&] {
    for (const x509::Check& check : checks) {
      out.u8(std::to_underlying(check.kind));
      out.u8(std::to_underlying(check.outcome));
    }
  });
}

}  // namespace keyway::tls
