#include <keyway/external_psk.hpp>

#include <string>

#include "core/writer.hpp"

namespace keyway {
namespace {

std::unexpected<Error> out_of_bounds(std::string_view what, std::size_t least, std::size_t most, std::size_t got) {
  return std::unexpected(fail(ErrorCode::InvalidArgument)
                             .at("ExternalPsk, " + std::string(what))
                             .expected(std::to_string(least) + " to " + std::to_string(most) + " bytes")
                             .received(std::to_string(got)));
}

}  // namespace

ExternalPsk::ExternalPsk(Side side, bool is_imported, ByteView context, const Key& key)
    : secret_(key.secret),
      identity_(key.identity.begin(), key.identity.end()),
      context_(context.begin(), context.end()),
      hash_(key.hash),
      side_(side),
      is_imported_(is_imported) {}

Result<std::shared_ptr<const ExternalPsk>> ExternalPsk::make(Side side, bool is_imported, ByteView context,
                                                             const Key& key) {
  if (key.identity.empty() || key.identity.size() > max_identity_size) {
    return out_of_bounds("identity", 1, max_identity_size, key.identity.size());
  }
  if (key.secret.size() < min_key_size || key.secret.size() > max_key_size) {
    return out_of_bounds("key", min_key_size, max_key_size, key.secret.size());
  }
  if (context.size() > max_context_size) return out_of_bounds("context", 0, max_context_size, context.size());
  if (key.hash != crypto::HashAlgorithm::sha256 && key.hash != crypto::HashAlgorithm::sha384) {
    return std::unexpected(
        fail(ErrorCode::InvalidArgument).at("ExternalPsk, hash").expected("SHA-256 or SHA-384, as suites have"));
  }
  return std::shared_ptr<const ExternalPsk>(new ExternalPsk(side, is_imported, context, key));
}

Result<std::shared_ptr<const ExternalPsk>> ExternalPsk::between(Side side, std::string_view own, std::string_view peer,
                                                                const Key& key) {
  for (const std::string_view name : {own, peer}) {
    if (name.empty() || name.size() > max_name_size) return out_of_bounds("name", 1, max_name_size, name.size());
  }
  if (own == peer) {
    return std::unexpected(fail(ErrorCode::InvalidArgument)
                               .at("ExternalPsk, peer")
                               .expected("another name than this node's own")
                               .received("the same: a node that talks to itself"));
  }
  // RFC 9258 appendix B: the client's name, then the server's.
  Bytes context;
  Writer out(context);
  out.vector8(as_bytes(side == Side::client ? own : peer));
  out.vector8(as_bytes(side == Side::client ? peer : own));
  return make(side, /*is_imported=*/true, context, key);
}

Result<std::shared_ptr<const ExternalPsk>> ExternalPsk::in_context(Side side, ByteView context, const Key& key) {
  return make(side, /*is_imported=*/true, context, key);
}

Result<std::shared_ptr<const ExternalPsk>> ExternalPsk::without_importer(Side side, const Key& key) {
  return make(side, /*is_imported=*/false, {}, key);
}

}  // namespace keyway
