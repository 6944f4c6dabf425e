#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "core/writer.hpp"
#include "tls/wire/extension_block.hpp"

namespace keyway::tls::fuzzing {

/// Ends the program, so that the fuzzer keeps the input.
inline void require(bool holds) {
  if (!holds) std::abort();
}

/// What was accepted must be written back as it was; what was refused must say where, and with which alert.
template <typename M>
void require_identity(const Result<M>& parsed, ByteView data) {
  if (!parsed) {
    require(parsed.error().alert().has_value());
    require(!parsed.error().where().empty());
    return;
  }
  Bytes written;
  Writer out(written);
  parsed->write(out);
  require(out.ok());
  require(std::ranges::equal(written, data));
}

/// Parses an extension of `block`, where it stands there, and holds it to the same.
template <typename E>
void require_identity_of(const ExtensionBlock& block) {
  const std::optional<ByteView> body = block.find(E::type);
  if (body) require_identity(E::parse(*body), *body);
}

}  // namespace keyway::tls::fuzzing
