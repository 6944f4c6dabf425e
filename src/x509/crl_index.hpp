#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <keyway/bytes.hpp>

namespace keyway::x509 {

/// Where the entries of a CRL stand, by serial number: a table of buckets over offsets of four bytes, made in one go in
/// time linear in the list, however its serial numbers were chosen. Some six bytes per entry; a question reads the few
/// entries of one bucket.
class CrlIndex {
 public:
  /// Notes an entry that begins at `offset`; in the order of the list, before finish().
  void add(std::uint32_t offset, ByteView serial_number);
  /// Notes that the entry at `offset` names the issuer of its certificate and of those behind it (RFC 5280 5.3.3).
  void add_issuer(std::uint32_t offset) { issuers_.push_back(offset); }
  /// Sorts what was noted into buckets.
  void finish();

  /// Offsets of the entries that may have this serial number, in the order of the list.
  [[nodiscard]] std::span<const std::uint32_t> candidates(ByteView serial_number) const noexcept;
  /// Where the entry stands that names the issuer in force at `offset`; nothing where it is the list's own.
  [[nodiscard]] const std::uint32_t* issuer_at(std::uint32_t offset) const noexcept;

  [[nodiscard]] std::size_t size() const noexcept { return offsets_.size(); }
  /// Bytes on the heap.
  [[nodiscard]] std::size_t memory() const noexcept;

 private:
  struct Noted {
    std::uint32_t offset;
    std::uint32_t hash;
  };
  std::vector<Noted> noted_;
  std::vector<std::uint32_t> starts_;   ///< of each bucket in `offsets_`, and the end of the last
  std::vector<std::uint32_t> offsets_;  ///< bucket by bucket
  std::vector<std::uint32_t> issuers_;  ///< ascending
};

}  // namespace keyway::x509
