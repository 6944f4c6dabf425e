#pragma once

#include <cstddef>
#include <functional>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "net/fetch.hpp"

namespace keyway::net {

/// Reads at least one byte from the peer; 0: a clean end.
using ReadSome = std::function<Result<std::size_t>(ByteSpan)>;

/// Reads one answer into `response`, its body in pieces to options.on_body. Errors: HttpFailed, those of `read_some`
/// and of on_body.
[[nodiscard]] Result<void> read_response(const ReadSome& read_some, const FetchOptions& options, Response& response);

}  // namespace keyway::net
