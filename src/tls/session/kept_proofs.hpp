#pragma once

#include <span>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/verdict.hpp>

#include "core/reader.hpp"
#include "core/writer.hpp"

namespace keyway::tls {

// How what a peer showed, and what was made of it, is written where it is kept: in sessions, and in connections that go
// to another process.

/// A list of certificates, or of what came with them, each with a length of 3 bytes, in 3 bytes of length.
void write_byte_strings(Writer& out, const std::vector<Bytes>& entries);
[[nodiscard]] std::size_t written_size(const std::vector<Bytes>& entries) noexcept;
/// Reads what is between the outer length's bytes: up to max_certificate_entries entries of `min_size` bytes at least.
/// `where` names the list. Errors: the reader's.
[[nodiscard]] Result<std::vector<Bytes>> read_byte_strings(ByteView bytes, std::string_view where,
                                                           std::size_t min_size);

/// The path and the checks of a verdict that accepted.
struct KeptVerdict {
  std::vector<x509::PathElement> path;
  std::vector<x509::Check> checks;

  /// Reads what write_verdict() wrote; fails the reader for anything else.
  [[nodiscard]] static KeptVerdict read(Reader& in);
};
void write_verdict(Writer& out, std::span<const x509::PathElement> path, std::span<const x509::Check> checks);

}  // namespace keyway::tls
