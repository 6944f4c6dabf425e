#include "tls/wire/encrypted_extensions.hpp"

#include "core/reader.hpp"

namespace keyway::tls {

Result<EncryptedExtensions> EncryptedExtensions::parse(ByteView body) {
  Reader in(body, "EncryptedExtensions");
  EncryptedExtensions message{ExtensionBlock::read(in, "extensions")};
  if (auto read = in.finish(); !read) {
    return std::unexpected(with_duplicates_as_decode_error(std::move(read).error()));
  }
  return message;
}

void EncryptedExtensions::write(Writer& out) const {
  extensions.write(out);
}

}  // namespace keyway::tls
