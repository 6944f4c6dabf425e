#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <keyway/bytes.hpp>
#include <keyway/error.hpp>

#include "explain/certificate_facts.hpp"
#include "explain/story.hpp"

namespace keyway::tool {

/// Everything that a file holds, one step each: certificates whole, CRLs and requests in short, keys by their kind and
/// fingerprint, never themselves. `name` is for errors. Errors: InvalidPem, and InvalidDer where it is nothing known.
[[nodiscard]] Result<std::vector<explain::Step>> inspect_bytes(ByteView contents, std::string_view name,
                                                               const explain::Viewpoint& from);

/// A chain as a server sent it.
[[nodiscard]] std::vector<explain::Step> inspect_chain(const std::vector<Bytes>& chain, const explain::Viewpoint& from);

}  // namespace keyway::tool
