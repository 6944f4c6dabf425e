#pragma once

#include <cstddef>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>
#include <keyway/types.hpp>

#include "core/writer.hpp"

namespace keyway::tls {

/// RFC 8446 4.4.4.
struct Finished {
  static constexpr HandshakeType type = HandshakeType::finished;

  ByteView verify_data;

  /// `size` is the output size of the suite's hash. Errors: LengthOutOfRange.
  [[nodiscard]] static Result<Finished> parse(ByteView body, std::size_t size);
  void write(Writer& out) const;
};

}  // namespace keyway::tls
