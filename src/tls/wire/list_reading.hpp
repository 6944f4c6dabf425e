#pragma once

#include <string_view>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "core/reader.hpp"
#include "tls/wire/list.hpp"

namespace keyway::tls {

/// The list in `bytes`, which needs at least one entry. Fails the reader with ListEmpty or ListMisaligned.
template <typename E>
[[nodiscard]] WireList<E> list_of(Reader& in, ByteView bytes, std::string_view field) noexcept {
  if (bytes.empty()) in.reject(ErrorCode::ListEmpty, field);
  if (bytes.size() % sizeof(E) != 0) in.reject(ErrorCode::ListMisaligned, field);
  return in.ok() ? WireList<E>(bytes) : WireList<E>();
}

/// `E field<1 entry..>` with a length of one byte.
template <typename E>
[[nodiscard]] WireList<E> read_list8(Reader& in, std::string_view field) noexcept {
  return list_of<E>(in, in.vector8(field), field);
}

/// The same with a length of two bytes.
template <typename E>
[[nodiscard]] WireList<E> read_list16(Reader& in, std::string_view field) noexcept {
  return list_of<E>(in, in.vector16(field), field);
}

}  // namespace keyway::tls
