#include "tls/client/grease.hpp"

#include <utility>
#include <vector>

#include <keyway/types.hpp>

namespace keyway::tls::client {
namespace {

constexpr std::size_t extension_header_size = 4;

std::size_t u16(ByteView bytes, std::size_t at) noexcept {
  return static_cast<std::size_t>(bytes[at]) << 8U | bytes[at + 1];
}

}  // namespace

std::uint16_t Grease::value(Place place) const noexcept {
  const auto number_of = [&](Place of) { return static_cast<unsigned>(seed_[std::to_underlying(of)] >> 4U); };
  unsigned number = number_of(place);
  const bool would_stand_twice = place == Place::last_extension && number == number_of(Place::first_extension);
  if (would_stand_twice) number ^= 1U;
  const unsigned byte = number << 4U | 0xaU;
  return static_cast<std::uint16_t>(byte << 8U | byte);
}

Bytes Grease::rearrange(ByteView extensions) const {
  std::vector<ByteView> movable;
  ByteView last;
  for (ByteView rest = extensions; !rest.empty();) {
    const std::size_t size = extension_header_size + u16(rest, 2);
    const bool stays = u16(rest, 0) == std::to_underlying(ExtensionType::pre_shared_key);
    (stays ? last : movable.emplace_back()) = rest.first(size);
    rest = rest.subspan(size);
  }
  constexpr std::size_t first_of_order = 8;  // the bytes before are for values
  for (std::size_t i = movable.size(); i > 1; --i) {
    const std::size_t byte = seed_[first_of_order + i % (seed_size - first_of_order)];
    std::swap(movable[i - 1], movable[byte % i]);
  }
  Bytes rearranged;
  rearranged.reserve(extensions.size());
  for (const ByteView one : movable) rearranged.insert(rearranged.end(), one.begin(), one.end());
  rearranged.insert(rearranged.end(), last.begin(), last.end());
  return rearranged;
}

}  // namespace keyway::tls::client
