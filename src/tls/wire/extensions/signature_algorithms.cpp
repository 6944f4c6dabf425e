#include "tls/wire/extensions/signature_algorithms.hpp"

#include "core/reader.hpp"
#include "tls/wire/list_reading.hpp"

namespace keyway::tls {
namespace {

/// Both extensions have the same body (RFC 8446 4.2.3).
template <typename E>
Result<E> parse_schemes(ByteView body, std::string_view where) {
  Reader in(body, where);
  const E extension{read_list16<SignatureScheme>(in, "supported_signature_algorithms")};
  if (auto read = in.finish(); !read) return std::unexpected(std::move(read).error());
  return extension;
}

}  // namespace

Result<SignatureAlgorithmsExtension> SignatureAlgorithmsExtension::parse(ByteView body) {
  return parse_schemes<SignatureAlgorithmsExtension>(body, "extension signature_algorithms");
}

void SignatureAlgorithmsExtension::write(Writer& out) const {
  out.vector16(supported_signature_algorithms.bytes());
}

Result<SignatureAlgorithmsCertExtension> SignatureAlgorithmsCertExtension::parse(ByteView body) {
  return parse_schemes<SignatureAlgorithmsCertExtension>(body, "extension signature_algorithms_cert");
}

void SignatureAlgorithmsCertExtension::write(Writer& out) const {
  out.vector16(supported_signature_algorithms.bytes());
}

}  // namespace keyway::tls
