#include "x509/crl_index.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

namespace keyway::x509 {
namespace {

/// FNV-1a. Who makes serial numbers collide makes questions about his own list slow, at worst as slow as reading it.
std::uint32_t place_of(ByteView serial_number) noexcept {
  std::uint32_t hash = 2166136261U;
  for (const std::uint8_t byte : serial_number) hash = (hash ^ byte) * 16777619U;
  return hash ^ hash >> 15U;
}

}  // namespace

void CrlIndex::add(std::uint32_t offset, ByteView serial_number) {
  noted_.push_back({offset, place_of(serial_number)});
}

void CrlIndex::finish() {
  // The number of buckets is a power of two, so that a mask finds one; two to four entries share it.
  const std::size_t buckets = std::max<std::size_t>(std::bit_floor(noted_.size()) / 2, 1);
  const auto mask = static_cast<std::uint32_t>(buckets - 1);
  starts_.assign(buckets + 1, 0);
  offsets_.resize(noted_.size());
  for (const Noted& entry : noted_) ++starts_[(entry.hash & mask) + 1U];
  std::partial_sum(starts_.begin(), starts_.end(), starts_.begin());
  // Filling moves each start to its bucket's end, which is the start of the next: they are put back by a shift.
  for (const Noted& entry : noted_) offsets_[starts_[entry.hash & mask]++] = entry.offset;
  std::shift_right(starts_.begin(), starts_.end(), 1);
  starts_.front() = 0;
  noted_ = {};
  issuers_.shrink_to_fit();
}

std::span<const std::uint32_t> CrlIndex::candidates(ByteView serial_number) const noexcept {
  if (offsets_.empty()) return {};
  const std::size_t bucket = place_of(serial_number) & (starts_.size() - 2);
  return std::span(offsets_).subspan(starts_[bucket], starts_[bucket + 1] - starts_[bucket]);
}

const std::uint32_t* CrlIndex::issuer_at(std::uint32_t offset) const noexcept {
  const auto after = std::ranges::upper_bound(issuers_, offset);
  return after == issuers_.begin() ? nullptr : &*std::prev(after);
}

std::size_t CrlIndex::memory() const noexcept {
  return sizeof(std::uint32_t) * (starts_.capacity() + offsets_.capacity() + issuers_.capacity());
}

}  // namespace keyway::x509
